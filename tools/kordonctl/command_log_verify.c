#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "crypto/checkpoint.h"
#include "log/course.h"
#include "log/entry.h"
#include "log/verify.h"
#include "tools/kordonctl/client.h"
#include "tools/kordonctl/kordonctl.h"
#include "tools/kordonctl/log_source.h"
#include "tools/kordonctl/verifier_key.h"

typedef unsigned long long number; /* what print_line's %llu takes */

/* What the log is judged by. */
struct verification_input {
    bool vkey_came_along; /* it lies in the export that it is to judge */
    bool vkey_unproven;   /* nothing but the state directory vouches for it */
    char *vkey, *old;
};

/* The verification on its way to the reader. */
struct report {
    const struct session *session;
    struct verification_input input;
    struct log_verification verification;
    struct log_courses *courses; /* what people made of matches, which means something in a log that holds */
    struct log_course_counts counts;
    struct store_guard guard;    /* of the state that is verified in its place; zeroed otherwise */
    struct json_writer problems; /* with --all and --json */
};

static enum reason read_key_of_export(const char *directory, char **line, struct failure *failure)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/log.vkey", directory);
    enum reason reason = verifier_key_read(path, line, failure);
    return reason == REASON_FILE_NOT_FOUND
               ? failure_set(failure, reason, path, "name the log's verifier key with --vkey FILE")
               : reason;
}

static enum reason read_input(const struct session *session, const char *directory,
    struct verification_input *input, struct failure *failure)
{
    const char *old = session_option(session, OPTION_OLD, NULL);
    size_t size;
    input->vkey_came_along = session_option(session, OPTION_VKEY, NULL) == NULL && directory != NULL;
    TRY(input->vkey_came_along ? read_key_of_export(directory, &input->vkey, failure)
                               : verifier_key_find(session, &input->vkey, &input->vkey_unproven, failure));
    if (old != NULL)
        TRY(file_read(old, CHECKPOINT_READ_MAX, (uint8_t **)&input->old, &size, failure));
    return REASON_DONE;
}

/* --- The verdict ---------------------------------------------------------------------------------------------- */

static void write_counts(struct json_writer *writer, const struct log_course_counts *counts)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_integer(&json, "count", (int64_t)counts->referrals);
    json_write_integer(&json, "open", (int64_t)counts->open);
    json_write_integer(&json, "disagreed", (int64_t)counts->disagreed);
    json_write_integer(&json, "decided", (int64_t)counts->decided);
    json_write_integer(&json, "unseen", (int64_t)counts->unseen);
    json_write_integer(&json, "broken", (int64_t)counts->broken);
    json_write_integer(&json, "remarked", (int64_t)counts->remarked);
    json_write_value(writer, "referrals", json_writer_end(&json));
}

static void write_verdict(struct json_writer *writer, const struct report *report, bool valid)
{
    const struct log_verification *seen = &report->verification;
    char events[LOG_EVENTS_TEXT_SIZE];
    json_writer_object(writer);
    json_write_boolean(writer, "valid", valid);
    json_write_integer(writer, "size", (int64_t)seen->size);
    json_write_integer(writer, "bodies", (int64_t)seen->bodies);
    json_write_integer(writer, "erased", (int64_t)seen->erased);
    json_write_integer(writer, "withheld", (int64_t)seen->withheld);
    json_write_integer(writer, "unproven", (int64_t)seen->unproven);
    json_write_integer(writer, "beyond", (int64_t)seen->beyond);
    json_write_integer(writer, "problems", (int64_t)seen->problems);
    json_write_integer(writer, "time_reversals", (int64_t)seen->time_reversals);
    json_write_text(writer, "withheld_events", log_events_format(seen->withheld_events, events));
    json_write_text(writer, "verifier_key", report->input.vkey);
    json_write_boolean(writer, "verifier_key_came_with_the_export", report->input.vkey_came_along);
    json_write_boolean(writer, "verifier_key_unproven", report->input.vkey_unproven);
    json_write_boolean(writer, "extends_old_checkpoint", valid && report->input.old != NULL);
    if (report->guard.anchored)
        json_write_integer(writer, "anchored_size", (int64_t)report->guard.anchored_size);
    write_counts(writer, &report->counts);
}

