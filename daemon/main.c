/* kordond: options, configuration, and the wiring of the parts. Read kordond.h for who owns what. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/say.h"
#include "crypto/key_provider.h"
#include "daemon/api/event_streams.h"
#include "daemon/api/idempotency.h"
#include "daemon/api/routes.h"
#include "daemon/api/transaction_json.h"
#include "daemon/check_memory.h"
#include "daemon/lifecycle.h"
#include "daemon/loaded_configuration.h"
#include "daemon/process.h"
#include "store/store.h"

/* State, anchor, readers, threads: some dozen with many readers. */
#define OTHER_DESCRIPTORS 256

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
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void print_version(FILE *stream, struct argp_state *state)
{
    char name[128];
    (void)state;
    process_build_name(name, sizeof name);
    fprintf(stream, "%s\n", name);
}

static const struct argp argp = {
    .options =
        (const struct argp_option[]){
            {"config", 'c', "FILE", 0, "The configuration (default " CONFIG_FILE_DEFAULT ")", 0},
            {"check-config", 'k', NULL, 0,
                "Check the configuration and the roles' users and groups, then end", 0},
            {0},
        },
    .parser = parse_option,
    .doc =
        "kordond: captures and compares fingerprints at a border crossing and keeps a signed record of every "
        "result.",
};

static int refuse(const struct failure *failure)
{
    char line[700];
    say(SAY_ERROR, "%s", failure_line(failure, line, sizeof line));
    return reason_exit_code(failure->reason);
}

/* The state, open for writing. */
struct state {
    struct key_provider *provider;
    struct store *store; /* NULL where it could not be proven */
};

static void close_state(struct state *state)
{
    store_close(state->store);
    key_provider_close(state->provider);
}

/* What cannot be proven locks kordond, which goes on telling why; whatever else is against opening it ends the start. */
static bool locks(enum reason reason)
{
    return reason_class(reason) == REASON_CLASS_EVIDENCE_BROKEN;
}

static enum reason open_state(
    struct kordond *kordond, const char *configuration_hash, struct state *state, struct failure *failure)
{
    const struct configuration *configuration = kordond->guard.configuration = kordond->configuration;
    TRY(key_provider_open(configuration->state.machine_key, &state->provider, failure));
    struct store_options options = guard_store_options(configuration, state->provider);
    options.build = kordond->build;
    options.configuration = configuration_hash;
    options.demonstration = config_is_demonstration(configuration);
    enum reason reason = store_open(&options, STORE_WRITE, &state->store, failure);
    if (locks(reason)) {
        kordond->guard.locked = *failure;
        return REASON_DONE;
    }
    if (reason == REASON_DONE)
        guard_open(&kordond->guard, state->store);
    return reason;
}

static void on_not_let_in(void *data, enum tls_refusal refusal)
{
    struct kordond *kordond = data;
    network_not_let_in(&kordond->network, refusal);
}

/* At the start there is no server yet: it opens the network when it is made. */
static enum reason on_network_opens(void *data, struct failure *failure)
{
    struct kordond *kordond = data;
    return kordond->server != NULL ? server_open_network(kordond->server, failure) : REASON_DONE;
}

static void on_network_settled(void *data)
{
    struct kordond *kordond = data;
    reload_go_on(&kordond->reload);
}

static enum reason start_server(struct kordond *kordond, struct failure *failure)
{
    const struct configuration *configuration = kordond->configuration;
    const struct server_options options = {.socket = configuration->api.socket,
        .socket_mode = configuration->api.socket_mode,
        .quota = &kordond->quota,
        .stream_patience_seconds = configuration->api.event_stream_patience,
        .grants = &kordond->reload.in_force->grants,
        .network = configuration->tls.address,
        .tls = kordond->reload.in_force->tls};
    const struct server_application application = {.data = kordond,
        .admit = routes_admit,
        .handle = routes_handle,
        .refuse = routes_refuse,
        .answered = routes_answered,
        .turn_away = routes_turn_away,
        .not_let_in = on_not_let_in};
    TRY(server_create(&kordond->server, &kordond->loop, &options, &application, failure));
    return kordond->network.closed.reason == REASON_DONE ? server_open_network(kordond->server, failure)
                                                         : REASON_DONE;
}

/* The socket opens when all the rest is there. */
static enum reason start_parts(struct kordond *kordond, struct state *state, struct failure *failure)
{
    kordond->network.open = on_network_opens;
    kordond->network.settled = on_network_settled;
    kordond->network.data = kordond;
    network_use(&kordond->network, kordond->reload.in_force->tls);
    enum reason reason = lifecycle_start(kordond, state->store, failure);
    return reason == REASON_DONE && kordond->phase == KORDOND_RUNNING ? start_server(kordond, failure)
                                                                      : reason;
}

