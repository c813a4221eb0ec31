/* course_json.c: courses as they are told. */
#include "json/writer.h"
#include "log/course_internal.h"

static json_t *breaks_json(const struct course_break *breaks, size_t count, const struct course *course)
{
    struct json_writer list, json;
    json_writer_array(&list);
    for (size_t i = 0; i < count; i++) {
        if (breaks[i].course != course)
            continue;
        json_writer_object(&json);
        json_write_integer(&json, "entry", (int64_t)breaks[i].seq);
        json_write_text(&json, "why", breaks[i].why);
        json_append_value(&list, json_writer_end(&json));
    }
    return json_writer_end(&list);
}

static const char *state_of(const struct course *course)
{
    if (course->outcome[0] != '\0')
        return course->corrected ? "corrected" : "decided";
    return course->opened ? "disagreed" : "open";
}

static json_t *course_json(const struct log_courses *courses, const struct course *course)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "referral", course->referral);
    json_write_text(&json, "transaction", course->transaction);
    json_write_text(&json, "purpose", course->purpose);
    json_write_text_or_null(&json, "route", course->route[0] != '\0' ? course->route : NULL);
    if (course->examiners > 0)
        json_write_integer(&json, "examiners", course->examiners);
    if (course->matched)
        json_write_integer(&json, "matched_ms", course->match_ms);
    json_write_text_or_null(&json, "owner", course->matched ? course->owner.name : NULL);
    json_write_text_or_null(&json, "officer", course->officer[0] != '\0' ? course->officer : NULL);
    json_write_text(&json, "state", state_of(course));
    json_write_text_or_null(&json, "outcome", course->outcome[0] != '\0' ? course->outcome : NULL);
    json_write_integer_if(&json, "candidate", course->candidate);
    json_write_boolean(&json, "probe_erased", course->probe_erased);
    json_write_text(&json, "proof", course->broken ? "broken" : course->unseen ? "unseen" : "whole");
    json_write_value(&json, "steps", json_incref(course->steps));
    json_write_value(
        &json, "verdicts", course->verdicts != NULL ? json_incref(course->verdicts) : json_array());
    json_write_value(&json, "breaks", breaks_json(courses->breaks, courses->break_count, course));
    json_write_value(&json, "remarks", breaks_json(courses->remarks, courses->remark_count, course));
    return json_writer_end(&json);
}

json_t *log_courses_json(const struct log_courses *courses)
{
    struct json_writer list;
    json_writer_array(&list);
    for (size_t i = 0; i < courses->count; i++)
        json_append_value(&list, course_json(courses, courses->items[i]));
    return json_writer_end(&list);
}
