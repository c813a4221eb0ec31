/* act.h: what people do to a referral, and by which rules (H1 to H5). Pure: an act is tried on a copy of the course, which takes the course's place
 * when the entry that says so is durable. Any thread.
 */
#ifndef KORDON_DAEMON_REFERRALS_ACT_H
#define KORDON_DAEMON_REFERRALS_ACT_H

#include "base/failure.h"
#include "daemon/referrals/referral.h"
#include "store/watchlist.h"

enum referral_act_kind {
    REFERRAL_TAKE,
    REFERRAL_GIVE_BACK,
    REFERRAL_HAND_OVER,
    REFERRAL_FREE_SEAT, /* of somebody who does not come, by a supervisor */
    REFERRAL_JUDGE_PROBE,
    REFERRAL_GIVE_VERDICT,
    REFERRAL_OVERRIDE,
    REFERRAL_CORRECT,
    REFERRAL_REPORT,
    REFERRAL_CLAIM_PROTECTION,
    REFERRAL_LOOK, /* at prints, by who has no seat: he takes none any more */
    REFERRAL_ACT_COUNT
};

/* What is looked at: candidate (its number within the referral, from 1 on; nothing for the probe), and which of the fingers at that position, from 1 on:
 * of unknown position there may be several. */
enum referral_look { REFERRAL_LOOK_PROBE, REFERRAL_LOOK_REFERENCE, REFERRAL_LOOK_COMPARISON };
struct referral_looking {
    enum referral_look look;
    uint32_t candidate;
    enum finger_position position;
    uint32_t number;
};

/* What somebody was shown of the prints. A bit for each candidate, from number 1 at the lowest. */
struct referral_shown {
    bool probe;          /* or was told that no picture of it was kept */
    uint64_t references; /* one of his prints, as the list has him now, or had him last */
    uint64_t replaced;   /* one of his prints, and not of what the list has of him now */
    uint64_t gone;       /* none: he was told that the list has him no more, and it has not */
};

/* What the second line found at a silent referral; texts of up to REFERRAL_TEXT_SIZE - 1 bytes, "" where nothing is said; borrowed. It goes into
 * the log alone. */
#define REFERRAL_REPORT_TEXTS(TEXT)                                                                          \
    TEXT(place) TEXT(time) TEXT(reason) TEXT(route) TEXT(companions) TEXT(vehicle) TEXT(objects)
struct referral_report {
#define REFERRAL_REPORT_FIELD(name) const char *name;
    REFERRAL_REPORT_TEXTS(REFERRAL_REPORT_FIELD)
#undef REFERRAL_REPORT_FIELD
};

/* One of the referral's candidates, in the order of their numbers. */
struct referral_standing {
    struct watchlist_id id;
    enum entry_since since;
    bool entry_known;            /* the list in force has him, and this is by what: */
    uint8_t entry[DIGEST_BYTES]; /* opened_list_digest() */
};

struct referral_act {
    enum referral_act_kind kind;
    struct referral_person by;
    unsigned roles; /* bits of enum role that he holds */
    int64_t now_ms;
    /* HAND_OVER: to whom, and the roles he holds; FREE_SEAT: whose seat, by his name alone. */
    struct referral_person to;
    unsigned to_roles;
    enum probe_judgement judgement; /* JUDGE_PROBE */
    enum referral_verdict verdict;  /* GIVE_VERDICT, OVERRIDE, CORRECT: with the following two */
    /* candidate_count of them; borrowed. None: they are not known any more. */
    const struct referral_standing *candidates;
    size_t candidate_count;
    struct referral_shown shown; /* JUDGE_PROBE, GIVE_VERDICT, OVERRIDE, CORRECT: to him; seen.h */
    uint32_t candidate;    /* whom a hit means; 0: that is not said, and is filled in where it is clear */
    enum entry_since said; /* what he says became of the entry; UNKNOWN: nothing */
    const struct referral_report *report;   /* REPORT */
    const struct referral_looking *looking; /* LOOK; borrowed */
    const char *words; /* the reason, or what is said beside a judgement; "" where nothing is; borrowed */
    uint8_t salt[COMMIT_SALT_BYTES]; /* JUDGE_PROBE, GIVE_VERDICT: random */
    /* what referral_act_apply() found: */
    unsigned role;                    /* in which he did it; LOOK: see referral_role_of_seeing() */
    const struct referral_seat *seat; /* of the course: whose it is about; NULL: none */
    bool opens;                       /* all verdicts are given by it, or made public */
};

/* Does it to the course. The course is nobody's any more unless DONE. REFERRAL_NOT_FOUND where he does not know of it, NOT_PERMITTED (role; his own
 * transaction; he has a seat, or none; he is not known to be another one), REFERRAL_STATE, BAD_VALUE (a reason is missing or too long, a verdict that
 * may not be). A refusal depends on nothing that is open of another's seat. */
enum reason referral_act_apply(const struct referral_case *of, struct referral_course *course,
    struct referral_act *act, struct failure *failure);

#endif
