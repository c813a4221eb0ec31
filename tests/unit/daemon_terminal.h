/* daemon_terminal.h: a post (daemon_post.h) with its state, journal and reader, and one terminal that waits; enrolling and capturing are the
 * test's to answer. Link as transaction_test in daemon/meson.build. */
#ifndef KORDON_TESTS_UNIT_DAEMON_TERMINAL_H
#define KORDON_TESTS_UNIT_DAEMON_TERMINAL_H

#include <stdlib.h>

#include "daemon/api/transaction_json.h"
#include "daemon/threads/store_reader.h"
#include "daemon/transactions/recall.h"
#include "sample/sample.h"
#include "tests/support/failing_memory.h"
#include "tests/support/state_directory.h"
#include "tests/unit/daemon_post.h"
#include "tests/unit/matcher_prints.h"

struct terminal {
    struct post post;
    struct state_directory state;
    struct principal principal;
    struct transaction_request request;
    struct transaction_waiter waiter;
    unsigned told; /* how often the waiter was */
    struct failure failure;
    /* the step that waits for the test */
    struct enrolment_job *enrolment;
    struct scanner_capture *capture;
    scanner_capture_cb captured;
    bool cancelled;
};

static struct terminal *terminal; /* the one under test: the wraps know no other */

void __wrap_enrolment_job_start(struct search_pool *pool, struct enrolment_job *job);
void __wrap_enrolment_job_start(struct search_pool *pool, struct enrolment_job *job)
{
    (void)pool;
    locked_memory_finish(&job->bytes);
    terminal->enrolment = job;
}

enum reason __wrap_scanner_pool_capture(struct scanner_pool *pool, struct scanner_capture *capture,
    const char *scanner_id, uint32_t timeout_ms, scanner_capture_cb callback, struct failure *failure);
enum reason __wrap_scanner_pool_capture(struct scanner_pool *pool, struct scanner_capture *capture,
    const char *scanner_id, uint32_t timeout_ms, scanner_capture_cb callback, struct failure *failure)
{
    (void)pool, (void)scanner_id, (void)timeout_ms, (void)failure;
    terminal->capture = capture;
    terminal->captured = callback;
    return REASON_DONE;
}

void __wrap_scanner_pool_cancel(struct scanner_capture *capture);
void __wrap_scanner_pool_cancel(struct scanner_capture *capture)
{
    assert_ptr_equal(capture, terminal->capture);
    terminal->cancelled = true;
}

static inline void terminal_told(
    struct transaction_waiter *waiter, const struct transaction *transaction, const struct failure *failure)
{
    (void)waiter, (void)transaction;
    terminal->told++;
    terminal->failure = failure != NULL ? *failure : (struct failure){0};
}

static inline void terminal_watch(void *data, const struct store_guard *guard, const struct failure *failure)
{
    (void)failure;
    guard_take(data, guard);
}

static inline void terminal_failed(void *data, const struct failure *failure)
{
    (void)data, (void)failure;
}

static inline void terminal_start_threads(void)
{
    struct post *post = &terminal->post;
    const struct store_reader_options reading = {.machine_key = terminal->state.key_uri,
        .store = {.directory = terminal->state.path},
        .failed = terminal_failed};
    guard_open(&post->guard, terminal->state.store);
    assert_int_equal(transactions_take_keys(&post->transactions, terminal->state.store, NULL), REASON_DONE);
    assert_int_equal(
        journal_thread_create(&post->workers.journal, &post->loop, terminal->state.store, NULL), REASON_DONE);
    journal_thread_watch(post->workers.journal, terminal_watch, &post->guard);
    assert_int_equal(store_reader_create(&post->workers.reader, &post->loop, &reading, NULL), REASON_DONE);
}

static inline int terminal_set_up(void **state)
{
    terminal = calloc(1, sizeof *terminal);
    assert_non_null(terminal);
    struct post *post = &terminal->post;
    post_begin(post);
    state_directory_init(&terminal->state);
    strcpy(post->configuration.state.directory, terminal->state.path);
    post->transactions.show = transaction_json_of;
    post->workers.scanners = (struct scanner_pool *)terminal; /* that there is one: the wraps answer for it */
    assert_int_equal(search_pool_create(&post->workers.search, &post->loop, 1, NULL), REASON_DONE);
    terminal_start_threads();
    terminal->principal = (struct principal){
        .proof = PRINCIPAL_BY_SOCKET, .uid = 1007, .roles = ROLE_TERMINAL, .name = "user:gate7"};
    terminal->request = (struct transaction_request){.kind = TRANSACTION_VERIFICATION,
        .purpose = "border_check",
        .legal_basis = "Border Act art. 7",
        .officer = "o-17",
        .age_band = AGE_18_AND_OVER};
    terminal->waiter.told = terminal_told;
    *state = terminal;
    return 0;
}

static inline void terminal_closed(void *data)
{
    *(bool *)data = true;
}

/* What was begun comes back before. */
static inline void terminal_close_journal(void)
{
    struct workers *workers = &terminal->post.workers;
    bool closed = false;
    journal_thread_close(workers->journal, terminal_closed, &closed);
    while (!closed)
        uv_run(&terminal->post.loop, UV_RUN_ONCE);
    workers->journal = NULL;
}

