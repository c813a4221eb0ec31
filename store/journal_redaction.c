/* journal_redaction.c: the log says which bodies an export of it withholds, and how much of it is handed out without them. */
#include "log/entry.h"
#include "log/redaction.h"
#include "store/journal.h"
#include "store/journal_read_internal.h"
#include "store/store_internal.h"
#include "store/tree_internal.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)

/* How many of the first size entries were written before that time. Their times ascend, but for what a clock was set back. */
static enum reason count_before(
    struct store *store, uint64_t size, uint64_t time_ms, uint64_t *count, struct failure *failure)
{
    uint64_t low = 0, high = size;
    while (low < high) {
        struct entry_head head;
        uint64_t middle = low + (high - low) / 2;
        TRY(journal_prove_head(store, middle, &head, failure));
        if (head.time_ms < time_ms)
            low = middle + 1;
        else
            high = middle;
    }
    *count = low;
    return REASON_DONE;
}

enum reason journal_handed_out_size(
    struct store *store, uint32_t events, int64_t now_ms, uint64_t *size, struct failure *failure)
{
    TRY(journal_newest_size(store, size, failure));
    if ((events & REDACTION_OF_MATCHES) == 0)
        return REASON_DONE;
    const int64_t end_ms = now_ms - now_ms % DAY_MS - DAY_MS;
    const uint64_t entries = *size;
    *size = 0;
    TRY(snapshot_begin(store, failure));
    enum reason reason =
        end_ms > 0 ? count_before(store, entries, (uint64_t)end_ms, size, failure) : REASON_DONE;
    snapshot_end(store);
    return reason;
}

/* The log as it was with its first size entries. */
struct earlier_log {
    struct store *store;
    uint64_t size;
};

static enum reason read_earlier(
    void *context, const char *path, uint8_t **bytes, size_t *size, struct failure *failure)
{
    const struct earlier_log *earlier = context;
    return journal_render(earlier->store, earlier->size, 0, path, bytes, size, failure);
}

enum reason journal_redaction(
    struct store *store, uint64_t size, uint32_t events, char **note, struct failure *failure)
{
    struct earlier_log earlier = {store, size};
    const struct log_source source = {.read = read_earlier, .context = &earlier};
    uint64_t most;
    *note = NULL;
    TRY(redaction_check_events(events, failure));
    TRY(journal_handed_out_size(store, events, store_now_ms(), &most, failure));
    if (size > most)
        return failure_set(failure, REASON_ENTRY_NOT_FOUND, REDACTION_FILE,
            "of %llu entries at most these bodies are withheld by now", (unsigned long long)most);
    return log_redaction_make(source, store->log_key, events, note, failure);
}
