/* view.h: what one person is shown of a referral: a pure function, in which another's open verdict, judgement, phase and times do not occur
 * (H5). Plain values; any thread.
 */
#ifndef KORDON_DAEMON_REFERRALS_VIEW_H
#define KORDON_DAEMON_REFERRALS_VIEW_H

#include "daemon/referrals/referral.h"

struct referral_seat_view {
    bool held, own;
    bool registered;                  /* its holder was in the register when he took it */
    char holder[PRINCIPAL_NAME_SIZE]; /* "": it is free */
    /* The rest is known to the viewer: it is his own, or all verdicts are given; else it is zeroed. */
    bool told;
    struct referral_seat seat; /* without the salts */
};

struct referral_view {
    const struct referral_case *of; /* borrowed */
    const char *state;              /* as anybody is shown it; constant */
    enum referral_route route;
    bool immediate, overdue, protection_claimed, probe_closed;
    bool erasure_told; /* he may know of all referrals of the match: the following is true */
    bool probe_erased;
    int64_t due_ms;
    uint32_t seat_count, reports;
    struct referral_seat_view seats[POLICY_EXAMINERS_MAX];
    /* The viewer's own verdict waits for a second one, of whom nobody has taken the seat. */
    bool second_deferred;
    struct referral_sight sight;
    enum referral_verdict outcome; /* NONE: there is none */
    uint32_t candidate;            /* whom that means where it is a hit; 0: it is none, or nobody knows */
    int64_t outcome_ms;
    struct referral_word overridden, corrected;
};

/* False where the viewer does not know of it at all. */
bool referral_view_make(const struct referral_case *of, const struct referral_course *course,
    const struct principal *viewer, int64_t now_ms, struct referral_view *view);

#endif
