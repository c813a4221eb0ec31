/* daemon_list_desk.h: a post (daemon_post.h) with its state, journal, reader and one search thread, and a supervisor at it who changes its
 * list. Link as list_test in daemon/meson.build. */
#ifndef KORDON_TESTS_UNIT_DAEMON_LIST_DESK_H
#define KORDON_TESTS_UNIT_DAEMON_LIST_DESK_H

#include "tests/unit/unit.h"

#include <stdlib.h>

#include "crypto/base64.h"
#include "daemon/list/duplicate_search.h"
#include "daemon/list/import.h"
#include "daemon/threads/store_reader.h"
#include "tests/support/disk.h"
#include "tests/support/failing_memory.h"
#include "tests/support/state_directory.h"
#include "tests/unit/daemon_post.h"
#include "tests/unit/made_record.h"

#define DESK_LIST 3 /* entries of the list that is in force at first */

struct desk {
    struct post post;
    struct state_directory state;
    struct principal supervisor;
    struct list_waiter waiter;
    struct event_listener listener;
    unsigned told;           /* how often the waiter was */
    uint64_t told_people;    /* searched by the set that he was told of */
    bool told_recorded;      /* with what was recorded */
    struct failure failure;  /* that it was told, or that was refused */
    unsigned lists, imports; /* events */
    uint64_t faults;         /* in the entries that were added, as told */
    bool reloaded;
};

static struct desk *desk; /* the one under test */

#define desk_list (&desk->post.list)

/* Turns of the loop until the condition holds. */
#define desk_until(condition)                                                                                \
    do {                                                                                                     \
        while (!(condition))                                                                                 \
            uv_run(&desk->post.loop, UV_RUN_ONCE);                                                           \
    } while (0)

static inline void desk_told(
    struct list_waiter *waiter, const struct list_outcome *outcome, const struct failure *failure)
{
    assert_ptr_equal(waiter, &desk->waiter);
    desk->told++;
    desk->told_recorded = outcome->recorded != NULL;
    desk->told_people = outcome->set != NULL ? opened_list_counts(outcome->set)->people : 0;
    desk->faults = outcome->findings != NULL ? outcome->findings->fault_count : 0;
    if (failure != NULL) {
        assert_int_not_equal(failure->reason, REASON_DONE);
        desk->failure = *failure;
    }
}

static inline void desk_heard(struct event_listener *listener, const struct event *event)
{
    (void)listener;
    desk->lists += event->type == EVENT_LIST;
    desk->imports += event->type == EVENT_IMPORT;
}

/* --- Threads */

static inline void desk_watch(void *data, const struct store_guard *guard, const struct failure *failure)
{
    (void)failure;
    guard_take(data, guard);
}

static inline void desk_reading_failed(void *data, const struct failure *failure)
{
    (void)data, (void)failure;
}

static inline void desk_start_reader(void)
{
    const struct store_reader_options reading = {.machine_key = desk->state.key_uri,
        .store = {.directory = desk->state.path},
        .failed = desk_reading_failed};
    assert_int_equal(
        store_reader_create(&desk->post.workers.reader, &desk->post.loop, &reading, NULL), REASON_DONE);
}

static inline void desk_start_threads(void)
{
    struct post *post = &desk->post;
    guard_open(&post->guard, desk->state.store);
    assert_int_equal(
        journal_thread_create(&post->workers.journal, &post->loop, desk->state.store, NULL), REASON_DONE);
    journal_thread_watch(post->workers.journal, desk_watch, &post->guard);
    desk_start_reader();
}

static inline void desk_closed(void *data)
{
    *(bool *)data = true;
}

static inline void desk_close_reader(void)
{
    struct store_reader *reader = desk->post.workers.reader;
    bool closed = false;
    desk->post.workers.reader = NULL;
    if (reader == NULL)
        return;
    store_reader_close(reader, desk_closed, &closed);
    desk_until(closed);
}

