/* journal_redaction.c: the log says which bodies an export of it withholds. */
#include "log/redaction.h"
#include "store/journal.h"
#include "store/store_internal.h"

/* The log as it was with its first size entries. */
struct earlier_log {
    struct store *store;
    uint64_t size;
};

static enum reason read_earlier(
    void *context, const char *path, uint8_t **bytes, size_t *size, struct failure *failure)
{
    const struct earlier_log *earlier = context;
    return journal_render(earlier->store, earlier->size, path, bytes, size, failure);
}

enum reason journal_redaction(
    struct store *store, uint64_t size, uint32_t events, char **note, struct failure *failure)
{
    struct earlier_log earlier = {store, size};
    const struct log_source source = {.read = read_earlier, .context = &earlier};
    *note = NULL;
    enum reason reason = store_check_held(store, failure);
    return reason == REASON_DONE ? log_redaction_make(source, store->log_key, events, note, failure) : reason;
}
