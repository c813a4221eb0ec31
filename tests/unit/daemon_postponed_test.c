/* P2: a capture that was put off is shown at the next crossing, and its note is deleted with the record that says it is done. */
#include <dirent.h>

#include "base/day.h"
#include "base/file.h"
#include "daemon/note_sweep.h"
#include "daemon/transactions/exception.h"
#include "daemon/transactions/opening.h"
#include "tests/unit/daemon_terminal.h"

#define NUMBER "QX-7788991"

static bool opened;

static void on_opened(struct transaction_opening *opening)
{
    (void)opening;
    opened = true;
}

static struct transaction *open_with(const char *issuer, const char *number)
{
    struct transaction_opening opening = {.done = on_opened};
    struct transaction_request request = terminal->request;
    snprintf(request.document.issuer, sizeof request.document.issuer, "%s", issuer);
    snprintf(request.document.number, sizeof request.document.number, "%s", number);
    opened = false;
    transaction_opening_start(&terminal->post.transactions, &opening, &terminal->principal, &request);
    terminal_until(opened);
    assert_int_equal(opening.reason, REASON_DONE);
    assert_string_equal(opening.request.document.number, "");
    assert_string_equal(opening.transaction->request.document.number, "");
    return opening.transaction;
}

static void put_off(struct transaction *transaction)
{
    const struct exception_request exception = {.kind = EXCEPTION_TEMPORARILY_IMPOSSIBLE,
        .reason = EXCEPTION_REASON_BANDAGED,
        .due_said = true,
        .due_day = day_of_ms(store_now_ms()) + 30};
    assert_int_equal(transaction_except(transaction, &exception, &terminal->waiter, NULL), REASON_DONE);
    terminal_wait();
    assert_int_equal(terminal->failure.reason, REASON_DONE);
}

/* As the officer sees it: "bandaged", "", or "?" where it is not known. */
static const char *due(const struct transaction *transaction)
{
    static char reason[64];
    json_t *shown = transaction_json(transaction);
    const char *said = json_string_value(json_object_get(json_object_get(shown, "capture_due"), "reason"));
    snprintf(reason, sizeof reason, "%s", said != NULL ? said : "");
    if (json_object_get(shown, "capture_due_unknown") != NULL)
        strcpy(reason, "?");
    json_decref(shown);
    return reason;
}

static void give_fingers(struct transaction *transaction)
{
    terminal_put(&transaction->probes[0], 1);
    terminal_put(&transaction->references[0], 1);
    transaction->probe_count = transaction->reference_count = 1;
}

static void decide(struct transaction *transaction)
{
    assert_int_equal(transaction_decide(transaction, &terminal->waiter, NULL), REASON_DONE);
    terminal_wait();
}

static void test_P2_what_was_put_off_is_shown_at_the_next_crossing_and_gone_once_done(void **state)
{
    (void)state;
    struct transaction *transaction = open_with("UKR", NUMBER);
    assert_string_equal(due(transaction), "");
    put_off(transaction);
    json_t *body = terminal_consultation(transaction);
    assert_string_equal(json_string_value(json_object_get(body, "capture_note")), "put");
    json_decref(body);
    assert_string_equal(due(open_with("POL", NUMBER)), "");
    struct transaction *next = open_with("ukr", "qx 7788991");
    assert_string_equal(due(next), "bandaged");
    give_fingers(next);
    decide(next);
    assert_int_equal(next->state, TRANSACTION_STATE_DECIDED);
    body = terminal_consultation(next);
    assert_string_equal(json_string_value(json_object_get(body, "capture_note")), "deleted");
    json_decref(body);
    assert_string_equal(due(open_with("UKR", NUMBER)), "");
}

/* No finger was captured, or that it was is in no record: it is still due. */
static void test_P2_the_note_stays_until_a_finger_is_captured_and_recorded(void **state)
{
    (void)state;
    put_off(open_with("UKR", NUMBER));
    struct transaction *poor = open_with("UKR", NUMBER);
    give_fingers(poor);
    poor->probe_count = 0;
    poor->attempts_used[FINGER_RIGHT_INDEX] = 3;
    decide(poor);
    assert_int_equal(poor->result->decision, DECISION_INCONCLUSIVE);
    struct transaction *lost = open_with("UKR", NUMBER);
    assert_string_equal(due(lost), "bandaged");
    give_fingers(lost);
    lost->request.legal_basis[0] = '\0'; /* an entry that the log refuses */
    decide(lost);
    assert_int_equal(lost->state, TRANSACTION_STATE_FAILED);
    assert_string_equal(due(open_with("UKR", NUMBER)), "bandaged");
}

static void test_P2_a_note_that_can_t_be_read_is_not_none(void **state)
{
    (void)state;
    struct workers *workers = &terminal->post.workers;
    struct store_reader *reader = workers->reader;
    workers->reader = NULL;
    assert_string_equal(due(open_with("UKR", NUMBER)), "?");
    workers->reader = reader;
}

