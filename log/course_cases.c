/* course_cases.c: the cases of redress that rest on a course's outcome (H6). */
#include <string.h>

#include "log/course_internal.h"

/* Its place; NULL: there is no such case. "": of none. */
static char *place_of_case(struct course *course, const char *mark)
{
    for (size_t i = 0; i < COURSE_CASES_MAX; i++)
        if (strcmp(course->redress[i], mark) == 0)
            return course->redress[i];
    return NULL;
}

static bool has_cases(const struct course *course)
{
    for (size_t i = 0; i < COURSE_CASES_MAX; i++)
        if (course->redress[i][0] != '\0')
            return true;
    return false;
}

static void forget_case(struct course *course, const char *mark)
{
    char *place = place_of_case(course, mark);
    if (place != NULL)
        place[0] = '\0';
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

/* Beside the one alone that serves until the new one does. */
static void check_other_cases(struct course_step *step)
{
    const char *serving = course_text(step->body, "serving");
    for (size_t i = 0; i < COURSE_CASES_MAX; i++) {
        char *other = step->course->redress[i];
        if (other[0] == '\0' || strcmp(other, serving) == 0)
            continue;
        has_one_too_many(step, "a case of redress begins beside another one");
        other[0] = '\0';
    }
}

void course_add_case(struct course_step *step)
{
    forget_named(step, "replaced");
    check_other_cases(step);
    char *place = place_of_case(step->course, "");
    if (place != NULL)
        course_copy(place, COURSE_CASE_SIZE, course_text(step->body, "case"));
}

/* Of a case that counts, by a supervisor. */
void course_check_case(struct course_step *step)
{
    const char *mark = course_text(step->body, "case");
    if (strcmp(step->role, "supervisor") != 0)
        course_breaks(step, "it takes a supervisor");
    if (mark[0] == '\0' || place_of_case(step->course, mark) == NULL)
        course_lacks(step, "something is done to a case of redress that there is not");
}

void course_keep_finger(struct course_step *step)
{
    course_check_case(step);
    forget_named(step, "replaced");
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
