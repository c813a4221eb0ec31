#include "tests/unit/unit.h"

#include "tests/support/list_batch.h"
#include "tests/support/listed_entry.h"

#include <stdio.h>
#include <string.h>

static const uint8_t bytes[LIST_BIG_BYTES] = {'K', 'T', 1};

void list_fill(struct list_batch *batch, size_t first, size_t count, size_t original_size)
{
    batch->count = count;
    for (size_t i = 0; i < count; i++) {
        snprintf(batch->case_numbers[i], sizeof batch->case_numbers[i], "C-%zu", first + i);
        struct watchlist_entry *entry = &batch->entries[i];
        *entry = listed_entry(batch->case_numbers[i], STATE_NAME, bytes, 300);
        entry->fingers[0].original_bytes = bytes;
        entry->fingers[0].original_size = original_size;
    }
}

enum reason list_begin(
    struct state_directory *state, const char *name, uint64_t version, struct watchlist_import **import)
{
    const struct watchlist_import_options options = {.list_name = name, .list_version = version};
    return watchlist_import_begin(state->store, &options, import, &state->failure);
}

enum reason list_add(
    struct state_directory *state, struct watchlist_import *import, const struct list_batch *batch)
{
    return watchlist_import_add(import, batch->entries, batch->count, &state->failure);
}

struct watchlist_import *list_stage(
    struct state_directory *state, uint64_t version, size_t count, size_t original_size)
{
    static struct list_batch batch;
    struct watchlist_import *import;
    assert_int_equal(list_begin(state, "national", version, &import), REASON_DONE);
    for (size_t i = 0; i < count; i += LIST_BATCH) {
        list_fill(&batch, i, count - i < LIST_BATCH ? count - i : LIST_BATCH, original_size);
        assert_int_equal(list_add(state, import, &batch), REASON_DONE);
    }
    return import;
}

enum reason list_commit(struct state_directory *state, struct watchlist_import *import)
{
    json_t *body = json_pack("{s:s, s:s}", "actor", "supervisor 1", "role", "supervisor");
    struct log_draft draft = {LOG_EVENT_ALTERATION, body};
    struct journal_outcome outcome = {0};
    enum reason reason = watchlist_import_commit(import, &draft, &outcome, &state->failure);
    journal_outcome_finish(&outcome);
    json_decref(body);
    return reason;
}

void list_sweep(struct state_directory *state)
{
    assert_int_equal(watchlist_sweep_all(state->store, &state->failure), REASON_DONE);
}

void list_install(struct state_directory *state, uint64_t version, size_t count, size_t original_size)
{
    assert_int_equal(list_commit(state, list_stage(state, version, count, original_size)), REASON_DONE);
    list_sweep(state);
}

enum reason list_erase(struct state_directory *state, const struct watchlist_id *id)
{
    json_t *body = json_pack("{s:s, s:s, s:s}", "actor", "s", "role", "supervisor", "justification", "order");
    struct log_draft draft = {LOG_EVENT_ERASURE, body};
    struct journal_outcome outcome = {0};
    enum reason reason = watchlist_erase(state->store, NULL, id, &draft, &outcome, &state->failure);
    journal_outcome_finish(&outcome);
    json_decref(body);
    return reason;
}

struct watchlist_summary list_summarize(struct state_directory *state)
{
    struct watchlist_summary summary;
    assert_int_equal(watchlist_summarize(state->store, &summary, &state->failure), REASON_DONE);
    return summary;
}

enum reason list_see(void *context, const struct watchlist_entry *entry, struct failure *failure)
{
    struct list_seen *seen = context;
    (void)failure;
    assert_true(seen->count < LIST_SEEN_MAX);
    seen->ids[seen->count] = entry->id;
    if (entry->case_number != NULL)
        snprintf(seen->cases[seen->count], sizeof seen->cases[0], "%s", entry->case_number);
    seen->count++;
    if (entry->finger_count > 0) {
        seen->template_bytes = entry->fingers[entry->finger_count - 1].template_size;
        seen->original_bytes = entry->fingers[entry->finger_count - 1].original_size;
    }
    return REASON_DONE;
}

struct list_seen list_load(struct state_directory *state)
{
    struct list_seen seen = {0};
    assert_int_equal(
        watchlist_load(state->store, LIST_ALL_PARTS, list_see, &seen, &state->failure), REASON_DONE);
    return seen;
}

const struct watchlist_id *list_id_of(const struct list_seen *seen, const char *case_number)
{
    for (size_t i = 0; i < seen->count; i++)
        if (strcmp(seen->cases[i], case_number) == 0)
            return &seen->ids[i];
    return NULL;
}