/* What there was to see, and what could not be seen. */
static void print_counts(const struct log_verification *seen)
{
    char events[LOG_EVENTS_TEXT_SIZE];
    if (seen->erased > 0)
        print_line("erased          %llu %s, each with its erasure entry", (number)seen->erased,
            counted(seen->erased, "body", "bodies"));
    if (seen->withheld > 0)
        print_line(
            "withheld        %llu %s, not seen: the log signed that this export leaves out those of %s",
            (number)seen->withheld, counted(seen->withheld, "body", "bodies"),
            log_events_format(seen->withheld_events, events));
    if (seen->unproven > 0)
        print_line("unproven        %llu %s gone, and what may say why is not shown either",
            (number)seen->unproven, counted(seen->unproven, "body is", "bodies are"));
    if (seen->beyond > 0)
        print_line("beyond          %llu %s behind the last signature: not checked", (number)seen->beyond,
            counted(seen->beyond, "entry stands", "entries stand"));
    if (seen->time_reversals > 0)
        print_line("clock           ran backwards %llu %s", (number)seen->time_reversals,
            counted(seen->time_reversals, "time", "times"));
}

/* Of what a log says that holds: whether people decided as they have to. */
static void print_referrals(const struct log_course_counts *counts)
{
    uint64_t proven = counts->referrals - counts->unseen - counts->broken;
    if (counts->referrals == 0)
        return;
    print_line("referrals       %llu: %llu open, %llu disagreed, %llu decided", (number)counts->referrals,
        (number)counts->open, (number)counts->disagreed, (number)counts->decided);
    print_line(
        "                of %llu each act was allowed, and no verdict told before its time", (number)proven);
    if (counts->unseen > 0)
        print_line("                of %llu nothing is proven: bodies that may belong to them are not seen",
            (number)counts->unseen);
    if (counts->broken > 0)
        print_line("                of %llu a rule is broken", (number)counts->broken);
    if (counts->remarked > 0)
        print_line("                of %llu somebody judged who had not looked: see log referrals",
            (number)counts->remarked);
}

static void print_verdict(const struct report *report)
{
    const struct log_verification *seen = &report->verification;
    if (seen->bodies == seen->size && seen->beyond == 0)
        print_line("the log holds: %llu %s, every one as it was signed", (number)seen->size,
            counted(seen->size, "entry", "entries"));
    else
        print_line("what is there to check holds: %llu %s and %llu %s are as they were signed",
            (number)seen->size, counted(seen->size, "head", "heads"), (number)seen->bodies,
            counted(seen->bodies, "body", "bodies"));
    print_counts(seen);
    print_referrals(&report->counts);
    print_line("verifier key    %s%s", report->input.vkey,
        report->input.vkey_came_along ? " (it came with the export: compare it with the one you were given)"
        : report->input.vkey_unproven ? " (" VERIFIER_KEY_UNPROVEN ")"
                                      : "");
    if (report->input.old != NULL)
        print_line("older copy      the log extends the older checkpoint");
    if (report->guard.anchored)
        print_line("anchor          the log extends the anchor's checkpoint of %llu %s",
            (number)report->guard.anchored_size, counted(report->guard.anchored_size, "entry", "entries"));
    if (report->input.old == NULL && !report->guard.anchored)
        print_line(
            "not known       whether this is the newest state: --old CHECKPOINT tells, if you kept one");
}

/* The failure's line must name the entry also where the detail only says what is wrong with it. */
static void name_broken_entry(const struct log_verification *verification, struct failure *failure)
{
    struct failure cause = *failure;
    char entry[48];
    snprintf(entry, sizeof entry, "entry %llu", (number)verification->broken_entry);
    if (verification->broken_entry_known && strcmp(cause.subject, entry) != 0)
        failure_set(failure, cause.reason, entry, "%s%s%s", cause.subject,
            cause.subject[0] != '\0' ? ": " : "", cause.detail);
}

/* --- All problems --------------------------------------------------------------------------------------------- */

static void on_problem(void *context, bool seq_known, uint64_t seq, const struct failure *failure)
{
    struct report *report = context;
    if (!report->session->arguments.json) {
        print_line("%s: %s: %s", failure->subject, reason_text(failure->reason), failure->detail);
        return;
    }
    struct json_writer problem;
    json_writer_object(&problem);
    json_write_text(&problem, "reason", reason_name(failure->reason));
    json_write_text(&problem, "subject", failure->subject);
    json_write_text(&problem, "detail", failure->detail);
    if (seq_known)
        json_write_integer(&problem, "entry", (int64_t)seq);
    json_append_value(&report->problems, json_writer_end(&problem));
}

/* One JSON value holds the verdict, all that was found and, as without --all, the error. */
static enum reason conclude_all_json(
    struct session *session, struct report *report, enum reason reason, struct failure *failure)
{
    struct json_writer verdict;
    write_verdict(&verdict, report, reason == REASON_DONE);
    json_write_value(&verdict, "found", json_writer_end(&report->problems));
    if (reason != REASON_DONE) {
        json_write_value(&verdict, "error", failure_json(failure));
        print_failure_line(failure);
        session->exit_code = reason_exit_code(reason);
    }
    return print_json(json_writer_end(&verdict), failure);
}

