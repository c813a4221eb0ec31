/* opened_list.h: the opened watchlist in locked memory, as the search threads read it.
 *
 * Built whole from a source, then put in force as it stands. Each entry has its first and last day: whom a set searches for is what
 * holds on the set's day, and a set for another day, or one without an entry that was erased, is a light one: it shares the big
 * memory of the one it was made of, needs no further locked memory, and is not slow (some ns a person). The memory goes with the
 * last set that shares it; an entry's part of it is wiped as soon as no set is left that searches for it.
 *
 * Subjects are arranged by the purposes that may see them, then by first and last day, so that those whom a purpose may
 * see on a day are a few ranges: what it may not see is not searched at all, leaves no trace in time or candidates, and is not in N
 * (M4).
 *
 * Thread rule: build, measure and destroy on any thread (not the loop's: they take long); hold, release, and making light sets on
 * the loop's thread only; reading a held set on any thread.
 */
#ifndef KORDON_LIST_OPENED_LIST_H
#define KORDON_LIST_OPENED_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "crypto/digest.h"
#include "list/purposes.h"
#include "matcher/matcher.h"
#include "store/watchlist.h"

/* --- Where a list comes from */

/* load: as watchlist_load(), of this source. Borrowed: what it needs must stay until the build is done. */
struct reference_source {
    enum reason (*load)(const struct reference_source *source, unsigned parts,
        enum reason (*each)(void *context, const struct watchlist_entry *entry, struct failure *failure),
        void *context, struct failure *failure);
    struct store *store;              /* belongs to the calling thread */
    const void *staged;               /* for load: which import, where it is not the installed list */
    struct watchlist_summary summary; /* what the set says it is; entry_count is how many load gives */
};

/* The installed list. Reasons: those of watchlist_summarize(). */
enum reason reference_source_installed(
    struct store *store, struct reference_source *source, struct failure *failure);

/* --- A set */

/* How a set is made. */
struct reference_options {
    /* borrowed. An entry is seen by the purposes that it names and that may see its category (M4, P8): others neither search nor count it;
     * a list may name any number of others */
    const struct list_purposes *purposes;
    int32_t day;      /* it searches as of this day (base/day.h) */
    uint32_t threads; /* that make the first stage's signatures: at least 1, the caller's own */
    /* search threads, for which the first stage's memory is set aside; 0: there is none */
    uint32_t scan_shares;
    size_t keep_free; /* locked memory that must be left for others */
};

/* One alert as far as a candidate list shows it. */
struct reference_subject {
    struct watchlist_id id;
    enum alert_category category;
    const char *action;
    const char *instruction;
};

/* What a list has, and what of it is searched. Each entry counts once: among the people, or for the first of the reasons why it is
 * not searched that applies to it, in the order of the fields. */
struct reference_counts {
    uint64_t entries;
    uint64_t people;     /* searched now: the purposes that may see them are counted apart, in a view */
    uint64_t fingers;    /* of these people */
    uint64_t undeclared; /* entries that name no declared purpose */
    uint64_t
        not_permitted; /* entries of a category that none of the declared purposes that they name may see (P8) */
    uint64_t unsearchable;  /* entries without a searchable finger */
    uint64_t expired;       /* the last day is past */
    uint64_t not_yet_valid; /* the first day is to come */
    int32_t next_change;    /* the day on which another one begins or ends; DAY_NEVER: none */
    int32_t first_end; /* the earliest last day of any entry, searched or not; DAY_NEVER: there is none */
};

struct opened_list;

/* Reads, opens and checks the whole list. Reasons: those of load, TEMPLATE_CORRUPT, BAD_VALUE (a day), TOO_LARGE, MEMLOCK_LIMIT (the
 * detail says what this list needs), and those of locked memory. *set has no holder yet: destroy it, or hold it. */
enum reason opened_list_build(const struct reference_source *source, const struct reference_options *options,
    struct opened_list **set, struct failure *failure);

/* What decides how much locked memory a set takes; and how much that is at most, in bytes, while it is built and afterwards. */
struct reference_totals {
    uint64_t entries;
    uint64_t people, fingers; /* with a searchable finger and a declared purpose, whatever the day */
    uint64_t bytes;           /* of their templates and texts, padded */
};
enum reason opened_list_measure(const struct reference_source *source,
    const struct reference_options *options, struct reference_totals *totals, struct failure *failure);
size_t opened_list_need(const struct reference_totals *totals, uint32_t scan_shares);

/* What the set, with those that share its memory, holds; and what was counted for it. */
size_t opened_list_locked(const struct opened_list *set);
const struct reference_totals *opened_list_totals(const struct opened_list *set);

/* What the set is when it has been installed: of a set built of staged rows, before it is held. */
void opened_list_take_summary(struct opened_list *set, const struct watchlist_summary *summary);

