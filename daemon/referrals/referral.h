/* referral.h: a match that people verify: what does not change of it, and the course it takes by their acts.
 *
 * Where to read on, in the order in which the files call:
 *
 *     states.h       what may follow what
 *     seat.h         an examiner's place
 *     act_persons.h  who may do what
 *     act.h          what people do to a referral, by which rules (act_internal.h: a file for what each is about)
 *     seen.h         who was shown which prints, and of which entry
 *     view.h         what each of them is shown
 *     course.h       the course as it is kept
 *     account.h      what the log says of it
 *     clearance.h    whether a case of redress may rest on it
 *     keep.h         where it lies in the state
 *     referrals.h    all that are known; time
 *     verbs.h        what people do, as they ask for it
 *
 * A verb goes through verbs.c, where it is for the unread through asking.c (who_read.h, log_readers.h), and acting.c, which has it recorded.
 *
 * Values; any thread.
 */
#ifndef KORDON_DAEMON_REFERRALS_REFERRAL_H
#define KORDON_DAEMON_REFERRALS_REFERRAL_H

#include "daemon/redress/case.h"
#include "daemon/referrals/seat.h"
#include "daemon/referrals/states.h"
#include "daemon/transactions/request.h"
#include "daemon/transactions/secrets.h"
#include "policy/referral.h"

/* The id: the transaction's, of the silent referral with a letter behind it. */
#define REFERRAL_ID_SIZE (TRANSACTION_ID_SIZE + 1)

/* What is known of it when the match is durable. */
struct referral_case {
    char id[REFERRAL_ID_SIZE];
    char transaction[TRANSACTION_ID_SIZE];
    int64_t time_ms; /* of the match's entry */
    char purpose[REQUEST_NAME_SIZE];
    char legal_basis[REQUEST_TEXT_SIZE];
    char owner[PRINCIPAL_IDENTITY_SIZE]; /* who opened the transaction, as principal_identity() says it */
    char owner_now[REFERRAL_NOW_SIZE];   /* as of struct referral_person */
    char officer[REQUEST_NAME_SIZE];     /* whom that one said he acts for; "": nobody */
    enum traveller_group group;
    enum age_band age_band;
    uint32_t categories; /* of its candidates: overt ones alone, or discreet ones alone */
    uint32_t slot;       /* in which the probe lies */
    /* The traveller's (store/cleared_pair.h); all zero: none was named. */
    uint8_t document[CASE_RECORD_KEY_BYTES];
    /* Its candidates as the list had them when a seat was taken and nobody had compared with one yet (H6). None: that is not known, or they are more than
     * somebody can be told apart from. */
    struct redress_entry entries[CLEARED_ENTRIES_MAX];
    size_t entry_count;
    bool entries_changed; /* none, since one was no more by then what the machine had compared with */
};

/* What a supervisor decided; zeroed: none did. */
struct referral_word {
    enum referral_verdict verdict;
    uint32_t candidate; /* as a seat's */
    struct referral_person by;
    char reason[REFERRAL_TEXT_SIZE];
    int64_t time_ms;
};

/* A seat that was taken from under its holder, with what he had found: it is opened with the outcome, however far he was, so that nobody learns that
 * before. by: the supervisor who freed it; nobody where a claim for protection took it. The last place is a claim's, which takes one
 * seat at most: where it takes none that place stays empty. */
#define REFERRAL_RELEASED_MAX 4
#define REFERRAL_FREED_MAX    (REFERRAL_RELEASED_MAX - 1)
struct referral_released {
    struct referral_seat seat;
    struct referral_person by;
};

/* Who gave his seat back or handed it over: whoever saw the reference judges no probe of it any more. */
#define REFERRAL_FORMER_MAX 8
struct referral_former {
    struct referral_person person;
    bool saw_reference;
};

/* Who saw prints of it without a seat before all verdicts were given: what an examiner is to find by himself he knows from others. */
#define REFERRAL_LOOKERS_MAX 8

/* What people made of it. It goes by the rules of the moment when the match was concluded. */
struct referral_course {
    enum referral_state state;
    enum referral_route route;
    struct referral_rules rules;
    struct referral_seat seats[POLICY_EXAMINERS_MAX];         /* rules.examiners of them */
    struct referral_released released[REFERRAL_RELEASED_MAX]; /* released_count of them */
    uint32_t released_count;
    struct referral_former former[REFERRAL_FORMER_MAX]; /* former_count of them, each person once */
    uint32_t former_count;
    struct referral_person lookers[REFERRAL_LOOKERS_MAX]; /* looker_count of them, each once */
    uint32_t looker_count;
    struct referral_word overridden; /* after a disagreement, or overdue */
    struct referral_word corrected;  /* the last time; earlier ones are in the log */
    enum referral_verdict outcome;   /* NONE: there is none */
    int64_t outcome_ms;              /* when the first one came about */
    bool protection_claimed;
    uint32_t reports;  /* that the second line made */
    bool probe_closed; /* nobody can look at it by this referral any more: its time is over */
    bool probe_erased; /* M2: nor by another one of the match: nothing is left of it */
};

