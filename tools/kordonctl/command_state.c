/* command_state.c: what a supervisor accepts against the evidence, and taking over the state of an older kordon. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "crypto/checkpoint.h"
#include "crypto/key_provider.h"
#include "store/journal.h"
#include "store/policy_change.h"
#include "tools/kordonctl/client.h"
#include "tools/kordonctl/first_policy.h"

static enum reason accept_in_store(
    struct session *session, bool anchor, const char *justification, json_t **answer, struct failure *failure)
{
    struct journal_outcome outcome = {0};
    struct json_writer writer;
    session_begin_body(session, &writer);
    json_write_text(&writer, "justification", justification);
    const struct log_draft draft = {.event = LOG_EVENT_CONFIGURATION, .body = json_writer_end(&writer)};
    enum reason reason = anchor ? store_accept_anchor(session->store, &draft, &outcome, failure)
                                : store_accept_clock(session->store, &draft, &outcome, failure);
    *answer = json_object();
    if (reason == REASON_DONE)
        reason = session_add_outcome(answer, &outcome, failure);
    journal_outcome_finish(&outcome);
    json_decref(draft.body);
    return reason;
}

static enum reason accept_through_daemon(struct session *session, const char *what, const char *justification,
    json_t **answer, struct failure *failure)
{
    struct json_writer writer;
    json_writer_object(&writer);
    json_write_text(&writer, "what", what);
    json_write_text(&writer, "justification", justification);
    return client_put_json(
        session->client, "POST", "/v1/state/accept", json_writer_end(&writer), answer, failure);
}

enum reason command_state_accept(struct session *session, struct failure *failure)
{
    const char *what = session->arguments.words[0];
    const char *justification = session_option(session, OPTION_JUSTIFICATION, "");
    json_t *answer = NULL;
    bool anchor = strcmp(what, "anchor") == 0;
    if (!anchor && strcmp(what, "clock") != 0)
        return failure_set(failure, REASON_BAD_ARGUMENT, what, "anchor or clock");
    if (justification[0] == '\0')
        return failure_set(failure, REASON_BAD_ARGUMENT, "--justification", "say why: it stands in the log");
    enum reason reason = session->client != NULL
                             ? accept_through_daemon(session, what, justification, &answer, failure)
                             : accept_in_store(session, anchor, justification, &answer, failure);
    if (reason == REASON_DONE && session->arguments.json)
        return print_json(answer, failure);
    if (reason == REASON_DONE)
        print_line("the %s is accepted; recorded as entry %lld of the log", what, number_of(answer, "seq"));
    json_decref(answer);
    return reason;
}

/* --- upgrade ------------------------------------------------------------------------------------------------------- */

/* Whether the policy in force is the one that a state would begin with here. */
static bool has_policy(struct store *store, const struct first_policy *first)
{
    struct policy_text policy;
    struct failure ignored;
    const bool same = policy_text_read(store, &policy, &ignored) == REASON_DONE &&
                      strcmp(policy.hash, first->file.hash) == 0;
    policy_text_finish(&policy);
    return same;
}

/* Whether the state is one of this version under that machine key; then also how it was taken over. */
static bool opens_with(struct session *session, struct key_provider *provider,
    const struct first_policy *first, struct store_upgrade *upgrade)
{
    struct store *store;
    struct failure ignored;
    struct store_guard guard;
    struct store_options options = session_store_options(session);
    options.provider = provider;
    if (store_open(&options, STORE_READ, &store, &ignored) != REASON_DONE)
        return false;
    store_guard(store, &guard);
    *upgrade = (struct store_upgrade){.size = guard.size,
        .unproven_from = guard.unproven_from,
        .unproven_before = guard.unproven_before,
        .begun = has_policy(store, first)};
    store_close(store);
    return true;
}

static enum reason read_checkpoint(const struct session *session, char **checkpoint, struct failure *failure)
{
    const char *path = session_option(session, OPTION_OLD, NULL);
    size_t size;
    *checkpoint = NULL;
    return path != NULL ? file_read(path, CHECKPOINT_READ_MAX, (uint8_t **)checkpoint, &size, failure)
                        : REASON_DONE;
}

