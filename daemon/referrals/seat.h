/* seat.h: one examiner's place at a referral: who has it, how far he is, what he found. Values; any thread. */
#ifndef KORDON_DAEMON_REFERRALS_SEAT_H
#define KORDON_DAEMON_REFERRALS_SEAT_H

#include "base/identity.h"
#include "base/word_list.h"
#include "crypto/digest.h"
#include "daemon/register.h"

#define REFERRAL_TEXT_SIZE 512 /* a reason in a person's own words */

/* How far its holder is. The probe is judged before anything is seen that it could be compared with (H3). */
enum referral_phase {
    SEAT_FREE,
    SEAT_PROBE,      /* sees the probe alone */
    SEAT_COMPARISON, /* has judged it, sees the reference too */
    SEAT_DONE,       /* has given his verdict */
    REFERRAL_PHASE_COUNT
};

enum probe_judgement {
    PROBE_NOT_JUDGED,
    PROBE_USABLE,
    PROBE_LIMITED,
    PROBE_NOT_USABLE,
    PROBE_JUDGEMENT_COUNT
};

/* A person's word, never a machine's: a match becomes a hit by it, or not (H1). */
enum referral_verdict {
    VERDICT_NONE,
    VERDICT_HIT,
    VERDICT_FALSE_POSITIVE,
    VERDICT_INCONCLUSIVE,
    REFERRAL_VERDICT_COUNT
};

/* What became of the list's entry since the machine compared with it. */
enum entry_since {
    ENTRY_SINCE_UNKNOWN, /* the list can't be asked, or what was compared with is not known any more */
    ENTRY_SINCE_SAME,
    ENTRY_SINCE_CHANGED,
    ENTRY_SINCE_GONE, /* it is not searched any more */
    ENTRY_SINCE_COUNT
};

/* "unknown", "same", "changed", "gone"; constant, "?" for what is none of them. False where none has that name. */
const char *entry_since_name(enum entry_since since);
bool entry_since_parse(const char *name, enum entry_since *since);

/* "free", "probe", ...; "none", "usable", ...; "none", "hit", "false_positive", "inconclusive". Constant; "?" for what is none of them. */
const char *referral_phase_name(enum referral_phase phase);
const char *probe_judgement_name(enum probe_judgement judgement);
const char *referral_verdict_name(enum referral_verdict verdict);

/* False where none has that name. */
bool referral_phase_parse(const char *name, enum referral_phase *phase);
bool probe_judgement_parse(const char *name, enum probe_judgement *judgement);
bool referral_verdict_parse(const char *name, enum referral_verdict *verdict);

/* A person as a referral knows him, for as long as it lasts. Who was in no register then may be in one by now: now is as whom, which is not kept and follows
 * from the register in force (referral_person_know()). */
#define REFERRAL_NOW_SIZE (CONFIG_ITEM_NAME_SIZE + sizeof IDENTITY_PERSON)
struct referral_person {
    char identity[PRINCIPAL_IDENTITY_SIZE]; /* as principal_identity() says it; "": nobody */
    char name[PRINCIPAL_NAME_SIZE];         /* as people know him */
    bool registered;
    enum principal_proof proof;  /* UNPROVEN of a registered one whom another named */
    char now[REFERRAL_NOW_SIZE]; /* "": as nobody else */
};
struct referral_person referral_person_of(const struct principal *principal);

/* The same by his identity alone, which is his name as well; "": nobody. */
struct referral_person referral_person_named(const char *identity);

/* Finds out as whom the register knows him by what proved him then, where he was in none. */
void referral_person_know(struct referral_person *person, const struct staff_register *staff);

/* Who is who. An auditor asks the same of the log's entries (kind_of() and name_now() of log/course_parts.c), in words of its own, so that a fault here is not
 * one there, too: who changes one of them looks at the other. */

/* Whether both are surely one. Nobody is the same as nobody. */
bool referral_person_is(const struct referral_person *one, const struct referral_person *other);

/* Whether both did what they did under one identity, whatever the register has come to know since. */
bool referral_persons_are_called_one(const struct referral_person *one, const struct referral_person *other);

/* Whether they are known to be two: of whom the register does not know both, proven in two ways, nobody knows that. */
bool referral_persons_are_two(const struct referral_person *one, const struct referral_person *other);

/* Zeroed: free. */
struct referral_seat {
    enum referral_phase phase;
    struct referral_person holder;
    unsigned role; /* in which he verifies: ROLE_EXAMINER or ROLE_PROTECTION_OFFICER */
    int64_t taken_ms, judged_ms, done_ms;
    enum probe_judgement judgement;
    char judgement_words[REFERRAL_TEXT_SIZE];
    enum referral_verdict verdict;
    char reason[REFERRAL_TEXT_SIZE];
    /* Whom a hit means, by his number; 0: it is none, or an older kordond's, of which nobody knows. */
    uint32_t candidate;
    /* When he gave his verdict, of whom a hit means, else of the least changed entry that he looked at. */
    enum entry_since since;
    bool shown_kept; /* the following is known: not of a verdict that an older kordond took */
    uint64_t shown;  /* on which candidates' references it rests: struct referral_shown's references */
    uint8_t judgement_salt[COMMIT_SALT_BYTES],
        verdict_salt[COMMIT_SALT_BYTES]; /* of what the log commits to */
};

#endif
