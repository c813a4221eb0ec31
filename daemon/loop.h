/* loop.h: the loop's signals, its measurement of itself, and the orderly stop. Loop's thread.
 *
 * The stop, step by step; each begins when the one before has come to its end:
 *
 *     running       SIGTERM or SIGINT arrives
 *     draining      nothing new is begun (503 STOPPING); captures end; what is open is recorded as given up;
 *                   what is being decided is decided, recorded and answered; an import is cancelled
 *     signing off   the stop entry becomes durable
 *     closing       connections, scanners, threads, handles
 *
 * A second signal, or STOP_LIMIT_MS without an end, goes straight to closing; the next start says that this
 * one ended without its stop entry.
 */
#ifndef KORDON_DAEMON_LOOP_H
#define KORDON_DAEMON_LOOP_H

#include "daemon/kordond.h"

#define STOP_LIMIT_MS 15000

/* The phase's name, constant; for messages. */
const char *kordond_phase_name(enum kordond_phase phase);

/* Installs signals, timers and measurement on kordond->loop. */
enum reason loop_start(struct kordond *kordond, struct failure *failure);

/* Begins the orderly stop, as a signal does. */
void loop_stop(struct kordond *kordond);

/* Closes what was started so far, without drain: for a start that failed. */
void loop_close_all(struct kordond *kordond);

#endif
