/* course_internal.h: what the files share that read courses of referrals from entries (course.h). */
#ifndef KORDON_LOG_COURSE_INTERNAL_H
#define KORDON_LOG_COURSE_INTERNAL_H

#include <stdbool.h>

#include "crypto/digest.h"
#include "log/course.h"

#define COURSE_TEXT_SIZE 288 /* an id, a name: what is longer is none that kordond writes */
#define COURSE_CASE_SIZE 32  /* the mark of a case of redress */
#define COURSE_CASES_MAX 2   /* one that serves, and one that is to take its place */

/* Somebody as entries name him. */
struct course_person {
    char name[COURSE_TEXT_SIZE]; /* "person:olena"; "": nobody */
    json_int_t uid;              /* -1: not said */
    const char *
        now; /* as whom the register has him since, by what proved him then (course_register.c); NULL: as nobody else */
};

/* Whom the register had by that proof, as the last entry tells that is of somebody with it. */
struct course_proof {
    char proof[COURSE_TEXT_SIZE]; /* "uid:1000", "certificate:post-ca/DNS:anna" */
    char *holder;                 /* "person:anna"; NULL: nobody */
};

/* A case of redress that rests on an outcome. */
struct course_case {
    char mark[COURSE_CASE_SIZE]; /* "": none */
    bool waits;                  /* another one serves until it has a finger */
};

/* Somebody's time in a seat. */
struct course_part {
    struct course_person person;
    char role[32];                 /* "": not said yet */
    size_t place;                  /* which seat: whoever comes takes the lowest that is free */
    bool seated;                   /* has it still */
    bool released;                 /* a claim for protection took it, or a supervisor */
    struct course_person freed_by; /* the latter; nobody: "" */
    bool judged, given;
    bool read;                       /* while he had it, what is not to be known before its verdicts */
    char judgement[DIGEST_HEX_SIZE]; /* what was committed to */
    char verdict[DIGEST_HEX_SIZE];   /* likewise; "": his was the last one, opened as it was given */
    uint64_t asked;  /* at which candidates' references he had asked for a look by then, a bit for each */
    uint64_t shown;  /* on which of them it rests */
    bool shown_told; /* that has to be said, by his entry or when it is opened */
    char found[32];  /* his verdict, when it is opened */
    json_int_t candidate; /* whom it means where it is a hit, by his number; 0: it does not say */
    bool candidate_told;  /* it has to */
    bool opened;
};

/* What somebody asked for a look at: that is in the log before it is read. */
enum course_look { COURSE_PROBE = 1, COURSE_REFERENCE = 2, COURSE_COMPARISON = 4 };
struct course_sight {
    struct course_person person;
    unsigned looks;      /* bits of course_look */
    uint64_t references; /* a bit for each candidate, from number 1 at the lowest, at whose reference */
    bool without_seat;   /* he had none when he did so, before the verdicts were opened */
};

/* A referral. */
struct course {
    char referral[COURSE_TEXT_SIZE], transaction[COURSE_TEXT_SIZE];
    char route[32], purpose[COURSE_TEXT_SIZE]; /* as acts say it; "": none has */
    json_int_t examiners;                      /* likewise; 0 */
    bool matched;
    uint64_t match_seq;
    json_int_t match_ms;
    json_int_t due_ms; /* when it is overdue, as the match's entry says; 0: an older kordond's does not */
    struct course_person owner;
    char officer[COURSE_TEXT_SIZE];
    struct course_part *parts;
    size_t part_count, part_capacity;
    struct course_sight *sights; /* each person once, as he was called */
    size_t sight_count, sight_capacity;
    bool opened;          /* the verdicts are */
    char outcome[32];     /* "": none */
    json_int_t candidate; /* whom it means where it is a hit; 0: that is not said */
    bool corrected;
    struct course_person overrider, corrector; /* who did so last */
    struct course_case redress[COURSE_CASES_MAX];
    bool probe_closed, probe_erased, erased; /* the first: for this referral alone */
    bool unseen, broken, remarked;
    json_t *steps, *verdicts;
};

