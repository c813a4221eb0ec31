/* course_acts.c: each act of people, against what was done before it; what supervisors decide is in course_supervisors.c. */
#include <string.h>

#include "log/course_internal.h"

#define FREED_MAX 3 /* REFERRAL_FREED_MAX of daemon/referrals/referral.h */

static bool is_silent(const struct course *course)
{
    return !course_is(course->referral, course->transaction);
}

/* A hash in hex: what is committed to by it nobody reads. */
static bool is_commitment(const char *text)
{
    uint8_t bytes[DIGEST_BYTES];
    return strlen(text) == 2 * sizeof bytes && hex_parse(text, bytes, sizeof bytes);
}

/* --- Seats --------------------------------------------------------------------------------------------------- */

/* Whoever is to be protected is not judged by examiners alone (P5, P7). */
static void check_role(struct course_step *step, struct course_part *part, const char *role)
{
    const struct course *course = step->course;
    bool examiner = course_is(role, "examiner");
    size_t others = course_seated(course, "examiner") - (part->seated && course_is(part->role, "examiner"));
    course_copy(part->role, sizeof part->role, role);
    if (course_is(course->route, "protection_officer") && course_is(role, "protection_officer"))
        return;
    if (!examiner)
        course_breaks(step, "a seat of somebody whose role does not judge it");
    else if (course_is(course->route, "protection_officer") && course->examiners > 0 &&
             others + 1 >= (size_t)course->examiners)
        course_lacks(step, "examiners alone judge what is the protection officer's");
}

/* The entry says as whom the register had those before it, as no older kordond's does. */
static bool is_register_told(const struct course_step *step)
{
    return json_is_object(json_object_get(step->body, "registered_as"));
}

/* from: who hands his seat over to him; NULL: nobody. */
static void check_others(
    struct course_step *step, const struct course_person *person, const struct course_part *from)
{
    struct course *course = step->course;
    for (size_t i = 0; i < course->part_count; i++) {
        const struct course_part *part = &course->parts[i];
        bool one = course_persons_are_one(&part->person, person);
        if (part->freed_by.name[0] != '\0' && !course_persons_are_two(&part->freed_by, person))
            course_breaks(step, "a seat of somebody who freed one, or of whom nobody knows");
        if (one && part->freed_by.name[0] != '\0')
            course_breaks(step, "somebody comes back whose seat was freed");
        else if (one && part->seated)
            course_lacks(step, "two seats of one person");
        else if (one && part->judged)
            course_breaks(step, "somebody comes back who had judged the probe and left");
        else if (part->seated && !one && !course_persons_are_two(&part->person, person))
            course_breaks(step, "nobody knows whether two seats are two persons'");
        else if (!part->seated && part != from && is_register_told(step) && !one &&
                 !course_persons_are_two(&part->person, person))
            course_breaks(
                step, "nobody knows whether a seat is taken by another person than one who left one");
    }
}

static struct course_part *sit_down(
    struct course_step *step, const struct course_person *person, const struct course_part *from)
{
    struct course *course = step->course;
    if (course->opened)
        course_breaks(step, "a seat is taken after the verdicts were opened");
    if (course->probe_erased)
        course_breaks(step, "a seat is taken after the probe was erased");
    if (course->matched && course_is_own(course, person))
        course_breaks(step, "a seat of the person whose transaction it is");
    if (course_was_read_by(step, person))
        course_breaks(step, "a seat of somebody who has read the log since the match");
    if (course_was_seen_by(course, person))
        course_breaks(step, "a seat of somebody who saw its prints or its score without one");
    check_others(step, person, from);
    if (course->examiners > 0 && course_seated(course, NULL) >= (size_t)course->examiners)
        course_lacks(step, "more seats than persons who are to judge it");
    return course_add_part(step, person);
}

static void take(struct course_step *step)
{
    struct course_part *part = sit_down(step, &step->by, NULL);
    if (part != NULL)
        check_role(step, part, step->role);
}

/* His seat; one is presumed where none is known of, so that one break is not told as many. NULL without memory. */
static struct course_part *own_seat(struct course_step *step, const char *why_not)
{
    struct course_part *part = course_seat_of(step->course, &step->by);
    if (part == NULL) {
        course_lacks(step, why_not);
        part = course_add_part(step, &step->by);
    }
    if (part != NULL && part->role[0] == '\0')
        check_role(step, part, step->role);
    return part;
}

/* NULL: he had none. */
static struct course_part *leave(struct course_step *step)
{
    struct course_part *part = course_seat_of(step->course, &step->by);
    if (part == NULL) {
        course_lacks(step, "somebody leaves a seat that he has not");
        return NULL;
    }
    if (part->given || step->course->opened)
        course_breaks(step, "a seat is left behind its verdict");
    course_open_part(step, json_object_get(step->body, "seat"), part);
    part->seated = false;
    return part;
}

