/* list_import_internal.h: what the steps of an import share. Loop's thread, but for what jobs of the journal thread are lent. */
#ifndef KORDON_DAEMON_LIST_IMPORT_INTERNAL_H
#define KORDON_DAEMON_LIST_IMPORT_INTERNAL_H

#include "daemon/list/import.h"
#include "daemon/list/waiter.h"

#define IMPORT_ID_BYTES 16
#define IMPORT_ID_SIZE  (2 * IMPORT_ID_BYTES + 1)

struct batch;

enum list_import_state {
    LIST_IMPORT_BEGINNING,
    LIST_IMPORT_RECEIVING,
    LIST_IMPORT_INSTALLING, /* being checked, built and installed */
    LIST_IMPORT_ENDING,     /* what was staged is given up */
};

struct list_import {
    struct kordond *kordond;
    char id[IMPORT_ID_SIZE];
    struct principal owner;
    enum list_import_state state;
    struct list_change change;
    uint64_t touched_ms;    /* loop time of its last step */
    bool reading;           /* one is being read and enrolled: only one is, by all threads */
    struct batch *parked;   /* the next, taken apart */
    uint32_t batches;       /* under way */
    struct failure failure; /* why it can't go on: it is given up when no batch is under way any more */
    struct watchlist_import *staging; /* the journal thread's */
    struct journal_job ending;
    void (*ended)(void *data);
    void *ended_data;
};

/* The import of the request's path, receiving and the peer's own; NULL with the request answered. */
struct list_import *list_import_of(struct kordond *kordond, struct http_request *request);

/* Notes that it goes on, and tells listeners how far it is. */
void list_import_touch(struct list_import *import);

/* Frees it; its staged rows are no longer its own. */
void list_import_forget(struct list_import *import);

/* Gives up what it staged and forgets it; then ended(data), where that is not NULL. A stop waits for it. */
void list_import_give_up(struct list_import *import, void (*ended)(void *data), void *data);

#endif
