/* lifecycle.h: how kordond begins, stops in order, and ends. Loop's thread.
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
#ifndef KORDON_DAEMON_LIFECYCLE_H
#define KORDON_DAEMON_LIFECYCLE_H

#include "daemon/kordond.h"

#define STOP_LIMIT_MS 15000

/* The phase's name, constant; for messages. */
const char *kordond_phase_name(enum kordond_phase phase);

/* Puts the rooms together, around a configuration, and installs signals and timers on the loop. SYSTEM_ERROR. */
enum reason lifecycle_init(struct kordond *kordond, struct failure *failure);

/* Starts the parts in the order in which they need each other, with the open store (NULL: it could not be proven, guard.locked says
 * why); serves nobody yet. Where the state is held, only what tells why is started. On failure end with lifecycle_close_all(). */
enum reason lifecycle_start(struct kordond *kordond, struct store *store, struct failure *failure);

/* The same after the start, for a state that was held until now. Nobody is served before the start's entry is durable; the
 * list is loaded beside the loop, then done(data, NULL). done's failure says what kept it from starting: that ends kordond, as it
 * does at the start, since what was accepted stays accepted. done may come before this returns. */
void lifecycle_resume(
    struct kordond *kordond, void (*done)(void *data, const struct failure *failure), void *data);

/* From now on looks each second whether the mode is still the right one, at a list that could not be opened, at a resting import and at an anchor that could not be
 * written; and acts on SIGHUP. */
void lifecycle_watch(struct kordond *kordond);

/* Has the mode follow clock, disk and memory, which may have changed since the last look. During a stop it does nothing: no mode is
 * recorded any more. */
void lifecycle_look(struct kordond *kordond);

/* Begins the orderly stop, as a signal does. */
void lifecycle_stop(struct kordond *kordond);

/* Closes what was started so far, without drain: for a start that failed. */
void lifecycle_close_all(struct kordond *kordond);

#endif