static void test_P2_without_a_document_nothing_is_put_off(void **state)
{
    (void)state;
    struct failure failure = {0};
    struct transaction *transaction = terminal_open();
    const struct exception_request exception = {.kind = EXCEPTION_TEMPORARILY_IMPOSSIBLE,
        .reason = EXCEPTION_REASON_INJURED,
        .due_said = true,
        .due_day = day_of_ms(store_now_ms()) + 1};
    assert_int_equal(
        transaction_except(transaction, &exception, &terminal->waiter, &failure), REASON_BAD_VALUE);
    assert_string_equal(failure.subject, "document");
    assert_string_equal(due(transaction), "");
}

static bool file_holds(const char *path, const char *text)
{
    uint8_t *bytes;
    size_t size;
    assert_int_equal(file_read(path, 64 << 20, &bytes, &size, NULL), REASON_DONE);
    bool found = memmem(bytes, size, text, strlen(text)) != NULL;
    free(bytes);
    return found;
}

static bool state_holds(const char *text)
{
    DIR *folder = opendir(terminal->state.path);
    bool found = false;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", terminal->state.path, entry->d_name);
        if (strncmp(entry->d_name, "kordon.db", 9) == 0)
            found = found || file_holds(path, text);
    }
    closedir(folder);
    return found;
}

static void test_L6_the_document_stands_in_no_file_and_no_entry(void **state)
{
    (void)state;
    struct transaction *transaction = open_with("UKR", NUMBER);
    put_off(transaction);
    assert_true(state_holds("SQLite format 3")); /* the search finds what is there */
    assert_false(state_holds("7788991"));
    json_t *body = terminal_consultation(transaction), *shown = transaction_json(transaction);
    char *texts[] = {json_dumps(body, 0), json_dumps(shown, 0)};
    for (size_t i = 0; i < 2; i++) {
        assert_non_null(strstr(texts[i], "bandaged"));
        assert_null(strstr(texts[i], "7788991"));
        free(texts[i]);
    }
    json_decref(body);
    json_decref(shown);
}

#define DAY_MS INT64_C(86400000)

/* believed_days: how old the last time is that the log believed; past_days: how far the time that nobody sets lags behind. */
static void sweep_by(struct note_sweep *notes, int32_t today, int32_t believed_days, int32_t past_days)
{
    const struct store_guard store = {.believed_ms = (today - believed_days) * DAY_MS, .clock_gap_days = 31};
    note_sweep_look(notes, &terminal->post.evidence, &store, today * DAY_MS, (today - past_days) * DAY_MS);
    terminal_until(!notes->running);
    assert_int_equal(notes->job.reason, REASON_DONE);
}

static void sweep(struct note_sweep *notes, int32_t today, int32_t believed_days)
{
    sweep_by(notes, today, believed_days, 0);
}

static void test_P2_a_note_expires_and_the_log_says_that_one_did(void **state)
{
    (void)state;
    const int32_t last = day_of_ms(store_now_ms()) + 30 + NOTE_SWEEP_GRACE_DAYS;
    struct note_sweep notes = {0};
    put_off(open_with("UKR", NUMBER));
    const uint64_t *entries = &terminal->post.metrics.counters[METRIC_ENTRIES], before = *entries;
    sweep(&notes, last, 1);
    assert_int_equal(notes.deleted, 0);
    assert_int_equal(*entries, before);
    assert_string_equal(due(open_with("UKR", NUMBER)), "bandaged");
    sweep(&notes, last + 1, 1);
    assert_int_equal(notes.deleted, 1);
    assert_string_equal(due(open_with("UKR", NUMBER)), "");
    sweep(&notes, last + 1, 1); /* once a day */
    assert_int_equal(notes.deleted, 1);
    assert_int_equal(*entries, before + 1);
}

/* A clock that was set far ahead would take them all, for good. */
static void test_P2_no_note_expires_by_a_clock_that_is_not_believed(void **state)
{
    (void)state;
    const int32_t behind = day_of_ms(store_now_ms()) + 30 + NOTE_SWEEP_GRACE_DAYS + 1;
    struct note_sweep notes = {0};
    put_off(open_with("UKR", NUMBER));
    sweep(&notes, behind, 32);
    assert_int_equal(notes.deleted, 0);
    assert_string_equal(due(open_with("UKR", NUMBER)), "bandaged");
    sweep_by(&notes, behind, 31, 31); /* as far ahead as is believed: it may be wrong all the same */
    sweep_by(&notes, behind, 31, behind);
    assert_int_equal(notes.deleted, 0);
    assert_string_equal(due(open_with("UKR", NUMBER)), "bandaged");
    sweep(&notes, behind, 31);
    assert_int_equal(notes.deleted, 1);
}

#define TERMINAL_TEST(test) cmocka_unit_test_setup_teardown(test, terminal_set_up, terminal_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TERMINAL_TEST(test_P2_what_was_put_off_is_shown_at_the_next_crossing_and_gone_once_done),
        TERMINAL_TEST(test_P2_the_note_stays_until_a_finger_is_captured_and_recorded),
        TERMINAL_TEST(test_P2_a_note_that_can_t_be_read_is_not_none),
        TERMINAL_TEST(test_P2_without_a_document_nothing_is_put_off),
        TERMINAL_TEST(test_P2_a_note_expires_and_the_log_says_that_one_did),
        TERMINAL_TEST(test_P2_no_note_expires_by_a_clock_that_is_not_believed),
        TERMINAL_TEST(test_L6_the_document_stands_in_no_file_and_no_entry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
