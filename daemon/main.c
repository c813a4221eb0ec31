/* kordond: options, configuration, and the wiring of the parts. Read kordond.h for who owns what. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/file.h"
#include "crypto/digest.h"
#include "crypto/key_provider.h"
#include "daemon/api/events.h"
#include "daemon/api/routes.h"
#include "daemon/evidence.h"
#include "daemon/list_in_force.h"
#include "daemon/log_reader.h"
#include "daemon/loop.h"
#include "daemon/process.h"
#include "daemon/scanner_pool.h"
#include "daemon/transaction.h"
#include "store/store.h"

#define CONFIGURATION_BYTES_MAX (1u << 20)

struct options {
    const char *configuration;
    bool check_only;
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'c':
        options->configuration = argument;
        return 0;
    case 'k':
        options->check_only = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_usage(state);
        return EINVAL;
    case ARGP_KEY_END:
        if (options->configuration == NULL)
            argp_error(state, "--config is needed");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    .options =
        (const struct argp_option[]){
            {"config", 'c', "FILE", 0, "The configuration", 0},
            {"check-config", 'k', NULL, 0,
                "Check the configuration and the roles' users and groups, then end", 0},
            {0},
        },
    .parser = parse_option,
    .doc =
        "kordond: captures and compares fingerprints at a border crossing and keeps a signed record of every "
        "result.",
};

static int say(const struct failure *failure)
{
    char line[700];
    fprintf(stderr, "kordond: %s\n", failure_line(failure, line, sizeof line));
    return reason_exit_code(failure->reason);
}

/* The state, open for writing, and how it was left. */
struct state {
    struct key_provider *provider;
    struct store *store;
    char left[32]; /* "in order", "without a stop", "new" */
};

static void close_state(struct state *state)
{
    store_close(state->store);
    key_provider_close(state->provider);
}

/* The log itself tells how the last run ended. */
static enum reason read_ending(struct state *state, struct failure *failure)
{
    uint64_t size = journal_size(state->store);
    bool started = false;
    const char *left = "new";
    for (uint64_t seq = size; seq > 0 && !started; seq--) {
        json_t *entry = NULL;
        enum reason reason = journal_read(state->store, seq - 1, &entry, failure);
        if (reason != REASON_DONE)
            return reason;
        const char *event = json_string_value(json_object_get(json_object_get(entry, "head"), "event"));
        bool stop = event != NULL && strcmp(event, "stop") == 0;
        started = event != NULL && (stop || strcmp(event, "start") == 0);
        if (started)
            left = stop ? "in order" : "without a stop";
        json_decref(entry);
    }
    snprintf(state->left, sizeof state->left, "%s", left);
    return REASON_DONE;
}

static enum reason open_state(const struct configuration *configuration, const char *build,
    const char *configuration_hash, struct state *state, struct failure *failure)
{
    enum reason reason = key_provider_open(configuration->state.machine_key, &state->provider, failure);
    if (reason == REASON_DONE)
        reason =
            store_open(configuration->state.directory, STORE_WRITE, state->provider, &state->store, failure);
    if (reason == REASON_DONE)
        reason = journal_set_environment(state->store, build, configuration_hash, failure);
    if (reason == REASON_DONE)
        reason = read_ending(state, failure);
    return reason;
}

static enum reason start_scanners(struct kordond *kordond, struct failure *failure)
{
    const struct configuration *configuration = kordond->configuration;
    if (!configuration->scanner.enabled)
        return REASON_DONE;
    const struct scanner_pool_options options = {
        .program = configuration->scanner.program, .log_descriptor = STDERR_FILENO};
    return scanner_pool_create(
        &kordond->scanners, &kordond->loop, &options, events_on_scanner, kordond, failure);
}

static enum reason start_server(struct kordond *kordond, struct failure *failure)
{
    const struct configuration *configuration = kordond->configuration;
    const struct server_options options = {.socket = configuration->api.socket,
        .socket_mode = configuration->api.socket_mode,
        .connections = configuration->api.connections,
        .grants = &kordond->grants};
    const struct server_application application = {
        .data = kordond, .admit = routes_admit, .handle = routes_handle, .refuse = routes_refuse};
    return server_create(&kordond->server, &kordond->loop, &options, &application, failure);
}

static void note_start(struct kordond *kordond, const struct state *state)
{
    json_t *body = evidence_body(kordond, "kordond", "system");
    evidence_text(body, "before", state->left);
    evidence_integer(body, "calibration", matcher_calibration_version());
    evidence_note(kordond, LOG_EVENT_START, body);
}

/* Parts in the order in which they need each other; the socket opens when all the rest is there. A list that
 * can't be opened leaves the daemon locked, not down: verification and the log go on. */
