/* degraded_log.h: each beginning and each end of a degraded mode becomes one entry, in their order, also when there is no storage: it is
 * kept, with the time it happened, and written when that is possible again. Also what must follow a supervisor's decision by
 * itself. Loop's thread.
 */
#ifndef KORDON_DAEMON_DEGRADED_LOG_H
#define KORDON_DAEMON_DEGRADED_LOG_H

#include "daemon/degraded.h"
#include "daemon/evidence.h"

struct degraded_note;

/* What it works with is filled in by whoever makes it; the rest is private. */
struct degraded_log {
    struct evidence *evidence;
    const uv_loop_t *loop;
    struct degraded_note *first, *last; /* that are not durable yet */
    bool writing;                       /* the first one is on its way */
    uint64_t retry_ms, pause_ms;        /* loop time before which it is not tried again */
    uint64_t unsaid; /* changes for which there was no memory; the next entry says how many */
};

/* More than so many are not kept: later ones are counted as unsaid. */
#define DEGRADED_NOTES_MAX 256

/* A change of a row, which happened at now_ms (UTC). document: what the state's document of suspensions is from then on (suspension.h);
 * copied; NULL: it stays. */
struct degraded_event {
    enum degraded_mode mode;
    enum degraded_change change;
    const struct degraded_row *row;
    int64_t now_ms;
    const char *document;
};
void degraded_log_note(struct degraded_log *log, const struct degraded_event *event);

/* The members of such an entry, which are added to its body. */
void degraded_write_event(struct json_writer *body, const struct degraded_event *event);

/* Tries again to write what could not be written; to be called about each second. hurry: storage may be back. */
void degraded_log_look(struct degraded_log *log, bool hurry);

/* Whether everything that changed stands in the log. */
bool degraded_log_is_written(const struct degraded_log *log);

/* Gives up what is not on its way; said on standard error where there is any. */
void degraded_log_finish(struct degraded_log *log);

#endif
