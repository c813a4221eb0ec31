/* guard.h: whether kordond may work on its state now, and what stands guard over it.
 *
 * A state that does not prove itself, or whose anchor says that an older copy was put back, locks kordond: it goes on
 * telling why, a supervisor may decide, and nothing else is served. A clock that can't be right, or an anchor that receipts
 * wait for and that can't be written, keeps identification from being armed. Loop's thread.
 */
#ifndef KORDON_DAEMON_GUARD_H
#define KORDON_DAEMON_GUARD_H

#include <stdbool.h>

#include <jansson.h>

#include "daemon/kordond.h"
#include "store/store.h"

struct key_provider;

/* What the store is opened with. */
struct store_options guard_store_options(
    const struct configuration *configuration, struct key_provider *provider);

/* Locks kordond for that reason. STATE_LOST also ends it: another process may own the state now. */
void guard_lock(struct kordond *kordond, const struct failure *failure);

/* Whether it says that the state was altered or lost. */
bool guard_is_evidence(enum reason reason);

/* After a failed piece of work on the state: locks where it shows that the state was altered or lost. The list's own faults take
 * the list out of force where it is loaded, and the log goes on; the anchor is for the owning store to judge, since a reader
 * may see it newer than the state. */
void guard_judge(struct kordond *kordond, const struct failure *failure);

/* Takes over what the store said of itself after a commit, and looks whether the mode is another one now. A hold that was found
 * meanwhile locks; the end of one over the anchor unlocks. */
void guard_take(struct kordond *kordond, const struct store_guard *guard);

/* From now on looks each second whether the mode is still the right one, and tries again to write an anchor that could not be
 * written: neither a clock nor a medium tells when it is back. Ends with the loop. */
void guard_watch(struct kordond *kordond);

/* DONE where nothing is against identification; otherwise what is: the lock's reason, CLOCK_BEHIND, CLOCK_AHEAD,
 * ANCHOR_UNREACHABLE. */
enum reason guard_check(const struct kordond *kordond, struct failure *failure);

/* Looks at the start whether the copies of the verifier key are this log's, and says on standard error where one is not: that in
 * the state directory is written anew, the configured one is status's to tell. */
void guard_check_verifier_key(struct kordond *kordond);

/* {"anchor", "anchored", ...} for status. New object. */
json_t *guard_json(const struct kordond *kordond);

#endif
