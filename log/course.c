#include "log/course.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/parse.h"
#include "json/writer.h"
#include "log/course_internal.h"
#include "log/entry.h"
#include "log/growing_internal.h"

enum reason log_courses_create(struct log_courses **courses, struct failure *failure)
{
    struct log_courses *made = calloc(1, sizeof *made);
    *courses = NULL;
    if (made == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "referrals", NULL);
    made->places = json_object();
    enum reason reason = made->places != NULL ? digest_create(&made->digest, failure)
                                              : failure_set(failure, REASON_NO_MEMORY, "referrals", NULL);
    if (reason != REASON_DONE) {
        log_courses_destroy(made);
        return reason;
    }
    *courses = made;
    return REASON_DONE;
}

void log_courses_destroy(struct log_courses *courses)
{
    if (courses == NULL)
        return;
    for (size_t i = 0; i < courses->count; i++) {
        free(courses->items[i]->parts);
        free(courses->items[i]->sights);
        json_decref(courses->items[i]->steps);
        json_decref(courses->items[i]->verdicts);
        free(courses->items[i]);
    }
    free(courses->items);
    free(courses->readers);
    course_forget_proofs(courses);
    free(courses->breaks);
    free(courses->remarks);
    json_decref(courses->places);
    digest_destroy(courses->digest);
    free(courses);
}

/* --- Found --------------------------------------------------------------------------------------------------- */

static struct course *find(const struct log_courses *courses, const char *referral)
{
    const json_t *place = json_object_get(courses->places, referral);
    return place != NULL ? courses->items[json_integer_value(place)] : NULL;
}

/* Noted: there is no memory for what is wanted. */
static struct course *lack(struct log_courses *courses)
{
    course_note_no_memory(courses);
    return NULL;
}

static struct course *append(struct log_courses *courses, const char *referral)
{
    struct json_writer places;
    struct course **items =
        growing_room(courses->items, courses->count, &courses->capacity, sizeof(struct course *));
    if (items == NULL)
        return lack(courses);
    courses->items = items;
    struct course *course = calloc(1, sizeof *course);
    json_t *steps = json_array();
    if (course == NULL || steps == NULL) {
        free(course);
        json_decref(steps);
        return lack(courses);
    }
    course->steps = steps;
    items[courses->count] = course;
    json_writer_over(&places, json_incref(courses->places));
    json_write_integer(&places, referral, (int64_t)courses->count++);
    return json_writer_close(&places, "referrals", NULL) == REASON_DONE ? course : lack(courses);
}

static struct course *make(struct log_courses *courses, const char *referral, const char *transaction)
{
    struct course *course = append(courses, referral);
    if (course == NULL)
        return NULL;
    course_copy(course->referral, sizeof course->referral, referral);
    course_copy(course->transaction, sizeof course->transaction, transaction);
    return course;
}

/* The id of a match's silent referral. */
static void silent_id(const char *transaction, char id[static COURSE_TEXT_SIZE])
{
    snprintf(id, COURSE_TEXT_SIZE, "%.*ss", COURSE_TEXT_SIZE - 2, transaction);
}

/* --- Steps --------------------------------------------------------------------------------------------------- */

static struct course_step step_of(
    struct log_courses *courses, const struct entry_head *head, const json_t *body)
{
    struct course_step step = {.courses = courses,
        .head = head,
        .body = body,
        .what = course_text(body, "what"),
        .by = course_person_of(body)};
    course_copy(step.role, sizeof step.role, course_text(body, "role"));
    return step;
}

/* What is told of it, beside who did what when. */
static void add_step(const struct course_step *step)
{
    static const char *const texts[] = {
        "commitment", "to", "outcome", "released", "finger", "told", "officer", "case", "until"};
    struct json_writer json;
    json_writer_object(&json);
    json_write_integer(&json, "entry", (int64_t)step->head->seq);
    json_write_integer(&json, "time_ms", (int64_t)step->head->time_ms);
    json_write_text(&json, "what", step->what);
    json_write_text(&json, "by", step->by.name);
    json_write_text(&json, "role", step->role);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        json_write_text_if(&json, texts[i], json_string_value(json_object_get(step->body, texts[i])));
    if (json_object_get(step->body, "outcome") != NULL)
        json_write_integer_if(&json, "candidate", course_candidate(step->body));
    if (json_is_object(json_object_get(step->body, "report")))
        json_write_value(&json, "report", json_incref(json_object_get(step->body, "report")));
    /* Of a look the ground is always the same one. */
    if (json_object_get(step->body, "outcome") != NULL || json_object_get(step->body, "case") != NULL ||
        json_object_get(step->body, "released") != NULL)
        json_write_text_if(
            &json, "justification", json_string_value(json_object_get(step->body, "justification")));
    struct failure failure = {0};
    if (json_append(step->course->steps, json_writer_end(&json), "referrals", &failure) != REASON_DONE)
        course_note_failure(step->courses, &failure);
}