static enum reason start_parts(struct kordond *kordond, struct state *state, struct failure *failure)
{
    const struct configuration *configuration = kordond->configuration;
    struct reference_set *set = NULL;
    struct failure list_failure = {0};
    reference_set_build(
        state->store, search_pool_thread_count(configuration->identification.threads), &set, &list_failure);
    kordond->log_size = journal_size(state->store);
    enum reason reason =
        search_pool_create(&kordond->search, &kordond->loop, configuration->identification.threads, failure);
    if (reason == REASON_DONE)
        reason = log_reader_create(&kordond->log_reader, &kordond->loop, configuration, failure);
    if (reason == REASON_DONE)
        reason = journal_thread_create(&kordond->journal, &kordond->loop, state->store, failure);
    if (reason != REASON_DONE) {
        reference_set_destroy(set);
        return reason;
    }
    note_start(kordond, state);
    kordond->mode = MODE_LOCKED;
    list_install(kordond, set, &list_failure);
    /* Nobody is served before the log says that kordond started, and in which mode. */
    while (kordond->entries_pending > 0)
        uv_run(&kordond->loop, UV_RUN_ONCE);
    if (kordond->metrics.counters[METRIC_ENTRY_FAILURES] > 0)
        return failure_set(
            failure, REASON_STORE_ERROR, "log", "its start can't be recorded: nobody is served");
    if (kordond->phase != KORDOND_RUNNING)
        return REASON_DONE; /* stopped before it was ready */
    reason = start_scanners(kordond, failure);
    if (reason == REASON_DONE)
        reason = start_server(kordond, failure);
    return reason;
}

static int run(struct kordond *kordond, struct state *state)
{
    struct failure failure = {0};
    snprintf(kordond->origin, sizeof kordond->origin, "%s", store_origin(state->store));
    snprintf(kordond->verifier_key, sizeof kordond->verifier_key, "%s", store_verifier_key(state->store));
    if (loop_start(kordond, &failure) != REASON_DONE)
        return say(&failure);
    if (start_parts(kordond, state, &failure) != REASON_DONE) {
        kordond->exit_status = say(&failure);
        loop_close_all(kordond);
    } else if (kordond->server != NULL) {
        printf("kordond: ready at %s, %s\n", kordond->configuration->api.socket, mode_name(kordond->mode));
        fflush(stdout);
    }
    uv_run(&kordond->loop, UV_RUN_DEFAULT);
    server_destroy(kordond->server);
    uv_run(&kordond->loop, UV_RUN_DEFAULT);
    transactions_finish(kordond);
    if (uv_loop_close(&kordond->loop) != 0) {
        fprintf(stderr, "kordond: handles were left open\n");
        return EX_SOFTWARE;
    }
    return kordond->exit_status;
}

static int start(
    const char *path, bool check_only, struct kordond *kordond, struct configuration *configuration)
{
    struct failure failure = {0};
    struct state state = {0};
    uint8_t *bytes;
    size_t size;
    char hash[DIGEST_HEX_SIZE];
    enum reason reason = file_read(path, CONFIGURATION_BYTES_MAX, &bytes, &size, &failure);
    if (reason == REASON_DONE)
        reason = config_parse(path, bytes, size, configuration, &failure);
    if (reason == REASON_DONE)
        reason = peer_grants_resolve(configuration->roles, &kordond->grants, &failure);
    if (reason == REASON_DONE)
        reason = process_hash(bytes, size, hash, sizeof hash, &failure);
    free(bytes);
    if (reason == REASON_DONE && check_only) {
        printf("%s: valid\n", path);
        return 0;
    }
    kordond->configuration = configuration;
    process_build_name(kordond->build, sizeof kordond->build);
    if (reason == REASON_DONE)
        reason = open_state(configuration, kordond->build, hash, &state, &failure);
    int status = reason == REASON_DONE ? run(kordond, &state) : say(&failure);
    close_state(&state);
    return status;
}

int main(int argc, char **argv)
{
    struct options options = {0};
    struct failure failure = {0};
    argp_err_exit_status = EX_USAGE;
    argp_parse(&argp, argc, argv, 0, NULL, &options);
    if (process_prepare(&failure) != REASON_DONE)
        return say(&failure);
    struct kordond *kordond = calloc(1, sizeof *kordond);
    struct configuration *configuration = calloc(1, sizeof *configuration);
    int status = EX_OSERR;
    if (kordond != NULL && configuration != NULL)
        status = start(options.configuration, options.check_only, kordond, configuration);
    free(configuration);
    free(kordond);
    return status;
}