/* What was begun comes back before; the store is the test's again. */
static inline void desk_close_journal(void)
{
    bool closed = false;
    if (desk->post.workers.journal == NULL)
        return;
    journal_thread_close(desk->post.workers.journal, desk_closed, &closed);
    desk_until(closed);
    desk->post.workers.journal = NULL;
}

/* Until nothing is under way any more, sweeping among it. */
static inline void desk_rest(void)
{
    desk_until(desk->post.work.count == 0);
}

static inline void desk_reloaded(void *data)
{
    (void)data;
    desk->reloaded = true;
}

static inline void desk_load(void)
{
    desk->reloaded = false;
    assert_int_equal(list_reload(desk_list, desk_reloaded, NULL, NULL), REASON_DONE);
    desk_until(desk->reloaded);
}

/* As a new start does. */
static inline void desk_restart(void)
{
    desk_close_reader();
    desk_close_journal();
    assert_int_equal(state_directory_reopen(&desk->state), REASON_DONE);
    desk_start_threads();
    desk_load();
    list_sweep_soon(desk_list);
    desk_rest();
}

/* --- Steps: each gives why it came to nothing, whether it was refused or its waiter was told, and sees that he was told once. */

static inline enum reason desk_wait(enum reason begun)
{
    assert_true(desk->told <= 1);
    if (begun != REASON_DONE) {
        assert_int_equal(desk->told, 0);
        assert_int_equal(begun, desk->failure.reason);
        return begun;
    }
    desk_until(desk->told > 0);
    desk_rest();
    assert_int_equal(desk->told, 1);
    return desk->failure.reason;
}

static inline struct list_waiter *desk_waits(void)
{
    desk->told = 0;
    desk->told_recorded = false;
    desk->failure = (struct failure){0};
    desk->waiter.told = desk_told;
    return &desk->waiter;
}

static inline struct list_import_claim desk_claim(void)
{
    struct list_import *import = desk_list->import;
    const char *id = import != NULL ? list_import_state(import).id : "";
    return (struct list_import_claim){.principal = &desk->supervisor, .id = id, .id_size = strlen(id)};
}

static inline enum reason desk_begin_as(const struct list_request *request)
{
    struct list_waiter *waiter = desk_waits();
    return desk_wait(list_import_begin(desk_list, &desk->supervisor, request, waiter, &desk->failure));
}

static inline enum reason desk_begin(uint64_t version)
{
    return desk_begin_as(&(struct list_request){.list_name = "national", .list_version = version});
}

/* A body of entries, from number first on; their case numbers are by number. To be made before memory fails. */
static inline struct locked_memory desk_body_until(
    size_t first, size_t count, const char *category, const char *expires)
{
    static const struct made_view view = {FINGER_RIGHT_INDEX, 80, 40};
    struct made_record record;
    char data[BASE64_LENGTH(sizeof record.bytes) + 1];
    struct locked_memory body;
    made_record_init(&record, MADE_ISO, MADE_RECORD_PPCM, &view, 1);
    base64_encode(record.bytes, record.size, data);
    json_t *entries = json_array();
    for (size_t i = 0; i < count; i++) {
        char number[24];
        snprintf(number, sizeof number, "C-%zu", first + i);
        json_array_append_new(entries,
            json_pack("{s:s, s:s, s:s, s:s, s:s, s:[s], s:s, s:s, s:s, s:s, s:[{s:s, s:s}]}", "case_number",
                number, "name", STATE_NAME, "category", category, "action", "tell", "instruction", "quietly",
                "purposes", "border_check", "legal_basis", "law", "authority", "authority", "entered",
                "2026-01-31", "expires", expires, "fingers", "position", "right_index", "data", data));
    }
    json_t *object = json_pack("{s:o}", "entries", entries);
    const size_t size = json_dumpb(object, NULL, 0, 0);
    assert_int_equal(locked_memory_init(&body, size + 1, NULL), REASON_DONE);
    assert_int_equal(json_dumpb(object, body.bytes, size, 0), size);
    json_decref(object);
    return body;
}