/* A referral that nobody has done anything to yet. */
struct referral_course referral_course_begin(
    const struct referral_case *of, const struct referral_rules *rules);

/* Everybody whom it names but he whose transaction it is; how many. */
#define REFERRAL_PEOPLE_MAX                                                                                  \
    (POLICY_EXAMINERS_MAX + 2 * REFERRAL_RELEASED_MAX + REFERRAL_FORMER_MAX + REFERRAL_LOOKERS_MAX + 2)
size_t referral_people(
    const struct referral_course *course, const struct referral_person *people[static REFERRAL_PEOPLE_MAX]);

/* Whose transaction it is. */
struct referral_person referral_owner(const struct referral_case *of);

/* referral_person_know() for everybody whom it names: whenever it was read, or the register has changed. */
void referral_know(
    struct referral_case *of, struct referral_course *course, const struct staff_register *staff);

/* Whom its outcome means where that is a hit; 0: it is none, or nobody knows. */
uint32_t referral_outcome_candidate(const struct referral_course *course);

/* Whether nobody who has or had a seat has got so far that he could see a reference. */
bool referral_is_uncompared(const struct referral_course *course);

/* When it is overdue, and whether it is: nothing is decided by that. */
int64_t referral_due_ms(const struct referral_case *of, const struct referral_course *course);
bool referral_is_overdue(
    const struct referral_case *of, const struct referral_course *course, int64_t now_ms);

/* Who somebody is to a referral, and what he may know of it:
 *
 *                                    of which            whose print it is
 *     referral_is_his()              each                surely his: he took it, or is called as the officer for whom it was taken
 *     referral_is_own()              each                his, or may be, as he is not known to be another one: he does not judge it
 *     referral_is_silent_of_his()    silent ones         his: nothing is withheld from him for it, and he never sits at it
 *     referral_is_hidden_from()      silent ones         own: there is none for him, whatever roles he holds
 *     referral_is_known_to()         those of his roles  not hidden from him
 *     referral_may_know_of_all()     of a whole match    not own, and he sees silent ones
 *     referral_is_told_to()          those known to him  while its own time lasts; behind that, who may know of all
 */

/* Whether he surely took the print, or is called as the officer for whom it was taken. */
bool referral_is_his(const struct referral_case *of, const struct referral_person *person);

/* Whether he took the print, or is called as the officer for whom it was taken; or may have taken it, as he is not known to be another one. */
bool referral_is_own(const struct referral_case *of, const struct referral_person *person);

/* Whether it is a silent one, and he is surely one of these two, whatever the register comes to know: one that is not there for him, and at which he never
 * sits. */
bool referral_is_silent_of_his(const struct referral_case *of, const struct referral_person *person);

/* Whether there is no such referral for him, whatever roles he holds: a silent one of his own traveller, of whom he must not hear (P6), or of who may be. */
bool referral_is_hidden_from(const struct referral_case *of, const struct referral_person *person);

/* Whether there is such a referral at all for who holds these roles. */
bool referral_is_known_to(const struct referral_case *of, const struct referral_course *course,
    const struct referral_person *person, unsigned roles);

/* Whether he may know of all referrals of its match: what follows from another one of them tells him nothing new. */
bool referral_may_know_of_all(
    const struct referral_case *of, const struct referral_person *person, unsigned roles);

/* Whether its own time is over, by the clock: nothing of it is there any more but for another one's sake, or since it is held. */
bool referral_is_over(const struct referral_course *course, int64_t now_ms);

/* Whether he is told of it: it is known to him, and not there for another one's sake alone where he may not know of that (P6). */
bool referral_is_told_to(const struct referral_case *of, const struct referral_course *course,
    const struct principal *principal, int64_t now_ms);

/* Whether he is one of those who looked without a seat, as he is called now: that he is another one of them the register may take back. */
bool referral_remembers_look(const struct referral_course *course, const struct referral_person *person);

/* The seat that the person has; NULL where he has none. */
const struct referral_seat *referral_seat_of(
    const struct referral_course *course, const struct referral_person *person);

/* Whether who holds these roles could verify a match himself: what he sees must not come before his own judgement then. */
bool referral_may_examine(unsigned roles);

/* In which of his roles somebody looks at prints, reports, or records a claim: each in the same one. He has one of those of the second line. */
enum role referral_role_of_seeing(unsigned roles);

/* What somebody may be shown of the prints: the probe; what it is compared with, and how; the score. */
struct referral_sight {
    bool probe, comparison, score;
};
struct referral_sight referral_sight_of(
    const struct referral_course *course, const struct referral_person *person, unsigned roles);

#endif
