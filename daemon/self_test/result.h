/* result.h: what a self-test found, and how the log and the API say it. Values; any thread. */
#ifndef KORDON_DAEMON_SELF_TEST_RESULT_H
#define KORDON_DAEMON_SELF_TEST_RESULT_H

#include "daemon/principal.h"
#include "daemon/self_test/set.h"
#include "json/writer.h"

enum self_test_outcome {
    SELF_TEST_NONE, /* there was none yet */
    SELF_TEST_PASSED,
    SELF_TEST_FAILS,      /* something was found that is not as it was proven to be */
    SELF_TEST_INCOMPLETE, /* it could not be run to its end: it says nothing */
};

/* What had it run. */
enum self_test_trigger { SELF_TEST_AT_START, SELF_TEST_WHEN_DUE, SELF_TEST_ON_DEMAND };

struct self_test_print_found {
    bool enrolled;
    uint32_t quality;
    uint32_t took_ms; /* waiting for a thread included, as in all of them */
};

struct self_test_pair_found {
    bool compared, passed;
    matcher_score score;
    uint32_t took_ms;
};

/* Zeroed: there was none. */
struct self_test_result {
    enum self_test_outcome outcome;
    struct failure why; /* of another one than passed: the first thing that was found */
    enum self_test_trigger trigger;
    char by[PRINCIPAL_NAME_SIZE]; /* "kordond" where it ran by itself */
    int64_t ended_ms;             /* UTC */
    uint32_t took_ms;
    const struct self_test_set *set;
    bool threshold_known;
    matcher_score threshold; /* of a 1:1 comparison here; mated pairs must reach it, the others must not */
    double target_fmr;
    uint32_t threads; /* that search here; 0: there are none */
    struct self_test_print_found prints[SELF_TEST_PRINTS_MAX];
    struct self_test_pair_found pairs[SELF_TEST_PAIRS_MAX];
};

/* "passed", "failed", "incomplete"; "none". "start", "due", "demand". */
const char *self_test_outcome_name(enum self_test_outcome outcome);
const char *self_test_trigger_name(enum self_test_trigger trigger);

/* Adds it to an object: outcome, what was compared by what, each print and each pair. Integers and texts alone, as the log wants them. */
void self_test_result_add(struct json_writer *object, const struct self_test_result *result);

#endif
