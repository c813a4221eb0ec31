/* clearing.h: whether a candidate is one whom the traveller was told apart from, so that he is not referred for him again (H6).
 *
 * By the entry alone the wanted would be cleared with him, by the document alone its thief: only where the document is the one given,
 * the entry is what it was, the day has not passed, and the person at the counter agrees with the templates that the cleared one consented to have
 * kept, better than with the entry, and with that not much better than the match that people judged, is a candidate no candidate. Whatever is not known clears nobody. Pure; any thread.
 */
#ifndef KORDON_DAEMON_TRANSACTIONS_CLEARING_H
#define KORDON_DAEMON_TRANSACTIONS_CLEARING_H

#include "matcher/matcher.h"
#include "store/cleared_pair.h"

/* The same finger does not give the same score twice: the score with the entry may be by a quarter above the one that people judged, and no more. Figures:
 * docs/accuracy.md. */
#define CLEARING_ROOM_NUMERATOR   5
#define CLEARING_ROOM_DENOMINATOR 4

/* What the log says; the first that applies. */
#define CLEARING_LIST(CLEARING)                                                                              \
    CLEARING(NO_PAIR, "no_pair")             /* none, or it could not be read */                             \
    CLEARING(DOCUMENT, "other_document")     /* it is of another document, or none was given */              \
    CLEARING(REFERENCE, "other_entry")       /* he was told apart from others */                             \
    CLEARING(ENTRY_CHANGED, "entry_changed") /* or it is not known what it says now */                       \
    CLEARING(DAY, "not_its_day")             /* it counts no more, or not yet */                             \
    CLEARING(NO_CONSENT, "no_consent")       /* there is nothing to compare with */                          \
    CLEARING(DOUBTFUL, "sample_doubtful")    /* of imitation, or of another resolution */                    \
    CLEARING(FINGER, "other_finger")         /* a finger was taken that none of his agrees with */           \
    CLEARING(SCORE, "score")                 /* he is not proven to be the cleared one */                    \
    CLEARING(DONE, "cleared")

enum clearing {
#define CLEARING_ENUM(clearing, name) CLEARING_##clearing,
    CLEARING_LIST(CLEARING_ENUM)
#undef CLEARING_ENUM
};

/* The word; "?" for what is none. Constant. */
const char *clearing_name(enum clearing clearing);

/* How the traveller's fingers agree with those that the cleared person consented to have kept. Zeroed: not compared. */
struct consent_comparison {
    bool threshold_known;
    matcher_score threshold; /* of a verification */
    matcher_score score;     /* fused */
    uint32_t probes;         /* fingers of the traveller */
    uint32_t agreeing;       /* of these, such as are evidence for the cleared person */
    uint32_t swapped;        /* of these, such as agree with another one than they claim */
};

struct clearing_question {
    const uint8_t *document;         /* key of the traveller's, CASE_RECORD_KEY_BYTES; NULL: none was given */
    const struct cleared_pair *pair; /* NULL: there is none, or it is not proven */
    const struct watchlist_id *candidate;
    const uint8_t *entry;          /* digest of his entry in the list that was searched; NULL: not known */
    matcher_score candidate_score; /* of the traveller and the entry */
    int32_t today;
    bool doubtful; /* a sample of the traveller is */
    struct consent_comparison consent;
};

/* Whether a comparison can tell who agreed so far with an entry when people told him apart from its person: not where the scale ends, since nobody agrees
 * better with himself. */
bool clearing_can_tell(matcher_score told_apart);

/* DONE: he is cleared. */
enum clearing clearing_judge(const struct clearing_question *question);

#endif
