/* search_pool_internal.h: what search_pool.c (extraction, 1:1) and search.c (1:N) share. */
#ifndef KORDON_DAEMON_SEARCH_POOL_INTERNAL_H
#define KORDON_DAEMON_SEARCH_POOL_INTERNAL_H

#include "daemon/search_pool.h"

struct search_pool {
    struct worker_pool *workers;
    void (*closed)(void *data);
    void *closed_data;
};

/* Each thread keeps the small scratch that comparing needs; extraction takes its large one for each sample. */
struct search_thread {
    struct locked_memory scratch;
};

/* That scratch, taken at its first use. The user wipes it. */
enum reason search_thread_workspace(
    struct search_thread *thread, struct matcher_workspace *workspace, struct failure *failure);

#endif
