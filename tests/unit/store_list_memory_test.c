/* A change of the list, and an end of a transaction that keeps a probe, with each allocation failing in turn, the store's own and its database's:
 * whatever it says, what was before or the new answers whole, nothing is left behind, and the same change is made afterwards (A8, H1). */
#include "tests/unit/unit.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "store/case_record.h"
#include "store/probe_slot.h"
#include "tests/support/disk.h"
#include "tests/support/failing_memory.h"
#include "tests/support/list_batch.h"

/* --- sqlite's memory through the same count -------------------------------------------------------------------------- */

static void *take(int size)
{
    return malloc((size_t)size);
}

static void *take_again(void *memory, int size)
{
    return realloc(memory, (size_t)size);
}

static int size_of(void *memory)
{
    return (int)malloc_usable_size(memory);
}

static int round_up(int size)
{
    return (size + 7) & ~7;
}

static int nothing_to_do(void *unused)
{
    (void)unused;
    return SQLITE_OK;
}

static void nothing_to_end(void *unused)
{
    (void)unused;
}

static int set_up_all(void **context)
{
    static const sqlite3_mem_methods methods = {
        take, free, take_again, size_of, round_up, nothing_to_do, nothing_to_end, NULL};
    (void)context;
    disk_spare_syncs();
    return sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
}

/* --- The change ---------------------------------------------------------------------------------------------------------- */

static enum reason ignore(void *context, const struct watchlist_entry *entry, struct failure *failure)
{
    (void)context, (void)entry, (void)failure;
    return REASON_DONE;
}

/* Begins, stages two batches, proves them and installs them; every step may fail, and is ended then. */
static enum reason change_list(struct state_directory *state, uint64_t version)
{
    static struct list_batch batches[2];
    struct watchlist_import *import;
    struct watchlist_staged staged;
    list_fill(&batches[0], 0, 3, 20);
    list_fill(&batches[1], 3, 4, 9000);
    enum reason reason = list_begin(state, "national", version, &import);
    for (size_t i = 0; i < 2 && reason == REASON_DONE; i++)
        reason = list_add(state, import, &batches[i]);
    if (reason == REASON_DONE)
        reason = watchlist_import_seal(import, &staged, &state->failure);
    if (reason == REASON_DONE)
        reason = watchlist_load_staged(state->store, &staged, LIST_ALL_PARTS, ignore, NULL, &state->failure);
    if (reason == REASON_DONE)
        return list_commit(state, import);
    watchlist_import_cancel(import);
    return reason;
}

static void check_list(struct state_directory *state, enum reason reason, uint64_t version)
{
    struct list_seen seen = list_load(state);
    struct watchlist_summary summary = list_summarize(state);
    bool is_new = summary.list_version == version;
    assert_true(is_new || (summary.list_version == version - 1 && reason != REASON_DONE));
    assert_true(!is_new || reason == REASON_DONE || reason == REASON_OUTCOME_UNKNOWN);
    assert_int_equal(seen.count, summary.entry_count);
    assert_int_equal(state_directory_ask(state, "SELECT count(*) FROM alert"), summary.entry_count);
}

static void test_A8_list_change_without_memory_leaves_the_old_list(void **context)
{
    struct state_directory state;
    long allocation = 0, failed = 1;
    uint64_t version = 1;
    (void)context;
    state_directory_init(&state);
    list_install(&state, version, 5, 20);
    for (; failed; allocation++) {
        failing_memory_set(allocation);
        enum reason reason = change_list(&state, version + 1);
        enum reason swept = watchlist_sweep_all(state.store, &state.failure);
        failed = failing_memory_has_failed();
        failing_memory_set(-1);
        assert_int_not_equal(reason_class(reason), REASON_CLASS_EVIDENCE_BROKEN);
        /* What a failure left is swept now, by the store that lives on or by the one that is opened. */
        if (swept != REASON_DONE || allocation % 2 == 1)
            assert_int_equal(state_directory_reopen(&state), REASON_DONE);
        list_sweep(&state);
        check_list(&state, reason, version + 1);
        version = list_summarize(&state).list_version;
    }
    assert_true(allocation > 50);
    print_message("# %ld allocations\n", allocation);
    list_install(&state, version + 1, 2, 20);
    assert_int_equal(list_load(&state).count, 2);
    state_directory_finish(&state);
}

/* --- A probe ------------------------------------------------------------------------------------------------------------ */

static enum reason keep_probe(struct state_directory *state)
{
    const struct case_record_change record = {.key = "one", .bytes = "taken", .size = 5};
    struct probe_slot_change slot = {.content = (const uint8_t *)"a print", .size = 7};
    const struct journal_change change = {.records = &record, .record_count = 1, .slot = &slot};
    const struct journal_change *changes = &change;
    json_t *body = json_pack("{s:s, s:s, s:s, s:s, s:s}", "actor", "t", "role", "terminal", "purpose",
        "border_check", "legal_basis", "law", "justification", "first line");
    const struct log_draft draft = {LOG_EVENT_CONSULTATION, body};
    struct journal_outcome outcome = {0};
    enum reason reason =
        journal_append_changing(state->store, &draft, &changes, 1, &outcome, &state->failure);
    journal_outcome_finish(&outcome);
    json_decref(body);
    return reason;
}

static void test_H1_an_end_without_memory_keeps_a_probe_or_none(void **context)
{
    struct state_directory state;
    long allocation = 0, failed = 1;
    (void)context;
    state_directory_init(&state);
    for (; failed; allocation++) {
        const uint32_t unused = probe_slots_free(state.store);
        failing_memory_set(allocation);
        enum reason reason = keep_probe(&state);
        failed = failing_memory_has_failed();
        failing_memory_set(-1);
        assert_int_not_equal(reason_class(reason), REASON_CLASS_EVIDENCE_BROKEN);
        assert_int_equal(state_directory_reopen(&state), REASON_DONE);
        const uint32_t now = probe_slots_free(state.store);
        assert_true(now == unused - 1 || (now == unused && reason != REASON_DONE));
    }
    assert_true(allocation > 10);
    state_directory_finish(&state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_A8_list_change_without_memory_leaves_the_old_list),
        cmocka_unit_test(test_H1_an_end_without_memory_keeps_a_probe_or_none),
    };
    return cmocka_run_group_tests(tests, set_up_all, NULL);
}
