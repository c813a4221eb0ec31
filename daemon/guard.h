/* guard.h: whether kordond may work on its state now, and what stands guard over it.
 *
 * A state that does not prove itself, or whose anchor says that an older copy was put back, locks kordond: it goes on
 * telling why, a supervisor may decide, and nothing else is served. A clock that can't be right, or an anchor that receipts
 * wait for and that can't be written, keeps identification from being armed. Loop's thread.
 */
#ifndef KORDON_DAEMON_GUARD_H
#define KORDON_DAEMON_GUARD_H

#include <stdbool.h>

#include "config/config.h"
#include "daemon/places.h"
#include "daemon/workers.h"
#include "store/store.h"

struct key_provider;

/* configuration, workers, changed and data are filled in by whoever makes it. */
struct guard {
    const struct configuration *configuration;
    const struct workers *workers;
    void (*changed)(void *data); /* guard_check() may give another answer now */
    void (*lost)(void *data);    /* another process may own the state: kordond must end */
    void *data;
    struct failure locked;    /* why nothing is served but the reason itself; reason DONE where all is */
    bool begun;               /* the start is in the log: said by whoever wrote it */
    struct store_guard store; /* as the store said after its last commit */
    struct places places;     /* for matches, of those that the store has */
    char verifier_key[512];   /* the log's; "" where the state could not be opened */
    char origin[512];
    /* how its public copy was found at the start; constant, NULL: not looked at */
    const char *verifier_key_file;
};

/* What the store is opened with. */
struct store_options guard_store_options(
    const struct configuration *configuration, struct key_provider *provider);

/* At the start: takes over whose log the open store is and what it says of itself, and looks whether the copies of the verifier key are
 * this log's: that in the state directory is written anew where it is not, the configured one is status's to tell. */
void guard_open(struct guard *guard, const struct store *store);

/* Locks for that reason. STATE_LOST also ends kordond. */
void guard_lock(struct guard *guard, const struct failure *failure);

/* After a failed piece of work on the state: locks where it shows that the state was altered or lost. The list's own faults take
 * the list out of force where it is loaded, and the log goes on; the anchor is for the owning store to judge, since a reader
 * may see it newer than the state. */
void guard_judge(struct guard *guard, const struct failure *failure);

/* Takes over what the store said of itself after a commit. A hold that was found meanwhile locks; the end of one over the anchor
 * unlocks, but not before kordond has begun: nobody is served before the start is in the log. */
void guard_take(struct guard *guard, const struct store_guard *store);

/* Tries again to write an anchor that could not be written: no medium tells when it is back. Judges the places for matches when it is time to; now_ms: the
 * loop's. To be called about each second. */
void guard_look(struct guard *guard, uint64_t now_ms);

/* DONE where nothing is against identification; otherwise what is: the lock's reason, CLOCK_BEHIND, CLOCK_AHEAD,
 * ANCHOR_UNREACHABLE. now_ms: the reading of the clock (UTC) by which the rest is judged, too. */
enum reason guard_check(const struct guard *guard, int64_t now_ms, struct failure *failure);

/* Whether what examiners need of a match could be kept, of all identifications that may be under way: REFERRALS_FULL. Asked before one,
 * whatever will come of it; the answer changes when places are judged (places.h). */
enum reason guard_check_slots(const struct guard *guard, struct failure *failure);

/* Whether it is the anchor that locks: a supervisor may accept that. */
bool guard_is_locked_by_anchor(const struct guard *guard);

/* How the anchor is, in words that stay; constant. */
const char *guard_anchor_word(const struct guard *guard);

#endif
