#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/digest.h"
#include "crypto/key_provider.h"
#include "policy/policy.h"
#include "store/journal.h"
#include "store/policy_change.h"
#include "store/store.h"
#include "tools/kordonctl/client.h"
#include "tools/kordonctl/kordonctl.h"
#include "tools/kordonctl/tls_identity.h"

static enum reason hash_configuration(
    struct session *session, const uint8_t *bytes, size_t size, struct failure *failure)
{
    struct digest *digest;
    uint8_t hash[DIGEST_BYTES];
    TRY(digest_create(&digest, failure));
    enum reason reason = digest_bytes(digest, bytes, size, hash, failure);
    if (reason == REASON_DONE)
        hex_format(hash, sizeof hash, session->configuration_hash);
    digest_destroy(digest);
    return reason;
}

enum reason session_read_configuration(struct session *session, struct failure *failure)
{
    char path[PATH_MAX];
    uint8_t *bytes;
    size_t size;
    TRY(config_read_file(session->arguments.config, path, &bytes, &size, failure));
    enum reason reason = config_parse(path, bytes, size, &session->configuration, failure);
    if (reason == REASON_DONE)
        reason = hash_configuration(session, bytes, size, failure);
    free(bytes);
    return reason;
}

struct store_options session_store_options(const struct session *session)
{
    const struct configuration *configuration = &session->configuration;
    return (struct store_options){.directory = configuration->state.directory,
        .provider = session->provider,
        .build = KORDON_BUILD,
        .configuration = session->configuration_hash,
        .demonstration = config_is_demonstration(configuration),
        .origin = configuration->log.origin,
        .anchor = configuration->log.anchor,
        .receipts_wait_for_anchor = configuration->log.anchor_first,
        .clock_gap_days = configuration->log.clock_gap_days};
}

/* What is appended names the policy in force. A state that has none that holds takes entries all the same, which then name none. */
static void name_policy(struct store *store)
{
    struct policy_text text;
    struct policy *policy = NULL;
    struct failure ignored;
    if (policy_text_read(store, &text, &ignored) == REASON_DONE &&
        policy_parse("policy", text.text, text.size, &policy, &ignored) == REASON_DONE) {
        struct log_policy named = {.version = policy->version};
        snprintf(named.hash, sizeof named.hash, "%s", text.hash);
        store_use_policy(store, &named);
    }
    policy_destroy(policy);
    policy_text_finish(&text);
}

static enum reason append_access(struct session *session, const char *what, struct failure *failure)
{
    struct store *store;
    struct json_writer writer;
    struct journal_outcome outcome = {0};
    const struct store_options options = session_store_options(session);
    TRY(store_open(&options, STORE_WRITE, &store, failure));
    name_policy(store);
    session_begin_body(session, &writer);
    json_write_text(&writer, "read", what);
    json_write_text(&writer, "program", "kordonctl");
    json_write_text_if(&writer, LOG_WITHHELD_EVENTS, session_option(session, OPTION_WITHHOLD, NULL));
    const struct log_draft draft = {.event = LOG_EVENT_ACCESS, .body = json_writer_end(&writer)};
    enum reason reason = journal_append(store, &draft, 1, &outcome, failure);
    journal_outcome_finish(&outcome);
    json_decref(draft.body);
    store_close(store);
    return reason;
}

/* A look at the log is itself logged (L4) where that is possible; a log that can't be written is shown all the same, and that
 * the look is not in it is said. (kordond records what goes through it.) */
static void record_access(struct session *session, const char *what)
{
    struct failure failure = {0};
    char line[700];
    if (what != NULL && append_access(session, what, &failure) != REASON_DONE)
        print_error_line(
            "this look at the log is not recorded: %s", failure_line(&failure, line, sizeof line));
}

/* A look goes on where the anchor is against the state, because an older copy is evidence too; but it says what it is. */
static void say_hold(const struct session *session)
{
    const struct failure *held = store_held(session->store);
    char line[700];
    if (held->reason != REASON_DONE)
        print_error_line("%s", failure_line(held, line, sizeof line));
}

static enum reason open_store(struct session *session, const struct command *command, struct failure *failure)
{
    bool writes = command->needs == NEED_STATE;
    TRY(session_check_role(session, command->role, failure));
    TRY(key_provider_open(session->configuration.state.machine_key, &session->provider, failure));
    record_access(session, command->reads);
    const struct store_options options = session_store_options(session);
    enum reason reason = store_open(&options, writes ? STORE_WRITE : STORE_READ, &session->store, failure);
    if (reason == REASON_DONE && writes)
        name_policy(session->store);
    if (reason == REASON_DONE && command->reads != NULL)
        say_hold(session);
    return reason;
}

/* --- Where kordond is */

/* An option, or the environment's word for it. */
static const char *option_or_environment(const char *option, const char *variable)
{
    const char *text = option != NULL ? option : getenv(variable);
    return text != NULL && text[0] != '\0' ? text : NULL;
}

