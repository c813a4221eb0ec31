/* pool_internal.h: what pool.c (enrolment, 1:1) and search.c (1:N) share. */
#ifndef KORDON_DAEMON_SEARCH_POOL_INTERNAL_H
#define KORDON_DAEMON_SEARCH_POOL_INTERNAL_H

#include "daemon/search/pool.h"

struct search_pool {
    struct worker_pool *workers;
    struct search *scanning; /* the staged search that has the first stage's memory; NULL: none */
    struct search *waiting;  /* staged ones in the order of their coming, by next */
    bool closing;
    void (*closed)(void *data);
    void *closed_data;
};

/* Each thread has the small scratch that comparing needs from its start on; extraction's large one comes and goes with
 * each sample, and is kept between two where there is room (base/locked_memory.h). */
struct search_thread {
    struct locked_memory scratch;
};

/* That scratch. The user wipes it. */
struct matcher_workspace search_thread_workspace(struct search_thread *thread);

#endif
