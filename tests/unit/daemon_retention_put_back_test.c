/* A body that was erased, and that somebody put back into the files, is given to nobody. */
#include "json/memory.h"
#include "tests/support/disk.h"
#include "tests/unit/daemon_retention_acts.h"

#define LOG_END (365 + RETENTION_LOG_DAYS)

static int set_up(void **context)
{
    int made = state_directory_set_up(context);
    put_policy(((struct state_directory *)*context)->store, 30);
    return made;
}

static void assert_refused_file(struct store *store, uint64_t size)
{
    char path[64];
    uint8_t *bytes;
    size_t bytes_size;
    snprintf(path, sizeof path, "bodies/000.p/%u", (unsigned)size);
    assert_int_not_equal(retention_render(store, size, 0, path, &bytes, &bytes_size, NULL), REASON_DONE);
    assert_null(bytes);
}

/* The readings that show it to people, each of them. size: of the log. */
static void assert_refused(struct store *store, uint64_t seq, uint64_t size)
{
    struct failure failure = {0};
    struct journal_search search = {.limit = 1000, .size = size};
    json_t *entry;
    char *receipt;
    assert_int_equal(retention_read_one(store, seq, &entry, &failure), REASON_ENTRY_BROKEN);
    assert_non_null(strstr(failure.detail, "put it back"));
    assert_null(entry);
    assert_int_equal(retention_search(store, &search, NULL), REASON_ENTRY_BROKEN);
    json_decref(search.entries);
    assert_int_equal(retention_receipt(store, seq, &receipt, NULL), REASON_ENTRY_BROKEN);
    assert_null(receipt);
    assert_refused_file(store, size);
}

/* What that log has in its place is shown: files without the body, and those without bodies. */
static void assert_shown(struct store *store, uint64_t size)
{
    static const char *const paths[] = {"bodies/000", "tile/entries/000", "tile/0/000"};
    char path[64];
    uint8_t *bytes;
    size_t bytes_size;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        snprintf(path, sizeof path, "%s.p/%u", paths[i], (unsigned)size);
        assert_int_equal(retention_render(store, size, 0, path, &bytes, &bytes_size, NULL), REASON_DONE);
        free(bytes);
    }
}

/* Its head says another event, as whoever writes the file may have it. */
static void call_it(struct state_directory *state, uint64_t seq, const char *before, const char *event)
{
    char sql[256];
    snprintf(sql, sizeof sql,
        "UPDATE entry SET head = CAST(replace(head, '\"event\":\"%s\"', '\"event\":\"%s\"') AS BLOB) WHERE "
        "seq = %u",
        before, event, (unsigned)seq);
    tamper(state, sql);
}

/* Who kept an old copy of the files can put a body back, key and all: what had come for it to go is known from the record. */
static void test_L10_a_body_that_is_put_back_is_not_shown(void **context)
{
    struct state_directory *state = *context;
    uint64_t first = add(state->store, LOG_EVENT_CONSULTATION, SHORT, "t1"),
             look = add(state->store, LOG_EVENT_ACCESS, NULL, NULL);
    run(state->store, 0, 0);
    state_directory_keep(state);
    assert_int_equal(run(state->store, 30, 30), 1);
    char back[128];
    snprintf(back, sizeof back, "INSERT OR REPLACE INTO body SELECT * FROM old.body WHERE seq = %u",
        (unsigned)first);
    assert_shown(state->store, journal_size(state->store));
    tamper(state, back);
    assert_false(is_erased(state->store, look));
    assert_refused(state->store, first, journal_size(state->store));
    call_it(state, first, "consultation", "key"); /* one of those that stay */
    assert_refused_file(state->store, journal_size(state->store));
    call_it(state, first, "key", "consultation");
    assert_int_equal(run(state->store, 31, 1), 0);
    assert_refused(state->store, first, journal_size(state->store));
    assert_int_equal(run(state->store, LOG_END, 365), 2); /* with the log's rest it goes again */
    assert_true(is_erased(state->store, first));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_L10_a_body_that_is_put_back_is_not_shown, set_up, state_directory_tear_down),
    };
    json_memory_wipe_when_freed();
    disk_spare_syncs();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
