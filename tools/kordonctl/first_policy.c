#include "tools/kordonctl/first_policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "policy/policy.h"
#include "store/policy_change.h"

/* Names the presets that may be named: "ukraine, ees, protection". */
static enum reason say_none(const struct session *session, struct failure *failure)
{
    char names[128] = "";
    const char *preset;
    size_t used = 0;
    for (size_t i = 0; (preset = policy_preset_name(i)) != NULL && used < sizeof names; i++)
        if (strcmp(preset, POLICY_PRESET_DEMONSTRATION) != 0)
            used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used > 0 ? ", " : "", preset);
    return failure_set(failure, REASON_CONFIGURATION_BAD, session->configuration.file,
        "[policy] first is missing: the policy to begin with, a file or one of %s", names);
}

static enum reason take_preset(struct first_policy *first, const char *text, struct failure *failure)
{
    first->text = strdup(text);
    first->size = strlen(text);
    return first->text != NULL ? REASON_DONE : failure_set(failure, REASON_NO_MEMORY, "policy", NULL);
}

static enum reason read_text(
    const struct session *session, const char *named, struct first_policy *first, struct failure *failure)
{
    const char *preset = policy_preset(named);
    if (named[0] == '\0')
        return say_none(session, failure);
    if (preset != NULL)
        return take_preset(first, preset, failure);
    return file_read(named, POLICY_FILE_BYTES_MAX, (uint8_t **)&first->text, &first->size, failure);
}

static void describe(const struct session *session, const struct policy *policy, struct first_policy *first)
{
    struct json_writer body;
    struct log_policy named = {.version = policy->version};
    snprintf(named.hash, sizeof named.hash, "%s", first->hash);
    session_begin_body(session, &body);
    if (session->role == 0) { /* at init nobody has to hold one: it is said as in the entry of the keys */
        json_write_text(&body, "actor", "kordonctl init");
        json_write_text(&body, "role", role_name(ROLE_ADMINISTRATOR));
    }
    json_write_text(&body, "what", "policy put in force");
    json_write_text(&body, "policy_name", policy->name);
    log_write_policy(&body, &named);
    first->draft = (struct log_draft){.event = LOG_EVENT_CONFIGURATION, .body = json_writer_end(&body)};
    first->document =
        (struct document_change){.name = DOCUMENT_POLICY, .bytes = first->text, .size = first->size};
    first->change = (struct journal_change){.documents = &first->document, .document_count = 1};
    first->beginning = (struct store_beginning){.draft = &first->draft, .change = &first->change};
    snprintf(first->name, sizeof first->name, "%s", policy->name);
}

enum reason first_policy_read(
    const struct session *session, struct first_policy *first, struct failure *failure)
{
    const bool demonstration = config_is_demonstration(&session->configuration);
    const char *named = session->configuration.policy.first;
    struct policy *policy = NULL;
    *first = (struct first_policy){0};
    if (named[0] == '\0' && demonstration)
        named = POLICY_PRESET_DEMONSTRATION;
    enum reason reason = read_text(session, named, first, failure);
    if (reason == REASON_DONE)
        reason = policy_parse(named, first->text, first->size, &policy, failure);
    if (reason == REASON_DONE)
        reason = policy_check_place(policy, demonstration, failure);
    if (reason == REASON_DONE)
        reason = policy_hash(first->text, first->size, first->hash, failure);
    if (reason == REASON_DONE)
        describe(session, policy, first);
    else
        first_policy_finish(first);
    policy_destroy(policy);
    return reason;
}

void first_policy_finish(struct first_policy *first)
{
    json_decref(first->draft.body);
    free(first->text);
    *first = (struct first_policy){0};
}