static void give_back(struct course_step *step)
{
    leave(step);
}

/* Into that seat. */
static void hand_over(struct course_step *step)
{
    const struct course_person to = course_person_named(course_text(step->body, "to"));
    const struct course_part *from = leave(step);
    const bool left = from != NULL;
    const size_t place = left ? from->place : 0;
    struct course_part *part = sit_down(step, &to, from);
    if (part != NULL && left)
        part->place = place;
}

/* --- Judging ------------------------------------------------------------------------------------------------- */

/* What an act or a look has to say that opens nothing (H5). */
static void check_untold(struct course_step *step)
{
    static const char *const telling[] = {
        "judgement", "words", "verdict", "reason", "outcome", "seat", "verdicts"};
    for (size_t i = 0; i < sizeof telling / sizeof telling[0]; i++)
        if (json_object_get(step->body, telling[i]) != NULL)
            course_breaks(step, "what was found is told before its time");
}

/* Whom a hit means is told by acts alone: a look says whose reference it is at. */
static void check_act_untold(struct course_step *step)
{
    check_untold(step);
    if (json_object_get(step->body, "candidate") != NULL)
        course_breaks(step, "what was found is told before its time");
}

/* Before its time an entry commits to what was found and does not say it (H5). */
static void check_closed(struct course_step *step, char commitment[static DIGEST_HEX_SIZE])
{
    const char *text = course_text(step->body, "commitment");
    check_act_untold(step);
    if (!is_commitment(text))
        course_breaks(step, "nothing commits to what was found");
    if (step->course->opened)
        course_breaks(step, "it is judged after the verdicts were opened");
    course_copy(commitment, DIGEST_HEX_SIZE, text);
}

/* Once is told, not with each act. */
static void check_unread(struct course_step *step, struct course_part *part)
{
    if (part->read)
        course_breaks(
            step, "somebody judges who read the log, or the machine's result, while he had his seat");
    part->read = false;
}

/* Who sat down as another one may be known by now to be the one whose transaction it is, or who has the other seat: he goes on with neither. By what the entry
 * says of that alone: an older kordond asked no more. */
static void check_still_apart(struct course_step *step, const struct course_part *own)
{
    const struct course *course = step->course;
    if (!is_register_told(step))
        return;
    if (course->matched && course_is_his(course, &step->by))
        course_breaks(step, "it is judged by the person whose transaction it is");
    for (size_t i = 0; i < course->part_count; i++) {
        const struct course_part *part = &course->parts[i];
        if (part != own && part->seated && course_persons_are_one(&part->person, &step->by))
            course_breaks(step, "it is judged by a person who has two seats");
    }
}

static void judge_probe(struct course_step *step)
{
    struct course_part *part = own_seat(step, "the probe is judged by somebody who has no seat");
    if (part == NULL)
        return;
    check_unread(step, part);
    check_still_apart(step, part);
    if (part->judged)
        course_breaks(step, "the probe is judged twice by one person");
    if (!course_has_looked(step->course, &step->by, COURSE_PROBE))
        course_lacks_look(step, "the probe is judged by somebody who had not looked at it");
    check_closed(step, part->judgement);
    part->judged = true;
}

/* Where no look was asked for what the machine made of the prints counted for the reference, too. */
static unsigned looks_at_reference(const struct course_step *step)
{
    return step->courses->looks_asked ? COURSE_REFERENCE : COURSE_REFERENCE | COURSE_COMPARISON;
}

static struct course_part *giving(struct course_step *step)
{
    struct course_part *part = own_seat(step, "a verdict of somebody who has no seat");
    if (part == NULL)
        return NULL;
    check_unread(step, part);
    check_still_apart(step, part);
    if (!part->judged)
        course_lacks(step, "a verdict of somebody who did not judge the probe before");
    if (part->given)
        course_breaks(step, "two verdicts of one person");
    if (!course_has_looked(step->course, &step->by, looks_at_reference(step)))
        course_lacks_look(step, "a verdict of somebody who had not seen what the probe is compared with");
    part->given = true;
    part->asked = course_references_asked(step->course, &step->by);
    part->shown = course_shown(step, step->body, part->asked);
    part->shown_told = step->courses->shown_told;
    part->candidate_told = step->courses->candidate_told;
    return part;
}

static void give_verdict(struct course_step *step)
{
    struct course *course = step->course;
    struct course_part *part = giving(step);
    if (part == NULL)
        return;
    check_closed(step, part->verdict);
    if (step->courses->shown_closed && json_object_get(step->body, "shown") != NULL)
        course_breaks(step, "what was found is told before its time");
    if (course->examiners > 0 && course_verdicts_given(course) >= (size_t)course->examiners)
        course_breaks(step, "the last verdict is given, and none is opened");
}