static inline struct locked_memory desk_body(size_t first, size_t count, const char *category)
{
    return desk_body_until(first, count, category, "2099-01-31");
}

/* body is taken in any case. */
static inline enum reason desk_add_body(struct locked_memory *body)
{
    const struct list_import_claim claim = desk_claim();
    struct list_waiter *waiter = desk_waits();
    enum reason reason =
        desk_wait(list_import_add(desk_list, &claim, body, strlen(body->bytes), waiter, &desk->failure));
    locked_memory_finish(body);
    return reason;
}

static inline enum reason desk_add(size_t first, size_t count)
{
    struct locked_memory body = desk_body(first, count, "missing_person");
    return desk_add_body(&body);
}

/* One of several batches at once, told apart from the desk's own waiter. */
struct adding {
    struct list_waiter waiter;
    unsigned told;
    enum reason reason;
};

static inline void desk_added(
    struct list_waiter *waiter, const struct list_outcome *outcome, const struct failure *failure)
{
    struct adding *adding = (struct adding *)waiter;
    (void)outcome;
    adding->told++;
    adding->reason = failure != NULL ? failure->reason : REASON_DONE;
}

static inline enum reason desk_add_beside(struct adding *adding, size_t first)
{
    struct locked_memory body = desk_body(first, 3, "missing_person");
    const struct list_import_claim claim = desk_claim();
    *adding = (struct adding){.waiter.told = desk_added};
    enum reason reason = list_import_add(desk_list, &claim, &body, strlen(body.bytes), &adding->waiter, NULL);
    locked_memory_finish(&body);
    return reason;
}

static inline enum reason desk_commit(void)
{
    const struct list_import_claim claim = desk_claim();
    struct list_waiter *waiter = desk_waits();
    return desk_wait(list_import_commit(desk_list, &claim, "order 5", waiter, &desk->failure));
}

static inline enum reason desk_cancel(void)
{
    const struct list_import_claim claim = desk_claim();
    struct list_waiter *waiter = desk_waits();
    return desk_wait(list_import_cancel(desk_list, &claim, waiter, &desk->failure));
}

static inline enum reason desk_erase(const struct watchlist_id *id)
{
    struct list_waiter *waiter = desk_waits();
    return desk_wait(list_erase(desk_list, &desk->supervisor, id, "court order 9", waiter, &desk->failure));
}

/* All steps until one fails; an import that is left behind then is ended. */
static inline enum reason desk_import(const struct list_request *request, struct locked_memory *body)
{
    enum reason reason = desk_begin_as(request);
    if (reason == REASON_DONE)
        reason = desk_add_body(body);
    if (reason == REASON_DONE)
        reason = desk_commit();
    locked_memory_finish(body);
    return reason;
}

static inline void desk_install(uint64_t version, size_t count)
{
    struct locked_memory body = desk_body(0, count, "missing_person");
    const struct list_request request = {.list_name = "national", .list_version = version};
    assert_int_equal(desk_import(&request, &body), REASON_DONE);
}

/* --- What is so */

/* The list as it is stored, by a store of its own, which reads it whole. */
static inline enum reason desk_count(
    void *count, const struct watchlist_entry *entry, struct failure *failure)
{
    (void)entry, (void)failure;
    ++*(uint64_t *)count;
    return REASON_DONE;
}

static inline struct watchlist_summary desk_stored(void)
{
    struct store *reader;
    struct watchlist_summary summary;
    uint64_t count = 0;
    assert_int_equal(state_directory_open_reader(&desk->state, &reader), REASON_DONE);
    assert_int_equal(watchlist_summarize(reader, &summary, NULL), REASON_DONE);
    assert_int_equal(
        watchlist_load(reader, WATCHLIST_PART_ALERT | WATCHLIST_PART_TEMPLATES, desk_count, &count, NULL),
        REASON_DONE);
    assert_int_equal(count, summary.entry_count);
    store_close(reader);
    return summary;
}

