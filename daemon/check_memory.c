#include "daemon/check_memory.h"

#include <inttypes.h>
#include <stdio.h>

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
    } else {
        printf("memory: what the installed list needs is not known: %s\n",
            failure_line(&failure, line, sizeof line));
    }
    print_verdict(need.for_change);
}
