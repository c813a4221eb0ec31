/* self_test.h: does this post still compare as it was proven to? (Q5) Prints that nobody has, mated and not, go the very way of a
 * traveller's sample: read, enrolled, compared on the search threads, with the threshold in force here.
 *
 * It runs at the start, before anything is armed; again when [self_test] interval_hours are over; and on demand. It touches no list and is no
 * transaction. Each run is one entry of the log. One that fails holds capture and identification from the moment it is found, until one
 * passes and is durably recorded; one that could not be run to its end says nothing, and holds them only where none has passed since the
 * start. It gives way to travellers: one job of it waits behind theirs, and it begins only where it leaves the memory that is kept for
 * them. Loop's thread.
 */
#ifndef KORDON_DAEMON_SELF_TEST_SELF_TEST_H
#define KORDON_DAEMON_SELF_TEST_SELF_TEST_H

#include "daemon/evidence.h"
#include "daemon/self_test/result.h"

struct self_test_task;
struct self_test_waiter;

/* What it works with is filled in by whoever makes it; zeroed, nothing was tested and nothing is held. */
struct self_test {
    const struct configuration *configuration;
    struct evidence *evidence;
    const struct self_test_set *set;         /* what it compares */
    const uint32_t *unfinished_transactions; /* travellers whose samples may be in memory */
    void (*changed)(void *data);             /* whether it holds anything may be another answer now */
    void *data;
    struct failure failure;       /* why nothing may be compared: SELF_TEST_FAILED; DONE: it may */
    struct self_test_result last; /* the last one that came to an end */
    bool running;
    /* private */
    bool proven; /* one has passed since the start */
    bool stopped;
    uint64_t ended_ms; /* loop time of the last one's end */
    struct self_test_task *task;
};

/* Copies the failure that holds capture and identification; DONE: none does. */
enum reason self_test_check(const struct self_test *self_test, struct failure *failure);

/* In the memory of whoever waits. failure NULL: seq is the entry that holds the result; otherwise it is not recorded, and the result says what
 * was found nevertheless. */
struct self_test_waiter {
    void (*told)(struct self_test_waiter *waiter, const struct self_test_result *result, uint64_t seq,
        const struct failure *failure);
    struct self_test_waiter *next; /* private */
};

/* Who asks. principal NULL: kordond itself. officer may be NULL. */
struct self_test_request {
    enum self_test_trigger trigger;
    const struct principal *principal;
    enum role role; /* the one used, where there is a principal */
    const char *officer;
};

/* DONE: the waiter (NULL: nobody) will be told once, of the run that is under way where there is one. Otherwise it will not: STOPPING, the
 * lock's reason, BUSY (no memory but that of travellers), NO_MEMORY. */
enum reason self_test_begin(struct self_test *self_test, const struct self_test_request *request,
    struct self_test_waiter *waiter, struct failure *failure);

/* Begins one where it is due; to be called about each second. */
void self_test_look(struct self_test *self_test);

/* No further one begins; one that is under way ends after the job that it waits for. */
void self_test_stop(struct self_test *self_test);

#endif
