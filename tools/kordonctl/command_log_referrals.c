/* command_log_referrals.c: what people made of each match, as an auditor reads it from an export with nothing else of the post. */
#include <stdio.h>
#include <string.h>

#include "log/course.h"
#include "tools/kordonctl/client.h"
#include "tools/kordonctl/export_read.h"
#include "tools/kordonctl/kordonctl.h"
#include "tools/kordonctl/referral_parts.h"

/* --- In words -------------------------------------------------------------------------------------------------- */

/* What a step says beside who did what when. */
static const struct piece {
    const char *key, *words;
} pieces[] = {{"officer", "officer"}, {"told", "told"}, {"finger", "of"}, {"to", "to"},
    {"released", "frees the seat of"}, {"commitment", "committed to by"}, {"outcome", "outcome"},
    {"case", "case"}, {"until", "until"}, {"justification", "because:"}};

/* What was seen of the person, in the words of who reported it. */
static void print_report(json_t *report)
{
    const char *key;
    json_t *words;
    json_object_foreach(report, key, words) if (json_is_string(words))
        print_line("      %s: %s", key, json_string_value(words));
}

/* Whom a hit means. */
static void print_meant(const json_t *hit)
{
    if (number_of(hit, "candidate") != 0)
        print_line("      candidate %lld", number_of(hit, "candidate"));
}

static void print_step(const json_t *step)
{
    char time[64];
    print_line("  %lld  %s  %s  %s (%s)", number_of(step, "entry"),
        time_in_words(json_integer_value(json_object_get(step, "time_ms")), time, sizeof time),
        text_of(step, "what"), text_of(step, "by"), text_of(step, "role"));
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++)
        if (json_is_string(json_object_get(step, pieces[i].key)))
            print_line("      %s %s", pieces[i].words, text_of(step, pieces[i].key));
    print_meant(step);
    print_report(json_object_get(step, "report"));
}

static void print_verdict(const json_t *seat)
{
    if (json_is_string(json_object_get(seat, "judgement")))
        print_line("  %s found the probe %s%s%s", text_of(seat, "examiner"), text_of(seat, "judgement"),
            text_of(seat, "judgement_words")[0] != '\0' ? ": " : "", text_of(seat, "judgement_words"));
    if (json_is_string(json_object_get(seat, "verdict")))
        print_line("  %s found: %s, because: %s", text_of(seat, "examiner"), text_of(seat, "verdict"),
            text_of(seat, "reason"));
    print_meant(seat);
}

static void print_proof(const json_t *course)
{
    const json_t *each;
    size_t i;
    if (strcmp(text_of(course, "proof"), "whole") == 0)
        print_line("  proven: each act was allowed, and no verdict was told before its time");
    else if (strcmp(text_of(course, "proof"), "unseen") == 0)
        print_line("  not proven: bodies that may belong to it are not there to be seen");
    json_array_foreach(json_object_get(course, "breaks"), i, each)
        print_line("  A RULE IS BROKEN: entry %lld: %s", number_of(each, "entry"), text_of(each, "why"));
    json_array_foreach(json_object_get(course, "remarks"), i, each) print_line(
        "  REMARK, no rule is broken: entry %lld: %s", number_of(each, "entry"), text_of(each, "why"));
}

/* By which route and for how many stands in the first act alone. */
static const char *way_in_words(const json_t *course, char way[static 64])
{
    if (number_of(course, "examiners") == 0)
        return "nobody has acted on it yet";
    snprintf(way, 64, "%s, %lld to judge it", text_of(course, "route"), number_of(course, "examiners"));
    return way;
}

static void print_course(const json_t *course)
{
    const json_t *each, *outcome = json_object_get(course, "outcome");
    char way[64];
    size_t i;
    print_line("referral %s: %s, %s: %s%s%s", text_of(course, "referral"), text_of(course, "purpose"),
        way_in_words(course, way), text_of(course, "state"), json_is_string(outcome) ? ", " : "",
        json_is_string(outcome) ? json_string_value(outcome) : "");
    json_array_foreach(json_object_get(course, "steps"), i, each) print_step(each);
    json_array_foreach(json_object_get(course, "verdicts"), i, each) print_verdict(each);
    print_proof(course);
}

/* --- Read ------------------------------------------------------------------------------------------------------ */

static void on_entry(void *context, const struct entry_head *head, const uint8_t *body, size_t size)
{
    log_courses_add(context, head, body, size);
}

/* Those of --transaction, where it is given: of its silent one as well, whether or not an s is behind it. New array, or NULL without memory. */
static json_t *those_asked_for(const struct session *session, const struct log_courses *courses)
{
    const char *transaction = session_option(session, OPTION_TRANSACTION, NULL);
    json_t *all = log_courses_json(courses), *each;
    struct json_writer chosen;
    size_t i;
    if (transaction == NULL || all == NULL)
        return all;
    json_writer_array(&chosen);
    json_array_foreach(
        all, i, each) if (strncmp(text_of(each, "transaction"), transaction, REFERRAL_ID_DIGITS) == 0)
        json_append_value(&chosen, json_incref(each));
    json_decref(all);
    return json_writer_end(&chosen);
}

/* Who asks for one that is not there may have mistyped it: that is no answer about it. */
static enum reason check_found(
    const struct session *session, const json_t *referrals, uint64_t size, struct failure *failure)
{
    const char *transaction = session_option(session, OPTION_TRANSACTION, NULL);
    if (transaction == NULL || json_array_size(referrals) > 0)
        return REASON_DONE;
    return failure_set(failure, REASON_ENTRY_NOT_FOUND, transaction, "%llu entries show no referral of it",
        (unsigned long long)size);
}

static enum reason tell(
    const struct session *session, json_t *referrals, uint64_t size, struct failure *failure)
{
    struct json_writer answer;
    const json_t *each;
    size_t i;
    if (referrals == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "referrals", NULL);
    const enum reason found = check_found(session, referrals, size, failure);
    if (found != REASON_DONE) {
        json_decref(referrals);
        return found;
    }
    if (session->arguments.json) {
        json_writer_object(&answer);
        json_write_integer(&answer, "size", (int64_t)size);
        json_write_value(&answer, "referrals", referrals);
        return print_json(json_writer_end(&answer), failure);
    }
    json_array_foreach(referrals, i, each) print_course(each);
    if (json_array_size(referrals) == 0)
        print_line("no referral in %llu entries", (unsigned long long)size);
    json_decref(referrals);
    return REASON_DONE;
}

/* A course that breaks a rule is told, as any; that one does is what it exits with. */
static enum reason judge(
    struct session *session, struct log_courses *courses, uint64_t size, struct failure *failure)
{
    struct log_course_counts counts;
    enum reason reason = log_courses_end(courses, &counts, failure);
    if (reason != REASON_DONE && reason != REASON_COURSE_BROKEN)
        return reason;
    if (reason == REASON_COURSE_BROKEN) {
        print_failure_line(failure);
        session->exit_code = reason_exit_code(reason);
    }
    return tell(session, those_asked_for(session, courses), size, failure);
}

enum reason command_log_referrals(struct session *session, struct failure *failure)
{
    struct log_courses *courses;
    uint64_t size;
    const char *transaction = session_option(session, OPTION_TRANSACTION, NULL);
    if (transaction != NULL)
        TRY(referral_id_check("--transaction", transaction, failure));
    TRY(log_courses_create(&courses, failure));
    enum reason reason = export_read(session, session->arguments.words[0], on_entry, courses, &size, failure);
    if (reason == REASON_DONE)
        reason = judge(session, courses, size, failure);
    log_courses_destroy(courses);
    return reason;
}