/* Whom an older kordond's hit meant is known where there is one candidate alone. */
static json_int_t meant(const struct course_step *step, const struct course_part *part)
{
    return part->candidate == 0 && course_is(part->found, "hit") &&
                   json_array_size(json_object_get(step->body, "candidates")) == 1
               ? 1
               : part->candidate;
}

/* What follows from the verdicts: that of all, or that they differ; two hits that mean two people do. "" where there is none. */
static const char *what_follows(const struct course_step *step, json_int_t *candidate)
{
    const struct course *course = step->course;
    const char *found = "";
    for (size_t i = 0; i < course->part_count; i++) {
        const struct course_part *part = &course->parts[i];
        /* Of one that stays closed nothing is known, which is told already. */
        if (!part->seated || !part->opened)
            continue;
        if (found[0] != '\0' && (!course_is(found, part->found) || meant(step, part) != *candidate))
            return "disagreed";
        found = part->found;
        *candidate = meant(step, part);
    }
    return found;
}

static void come_out(struct course_step *step)
{
    struct course *course = step->course;
    const char *outcome = course_text(step->body, "outcome");
    if (course->opened)
        course_breaks(step, "a second outcome of verdicts");
    if (course->examiners == 0)
        course_breaks(step, "nothing says how many persons are to judge it");
    if (giving(step) == NULL)
        return;
    course_open_verdicts(step);
    if (course_verdicts_given(course) < (size_t)course->examiners)
        course_lacks(step, "an outcome of fewer verdicts than persons are to judge it");
    json_int_t candidate = 0;
    const char *follows = what_follows(step, &candidate);
    const json_int_t said = course_candidate(step->body);
    const bool says_whom = said == candidate || (said == 0 && !step->courses->candidate_told);
    if (!course_is(outcome, follows) || (course_is(outcome, "hit") ? !says_whom : said != 0))
        course_breaks(step, "the outcome does not follow from the verdicts");
    if (!course_is(outcome, "disagreed"))
        course_come_to(step, outcome);
}

/* --- What is heard of the traveller ---------------------------------------------------------------------------- */

static void report(struct course_step *step)
{
    if (!is_silent(step->course))
        course_breaks(step, "a report on one that is not silent");
}

/* The seat that is taken from who is named as "released"; NULL: he has none. */
static struct course_part *release(struct course_step *step)
{
    struct course_part *part = course_seat_called(step->course, course_text(step->body, "released"));
    if (part != NULL) {
        part->seated = false;
        part->released = true;
    }
    return part;
}

static void claim_protection(struct course_step *step)
{
    struct course *course = step->course;
    if (is_silent(course))
        course_breaks(step, "a claim at one that is silent");
    course_copy(course->route, sizeof course->route, course_text(step->body, "route"));
    if (course_text(step->body, "released")[0] != '\0' && release(step) == NULL)
        course_lacks(step, "a claim takes a seat that nobody has");
}

/* What its holder found stays closed until the outcome; who frees it knows no more of the match than who sits down. */
static void check_freeing(struct course_step *step)
{
    struct course *course = step->course;
    if (!course_is(step->role, "supervisor"))
        course_breaks(step, "it takes a supervisor");
    if (course_text(step->body, "justification")[0] == '\0')
        course_breaks(step, "no reason is given");
    if (course->opened)
        course_breaks(step, "a seat is freed after the verdicts were opened");
    if (course_was_read_by(step, &step->by) || course_was_seen_by(course, &step->by))
        course_breaks(step, "a seat is freed by somebody who read of the match, or saw its prints");
}

/* Of whom the register has it is enough that he surely is none of them. */
static void check_freer(struct course_step *step)
{
    const struct course *course = step->course;
    const bool surely = course_is_registered(&step->by);
    size_t freed = 0;
    bool part = surely ? course_is_his(course, &step->by) : course_is_own(course, &step->by);
    for (size_t i = 0; i < course->part_count; i++) {
        part = part || course_may_be(&course->parts[i].person, &step->by, surely);
        freed += course->parts[i].freed_by.name[0] != '\0';
    }
    if (course->matched && part)
        course_breaks(step, "a seat is freed by somebody who has or had one, or whose transaction it is");
    if (freed >= FREED_MAX)
        course_breaks(step, "more seats are freed than a referral's examiners may lose");
}

static void free_seat(struct course_step *step)
{
    check_freeing(step);
    check_freer(step);
    struct course_part *part = release(step);
    if (part != NULL)
        part->freed_by = step->by;
    else
        course_lacks(step, "a seat is freed that nobody has");
}

