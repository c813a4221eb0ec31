/* reload.h: SIGHUP: the configuration file is read anew, and what may change while kordond runs is changed.
 *
 *     read        off the loop, since medium and name service may block; checked whole
 *     compared    key by key: keys that need a restart are named and stay as they are
 *     recorded    the log's entry says each key with its old and new value; entries behind it name the new file's hash
 *     applied     in one turn of the loop, once the entry is durable
 *
 * What fails on the way leaves everything as it was, and is said on standard error and in the log (A8). A SIGHUP during a reload has
 * another reload follow it. One during the start waits until kordond serves. A stop passes over it, and over a file that is still being
 * read. A locked state takes no entry, and so no change. Loop's thread.
 */
#ifndef KORDON_DAEMON_RELOAD_H
#define KORDON_DAEMON_RELOAD_H

#include <uv.h>

#include "daemon/loaded_configuration.h"
#include "daemon/revocation_marks.h"
#include "daemon/threads/journal_thread.h"

struct kordond;

/* file and in_force are filled in by whoever makes it; the rest is private. */
struct reload {
    const char *file; /* as it was named at the start */
    struct loaded_configuration *in_force;
    struct kordond *kordond;
    int signals; /* a signalfd: a SIGHUP is never lost, and never kills, from the first moment to the last */
    uv_poll_t poll;                      /* of it; closed with the loop's other handles */
    bool again;                          /* it came once more */
    struct loaded_configuration *wanted; /* of the reload under way; NULL: none is */
    struct worker_pool *pool;            /* one thread, which reads */
    struct worker_job reading;
    struct journal_job recording;
    struct revocation_marks marks; /* as its revocation lists raise them */
    struct revocation_raise raise; /* how they do */
    bool waits;                    /* for the state's own marks, which are being changed */
    struct revocation_change change;
    json_t *body;
    enum reason reason; /* reading's */
    struct failure failure;
    struct config_change changes[CONFIG_CHANGES_MAX];
    size_t change_count;
};

/* SIGHUP must be blocked. SYSTEM_ERROR; then there is nothing to close or finish. */
enum reason reload_init(struct reload *reload, struct kordond *kordond, struct failure *failure);

/* Acts on SIGHUP from now on, also on one that came before. */
void reload_listen(struct reload *reload);

/* The state has its marks of revocation lists (network.h): a reload that waits for them goes on. */
void reload_go_on(struct reload *reload);

/* When the loop has ended. */
void reload_finish(struct reload *reload);

#endif