/* A server that is named now goes before what the environment names for each command, and so does a configuration. */
static enum reason find_server(struct session *session, struct failure *failure)
{
    const struct arguments *arguments = &session->arguments;
    if (arguments->server != NULL && arguments->config != NULL)
        return failure_set(failure, REASON_BAD_ARGUMENT, "--server",
            N_("it goes without --config, which is about this machine"));
    if (arguments->config == NULL)
        session->server = option_or_environment(arguments->server, "KORDON_SERVER");
    return REASON_DONE;
}

static enum reason read_identity(struct session *session, struct failure *failure)
{
    static const char *const names[] = {"--certificate", "--key", "--authority"};
    const char *const files[] = {
        option_or_environment(session->arguments.certificate, "KORDON_CERTIFICATE"),
        option_or_environment(session->arguments.key, "KORDON_KEY"),
        option_or_environment(session->arguments.authority, "KORDON_AUTHORITY"),
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        if (files[i] == NULL)
            return failure_set(failure, REASON_BAD_ARGUMENT, names[i], N_("it is mandatory with --server"));
    return tls_identity_read(files[0], files[1], files[2], &session->identity, failure);
}

enum reason session_connect(const struct session *session, struct client **client, struct failure *failure)
{
    const struct client_place place = {
        .socket = session->server == NULL ? session->configuration.api.socket : NULL,
        .server = session->server,
        .identity = session->identity};
    return client_open(&place, client, failure);
}

bool session_is_demonstration(const struct session *session)
{
    return session->server == NULL && config_is_demonstration(&session->configuration);
}

/* Nothing of this machine is read or written: neither a configuration nor a state. */
static enum reason open_remote(
    struct session *session, const struct command *command, struct failure *failure)
{
    if (command->needs == NEED_CONFIGURATION || command->needs == NEED_NO_DAEMON)
        return failure_set(failure, REASON_BAD_ARGUMENT, command->name,
            "it works on the state of the machine itself: run it at the post, without --server and "
            "KORDON_SERVER");
    TRY(read_identity(session, failure));
    return session_connect(session, &session->client, failure);
}

enum reason session_look_for_daemon(struct session *session, struct failure *failure)
{
    struct failure ignored = {0};
    if (session->server != NULL) {
        TRY(read_identity(session, failure));
        return session_connect(session, &session->client, failure);
    }
    TRY(session_read_configuration(session, failure));
    session_connect(session, &session->client, &ignored);
    return REASON_DONE;
}

static enum reason open_here(struct session *session, const struct command *command, struct failure *failure)
{
    enum reason reason = session_read_configuration(session, failure);
    if (reason != REASON_DONE || command->needs == NEED_CONFIGURATION)
        return reason;
    reason = session_connect(session, &session->client, failure);
    if (command->needs == NEED_NO_DAEMON) {
        if (reason == REASON_DONE)
            return failure_set(
                failure, REASON_STATE_LOCKED, session->configuration.state.directory, "kordond works on it");
        return session_check_role(session, command->role, failure);
    }
    if (reason == REASON_DAEMON_NOT_REACHABLE && command->needs != NEED_DAEMON)
        return open_store(session, command, failure);
    return reason;
}

enum reason session_open(struct session *session, const struct command *command, struct failure *failure)
{
    bool named = (command->needs == NEED_READING_UNLESS_NAMED && session->arguments.word_count > 0) ||
                 (command->needs == NEED_READING_UNLESS_EXPORT &&
                     session_option(session, OPTION_EXPORT, NULL) != NULL);
    TRY(find_server(session, failure));
    if (command->needs == NEED_NOTHING || named)
        return REASON_DONE;
    return session->server != NULL ? open_remote(session, command, failure)
                                   : open_here(session, command, failure);
}

/* Somebody who writes while we read makes good data look broken. */
enum reason session_judge(const struct session *session, enum reason reason, struct failure *failure)
{
    if (reason_class(reason) != REASON_CLASS_EVIDENCE_BROKEN || session->store == NULL ||
        !store_disturbed(session->store))
        return reason;
    return failure_set(
        failure, REASON_BUSY, session->configuration.state.directory, "it was written while it was read");
}

void session_close(struct session *session)
{
    client_close(session->client);
    tls_identity_free(session->identity);
    store_close(session->store);
    key_provider_close(session->provider);
}

const char *session_option(const struct session *session, enum option_name option, const char *fallback)
{
    const char *text = session->arguments.texts[option];
    return text != NULL ? text : fallback;
}

enum reason session_add_outcome(
    json_t **answer, const struct journal_outcome *outcome, struct failure *failure)
{
    struct json_writer writer;
    json_writer_over(&writer, *answer);
    json_write_integer(&writer, "seq", (int64_t)outcome->seq);
    json_write_text(&writer, "receipt", outcome->receipt != NULL ? outcome->receipt : "");
    *answer = json_writer_end(&writer);
    return *answer != NULL ? REASON_DONE
                           : failure_set(failure, REASON_NO_MEMORY, "output",
                                 "it is done, as entry %llu of the log", (unsigned long long)outcome->seq);
}