/* H6: by a supervisor who had no part in it, of whom people found that he is another one. */
static void record_redress(struct course_step *step)
{
    struct course *course = step->course;
    course_check_apart(step, false);
    if (!course_is(course->outcome, "false_positive"))
        course_lacks(step, "somebody is told apart of whom people did not find that");
    if (course_had_his_word(step))
        course_breaks(step, "somebody is told apart by the one who decided it");
    course_add_case(step);
}

/* For this referral alone: another one of the match needs the probe still. */
static void close_probe(struct course_step *step)
{
    if (!course_is(step->by.name, "kordond"))
        course_breaks(step, "its probe is closed by somebody");
    if (!course_has_outcome(step->course))
        course_lacks(step, "the probe is closed before there is an outcome");
    step->course->probe_closed = true;
}

/* closed: before the verdicts are opened it tells nothing of what was found. */
static const struct act {
    const char *what;
    void (*take)(struct course_step *step);
    bool closed;
} acts[] = {
    {"referral taken", take, .closed = true},
    {"referral given back", give_back},
    {"referral handed over", hand_over},
    {"probe judged", judge_probe},
    {"verdict given", give_verdict},
    {"outcome", come_out},
    {"overridden", course_override},
    {"corrected", course_correct},
    {"second-line report", report, .closed = true},
    {"protection claimed", claim_protection, .closed = true},
    {"seat freed", free_seat, .closed = true},
    {"probe closed", close_probe, .closed = true},
    {"redress recorded", record_redress},
    {"redress finger kept", course_keep_finger},
    {"redress finger refused", course_check_case},
    {"redress removed", course_remove_case},
};

/* By which rules it goes is said with each act, and stays as it was said first but for a claim. */
static void note_rules(struct course_step *step)
{
    struct course *course = step->course;
    const char *route = course_text(step->body, "route");
    json_int_t examiners = json_integer_value(json_object_get(step->body, "examiners"));
    if (examiners > 0 && course->examiners > 0 && course->examiners != examiners)
        course_breaks(step, "another number of persons judges it than before");
    if (course->examiners == 0)
        course->examiners = examiners;
    if (json_is_true(json_object_get(step->body, "looked")))
        step->courses->looks_asked = true;
    if (json_is_array(json_object_get(step->body, "shown")))
        step->courses->shown_told = true;
    if (course->route[0] == '\0')
        course_copy(course->route, sizeof course->route, route);
    else if (route[0] != '\0' && !course_is(route, course->route) &&
             !course_is(step->what, "protection claimed"))
        course_lacks(step, "it goes to others than before without a claim");
}

/* A case of redress may outlive it. */
static void check_there(struct course_step *step)
{
    static const char redress[] = "redress ";
    if (step->course->erased && strncmp(step->what, redress, sizeof redress - 1) != 0)
        course_breaks(step, "something is done to it after it was erased");
}

void course_take_act(struct course_step *step)
{
    note_rules(step);
    check_there(step);
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++)
        if (course_is(step->what, acts[i].what)) {
            if (acts[i].closed && !step->course->opened)
                check_act_untold(step);
            acts[i].take(step);
            return;
        }
    course_breaks(step, "an act that there is not");
}

/* --- Looks, and the end ---------------------------------------------------------------------------------------- */

/* Supervisors who examine nothing and have no seat see all; others what their seat lets them see. Who left may still be shown what he had asked for. */
void course_take_look(struct course_step *step)
{
    struct course *course = step->course;
    struct course_part *seat = course_seat_of(course, &step->by);
    struct course_part *part = seat != NULL ? seat : course_last_part_of(course, &step->by);
    bool probe = course_is(step->what, "probe seen");
    course_note_sight(step,
        probe                                     ? COURSE_PROBE
        : course_is(step->what, "reference seen") ? COURSE_REFERENCE
                                                  : COURSE_COMPARISON,
        seat == NULL && !course->opened);
    /* A kordond that asked for no looks could write so of one that came while it erased: nothing was shown then. */
    if (step->courses->looks_asked && (course->probe_closed || course->probe_erased))
        course_breaks(step, "a print is seen after the probe was erased");
    if (course->opened)
        return;
    check_untold(step);
    if (course_is(step->role, "supervisor") && seat == NULL)
        return;
    if (part == NULL)
        course_lacks(step, "a print is seen by somebody who had no seat");
    else if (!part->judged && !probe)
        course_lacks(step, "the reference is seen before the probe was judged");
}

void course_take_erasure(struct course_step *step, bool whole)
{
    struct course *course = step->course;
    if (!course_is(step->by.name, "kordond"))
        course_breaks(step, "it is erased by somebody");
    if (!course_has_outcome(course))
        course_lacks(step, "the probe is erased before there is an outcome");
    if (whole && !course->probe_erased)
        course_lacks(step, "what was decided is erased before the probe");
    if (whole ? course->erased : course->probe_erased)
        course_breaks(step, "it is erased twice");
    course->probe_erased = true;
    course->erased = course->erased || whole;
}