/* Or a remark, which breaks no rule. */
struct course_break {
    uint64_t seq;
    const struct course *course;
    const char *why;
};

/* Who was shown the log's bodies, open matches' among them, or one transaction's result: the last time. */
struct course_reader {
    struct course_person person;
    char transaction[COURSE_TEXT_SIZE]; /* "": all */
    uint64_t seq;
};

struct log_courses {
    struct course_proof *proofs;
    size_t proof_count, proof_capacity;
    struct course_reader *readers;
    size_t reader_count, reader_capacity;
    struct course **items;
    size_t count, capacity;
    json_t *places; /* {referral: its place among them} */
    struct course_break *breaks;
    size_t break_count, break_capacity;
    struct course_break *remarks;
    size_t remark_count, remark_capacity;
    bool looks_asked; /* an act so far says "looked": kordond asks for looks since then */
    bool
        shown_told; /* an act so far says "shown": kordond tells since then on whose references a verdict rests */
    bool shown_closed;   /* and what was opened so far: no entry tells it since then before the outcome */
    bool candidate_told; /* a hit so far named its candidate: kordond asks for that since then */
    uint64_t unseen;     /* entries that may be of a course, whose bodies are not there */
    uint64_t last_unseen;
    bool expiry_unseen; /* a body that is not there may say that a case of redress expired */
    uint64_t latest_ms; /* the latest time of any entry so far */
    struct digest *digest;
    struct failure failure; /* what keeps anything from being known; DONE so far */
};

/* What an entry tells of a course. */
struct course_step {
    struct log_courses *courses;
    struct course *course;
    const struct entry_head *head;
    const json_t *body;
    const char *what;
    struct course_person by;
    char role[32];
};

/* --- course_parts.c --------------------------------------------------------------------------------------- */

/* A member's text, "" where there is none. */
const char *course_text(const json_t *body, const char *key);

bool course_is(const char *text, const char *other);

/* A copy, cut where it is longer than any that kordond writes. */
void course_copy(char *to, size_t size, const char *text);

struct course_person course_person_of(const json_t *body);
struct course_person course_person_named(const char *name); /* by whom another one names him */

/* Whether that is a name of the register's; a user's of the machine, who is one by his number. */
bool course_is_registered(const struct course_person *person);
bool course_is_user(const struct course_person *person);

bool course_persons_are_one(const struct course_person *one, const struct course_person *other);

/* Whether they are known to be two: the same is asked as by kordond before it lets somebody sit. */
bool course_persons_are_two(const struct course_person *one, const struct course_person *other);

/* Whether the transaction is surely his; or is his, or nobody knows that it is not. */
bool course_is_his(const struct course *course, const struct course_person *person);
bool course_is_own(const struct course *course, const struct course_person *person);

/* The seat that he has; the last one that he had; NULL: none. He may have two, who turned out to be one with another: the lower one counts, as in kordond. */
struct course_part *course_seat_of(struct course *course, const struct course_person *person);
struct course_part *course_last_part_of(struct course *course, const struct course_person *person);
size_t course_seated(const struct course *course, const char *role); /* role NULL: any */

/* The same of who is called so. */
struct course_part *course_seat_called(struct course *course, const char *name);

/* Whoever read the log's bodies, or what the machine found, does not judge it, nor who may have seen the prints without a seat (H5). */
void course_note_reading(struct log_courses *courses, const struct entry_head *head, const json_t *body);
bool course_was_read_by(const struct course_step *step, const struct course_person *person);
bool course_was_seen_by(const struct course *course, const struct course_person *person);

/* Notes what was asked for; whether he asked for a look at one of these. */
void course_note_sight(struct course_step *step, enum course_look look, bool without_seat);
bool course_has_looked(const struct course *course, const struct course_person *person, unsigned looks);

/* At which candidates' references he has asked for a look so far, a bit for each. */
uint64_t course_references_asked(const struct course *course, const struct course_person *person);

/* On which candidates' references what is said rests, by the entry or by what it opens, a bit for each; each must be one of those asked for. */
uint64_t course_shown(struct course_step *step, const json_t *said, uint64_t asked);

