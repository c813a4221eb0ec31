/* run_internal.h: one self-test on its way: each print enrolled, then each pair compared, one at a time, on the search threads. Loop's
 * thread. */
#ifndef KORDON_DAEMON_SELF_TEST_RUN_INTERNAL_H
#define KORDON_DAEMON_SELF_TEST_RUN_INTERNAL_H

#include "daemon/search/pool.h"
#include "daemon/self_test/result.h"
#include "daemon/workers.h"

/* In the owner's memory, zeroed but for what is filled in: done, workers, and of the result set, trigger, by and target_fmr. */
struct self_test_run {
    const struct workers *workers;
    void (*done)(struct self_test_run *run); /* once; result is whole */
    struct self_test_result result;
    bool stop; /* goes no further than it is: incomplete */
    /* private */
    size_t print, pair;
    uint64_t began_ns, step_ns;
    struct locked_template templates[SELF_TEST_PRINTS_MAX];
    struct enrolment_job enrolment;
    struct comparison_job comparison;
};

/* done() may come before this returns. Everything that was locked is wiped and released by then. */
void self_test_run_start(struct self_test_run *run);

#endif
