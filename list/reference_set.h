/* reference_set.h: the opened watchlist in locked memory, as the search threads read it.
 *
 * Built whole from the store, never changed, swapped whole when the list changes, freed when nobody counts on
 * it any more. Subjects are ordered by the set of purposes that may see them, so that the alerts visible to
 * one purpose are a few ranges: what a purpose may not see is not searched at all, leaves no trace in time or
 * candidates, and is not in N (M4).
 *
 * Thread rule: build and destroy on any thread (not the loop's: they take long); hold and release on the loop's
 * thread only; reading a held set on any thread.
 */
#ifndef KORDON_LIST_REFERENCE_SET_H
#define KORDON_LIST_REFERENCE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "matcher/matcher.h"
#include "store/watchlist.h"

#define REFERENCE_PURPOSES_MAX 64 /* different purposes in one list */

/* One alert as far as a candidate list shows it. */
struct reference_subject {
    struct watchlist_id id;
    enum watchlist_category category;
    const char *action;
    const char *instruction;
};

struct reference_set;

/* Reads, opens and checks the whole list, and makes the first stage's signatures with that many threads (at
 * least 1: the caller's own). The store belongs to the calling thread. Reasons: those of
 * watchlist_load, TEMPLATE_CORRUPT, TOO_LARGE (more than REFERENCE_PURPOSES_MAX purposes), and those of
 * locked memory. *set has no holder yet: destroy it, or hold it. */
enum reason reference_set_build(
    struct store *store, uint32_t threads, struct reference_set **set, struct failure *failure);

/* Wipes and frees; takes NULL. */
void reference_set_destroy(struct reference_set *set);

/* Counts a holder. release gives true when that was the last one: the caller then has it destroyed off the
 * loop. */
struct reference_set *reference_set_hold(struct reference_set *set);
bool reference_set_release(struct reference_set *set);

const struct watchlist_summary *reference_set_summary(const struct reference_set *set);
const struct matcher_reference_set *reference_set_references(const struct reference_set *set);
const struct reference_subject *reference_set_subject(const struct reference_set *set, uint32_t subject);

/* The subjects that a purpose may see. */
struct reference_view {
    const struct reference_set *set;
    uint64_t purpose; /* its bit; 0 where no entry has it */
    uint32_t subjects;
    uint32_t references;
};
struct reference_view reference_set_view(const struct reference_set *set, const char *purpose);

/* Most pieces that the view can be cut into by the function below. */
size_t reference_view_piece_count(const struct reference_view *view);

/* Cuts the view into pieces of matcher subjects: calls piece for each contiguous part of the view's subjects
 * number first..end-1 (counted within the view), until it returns false. Returns what the last call did. */
bool reference_view_pieces(const struct reference_view *view, uint32_t first, uint32_t end,
    bool (*piece)(void *context, uint32_t first_subject, uint32_t end_subject), void *context);

#endif
