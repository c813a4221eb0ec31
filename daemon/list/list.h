/* list.h: which watchlist is searched now, and how it changes.
 *
 * After each change the set is built anew beside the loop and swapped whole; thresholds follow from its size. When a day comes on
 * which entries begin or end, and when one is erased, a light set takes its place. Whatever changes it says so by EVENT_LIST.
 * Loop's thread, but for list_build() and list_measure().
 *
 *     in_force.c     the set in force          import.c, import_add.c   a list on its way in (import.h)
 *     install.c      a change is recorded, then put in force      turn.c   changes follow one another
 *     sweep.c        what is no longer the list is deleted      age.c   how old it may be
 *     prepare.c      what it is under another policy      expiry.c   what is past its last day is erased
 *     duplicate_search.c   who is on it twice
 */
#ifndef KORDON_DAEMON_LIST_LIST_H
#define KORDON_DAEMON_LIST_LIST_H

#include "daemon/events.h"
#include "daemon/evidence.h"
#include "daemon/guard.h"
#include "daemon/list/waiter.h"
#include "daemon/policy_in_force.h"
#include "daemon/threads/store_reader.h"
#include "list/opened_list.h"

/* A change that waits for its turn, in the memory of the change, which stays until it has ended its turn. A change is over when the
 * set in memory is what was recorded of it: an erasure that came between would be recorded of the one list and taken off the other. */
struct list_turn {
    struct list_turn *next;
    void (*begin)(struct list_turn *turn);
};

/* The erasure of entries whose last day is past: one commit after the other, until none is left. */
struct list_expiry {
    struct list_waiter waiter;
    bool running;
    int32_t day;         /* entries that ended before it go */
    uint64_t not_before; /* loop time (ms): after a failure it waits */
};

struct duplicate_search;

/* What it works with is filled in by whoever makes it. */
struct list {
    const struct configuration *configuration;
    const struct policy_in_force *policy;
    const uv_loop_t *loop;
    const struct workers *workers;
    const struct guard *guard;
    struct evidence *evidence;
    const struct events *events;
    struct metrics *metrics;
    struct work *work;
    bool stopping;              /* no change is begun any more, and none committed */
    bool closed;                /* nothing is put in force any more */
    struct opened_list *set;    /* in force; NULL where the list could not be opened */
    struct failure set_failure; /* why it could not */
    struct list_import *import; /* the one under way, or NULL */
    struct list_turn *turn;     /* the change whose turn it is, and those that wait behind it */
    struct list_turn retry;     /* of reading it, where it could not be opened */
    bool retrying;
    uint64_t retried_ms;      /* loop time */
    struct journal_job sweep; /* in no memory of its own, so that none has to be there for it */
    bool sweeping, more_to_sweep;
    struct list_expiry expiry;
    struct duplicate_search
        *duplicates;              /* of the set in force; NULL: there is none, or no memory for it yet */
    uint64_t duplicates_recorded; /* the generation of which an entry says how many were found */
    struct watchlist_rows *rows;  /* between two commits of an expiry, or NULL */
};

/* --- The set in force (in_force.c) */

/* Puts a set in force; NULL: failure says why there is none. When the list is closed the set is destroyed. */
void list_put_in_force(struct list *list, struct opened_list *set, const struct failure *failure);

/* Puts in force the present set without erased entries. It takes no locked memory. ENTRY_NOT_FOUND where it does not have it,
 * NO_MEMORY: then the list is to be built anew. */
enum reason list_put_in_force_without(
    struct list *list, const struct watchlist_ids *ids, struct failure *failure);

/* First and last days of entries act when their day comes; also where the clock was set back. now_ms: UTC. */
void list_follow_day(struct list *list, int64_t now_ms);

/* Builds the set from the store in the reading thread and installs it; then done(data). Only in its caller's turn: what was
 * erased meanwhile would be searched again. */
enum reason list_reload(struct list *list, void (*done)(void *data), void *data, struct failure *failure);

/* To be called now and then: reads the list again where it could not be opened for a reason that may have passed: memory, the disk.
 * What does not prove itself is not asked again. */
void list_look(struct list *list);

/* How a set is built. A copy of what the policy says: that may change while another thread builds. */
struct list_plan {
    const struct configuration *configuration;
    struct list_purposes purposes;
    uint32_t threads; /* that build */
};
struct list_plan list_plan_of(
    const struct configuration *configuration, const struct policy *policy, uint32_t threads);

/* Builds a set by that plan, beside what is kept for travellers; and what that takes. Any thread. Reasons: those of opened_list_build(), and
 * of the source. */
enum reason list_build(const struct list_plan *plan, const struct reference_source *source,
    struct opened_list **set, struct failure *failure);
enum reason list_measure(const struct list_plan *plan, const struct reference_source *source,
    struct reference_totals *totals, struct failure *failure);

/* DONE where a list is open; otherwise why it is not: the lock's reason, why it could not be opened, BUSY where it was not loaded yet. */
enum reason list_check_open(const struct list *list, struct failure *failure);

