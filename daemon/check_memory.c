#include "daemon/check_memory.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/locked_memory.h"
#include "base/text.h"
#include "crypto/key_provider.h"
#include "daemon/guard.h"
#include "daemon/list/list.h"
#include "daemon/memory_need.h"

static enum reason measure_installed(
    const struct configuration *configuration, struct reference_totals *totals, struct failure *failure)
{
    struct key_provider *provider = NULL;
    struct store *store = NULL;
    struct reference_source source;
    enum reason reason = key_provider_open(configuration->state.machine_key, &provider, failure);
    if (reason == REASON_DONE) {
        const struct store_options options = guard_store_options(configuration, provider);
        reason = store_open(&options, STORE_READ, &store, failure);
    }
    if (reason == REASON_DONE)
        reason = reference_source_installed(store, &source, failure);
    struct policy_in_force policy = {0};
    if (reason == REASON_DONE)
        reason = policy_in_force_read(&policy, store, true, failure);
    if (reason == REASON_DONE) {
        const struct list_plan plan = list_plan_of(configuration, policy.policy, 1);
        reason = list_measure(&plan, &source, totals, failure);
    }
    policy_in_force_finish(&policy);
    store_close(store);
    key_provider_close(provider);
    return reason;
}

/* Sets what is needed against what is allowed. */
static void print_verdict(size_t needed)
{
    size_t limit = locked_memory_limit();
    if (limit == SIZE_MAX)
        printf("memory: no limit is in force here\n");
    else if (limit >= needed)
        printf("memory: the limit in force here is %.1f MiB: enough\n", (double)limit / MEBIBYTE);
    else
        printf("memory: the limit in force here is %.1f MiB, which is too low: set LimitMEMLOCK=%.0fM or "
               "more in kordond's unit (ulimit -l %.0f in a shell)\n",
            (double)limit / MEBIBYTE, (double)needed / MEBIBYTE + 1, ((double)needed / MEBIBYTE + 1) * 1024);
}

/* Whether there is something that a missing key would lock for ever; in doubt there is. */
static bool has_state(const struct configuration *configuration)
{
    char path[sizeof configuration->state.directory + sizeof "/kordon.db"];
    snprintf(path, sizeof path, "%s/kordon.db", configuration->state.directory);
    return access(path, F_OK) == 0 || errno != ENOENT;
}

static void print_beginning(const struct configuration *configuration)
{
    printf("state: none yet; kordonctl init, run as kordond's user, makes machine key, list and log\n");
    if (configuration->policy.first[0] == '\0' && !config_is_demonstration(configuration))
        printf("policy: [policy] first is missing, and init needs it: a policy to begin with\n");
}

void check_memory(const struct configuration *configuration)
{
    struct memory_need need = memory_need(configuration, NULL);
    struct reference_totals totals;
    struct failure failure = {0};
    char line[700];
    printf("memory: %.1f MiB to be locked without a list\n", (double)need.now / MEBIBYTE);
    if (measure_installed(configuration, &totals, &failure) == REASON_DONE) {
        need = memory_need(configuration, &totals);
        printf("memory: %.1f MiB with the installed list (%" PRIu64 " %s, %" PRIu64
               " %s), %.1f MiB while another one of its size replaces it\n",
            (double)need.now / MEBIBYTE, totals.people, counted(totals.people, "person", "people"),
            totals.fingers, counted(totals.fingers, "finger", "fingers"), (double)need.for_change / MEBIBYTE);
    } else if (failure.reason == REASON_KEY_MISSING && !has_state(configuration)) {
        print_beginning(configuration);
    } else {
        printf("memory: what the installed list needs is not known: %s\n",
            failure_line(&failure, line, sizeof line));
    }
    print_verdict(need.for_change);
}