static enum reason upgrade_with(struct session *session, struct key_provider *next,
    const struct first_policy *first, struct store_upgrade *upgrade, struct failure *failure)
{
    char *checkpoint;
    TRY(read_checkpoint(session, &checkpoint, failure));
    struct json_writer writer;
    session_begin_body(session, &writer);
    const struct log_draft draft = {.event = LOG_EVENT_CONFIGURATION, .body = json_writer_end(&writer)};
    const struct store_options options = session_store_options(session);
    enum reason reason =
        store_upgrade(&options, next, checkpoint, &draft, &first->beginning, upgrade, failure);
    json_decref(draft.body);
    free(checkpoint);
    return reason;
}

static json_t *upgrade_json(const struct store_upgrade *upgrade)
{
    struct json_writer writer;
    json_writer_object(&writer);
    json_write_integer(&writer, "size", (int64_t)upgrade->size);
    json_write_integer(&writer, "unproven_from", (int64_t)upgrade->unproven_from);
    json_write_integer(&writer, "unproven_before", (int64_t)upgrade->unproven_before);
    json_write_boolean(&writer, "machine_key_replaced", true);
    return json_writer_end(&writer);
}

static enum reason print_json_upgrade(
    const struct store_upgrade *upgrade, const struct first_policy *first, struct failure *failure)
{
    struct json_writer writer;
    json_writer_over(&writer, upgrade_json(upgrade));
    if (upgrade->begun) {
        json_write_text(&writer, "policy_name", first->file.policy->name);
        json_write_text(&writer, "policy_hash", first->file.hash);
    }
    return print_json(json_writer_end(&writer), failure);
}

static enum reason print_upgrade(const struct session *session, const struct store_upgrade *upgrade,
    const struct first_policy *first, struct failure *failure)
{
    if (session->arguments.json)
        return print_json_upgrade(upgrade, first, failure);
    print_line(
        "state        taken over: every head, body and tree node checked, and the list; the log has %llu "
        "entries, the last of which say so",
        (unsigned long long)upgrade->size);
    if (upgrade->unproven_before > 0)
        print_line("unproven     entries %llu to %llu: no checkpoint that was kept elsewhere covers them",
            (unsigned long long)upgrade->unproven_from, (unsigned long long)upgrade->unproven_before - 1);
    print_line(
        "machine key  %s is another one now: replace the copy that you keep; older copies of the state "
        "open no more",
        session->configuration.state.machine_key);
    if (upgrade->begun)
        print_line("policy       %s, %s", first->file.policy->name, first->file.hash);
    else
        print_line("policy       that of the state stays in force");
    return REASON_DONE;
}

static enum reason take_over(
    struct session *session, const struct first_policy *first, struct failure *failure)
{
    const char *uri = session->configuration.state.machine_key;
    struct key_provider *next = NULL;
    struct store_upgrade upgrade = {0};
    enum reason reason = key_provider_open_next(uri, &next, failure);
    /* With the next key it opens where an upgrade was interrupted between the new state and the new machine key. */
    if (reason == REASON_DONE && !opens_with(session, next, first, &upgrade))
        reason = upgrade_with(session, next, first, &upgrade, failure);
    key_provider_close(next);
    if (reason == REASON_DONE)
        reason = key_provider_promote_next(uri, failure);
    return reason == REASON_DONE ? print_upgrade(session, &upgrade, first, failure) : reason;
}

enum reason command_state_upgrade(struct session *session, struct failure *failure)
{
    struct store_upgrade upgrade;
    struct first_policy first;
    TRY(key_provider_open(session->configuration.state.machine_key, &session->provider, failure));
    TRY(first_policy_read(session, &first, failure));
    enum reason reason = opens_with(session, session->provider, &first, &upgrade)
                             ? failure_set(failure, REASON_STATE_EXISTS,
                                   session->configuration.state.directory, "it is of this version already")
                             : take_over(session, &first, failure);
    first_policy_finish(&first);
    return reason;
}
