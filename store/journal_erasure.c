#include "store/journal_erasure.h"

#include <string.h>

#include "json/writer.h"
#include "log/entry_head.h"
#include "log/erasure.h"
#include "store/document_internal.h"
#include "store/journal_append_internal.h"
#include "store/journal_body_internal.h"
#include "store/journal_read_internal.h"

struct erasure {
    struct store *store;
    const struct seq_ranges *ranges;
    const struct journal_change *change;
};

static enum reason refused(uint64_t seq, const char *why, struct failure *failure)
{
    (void)journal_entry_broken(seq, why, failure);
    if (failure != NULL)
        failure->reason = REASON_BAD_VALUE;
    return REASON_BAD_VALUE;
}

/* What is erased is an entry that is proven: an erasure must not vouch for what somebody put in its place. What says why bodies are gone stays. */
static enum reason check_entry(struct store *store, uint64_t seq, struct failure *failure)
{
    struct entry_head head;
    TRY(journal_prove_entry(store, seq, &head, failure));
    if (strcmp(head.event, log_event_name(LOG_EVENT_ERASURE)) == 0)
        return refused(seq, "it says what was erased: it stays", failure);
    return REASON_DONE;
}

static enum reason erase_bodies(const struct erasure *erasure, uint64_t by, struct failure *failure)
{
    for (size_t i = 0; i < erasure->ranges->count; i++)
        for (uint64_t seq = erasure->ranges->items[i].first; seq <= erasure->ranges->items[i].last; seq++) {
            TRY(check_entry(erasure->store, seq, failure));
            TRY(journal_body_erase(erasure->store, seq, by, failure));
        }
    return REASON_DONE;
}

static enum reason apply(
    void *context, uint64_t seq, struct proven_state *next, json_t *body, struct failure *failure)
{
    const struct erasure *erasure = context;
    struct json_writer writer;
    bool erases = false;
    TRY(erase_bodies(erasure, seq, failure));
    if (erasure->change != NULL)
        TRY(document_apply(erasure->store, next, erasure->change, body, &erases, failure));
    erasure->store->database.truncation_owed =
        erasure->store->database.truncation_owed || erases || erasure->ranges->count > 0;
    json_writer_over(&writer, json_incref(body));
    json_write_value(&writer, LOG_ERASED_ENTRIES, log_erasure_json(erasure->ranges));
    json_write_integer(&writer, "erased_bodies", (int64_t)seq_ranges_entries(erasure->ranges));
    return json_writer_close(&writer, "log entry", failure);
}

enum reason journal_erase(struct store *store, const struct seq_ranges *ranges,
    const struct journal_change *change, const struct log_draft *draft, struct journal_outcome *outcome,
    struct failure *failure)
{
    struct erasure erasure = {.store = store, .ranges = ranges, .change = change};
    const struct journal_companion companion = {apply, &erasure};
    uint64_t entries = seq_ranges_entries(ranges);
    *outcome = (struct journal_outcome){0};
    if (entries > JOURNAL_ERASURE_MAX)
        return failure_set(failure, REASON_BAD_VALUE, "log", "%llu bodies at once, at most %d",
            (unsigned long long)entries, JOURNAL_ERASURE_MAX);
    return journal_append_with(store, draft, 1, &companion, outcome, failure);
}