/* DONE where the set is that day's (now_ms: UTC). NO_MEMORY where there was none to make today's set: people may be missing in this one. */
enum reason list_check_today(const struct list *list, int64_t now_ms, struct failure *failure);

/* LIST_MISSING; NOBODY_SEARCHED, with the reason in the list: nobody there, nobody today, nobody for the purpose (NULL: any declared
 * one). DONE where there is somebody. Only where a list is open. */
enum reason list_check_somebody(const struct list *list, const char *purpose, struct failure *failure);

/* A4: how old the list is for a purpose of the policy, by whole days since it was installed and the purpose's own limits. A list that was
 * installed later than now has no age that can be known: it is too old, as it is for a purpose that is not declared. FRESH where there
 * is none yet. Only where a list is open and the clock is believed. now_ms, here and below: one reading of the clock (UTC) for all that is
 * judged together, the one that was believed. */
enum policy_list_age list_judge_age(const struct list *list, const char *purpose, int64_t now_ms);

/* LIST_TOO_OLD where it is, for that purpose. Only where a list is open. */
enum reason list_check_age(
    const struct list *list, const char *purpose, int64_t now_ms, struct failure *failure);

/* Since when (UTC) it is so old for some declared purpose, where it is; 0: not known. */
int64_t list_age_since_ms(const struct list *list, enum policy_list_age age, int64_t now_ms);

/* When it was installed, and how many days ago, in words. */
void list_describe_age(const struct list *list, int64_t now_ms, char *text, size_t size);

/* Adds the declared purposes that search it and for which it is so old, or older. */
void list_add_purposes_of_age(
    const struct list *list, enum policy_list_age age, int64_t now_ms, struct word_list *purposes);

/* The threshold of a search of the whole list with that many fingers. Reasons: those of the three above, THRESHOLD_UNREACHABLE. */
enum reason list_threshold(
    const struct list *list, uint32_t fingers, matcher_score *threshold, struct failure *failure);

/* Has a set destroyed off the loop. */
void list_destroy_set(struct list *list, struct opened_list *set);

/* --- Another policy (prepare.c) */

/* What the list is under a policy that is to come into force, built beside the set in force. In the memory of whoever changes the policy,
 * which stays until it is swapped, dropped, or told a failure. */
struct list_preparation {
    /* set by the caller; failure NULL: all stands, and the list's turn is held until it is swapped or dropped: no import is committed, nothing
     * is erased or read anew meanwhile */
    void (*told)(struct list_preparation *preparation, const struct failure *failure);
    /* private */
    struct list *list;
    struct list_turn turn;
    struct reader_job job;
    struct list_plan plan;
    struct opened_list
        *set; /* built, in nobody's hold; NULL: the one in force is the same under both policies */
};

/* candidate is read before it returns. DONE: told comes exactly once, maybe before it returns; with why the set could not be built nothing
 * is held, and the set in force stays. STOPPING. */
enum reason list_prepare_policy(struct list *list, const struct policy *candidate,
    struct list_preparation *preparation, struct failure *failure);

/* Puts in force what was prepared: in the turn of the loop in which the policy is replaced, behind that. */
void list_swap_prepared(struct list_preparation *preparation);

/* The policy stays: so does the set in force. */
void list_drop_prepared(struct list_preparation *preparation);

/* --- An erasure (install.c) */

/* Erases one entry, for ever; needs no further memory to lock, so that an erasure is always possible. DONE: the waiter is told. NO_MEMORY,
 * STOPPING. */
enum reason list_erase(struct list *list, const struct principal *principal, const struct watchlist_id *id,
    const char *justification, struct list_waiter *waiter, struct failure *failure);

/* --- Expiry (expiry.c) */

#define LIST_NOT_EXPIRING INT32_MIN

/* To be called now and then: erases, as kordond, entries whose last day lies before that day, watchlist_erasure_most() of them at a time, in one entry of the
 * log each, one after the other until none is left. day: by a time that no clock moves far at once (retention/ages.h); LIST_NOT_EXPIRING: nothing is erased. Not while an import is under
 * way, which an erasure would end. */
void list_expire(struct list *list, int32_t day);

/* --- The life */

/* At stop: begins nothing more. */
void list_stop(struct list *list);

/* At the end: lets the set go; what comes back from threads puts no other in force. */
void list_close(struct list *list);

/* --- For the room's own files */

/* The erasure of expiry's day, in a turn of its own: told as list_erase(); with nothing erased where nobody's last day is past any more. */
enum reason list_erase_ended(struct list *list, struct list_expiry *expiry, struct failure *failure);

/* By the policy in force, on the reading thread. */
struct list_plan list_plan_in_force(const struct list *list);

/* Calls begin when those that came before have ended: at once where there are none. */
void list_turn_wait(struct list *list, struct list_turn *turn, void (*begin)(struct list_turn *turn));

/* Of the one whose turn it is. */
void list_turn_end(struct list *list);

/* What is no longer the list is deleted, and its space given back, in steps between the journal's commits, until nothing is left or kordond
 * stops: what is left then is swept at the next start. */
void list_sweep_soon(struct list *list);

#endif
