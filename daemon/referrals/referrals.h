/* referrals.h: all matches that people verify, or verified. What they do is in verbs.h.
 *
 * A referral is there when its match is durable; nothing of it is made in the turn in which the terminal is answered, but at the next tick. Times are ms
 * since 1970, UTC, by the machine's clock, where nothing else is said. Loop's thread.
 */
#ifndef KORDON_DAEMON_REFERRALS_REFERRALS_H
#define KORDON_DAEMON_REFERRALS_REFERRALS_H

#include "daemon/events.h"
#include "daemon/evidence.h"
#include "daemon/guard.h"
#include "daemon/list/list.h"
#include "daemon/redress/change.h"
#include "daemon/referrals/account.h"
#include "daemon/referrals/keep.h"
#include "daemon/referrals/log_readers.h"
#include "daemon/referrals/match_memory.h"
#include "daemon/referrals/seen.h"
#include "daemon/referrals/view.h"
#include "store/probe_slot.h"

struct referral_match;
struct who_read;

/* --- One of them --- */

/* Whether the last act is durable is known to nobody, and the state could not be read: it is read again until it says so (doubt.c). */
struct referral_doubt {
    bool is;
    bool shows;            /* others see the act, if it is durable */
    int64_t not_before_ms; /* of the next reading */
};

struct referral {
    struct referral_match *match;
    struct referral_case of;
    struct referral_course course;
    bool told_overdue; /* whoever listens was told */

    /* What is under way: one act at a time. */
    bool under_way; /* an act is on its way to the log, or nobody knows whether it came there */
    bool erasing;   /* so is what closes or erases it: nobody acts on it, but on another one of the match */
    struct referral_doubt doubt;
    bool reading; /* what its candidates' entries say */

    /* Who knows what of its prints. */
    struct referral_seen seen;
    struct log_readers readers; /* KNOWN, as they were found last; else nobody has asked */
    uint32_t looks;             /* under way: recorded, or to be, and not shown yet */

    /* Its probe's time is over: no look is begun any more, and those under way are waited for. */
    bool closing;
};

/* A match with its referrals: the one of its overt candidates, that of its discreet ones, or both. */
struct referral_match {
    /* Without its prints; NULL: the probe is erased, and what was found with it. */
    struct referral_opening *opening;
    struct referral referrals[2];
    size_t count;

    /* Its erasure. Where nobody knows whether the last one is durable (in_doubt) nothing else is under way until that is read back. */
    bool erasing; /* under way */
    bool whole;   /* that one, or the one in doubt: what was decided goes, and what is counted of its cases */
    bool in_doubt;
    int64_t erasure_ms; /* not tried again before; its probe was held */

    struct referral_match *next;
};

/* --- All of them --- */

/* The slots read again, where nobody knew whether a match became durable (search.c). */
struct referral_search {
    struct journal_job job;
    bool wanted, under_way;
    int64_t not_before_ms; /* the last one failed */
    /* The journal thread's while it is under way; then to be taken. */
    struct referral_opening *found[PROBE_SLOTS_MAX];
    size_t found_count;
};

struct referrals {
    /* What it works with; filled in by whoever makes it. */
    const struct workers *workers;
    struct evidence *evidence;
    const struct guard *guard;
    const struct events *events;
    const struct list *list;
    struct work *work;
    const struct transaction_secrets *secrets; /* by which ids say where their transactions were opened */
    bool stopping;                             /* no act is begun any more */

    struct locked_memory secret;   /* referral_secret(); the journal's thread reads it as well */
    struct match_memory memory;    /* of matches */
    struct referral_match *newest; /* all that are known, linked by their next */

    /* Since the last tick: matches that are durable, of which there can't be more than slots, and whole searches that found nobody. */
    struct referral_opening *arrived[PROBE_SLOTS_MAX];
    size_t arrived_count;
    struct referral_opening *of_nobody[PROBE_SLOTS_MAX];
    size_t of_nobody_count;

    struct referral_search search;
    uint32_t looks;          /* under way, at all of them */
    struct who_read *asking; /* those who ask the log who has read of a match (who_read.h) */
    bool told_few;           /* that places for matches are few (places.h): supervisors were told */
};

/* Those of the state; once, before anybody is served. Reasons of reading it; NO_MEMORY, MEMLOCK_LIMIT. */
enum reason referrals_load(struct referrals *referrals, struct store *store, struct failure *failure);

void referrals_finish(struct referrals *referrals);

/* To be called about each second. past_ms: a time that nobody sets (retention_reached_ms()), by which goes what is kept for days. */
void referrals_tick(struct referrals *referrals, int64_t now_ms, int64_t past_ms);

/* A whole search's entry is durable: its opening, which is taken over; match: it found somebody. data: struct referrals. What it found is worked on with the
 * next tick, and an opening of nobody is freed there: the memory that is given back would tell whoever asks for something next. One that is known
 * stays as it is. */
void referrals_referred(void *data, struct referral_opening *opening, bool match);

/* Nobody knows whether a match is durable. data: as above. From the next tick on the slots are read again until they could be, and what
 * nobody was told of is referred. */
void referrals_in_doubt(void *data);

/* The register has changed: who was in none then may be in it by now, or in it no more. */
void referrals_know_register(const struct referrals *referrals);

/* --- What somebody is told of them --- */

/* NULL where the principal does not know of it. */
struct referral *referral_find(
    const struct referrals *referrals, const struct principal *principal, const char *id);

/* What is there, for who may read the log: but what is silent and of his own, or may be, which is in no number that he is told without asking the log (P6). */
struct referrals_count {
    uint32_t waiting;   /* without an outcome */
    uint32_t immediate; /* of these, that can't wait */
    uint32_t overdue;   /* of these, whose time is over */
    uint32_t ended;     /* with an outcome, still known */
    uint32_t places;    /* for how many more there is one: what he is not told of takes none */
};
struct referrals_count referrals_count(
    const struct referrals *referrals, const struct principal *by, int64_t now_ms);

/* Whether a case of redress may be made of it now: nothing is on its way that says otherwise. That its probe goes is no matter; where all of it goes, and how
 * many fingers its cases were refused with it, none is begun behind that. */
bool referral_may_bear_case(const struct referral *referral);

/* --- What the log does not tell who judges (H5) --- */

/* Whether the log's bodies about that transaction (NULL: about any) are withheld from him: its match is not decided on by all who verify it, and he has
 * a seat at it or could take one. in_part: the entry about his reading says that they are (referrals_reads_in_part()), so he counts as one who could.
 * Of a silent one of his own they are not: he takes none, and is not told of it by that (P6). */
bool referrals_withhold(
    const struct referrals *referrals, const struct principal *by, bool in_part, const char *transaction);

/* The same of what its terminal was told, which has the machine's score. A silent referral is in nothing of that, and is not told of by withholding it. */
bool referrals_withhold_result(
    const struct referrals *referrals, const struct principal *by, bool in_part, const char *transaction);

/* Whether he is one from whom they are withheld of each such match, whoever sits there, as he could sit, or sits at one of them, whatever his role is by now:
 * the entry about his reading says so (LOG_WITHHELD), and he may still sit. Who reads all of them takes no seat any more. */
bool referrals_reads_in_part(const struct referrals *referrals, const struct principal *by);

#endif