static inline int terminal_tear_down(void **state)
{
    (void)state;
    struct workers *workers = &terminal->post.workers;
    failing_memory_set(-1);
    store_reader_close(workers->reader, NULL, NULL);
    search_pool_close(workers->search, NULL, NULL);
    if (workers->journal != NULL)
        terminal_close_journal();
    post_end(&terminal->post);
    state_directory_finish(&terminal->state);
    free(terminal);
    return 0;
}

/* Turns of the loop until the condition holds. */
#define terminal_until(condition)                                                                            \
    do {                                                                                                     \
        while (!(condition))                                                                                 \
            uv_run(&terminal->post.loop, UV_RUN_ONCE);                                                       \
    } while (0)

static inline struct transaction *terminal_open(void)
{
    struct transaction *transaction;
    struct failure failure = {0};
    assert_int_equal(transaction_open(&terminal->post.transactions, &terminal->principal, &terminal->request,
                         &transaction, &failure),
        REASON_DONE);
    return transaction;
}

/* A finger of that person is captured, or is to be compared with, as enrolling would leave it. */
static inline void terminal_put(struct locked_template *template, uint32_t person)
{
    assert_int_equal(
        locked_memory_init(&template->memory, sizeof(struct matcher_template), NULL), REASON_DONE);
    *locked_template_get(template) = prints_pack(prints_make(person, 40));
    template->position = FINGER_RIGHT_INDEX;
    template->report.quality = 80;
}

/* As enrolling keeps it: a blank one. */
#define TERMINAL_PICTURE_SIDE 100
static inline void terminal_picture(struct kept_picture *picture)
{
    static const uint8_t pixels[TERMINAL_PICTURE_SIDE * TERMINAL_PICTURE_SIDE];
    assert_int_equal(sample_encode_locked_png(
                         pixels, TERMINAL_PICTURE_SIDE, TERMINAL_PICTURE_SIDE, 500, &picture->png, NULL),
        REASON_DONE);
    picture->width = picture->height = TERMINAL_PICTURE_SIDE;
    picture->ppi = 500;
}

/* One that can be decided: person 1 with a reference of that person. */
static inline struct transaction *terminal_ready(uint32_t reference)
{
    struct transaction *transaction = terminal_open();
    terminal_put(&transaction->probes[0], 1);
    terminal_put(&transaction->references[0], reference);
    transaction->probe_count = transaction->reference_count = 1;
    return transaction;
}

/* The step under way has come to its end. */
static inline void terminal_wait(void)
{
    const unsigned before = terminal->told;
    terminal_until(terminal->told > before);
}

/* How many entries of the log say this of that transaction. */
static inline unsigned terminal_entries(const char *id, enum log_event event)
{
    json_t *log = state_directory_log(&terminal->state);
    unsigned found = 0;
    for (size_t seq = 0; seq < json_array_size(log); seq++) {
        const json_t *entry = json_array_get(log, seq), *body = json_object_get(entry, "body");
        const char *said = json_string_value(json_object_get(body, "transaction"));
        if (said == NULL)
            said = json_string_value(json_object_get(body, "asked_for"));
        found += state_directory_entry_is(entry, event) && said != NULL && strcmp(said, id) == 0;
    }
    json_decref(log);
    return found;
}

/* The body of the entry that ends it. */
static inline json_t *terminal_consultation(const struct transaction *transaction)
{
    json_t *log = state_directory_log(&terminal->state), *found = NULL, *entry;
    size_t seq;
    json_array_foreach(log, seq, entry)
    {
        json_t *body = json_object_get(entry, "body");
        const char *said = json_string_value(json_object_get(body, "transaction"));
        if (state_directory_entry_is(entry, LOG_EVENT_CONSULTATION) && said != NULL &&
            strcmp(said, transaction->id) == 0)
            found = body;
    }
    assert_non_null(found);
    json_incref(found);
    json_decref(log);
    return found;
}

/* Bytes are sent as a sample or reference of the right index finger, which the test then enrols. */
static inline struct transaction *terminal_submit(
    struct transaction *transaction, enum sample_purpose purpose)
{
    struct locked_memory body = {0};
    assert_int_equal(locked_memory_init(&body, 16, NULL), REASON_DONE);
    uint64_t charged = 16;
    assert_int_equal(quota_take(&terminal->post.quota, QUOTA_BODY_BYTES, &terminal->principal, charged, NULL),
        REASON_DONE);
    const struct submission submission = {.purpose = purpose,
        .position = FINGER_RIGHT_INDEX,
        .device = "",
        .body = &body,
        .size = 16,
        .charged = &charged};
    assert_int_equal(transaction_submit(transaction, &submission, &terminal->waiter, NULL), REASON_DONE);
    assert_null(body.bytes); /* taken over */
    assert_int_equal(charged, 0);
    assert_int_equal(transaction->state, TRANSACTION_STATE_EXTRACTING);
    return transaction;
}

/* The search thread's part. */
static inline void terminal_enrolled(enum reason reason)
{
    struct enrolment_job *job = terminal->enrolment;
    terminal->enrolment = NULL;
    job->reason = reason != REASON_DONE ? failure_set(&job->failure, reason, "sample", NULL) : REASON_DONE;
    if (reason == REASON_DONE) {
        terminal_put(&job->enrolment.fingers[0], 1);
        if (job->claim.keeps_picture)
            terminal_picture(&job->enrolment.fingers[0].picture);
        job->enrolment.count = 1;
    }
    job->enrolment.report.quality = 80;
    job->wiped = 1;
    job->done(job);
}

#endif
