#include "tools/kordonctl/first_policy.h"

#include <stdio.h>
#include <string.h>

#include "base/word_list.h"

/* Names the presets that may be named: "ukraine, ees, protection". */
static enum reason say_none(const struct session *session, struct failure *failure)
{
    struct word_list names = {0};
    const char *preset;
    for (size_t i = 0; (preset = policy_preset_name(i)) != NULL; i++)
        if (strcmp(preset, POLICY_PRESET_DEMONSTRATION) != 0)
            word_list_add(&names, preset);
    return failure_set(failure, REASON_CONFIGURATION_BAD, session->configuration.file,
        "[policy] first is missing: the policy to begin with, a file or one of %s", names.text);
}

static void describe(const struct session *session, struct first_policy *first)
{
    const struct policy *policy = first->file.policy;
    struct json_writer body;
    struct log_policy named = {.version = policy->version};
    snprintf(named.hash, sizeof named.hash, "%s", first->file.hash);
    session_begin_body(session, &body);
    if (session->role == 0) { /* at init nobody has to hold one: it is said as in the entry of the keys */
        json_write_text(&body, "actor", "kordonctl init");
        json_write_text(&body, "role", role_name(ROLE_ADMINISTRATOR));
    }
    json_write_text(&body, "what", "policy put in force");
    json_write_text(&body, "policy_name", policy->name);
    log_write_policy(&body, &named);
    first->draft = (struct log_draft){.event = LOG_EVENT_CONFIGURATION, .body = json_writer_end(&body)};
    first->document = (struct document_change){
        .name = DOCUMENT_POLICY, .bytes = first->file.text, .size = first->file.size};
    first->change = (struct journal_change){.documents = &first->document, .document_count = 1};
    first->beginning = (struct store_beginning){.draft = &first->draft, .change = &first->change};
}

enum reason first_policy_read(
    const struct session *session, struct first_policy *first, struct failure *failure)
{
    const bool demonstration = config_is_demonstration(&session->configuration);
    const char *named = session->configuration.policy.first;
    *first = (struct first_policy){0};
    if (named[0] == '\0' && demonstration)
        named = POLICY_PRESET_DEMONSTRATION;
    if (named[0] == '\0')
        return say_none(session, failure);
    enum reason reason = policy_file_read(named, &first->file, failure);
    if (reason == REASON_DONE)
        reason = policy_check_place(first->file.policy, demonstration, failure);
    if (reason == REASON_DONE)
        describe(session, first);
    else
        first_policy_finish(first);
    return reason;
}

void first_policy_finish(struct first_policy *first)
{
    json_decref(first->draft.body);
    policy_file_finish(&first->file);
    *first = (struct first_policy){0};
}