static int run(struct kordond *kordond, struct state *state)
{
    struct failure failure = {0};
    struct event_streams streams = {0};
    struct idempotency idempotency;
    if (lifecycle_init(kordond, &failure) != REASON_DONE)
        return refuse(&failure);
    kordond->transactions.show = transaction_json_of;
    kordond->transactions.referred = referrals_referred;
    kordond->transactions.in_doubt = referrals_in_doubt;
    kordond->transactions.referred_data = &kordond->referrals;
    idempotency_init(&idempotency, kordond);
    if (event_streams_init(&streams, kordond, &failure) != REASON_DONE ||
        start_parts(kordond, state, &failure) != REASON_DONE) {
        kordond->exit_status = refuse(&failure);
        lifecycle_close_all(kordond);
    } else if (kordond->server != NULL) {
        service_manager_serving(&kordond->service_manager);
        printf("kordond: ready at %s, %s%s\n", kordond->configuration->api.socket,
            mode_name(kordond->mode.word), kordond->evidence.staff->demonstration ? ", a demonstration" : "");
        fflush(stdout);
        lifecycle_watch(kordond);
    }
    uv_run(&kordond->loop, UV_RUN_DEFAULT);
    server_destroy(kordond->server);
    event_streams_finish(&streams);
    uv_run(&kordond->loop, UV_RUN_DEFAULT);
    idempotency_finish(&idempotency);
    referrals_finish(&kordond->referrals);
    transactions_finish(&kordond->transactions);
    mode_finish(&kordond->mode);
    evidence_finish(&kordond->evidence);
    policy_in_force_finish(&kordond->policy);
    reload_finish(&kordond->reload);
    network_finish(&kordond->network);
    if (uv_loop_close(&kordond->loop) != 0) {
        say(SAY_ERROR, "handles were left open");
        return EX_SOFTWARE;
    }
    return kordond->exit_status;
}

static int start(
    const char *given, bool check_only, struct kordond *kordond, struct loaded_configuration *loaded)
{
    struct failure failure = {0};
    struct state state = {0};
    enum reason reason = loaded_configuration_read(given, loaded, &failure);
    /* Without it all works but capturing: it is said, and keeps kordond from nothing. */
    if (reason == REASON_DONE &&
        config_check_scanner_program(&loaded->configuration, &failure) != REASON_DONE) {
        int bad = refuse(&failure);
        if (check_only)
            return bad;
    }
    if (reason == REASON_DONE && check_only)
        reason = config_check_first_policy(&loaded->configuration, &failure);
    if (reason == REASON_DONE) {
        quota_init(&kordond->quota, &loaded->configuration);
        reason = process_allow_descriptors(server_descriptors(&kordond->quota) + OTHER_DESCRIPTORS, &failure);
    }
    if (reason == REASON_DONE && check_only) {
        printf("%s: valid%s\n", loaded->path,
            loaded->grants.staff.demonstration ? ", a demonstration: it claims nothing of who is who" : "");
        second_line_say(&loaded->second_line, POLICY_EXAMINERS_MAX);
        check_memory(&loaded->configuration);
        return 0;
    }
    kordond->configuration = &loaded->configuration;
    kordond->reload =
        (struct reload){.file = given != NULL ? given : CONFIG_FILE_DEFAULT, .in_force = loaded};
    process_build_name(kordond->build, sizeof kordond->build);
    if (reason == REASON_DONE)
        reason = open_state(kordond, loaded->hash, &state, &failure);
    int status = reason == REASON_DONE ? run(kordond, &state) : refuse(&failure);
    close_state(&state);
    return status;
}

int main(int argc, char **argv)
{
    struct options options = {0};
    struct failure failure = {0};
    argp_err_exit_status = EX_USAGE;
    argp_program_version_hook = print_version;
    argp_parse(&argp, argc, argv, 0, NULL, &options);
    if (process_prepare(&failure) != REASON_DONE)
        return refuse(&failure);
    struct kordond *kordond = calloc(1, sizeof *kordond);
    struct loaded_configuration *loaded = calloc(1, sizeof *loaded);
    int status = EX_OSERR;
    if (kordond != NULL && loaded != NULL)
        status = start(options.configuration, options.check_only, kordond, loaded);
    if (loaded != NULL)
        loaded_configuration_finish(loaded);
    free(loaded);
    free(kordond);
    return status;
}
