/* course_supervisors.c: what supervisors decide, against what was done before. */
#include "log/course_internal.h"

#define CLOCK_STEP_MS 60000 /* as of store/clock.c */

/* Whether there was a word, and it may be his. */
static bool is_word_of(const struct course_person *who, const struct course_person *person)
{
    return who->name[0] != '\0' && !course_persons_are_two(who, person);
}

static bool has_freed(const struct course *course, const struct course_person *person)
{
    for (size_t i = 0; i < course->part_count; i++)
        if (is_word_of(&course->parts[i].freed_by, person))
            return true;
    return false;
}

bool course_may_be(const struct course_person *one, const struct course_person *person, bool ends)
{
    return ends ? course_persons_are_one(one, person) : !course_persons_are_two(one, person);
}

void course_check_apart(struct course_step *step, bool ends)
{
    const struct course *course = step->course;
    if (!ends && has_freed(course, &step->by))
        course_breaks(step, "a supervisor decides who freed a seat at it");
    if (!course_is(step->role, "supervisor"))
        course_breaks(step, "it takes a supervisor");
    if (course->matched && (ends ? course_is_his(course, &step->by) : course_is_own(course, &step->by)))
        course_breaks(step, "a supervisor decides his own transaction's match");
    for (size_t i = 0; i < course->part_count; i++)
        if (course_may_be(&course->parts[i].person, &step->by, ends && !course->parts[i].seated))
            course_breaks(step, "a supervisor decides who has or had a seat, or of whom nobody knows");
}

/* Who decides where others differ says why. */
static void check_supervisor(struct course_step *step, bool ends)
{
    static const char *const verdicts[] = {"hit", "false_positive", "inconclusive"};
    bool known = false;
    for (size_t i = 0; i < 3; i++)
        known = known || course_is(course_text(step->body, "outcome"), verdicts[i]);
    if (!known)
        course_breaks(step, "an outcome that there is not");
    if (course_text(step->body, "justification")[0] == '\0')
        course_breaks(step, "no reason is given");
    course_check_apart(step, ends);
}

/* No hit without an examiner who found it, and all who are to judge it having done so (H2); nor is anybody cleared whom none examined. */
static void check_examined(struct course_step *step, const char *outcome)
{
    const struct course *course = step->course;
    const json_int_t candidate = course_candidate(step->body);
    bool found = false, meant_by_one = candidate == 0;
    for (size_t i = 0; i < course->part_count; i++) {
        const struct course_part *part = &course->parts[i];
        const bool hit = part->seated && course_is(part->found, "hit");
        found = found || hit;
        meant_by_one = meant_by_one || (hit && (part->candidate == 0 || part->candidate == candidate));
    }
    if (course_is(outcome, "hit") && !meant_by_one)
        course_lacks(step, "a hit on a candidate whom no examiner meant");
    if (course_is(outcome, "hit") && (!found || course_verdicts_given(course) < (size_t)course->examiners))
        course_lacks(step, "a hit that no examiner found, or not all judged");
    if (course_is(outcome, "false_positive") && course_verdicts_given(course) == 0)
        course_lacks(step, "somebody is cleared whom nobody examined");
}

/* His word rests on references that he was shown, as a verdict does. */
static void check_word_was_seen(struct course_step *step)
{
    if (!course_has_looked(step->course, &step->by, COURSE_PROBE) ||
        !course_has_looked(step->course, &step->by, COURSE_REFERENCE))
        course_lacks(step, "a supervisor decides who had not looked at the probe and the reference");
    const char *outcome = course_text(step->body, "outcome");
    const uint64_t shown = course_shown(step, step->body, course_references_asked(step->course, &step->by));
    course_check_shown(step, outcome, shown, step->courses->shown_told);
    course_check_candidate(step, outcome, course_candidate(step->body), shown, step->courses->candidate_told);
}

/* kordond judges by the clock a moment before the entry is written and has its time from it. So it says less where the clock was set back in between: by up to a
 * minute, as a time service does, or by more, which shows where an entry before has a later time. Then nobody knows how late it was. */
static void check_overdue(struct course_step *step)
{
    const json_int_t due_ms = step->course->due_ms, time_ms = (json_int_t)step->head->time_ms;
    const bool set_back = step->head->time_ms < step->courses->latest_ms;
    if (!set_back && time_ms < due_ms - CLOCK_STEP_MS)
        course_breaks(step, "a supervisor ends what is not overdue");
}

void course_override(struct course_step *step)
{
    struct course *course = step->course;
    const char *outcome = course_text(step->body, "outcome");
    bool disagreed = course->opened;
    check_supervisor(step, course_is(outcome, "inconclusive"));
    if (course_has_outcome(course))
        course_breaks(step, "it has an outcome already");
    if (disagreed && step->courses->looks_asked)
        check_word_was_seen(step);
    if (!disagreed) {
        check_overdue(step);
        course_open_verdicts(step);
    }
    if (!disagreed && !course_is(outcome, "inconclusive"))
        course_lacks(step, "what is overdue is ended as something else than inconclusive");
    check_examined(step, outcome);
    course->overrider = step->by;
    course_come_to(step, outcome);
}

bool course_had_his_word(const struct course_step *step)
{
    const struct course *course = step->course;
    return is_word_of(&course->overrider, &step->by) || is_word_of(&course->corrector, &step->by);
}

/* kordond says what became of the candidates as long as there is something to look at. */
static void check_correction_seen(struct course_step *step)
{
    if (json_array_size(json_object_get(step->body, "candidates")) > 0)
        check_word_was_seen(step);
}

static void check_clearing(struct course_step *step)
{
    const struct course *course = step->course;
    if (course_had_his_word(step))
        course_breaks(step, "somebody clears by his own word");
    if (course_verdicts_given(course) < (size_t)course->examiners)
        course_lacks(step, "somebody is cleared whom not all judged");
    check_correction_seen(step);
}

void course_correct(struct course_step *step)
{
    struct course *course = step->course;
    const char *outcome = course_text(step->body, "outcome");
    check_supervisor(step, false);
    if (!course_has_outcome(course))
        course_lacks(step, "an outcome is corrected that there is not");
    if (course_is(outcome, course->outcome) && course_candidate(step->body) == course->candidate)
        course_lacks(step, "an outcome is corrected to what it is");
    if (course_is(outcome, "hit") && course_had_his_word(step))
        course_breaks(step, "somebody turns his own word into a hit");
    check_examined(step, outcome);
    if (course_is(outcome, "false_positive") && step->courses->looks_asked)
        check_clearing(step);
    if (course_is(outcome, "hit") && step->courses->shown_told)
        check_correction_seen(step);
    course_end_cases(step);
    course->corrected = true;
    course->corrector = step->by;
    course_come_to(step, outcome);
}
