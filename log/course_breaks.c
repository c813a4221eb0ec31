/* course_breaks.c: what breaks a rule, and what nobody can know. */
#include "log/course_internal.h"
#include "log/growing_internal.h"

void course_note_failure(struct log_courses *courses, const struct failure *failure)
{
    if (courses->failure.reason == REASON_DONE)
        courses->failure = *failure;
}

void course_breaks(struct course_step *step, const char *why)
{
    struct log_courses *courses = step->courses;
    struct course_break *breaks =
        growing_room(courses->breaks, courses->break_count, &courses->break_capacity, sizeof *breaks);
    step->course->broken = true;
    if (breaks == NULL) {
        course_note_failure(courses, &(struct failure){.reason = REASON_NO_MEMORY});
        return;
    }
    courses->breaks = breaks;
    breaks[courses->break_count++] = (struct course_break){step->head->seq, step->course, why};
}

/* What is about a match stands behind it. */
bool course_may_lie_unseen(const struct log_courses *courses, const struct course *course)
{
    return courses->unseen > 0 && (!course->matched || courses->last_unseen > course->match_seq);
}

void course_lacks(struct course_step *step, const char *why)
{
    if (course_may_lie_unseen(step->courses, step->course))
        step->course->unseen = true;
    else
        course_breaks(step, why);
}
