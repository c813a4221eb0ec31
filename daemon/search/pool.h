/* pool.h: the threads that enrol, compare and search, so that the loop never does.
 *
 * Samples, templates and scratch memory lie in locked memory and are wiped by the thread that used them.
 * Everything is called from the loop's thread; done() callbacks come there. Where to read on: worker_pool.h
 * (threads), enrol/enrol.h and matcher/matcher.h (what is computed).
 */
#ifndef KORDON_DAEMON_SEARCH_POOL_H
#define KORDON_DAEMON_SEARCH_POOL_H

#include <stdbool.h>
#include <uv.h>

#include "base/locked_memory.h"
#include "crypto/digest.h"
#include "daemon/threads/worker_pool.h"
#include "enrol/enrol.h"
#include "list/duplicates.h"
#include "list/opened_list.h"
#include "matcher/matcher.h"

struct scanner_image;
struct search_pool;

/* How many threads a pool asked for that many has: 0 is one for each processor this process may use. */
uint32_t search_pool_thread_count(uint32_t threads);

enum reason search_pool_create(
    struct search_pool **pool, uv_loop_t *loop, uint32_t threads, struct failure *failure);
uint32_t search_pool_threads(const struct search_pool *pool);

/* Ends when all jobs are done; then closed(data) from the loop. */
void search_pool_close(struct search_pool *pool, void (*closed)(void *data), void *data);

/* --- A traveller's sample or record to templates */

struct enrolment_job {
    /* input, owned by the job from enrolment_job_start() on and wiped by the thread: either a file's bytes or a
     * scanner's image */
    struct locked_memory bytes;
    size_t size; /* of what bytes holds */
    struct scanner_image *image;
    struct enrol_claim claim;
    bool hashed;     /* the file's SHA-256 is wanted */
    bool background; /* nobody waits for it: it gives way to travellers */
    void (*done)(struct enrolment_job *job);
    void *data;
    /* output: those of enrol_file() and enrol_picture(), CRYPTO_FAILED; the enrolment is the caller's to finish */
    enum reason reason;
    struct failure failure;
    struct enrolment enrolment;
    char hash[DIGEST_HEX_SIZE]; /* of a file, where hashed */
    uint32_t wiped;             /* inputs that are gone: files and images */
    struct worker_job work;     /* private */
};
void enrolment_job_start(struct search_pool *pool, struct enrolment_job *job);

/* --- One person's probes against the references given for him, 1:1 */

#define COMPARISON_FINGERS_MAX 10

struct comparison_job {
    const struct locked_template *probes; /* stay valid until done() */
    size_t probe_count;
    const struct locked_template *references;
    size_t reference_count;
    bool background; /* as of an enrolment */
    void (*done)(struct comparison_job *job);
    void *data;
    /* output: the fused score over the probes that had a reference to be compared with; fingers is their
     * number, agreeing how many of them gave evidence for the person, swapped how many of them matched at a position that they did
     * not claim */
    matcher_score score;
    uint32_t fingers, agreeing, swapped;
    enum reason reason; /* NO_COMMON_FINGER; SYSTEM_ERROR */
    struct failure failure;
    struct worker_job work; /* private */
};
void comparison_job_start(struct search_pool *pool, struct comparison_job *job);

/* --- One person's probes against a list, 1:N */

struct search_run;

struct search {
    struct reference_view view; /* the set is held by the caller until done() */
    const struct locked_template *probes;
    size_t probe_count;
    bool any_position; /* fingers may have been swapped: compared with those of other positions, too */
    matcher_score floor;
    uint32_t candidates; /* most in the list */
    bool exhaustive;     /* without the first stage */
    void (*done)(struct search *search);
    void *data;
    /* output. complete is false where any share was not searched whole: then the list means nothing */
    bool complete;
    bool staged;        /* whether the first stage chose whom to compare; not in short lists */
    enum reason reason; /* why it is not complete */
    struct failure failure;
    struct matcher_candidate_list list;
    /* private */
    _Atomic bool stop;
    uint32_t shares_left;
    struct search_pool *pool;
    struct search *next;
    struct search_run *run;
};
/* Cut into one share a thread (search.c). No locked memory is taken: the threads and the set have it; the first stage's serves one
 * search after another. Where ordinary memory fails, done() is called before this returns. */
void search_start(struct search_pool *pool, struct search *search);

/* --- One step of the search for people who are on the list twice */

struct duplicates_job {
    struct list_duplicates *duplicates; /* the job's until done() */
    const struct opened_list *set;      /* held by the caller until then */
    size_t keep;                        /* locked memory that is left for others */
    void (*done)(struct duplicates_job *job);
    void *data;
    enum reason reason; /* those of list_duplicates_step() */
    struct failure failure;
    struct worker_job work; /* private */
};
/* It gives way to travellers. */
void duplicates_job_start(struct search_pool *pool, struct duplicates_job *job);

/* --- Anything else that may take long */

/* A job of the caller's own. */
void search_pool_submit(struct search_pool *pool, struct worker_job *job, enum worker_urgency urgency);

/* Has an opened list destroyed in the background. */
void search_pool_destroy_set(struct search_pool *pool, struct opened_list *set);

#endif
