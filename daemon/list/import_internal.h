/* import_internal.h: what the steps of an import share. Loop's thread, but for what jobs of the journal thread are lent. */
#ifndef KORDON_DAEMON_LIST_IMPORT_INTERNAL_H
#define KORDON_DAEMON_LIST_IMPORT_INTERNAL_H

#include "daemon/list/import.h"

#define IMPORT_ID_BYTES 16
#define IMPORT_ID_SIZE  (2 * IMPORT_ID_BYTES + 1)

struct batch;

enum import_step {
    IMPORT_BEGINNING,
    IMPORT_RECEIVING,
    IMPORT_INSTALLING, /* being checked, built and installed */
    IMPORT_ENDING,     /* what was staged is given up */
};

struct list_import {
    struct list *list;
    char id[IMPORT_ID_SIZE];
    struct principal owner;
    enum import_step step;
    struct list_change change;
    uint64_t touched_ms;    /* loop time of its last step */
    bool reading;           /* one batch is being read and enrolled: only one is, by all threads */
    struct batch *parked;   /* the next, taken apart */
    uint32_t batches;       /* under way */
    struct failure failure; /* why it can't go on: it is given up when no batch is under way any more */
    struct watchlist_import *staging; /* the journal thread's */
    struct journal_job ending;
    void (*ended)(void *data);
    void *ended_data;
};

/* The import that is claimed, receiving and the principal's own. */
enum reason import_find(struct list *list, const struct list_import_claim *claim, struct list_import **import,
    struct failure *failure);

/* Notes that it goes on, and tells listeners how far it is. */
void import_touch(struct list_import *import);

/* Frees it; its staged rows are no longer its own. */
void import_forget(struct list_import *import);

/* Gives up what it staged and forgets it; then ended(data), where that is not NULL. A stop waits for it. */
void import_give_up(struct list_import *import, void (*ended)(void *data), void *data);

/* Tells whoever waits that a step failed. */
void waiter_fail(struct list_waiter *waiter, const struct failure *failure);

#endif