/* A course of which nothing tells how it began. */
static struct course *make_without_match(
    struct course_step *step, const char *referral, const char *transaction)
{
    step->course = make(step->courses, referral, transaction);
    if (step->course != NULL)
        course_lacks(step, "no match of its transaction stands before it");
    return step->course;
}

/* A match of open candidates may be one of silent ones, too: of that an act tells first. */
static void take_match_of_the_other(struct course_step *step)
{
    const struct course *other = find(step->courses, step->course->transaction);
    if (other == NULL || other == step->course || !other->matched)
        return;
    step->course->matched = true;
    step->course->match_seq = other->match_seq;
    step->course->match_ms = other->match_ms;
    step->course->due_ms = other->due_ms;
    step->course->owner = other->owner;
    memcpy(step->course->officer, other->officer, sizeof other->officer);
    step->course->probe_erased = other->probe_erased;
    step->course->erased = other->erased;
    if (other->probe_erased)
        course_lacks(step, "its match's probe was erased before it had an outcome");
}

static struct course *course_of_act(struct course_step *step)
{
    const char *referral = course_text(step->body, "referral"),
               *transaction = course_text(step->body, "transaction");
    char silent[COURSE_TEXT_SIZE];
    step->course = find(step->courses, referral);
    if (step->course != NULL)
        return step->course;
    silent_id(transaction, silent);
    const struct course *overt = find(step->courses, transaction);
    if (!course_is(referral, silent) || overt == NULL || !overt->matched)
        return make_without_match(step, referral, transaction);
    step->course = make(step->courses, referral, transaction);
    if (step->course != NULL)
        take_match_of_the_other(step);
    return step->course;
}

static void note_purpose(const struct course_step *step)
{
    struct course *course = step->course;
    if (course->purpose[0] == '\0')
        course_copy(course->purpose, sizeof course->purpose, course_text(step->body, "purpose"));
}

static void add_act(struct course_step *step, bool look)
{
    if (course_of_act(step) == NULL)
        return;
    const char *transaction = course_text(step->body, "transaction");
    if (transaction[0] != '\0' && !course_is(step->course->transaction, transaction))
        course_breaks(step, "it is of another transaction than before");
    note_purpose(step);
    add_step(step);
    course_take_register(step);
    if (look)
        course_take_look(step);
    else
        course_take_act(step);
}

/* The end of a transaction with whom somebody was found. */
static void add_match(struct course_step *step)
{
    const char *transaction = course_text(step->body, "transaction");
    bool overt = course_is(course_text(step->body, "told"), "match");
    char silent[COURSE_TEXT_SIZE];
    silent_id(transaction, silent);
    const char *referral = overt ? transaction : silent;
    step->what = "match";
    step->course = find(step->courses, referral);
    if (step->course != NULL)
        course_breaks(step, "its match stands behind what was made of it, or twice");
    else
        step->course = make(step->courses, referral, transaction);
    if (step->course == NULL)
        return;
    step->course->matched = true;
    step->course->match_seq = step->head->seq;
    step->course->match_ms = (json_int_t)step->head->time_ms;
    step->course->due_ms = json_integer_value(json_object_get(step->body, "referral_due_ms"));
    step->course->owner = step->by;
    course_copy(step->course->officer, sizeof step->course->officer, course_text(step->body, "officer"));
    note_purpose(step);
    add_step(step);
}

/* It is of the match, and of all its referrals. */
static void add_erasure(struct course_step *step, bool whole)
{
    const char *transaction = course_text(step->body, "transaction");
    char silent[COURSE_TEXT_SIZE];
    silent_id(transaction, silent);
    struct course *of[] = {find(step->courses, transaction), find(step->courses, silent)};
    if (of[0] == NULL && of[1] == NULL)
        of[0] = make_without_match(step, transaction, transaction);
    for (size_t i = 0; i < 2; i++) {
        step->course = of[i];
        if (of[i] == NULL)
            continue;
        add_step(step);
        course_take_erasure(step, whole);
    }
}

/* --- Entries ------------------------------------------------------------------------------------------------- */

static bool is_match(const json_t *body)
{
    return course_is(course_text(body, "decision"), "match") &&
           course_is(course_text(json_object_get(body, "identification"), "decision"), "match");
}

static void add_decision(struct course_step *step)
{
    if (course_is(step->what, "probe erased"))
        add_erasure(step, false);
    else if (course_is(step->what, "referral erased"))
        add_erasure(step, true);
    else if (course_text(step->body, "referral")[0] != '\0')
        add_act(step, false);
}

static void add_consultation(struct course_step *step)
{
    if (is_match(step->body))
        add_match(step);
    else if (course_text(step->body, "referral")[0] != '\0')
        add_act(step, true);
}