/* In the lowest seat that is free. NULL without memory, which is noted. */
struct course_part *course_add_part(struct course_step *step, const struct course_person *person);

/* --- course_register.c ------------------------------------------------------------------------------------ */

/* Notes as whom the register has whoever did what the entry says: that is who had a part before by the same proof and was in no register then. */
void course_note_proof(const struct course_step *step);

/* The same of those who had a part in the course before, as the entry says it: it is all that tells of who does nothing more. */
void course_take_register(struct course_step *step);
void course_forget_proofs(struct log_courses *courses);

/* --- course_breaks.c -------------------------------------------------------------------------------------- */

/* The step breaks a rule, whatever else there may be. */
void course_breaks(struct course_step *step, const char *why);

/* The same, unless an entry that is not there to be seen explains it: then nothing is known. */
void course_lacks(struct course_step *step, const char *why);

/* Somebody judges what the log has no look of his at: a break where kordond asked for one already, else a remark. */
void course_lacks_look(struct course_step *step, const char *why);

/* What breaks no rule, and an auditor is to know; nothing where an entry that is not there to be seen may explain it. */
void course_remarks(struct course_step *step, const char *why);

/* Whether a body that is not there may belong to the course. */
bool course_may_lie_unseen(const struct log_courses *courses, const struct course *course);

void course_note_failure(struct log_courses *courses, const struct failure *failure);
void course_note_no_memory(struct log_courses *courses);

/* --- course_opening.c ------------------------------------------------------------------------------------- */

/* What a part committed to and what is opened of it. opened: of "verdicts", or "seat". */
void course_open_part(struct course_step *step, const json_t *opened, struct course_part *part);

/* A hit rests on a candidate whose reference its giver was shown, a false positive on those of all that the entry names. told: each verdict has to say so
 * by then. */
void course_check_shown(struct course_step *step, const char *found, uint64_t shown, bool told);

/* Whom a hit means, by what says it; 0: it does not. */
json_int_t course_candidate(const json_t *said);

/* A hit means one candidate, whose reference its giver was shown. told: it has to say which. */
void course_check_candidate(
    struct course_step *step, const char *found, json_int_t candidate, uint64_t shown, bool told);

/* All of "verdicts", which must be all that is to be opened. */
void course_open_verdicts(struct course_step *step);

/* How many of those who have a seat gave one; and the outcome, which there may be none of yet. */
size_t course_verdicts_given(const struct course *course);
void course_come_to(struct course_step *step, const char *outcome);
bool course_has_outcome(const struct course *course);

/* --- course_supervisors.c --------------------------------------------------------------------------------- */

/* Who ends what is overdue says nothing of the prints: then it is enough that he surely is not the one (referral_check_supervisor()). */
bool course_may_be(const struct course_person *one, const struct course_person *person, bool ends);

/* A supervisor who has and had no part in it. ends: as inconclusive, where it may be overdue. */
void course_check_apart(struct course_step *step, bool ends);

/* Whether he overrode or corrected it, or nobody knows that he did not. */
bool course_had_his_word(const struct course_step *step);

void course_override(struct course_step *step);
void course_correct(struct course_step *step);

/* --- course_acts.c ---------------------------------------------------------------------------------------- */

/* An act of event "decision", a look of event "consultation". */
void course_take_act(struct course_step *step);
void course_take_look(struct course_step *step);

/* The end of what is kept; whole: of what was decided, too. */
void course_take_erasure(struct course_step *step, bool whole);

/* --- course_cases.c --------------------------------------------------------------------------------------- */

/* A case is recorded; what rested on the outcome before does not count beside another one. */
void course_add_case(struct course_step *step);
void course_end_cases(struct course_step *step);

/* What is done to a case: there must be one, and it takes a supervisor. */
void course_check_case(struct course_step *step);
void course_keep_finger(struct course_step *step);
void course_remove_case(struct course_step *step);

/* The case of redress of that mark has ended, whosever it was. */
void course_note_expiry(struct log_courses *courses, const char *mark);

#endif