/* The body of the newest entry with that event. The caller's. */
static inline json_t *desk_newest(enum log_event event)
{
    json_t *log = state_directory_log(&desk->state), *found = NULL;
    for (size_t seq = json_array_size(log); seq > 0 && found == NULL; seq--)
        if (state_directory_entry_is(json_array_get(log, seq - 1), event))
            found = json_incref(json_object_get(json_array_get(log, seq - 1), "body"));
    json_decref(log);
    return found;
}

/* The id of the entry that a search of the set in force would compare with first. */
static inline struct watchlist_id desk_first_id(void)
{
    return opened_list_subject(desk_list->set, 0)->id;
}

/* What is searched is what is stored, or there is a reason why nothing is. */
static inline void desk_check_searched(const struct watchlist_summary *stored)
{
    struct failure failure = {0};
    enum reason open = list_check_open(desk_list, &failure);
    assert_true(open != REASON_DONE || desk_list->set != NULL);
    if (desk_list->set == NULL)
        return;
    const struct watchlist_summary *searched = opened_list_summary(desk_list->set);
    assert_int_equal(searched->generation, stored->generation);
    assert_int_equal(searched->list_version, stored->list_version);
    assert_int_equal(searched->entry_count, stored->entry_count);
    assert_int_equal(opened_list_counts(desk_list->set)->people, stored->entry_count);
}

/* Nobody has a turn, nothing is under way, and no row lies there that is not the list's. */
static inline void desk_check_rest(const struct watchlist_summary *stored)
{
    assert_null(desk_list->import);
    assert_null(desk_list->turn);
    assert_int_equal(desk->post.work.count, 0);
    assert_int_equal(
        state_directory_ask(&desk->state, "SELECT count(*) FROM alert"), (int64_t)stored->entry_count);
}

/* --- The desk */

static inline int desk_set_up(void **state)
{
    desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    struct post *post = &desk->post;
    post_begin(post);
    post->configuration.api.sample_bytes = 1 << 20;
    state_directory_init(&desk->state);
    strcpy(post->configuration.state.directory, desk->state.path);
    assert_int_equal(search_pool_create(&post->workers.search, &post->loop, 1, NULL), REASON_DONE);
    desk_start_threads();
    desk->supervisor = (struct principal){
        .proof = PRINCIPAL_BY_SOCKET, .uid = 1009, .roles = ROLE_SUPERVISOR, .name = "user:chief"};
    desk->listener.told = desk_heard;
    events_subscribe(&post->events, &desk->listener);
    desk_load();
    desk_install(1, DESK_LIST);
    desk_until(list_duplicates_finished(duplicates_tell(desk_list).known)); /* what it found is in the log */
    desk_rest();
    *state = desk;
    return 0;
}

/* With faults of the disk, which begin where the test says so. */
static inline int desk_set_up_on_a_disk(void **state)
{
    desk_set_up(state);
    desk_close_reader();
    desk_close_journal();
    store_close(desk->state.store);
    desk->state.store = NULL;
    disk_watch(desk->state.path, NULL);
    assert_int_equal(state_directory_reopen(&desk->state), REASON_DONE);
    desk_start_threads();
    desk_load();
    return 0;
}

static inline int desk_tear_down(void **state)
{
    (void)state;
    struct workers *workers = &desk->post.workers;
    failing_memory_set(-1);
    disk_mend();
    list_stop(desk_list);
    desk_rest();
    list_close(desk_list);
    desk_close_reader();
    desk_close_journal();
    list_import_drop(desk_list);
    if (workers->search != NULL)
        search_pool_close(workers->search, NULL, NULL);
    post_end(&desk->post);
    disk_forget();
    state_directory_finish(&desk->state);
    free(desk);
    return 0;
}

#endif
