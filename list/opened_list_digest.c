/* opened_list_digest.c: whether an entry of the list is what it was when somebody was taken for it. */
#include <string.h>

#include "list/opened_list_internal.h"

static void add_finger(struct digest *digest, uint8_t position, const uint8_t *template, size_t size)
{
    digest_add_sized(digest, &position, sizeof position);
    digest_add_sized(digest, template, size);
}

static void add_text(struct digest *digest, const char *text)
{
    digest_add_sized(digest, text, text != NULL ? strlen(text) : 0);
}

static void add_held_fingers(struct digest *digest, const struct held_entry *entry)
{
    digest_add_sized(digest, &entry->fingers, sizeof entry->fingers);
    for (uint32_t i = 0; i < entry->fingers; i++) {
        const struct held_print print = held_print_of(entry, i);
        add_finger(digest, print.position, print.bytes, print.size);
    }
}

enum reason opened_list_digest(const struct opened_list *set, uint32_t subject,
    uint8_t digest[static DIGEST_BYTES], struct failure *failure)
{
    const struct held_entry *entry = &held_entries(set->memory)[subject];
    struct digest *run;
    TRY(digest_create(&run, failure));
    digest_begin(run);
    add_held_fingers(run, entry);
    add_text(run, alert_category_name(entry->shown.category));
    add_text(run, entry->shown.action);
    add_text(run, entry->shown.instruction);
    enum reason reason = digest_end(run, digest, failure);
    digest_destroy(run);
    return reason;
}

/* Fingers that are not searched are in no set. */
static void add_listed_fingers(struct digest *digest, const struct watchlist_entry *entry)
{
    uint8_t count = 0;
    for (size_t i = 0; i < entry->finger_count; i++)
        if (entry->fingers[i].template_size > 0)
            count++;
    digest_add_sized(digest, &count, sizeof count);
    for (size_t i = 0; i < entry->finger_count; i++) {
        const struct watchlist_finger *finger = &entry->fingers[i];
        if (finger->template_size > 0)
            add_finger(digest, (uint8_t)finger->position, finger->template_bytes, finger->template_size);
    }
}

enum reason opened_list_digest_read(
    const struct watchlist_entry *entry, uint8_t digest[static DIGEST_BYTES], struct failure *failure)
{
    struct digest *run;
    TRY(digest_create(&run, failure));
    digest_begin(run);
    add_listed_fingers(run, entry);
    add_text(run, alert_category_name(entry->category));
    add_text(run, entry->action);
    add_text(run, entry->instruction);
    enum reason reason = digest_end(run, digest, failure);
    digest_destroy(run);
    return reason;
}

static enum reason on_read(void *context, const struct watchlist_entry *entry, struct failure *failure)
{
    return opened_list_digest_read(entry, context, failure);
}

enum reason opened_list_digest_installed(struct store *store, const struct watchlist_id *id,
    uint8_t digest[static DIGEST_BYTES], struct failure *failure)
{
    return watchlist_read(
        store, id, WATCHLIST_PART_ALERT | WATCHLIST_PART_TEMPLATES, on_read, digest, failure);
}

bool opened_list_find(const struct opened_list *set, const struct watchlist_id *id, uint32_t *subject)
{
    const struct held_entry *entries = held_entries(set->memory);
    for (uint32_t i = 0; i < set->memory->subject_count; i++) {
        if (is_erased(set, i) || memcmp(entries[i].shown.id.bytes, id->bytes, sizeof id->bytes) != 0)
            continue;
        *subject = i;
        return set->day >= entries[i].first_day && set->day <= entries[i].last_day;
    }
    return false;
}