/* The entry names the case alone. */
static void add_expiry(const struct course_step *step)
{
    const char *mark = course_text(step->body, "case");
    if (course_is(step->what, "redress expired") && mark[0] != '\0')
        course_note_expiry(step->courses, mark);
}

static void add_body(
    struct log_courses *courses, enum log_event event, const struct entry_head *head, const json_t *body)
{
    struct course_step step = step_of(courses, head, body);
    course_note_proof(&step);
    if (event == LOG_EVENT_DECISION)
        add_decision(&step);
    else if (event == LOG_EVENT_CONSULTATION)
        add_consultation(&step);
    else if (event == LOG_EVENT_ERASURE)
        add_expiry(&step);
    else
        course_note_reading(courses, head, body);
}

/* Most of a log are ends of transactions in which nobody was found: they are not taken apart. */
static bool may_be_of_a_course(enum log_event event, const uint8_t *body, size_t size)
{
    static const char match[] = "\"match\"", what[] = "\"what\"";
    return event != LOG_EVENT_CONSULTATION || memmem(body, size, match, sizeof match - 1) != NULL ||
           memmem(body, size, what, sizeof what - 1) != NULL;
}

/* Whether the event's entries may be of a course: what people did, saw, or read, or the end of what rests on it. */
static bool is_of_courses(const struct entry_head *head, enum log_event *event)
{
    return log_event_parse(head->event, strlen(head->event), event) &&
           (*event == LOG_EVENT_DECISION || *event == LOG_EVENT_CONSULTATION || *event == LOG_EVENT_ACCESS ||
               *event == LOG_EVENT_ERASURE);
}

/* What it said nobody knows. */
static void note_unseen(struct log_courses *courses, enum log_event event, const struct entry_head *head)
{
    if (event == LOG_EVENT_ERASURE) {
        courses->expiry_unseen = true;
        return;
    }
    courses->unseen++;
    courses->last_unseen = head->seq;
}

static void read_body(struct log_courses *courses, enum log_event event, const struct entry_head *head,
    const uint8_t *body, size_t size)
{
    json_t *object;
    enum reason reason = json_parse(body, size, &object, NULL);
    if (reason == REASON_NO_MEMORY) {
        course_note_no_memory(courses);
    } else if (reason != REASON_DONE) {
        note_unseen(courses, event, head);
    } else {
        add_body(courses, event, head, object);
        json_decref(object);
    }
}

static void add_entry(
    struct log_courses *courses, const struct entry_head *head, const uint8_t *body, size_t size)
{
    enum log_event event;
    if (courses->failure.reason != REASON_DONE || !is_of_courses(head, &event))
        return;
    if (body == NULL || size == 0)
        note_unseen(courses, event, head);
    else if (may_be_of_a_course(event, body, size))
        read_body(courses, event, head, body, size);
}

void log_courses_add(
    struct log_courses *courses, const struct entry_head *head, const uint8_t *body, size_t size)
{
    add_entry(courses, head, body, size);
    if (head->time_ms > courses->latest_ms)
        courses->latest_ms = head->time_ms;
}

/* --- The end ------------------------------------------------------------------------------------------------- */

static void count(const struct course *course, struct log_course_counts *counts)
{
    counts->referrals++;
    counts->broken += course->broken;
    counts->unseen += course->unseen && !course->broken;
    counts->remarked += course->remarked;
    if (course->outcome[0] != '\0')
        counts->decided++;
    else if (course->opened)
        counts->disagreed++;
    else
        counts->open++;
}

static struct failure failure_of(const struct course_break *found)
{
    struct failure failure = {0};
    char subject[48];
    snprintf(subject, sizeof subject, "entry %llu", (unsigned long long)found->seq);
    failure_set(
        &failure, REASON_COURSE_BROKEN, subject, "referral %.64s: %s", found->course->referral, found->why);
    return failure;
}

enum reason log_courses_end(
    struct log_courses *courses, struct log_course_counts *counts, struct failure *failure)
{
    struct failure found = courses->failure;
    *counts = (struct log_course_counts){0};
    for (size_t i = 0; i < courses->count; i++) {
        struct course *course = courses->items[i];
        course->unseen = course->unseen || course_may_lie_unseen(courses, course);
        count(course, counts);
    }
    if (found.reason == REASON_DONE && courses->break_count > 0)
        found = failure_of(&courses->breaks[0]);
    if (found.reason != REASON_DONE && failure != NULL)
        *failure = found;
    return found.reason;
}

void log_courses_tell_breaks(const struct log_courses *courses,
    void (*told)(void *context, bool seq_known, uint64_t seq, const struct failure *failure), void *context)
{
    for (size_t i = 0; i < courses->break_count; i++) {
        const struct failure failure = failure_of(&courses->breaks[i]);
        told(context, true, courses->breaks[i].seq, &failure);
    }
}
