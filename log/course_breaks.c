/* course_breaks.c: what breaks a rule, what is remarked beside, and what nobody can know. */
#include "log/course_internal.h"
#include "log/growing_internal.h"

void course_note_failure(struct log_courses *courses, const struct failure *failure)
{
    if (courses->failure.reason == REASON_DONE)
        courses->failure = *failure;
}

void course_note_no_memory(struct log_courses *courses)
{
    struct failure failure = {0};
    failure_set(&failure, REASON_NO_MEMORY, "referrals", NULL);
    course_note_failure(courses, &failure);
}

static void note(const struct course_step *step, const char *why, struct course_break **list, size_t *count,
    size_t *capacity)
{
    struct course_break *longer = growing_room(*list, *count, capacity, sizeof *longer);
    if (longer == NULL) {
        course_note_no_memory(step->courses);
        return;
    }
    *list = longer;
    longer[(*count)++] = (struct course_break){step->head->seq, step->course, why};
}

void course_breaks(struct course_step *step, const char *why)
{
    struct log_courses *courses = step->courses;
    step->course->broken = true;
    note(step, why, &courses->breaks, &courses->break_count, &courses->break_capacity);
}

void course_remarks(struct course_step *step, const char *why)
{
    struct log_courses *courses = step->courses;
    if (course_may_lie_unseen(courses, step->course))
        return;
    step->course->remarked = true;
    note(step, why, &courses->remarks, &courses->remark_count, &courses->remark_capacity);
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

void course_lacks_look(struct course_step *step, const char *why)
{
    if (step->courses->looks_asked)
        course_lacks(step, why);
    else
        course_remarks(step, why);
}