/* Wipes and frees; takes NULL. */
void opened_list_destroy(struct opened_list *set);

/* Counts a holder. release gives true when that was the last one: the caller then has it destroyed off the
 * loop. */
struct opened_list *opened_list_hold(struct opened_list *set);
bool opened_list_release(struct opened_list *set);

/* Whether a set made for that day would search for the same people. */
bool opened_list_is_for(const struct opened_list *set, int32_t day);

/* A light set for another day. NO_MEMORY. */
enum reason opened_list_on(
    struct opened_list *set, int32_t day, struct opened_list **made, struct failure *failure);

/* A light set without some entries, as it is after their erasure: counts are lowered, the generation is the next one. When the other
 * sets that search for an entry are gone, its templates, signatures and texts are wiped. ENTRY_NOT_FOUND (one of them), NO_MEMORY. */
enum reason opened_list_without(struct opened_list *set, const struct watchlist_ids *ids,
    struct opened_list **made, struct failure *failure);

/* Of all entries, searched or not: how many have their last day from first to last; and the ids of at most limit, the last ones,
 * whose last day lies before that day, ascending. */
uint64_t opened_list_count_ending(const struct opened_list *set, int32_t first, int32_t last);
size_t opened_list_ended(const struct opened_list *set, int32_t day, size_t limit, struct watchlist_id *ids);

/* Whether the other set shares this one's memory: then subjects of both have the same numbers. */
bool opened_list_shares(const struct opened_list *set, const struct opened_list *other);

/* Whether the other set, if it shares this one's memory, was made without that subject. */
bool opened_list_erased(const struct opened_list *set, const struct opened_list *other, uint32_t subject);

const struct watchlist_summary *opened_list_summary(const struct opened_list *set);
const struct list_purposes *opened_list_purposes(const struct opened_list *set); /* that it was built by */
const struct reference_counts *opened_list_counts(const struct opened_list *set);
const struct matcher_reference_set *opened_list_references(
    const struct opened_list *set); /* NULL: no people */
const struct reference_subject *opened_list_subject(const struct opened_list *set, uint32_t subject);

/* SHA-256 over what a subject is searched by and what is told of it: fingers, templates, category, action, instruction. CRYPTO_FAILED, NO_MEMORY. */
enum reason opened_list_digest(const struct opened_list *set, uint32_t subject,
    uint8_t digest[static DIGEST_BYTES], struct failure *failure);

/* The same of an entry as it is read from the state's list, with its alert and its templates. CRYPTO_FAILED, NO_MEMORY. Any thread. */
enum reason opened_list_digest_read(
    const struct watchlist_entry *entry, uint8_t digest[static DIGEST_BYTES], struct failure *failure);

/* The same of what the state's list says of the entry of that id, as every set is built of it. ENTRY_NOT_FOUND, and reasons of watchlist_read().
 * Thread rule: that of the store. */
enum reason opened_list_digest_installed(struct store *store, const struct watchlist_id *id,
    uint8_t digest[static DIGEST_BYTES], struct failure *failure);

/* Whether the entry of that id is searched on the set's day, by whatever purpose; and as which subject. */
bool opened_list_find(const struct opened_list *set, const struct watchlist_id *id, uint32_t *subject);

/* The memory of the first stage that was set aside for one search at a time; *size 0 where there is none. */
void *opened_list_scan_memory(const struct opened_list *set, size_t *size);
uint32_t opened_list_scan_shares(const struct opened_list *set); /* for how many threads it is enough */

/* --- The subjects that a purpose may see */

struct reference_view {
    const struct opened_list *set;
    uint64_t purpose; /* its bit; 0 where it is not declared */
    uint32_t subjects;
    uint32_t references;
};
struct reference_view opened_list_view(const struct opened_list *set, const char *purpose);

/* With how many of the view's people a search compares: a bit for each finger position that a probe claims; that of
 * FINGER_UNKNOWN where one claims none. */
struct reference_reach {
    uint32_t claimed; /* people with a finger at a claimed position, or at an unknown one */
    uint32_t others;  /* further people, of whom only other fingers are compared (any_position) */
};
struct reference_reach reference_view_reach(
    const struct reference_view *view, uint32_t positions, bool any_position);

/* Most pieces that the view can be cut into by the function below. */
size_t reference_view_piece_count(const struct reference_view *view);

/* Cuts the view into pieces of matcher subjects: calls piece for each contiguous part of the view's subjects
 * number first..end-1 (counted within the view), until it returns false. Returns what the last call did. */
bool reference_view_pieces(const struct reference_view *view, uint32_t first, uint32_t end,
    bool (*piece)(void *context, uint32_t first_subject, uint32_t end_subject), void *context);

#endif