/* With --all what was found is the result; the first of it is the failure as without. */
static enum reason conclude_all(
    struct session *session, struct report *report, enum reason reason, struct failure *failure)
{
    const struct log_verification *seen = &report->verification;
    if (reason != REASON_DONE && seen->problems == 0)
        return reason;
    if (session->arguments.json)
        return conclude_all_json(session, report, reason, failure);
    if (reason == REASON_DONE) {
        print_verdict(report);
        return REASON_DONE;
    }
    print_line("problems        %llu; of %llu %s read, %llu %s as they were signed", (number)seen->problems,
        (number)seen->size, counted(seen->size, "head", "heads"), (number)seen->bodies,
        counted(seen->bodies, "body is", "bodies are"));
    print_counts(seen);
    print_referrals(&report->counts);
    return reason;
}

/* --- What people decided ---------------------------------------------------------------------------------------- */

static void on_body(void *context, const struct entry_head *head, const uint8_t *bytes, size_t size)
{
    struct report *report = context;
    log_courses_add(report->courses, head, bytes, size);
}

static void on_break(void *context, bool seq_known, uint64_t seq, const struct failure *failure)
{
    struct report *report = context;
    report->verification.problems++;
    on_problem(report, seq_known, seq, failure);
}

/* The log holds; whether what it tells is as it must be is another thing. */
static enum reason judge_courses(struct report *report, bool all, struct failure *failure)
{
    enum reason reason = log_courses_end(report->courses, &report->counts, failure);
    if (reason == REASON_COURSE_BROKEN && all)
        log_courses_tell_breaks(report->courses, on_break, report);
    return reason;
}

/* A log that holds in itself may be an older copy of itself: the anchor knows. */
static enum reason judge_guard(const struct report *report, struct failure *failure)
{
    const struct failure *held = &report->guard.held;
    if (held->reason != REASON_DONE)
        *failure = *held;
    return held->reason;
}

static enum reason verify(
    struct session *session, struct log_source source, struct report *report, struct failure *failure)
{
    bool all = session_option(session, OPTION_ALL, NULL) != NULL;
    const struct log_verify_options options = {.verifier_key = report->input.vkey,
        .older_checkpoint = report->input.old,
        .problem = all ? on_problem : NULL,
        .body = on_body,
        .context = report};
    json_writer_array(&report->problems);
    enum reason reason = log_verify(source, &options, &report->verification, failure);
    if (reason != REASON_DONE)
        name_broken_entry(&report->verification, failure);
    else
        reason = judge_guard(report, failure);
    if (reason == REASON_DONE)
        reason = judge_courses(report, all, failure);
    if (all)
        return conclude_all(session, report, reason, failure);
    if (reason == REASON_DONE && session->arguments.json) {
        struct json_writer verdict;
        write_verdict(&verdict, report, true);
        return print_json(json_writer_end(&verdict), failure);
    }
    if (reason == REASON_DONE)
        print_verdict(report);
    return reason;
}

/* What stands guard over the state that is verified in its place: kordond's word for it where kordond serves the state. A locked
 * one serves none. */
static void read_guard(const struct session *session, struct store_guard *guard)
{
    struct failure ignored = {0};
    json_t *status;
    if (session->store != NULL)
        store_guard(session->store, guard);
    if (session->client == NULL ||
        client_get(session->client, "/v1/status", &status, &ignored) != REASON_DONE)
        return;
    const json_t *said = json_object_get(status, "guard");
    guard->anchored = json_is_true(json_object_get(said, "anchored"));
    guard->anchored_size = (uint64_t)json_integer_value(json_object_get(said, "anchored_size"));
    json_decref(status);
}

enum reason command_log_verify(struct session *session, struct failure *failure)
{
    const char *directory = session->arguments.word_count > 0 ? session->arguments.words[0] : NULL;
    struct log_directory_source directory_source = {""};
    struct log_session_source session_source = {0};
    struct report report = {.session = session};
    enum reason reason = directory != NULL ? log_source_directory_check(directory, failure) : REASON_DONE;
    if (reason == REASON_DONE)
        reason = read_input(session, directory, &report.input, failure);
    if (reason == REASON_DONE)
        reason = log_courses_create(&report.courses, failure);
    if (reason == REASON_DONE) {
        struct log_source source = directory != NULL
                                       ? log_source_directory(&directory_source, directory)
                                       : log_source_session(&session_source, session, LOG_SOURCE_JUDGED, 0);
        if (directory == NULL)
            read_guard(session, &report.guard);
        reason = verify(session, source, &report, failure);
    }
    log_courses_destroy(report.courses);
    log_session_source_finish(&session_source);
    json_decref(json_writer_end(&report.problems));
    free(report.input.vkey);
    free(report.input.old);
    return reason;
}
