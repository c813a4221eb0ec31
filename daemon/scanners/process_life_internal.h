/* process_life_internal.h: what the conversation with a child (process.c) needs of its life (process_life.c). */
#ifndef KORDON_DAEMON_SCANNERS_PROCESS_LIFE_INTERNAL_H
#define KORDON_DAEMON_SCANNERS_PROCESS_LIFE_INTERNAL_H

#include "daemon/scanners/process_internal.h"

/* A child in one of these runs, and may speak. */
#define SCANNER_PROCESS_ALIVE                                                                                \
    (SCANNER_PROCESS_STATE(STARTING) | SCANNER_PROCESS_STATE(OPENING) | SCANNER_PROCESS_STATE(LISTING) |     \
        SCANNER_PROCESS_STATE(WATCHING) | SCANNER_PROCESS_STATE(READY) | SCANNER_PROCESS_STATE(CAPTURING) |  \
        SCANNER_PROCESS_STATE(CANCELLING))

bool scanner_process_in(const struct scanner_process *process, unsigned states);

/* Takes the next state and sets its deadline; a move that the table forbids stops kordond. */
void scanner_process_move(struct scanner_process *process, enum scanner_process_state next);

/* The child's life ended before the owner wanted it to: calls failed(), and starts another one after a wait. kill_now: it is
 * not given the time to end by itself. From the loop only. The second form kills, for a reason with these words. */
void scanner_process_fail(struct scanner_process *process, const struct failure *failure, bool kill_now);
void scanner_process_fail_with(struct scanner_process *process, enum reason reason, const char *detail);

/* scanner_process_start() once hear is set. */
enum reason scanner_process_begin(struct scanner_process *process, struct failure *failure);

/* Sends a small message. A child that doesn't read it fails, from the loop. */
void scanner_process_send(struct scanner_process *process, const struct scanner_message *message);

#endif
