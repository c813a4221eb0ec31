/* course_cases.c: the cases of redress that rest on a course's outcome (H6). */
#include <string.h>

#include "log/course_internal.h"

/* Its place; NULL: there is no such case. "": of none. */
static struct course_case *place_of_case(struct course *course, const char *mark)
{
    for (size_t i = 0; i < COURSE_CASES_MAX; i++)
        if (course_is(course->redress[i].mark, mark))
            return &course->redress[i];
    return NULL;
}

static bool has_cases(const struct course *course)
{
    for (size_t i = 0; i < COURSE_CASES_MAX; i++)
        if (course->redress[i].mark[0] != '\0')
            return true;
    return false;
}

static void forget_case(struct course *course, const char *mark)
{
    struct course_case *place = place_of_case(course, mark);
    if (place != NULL)
        *place = (struct course_case){0};
}

/* Those that the entry says went by it. */
static void forget_named(const struct course_step *step, const char *member)
{
    const json_t *mark;
    size_t i;
    json_array_foreach(json_object_get(step->body, member), i, mark)
    {
        if (json_is_string(mark))
            forget_case(step->course, json_string_value(mark));
    }
}

/* A case is there that may not be, unless it expired unseen. */
static void has_one_too_many(struct course_step *step, const char *why)
{
    if (step->courses->expiry_unseen)
        step->course->unseen = true;
    else
        course_lacks(step, why);
}

/* What rested on the outcome before does not count beside another one. */
void course_end_cases(struct course_step *step)
{
    struct course *course = step->course;
    forget_named(step, "redress_removed");
    if (has_cases(course))
        has_one_too_many(step, "a case of redress stays that rested on the outcome before");
    memset(course->redress, 0, sizeof course->redress);
}

/* There is none but that one, any more. */
static void check_other_cases(struct course_step *step, const char *but, const char *why)
{
    for (size_t i = 0; i < COURSE_CASES_MAX; i++) {
        struct course_case *other = &step->course->redress[i];
        if (other->mark[0] == '\0' || course_is(other->mark, but))
            continue;
        has_one_too_many(step, why);
        *other = (struct course_case){0};
    }
}

void course_add_case(struct course_step *step)
{
    const char *serving = course_text(step->body, "serving");
    forget_named(step, "replaced");
    check_other_cases(step, serving, "a case of redress begins beside another one");
    struct course_case *place = place_of_case(step->course, "");
    if (place == NULL)
        return;
    course_copy(place->mark, sizeof place->mark, course_text(step->body, "case"));
    place->waits = serving[0] != '\0';
}

/* Of a case that counts, by a supervisor. */
void course_check_case(struct course_step *step)
{
    const char *mark = course_text(step->body, "case");
    if (!course_is(step->role, "supervisor"))
        course_breaks(step, "it takes a supervisor");
    if (mark[0] == '\0' || place_of_case(step->course, mark) == NULL)
        course_lacks(step, "something is done to a case of redress that there is not");
}

/* With its first finger it serves, and what served until then does not. */
void course_keep_finger(struct course_step *step)
{
    const char *mark = course_text(step->body, "case");
    course_check_case(step);
    forget_named(step, "replaced");
    struct course_case *kept = mark[0] != '\0' ? place_of_case(step->course, mark) : NULL;
    if (kept == NULL || !kept->waits)
        return;
    kept->waits = false;
    check_other_cases(step, mark, "a case of redress stays whose place another one has taken");
}

void course_remove_case(struct course_step *step)
{
    course_check_case(step);
    forget_case(step->course, course_text(step->body, "case"));
}

void course_note_expiry(struct log_courses *courses, const char *mark)
{
    for (size_t i = 0; i < courses->count; i++)
        forget_case(courses->items[i], mark);
}
