/* opened_list_digest.c: whether an entry of the list is what it was when somebody was taken for it. */
#include <string.h>

#include "list/opened_list_internal.h"

static void add_fingers(struct digest *digest, const struct held_entry *entry)
{
    const struct held_finger *fingers = (const void *)entry->block;
    const uint8_t *at = entry->block + block_aligned(entry->fingers * sizeof fingers[0]);
    digest_add_sized(digest, &entry->fingers, sizeof entry->fingers);
    for (size_t i = 0; i < entry->fingers; i++) {
        digest_add_sized(digest, &fingers[i].position, sizeof fingers[i].position);
        digest_add_sized(digest, at, fingers[i].size);
        at += block_aligned(fingers[i].size);
    }
}

enum reason opened_list_digest(const struct opened_list *set, uint32_t subject,
    uint8_t digest[static DIGEST_BYTES], struct failure *failure)
{
    const struct held_entry *entry = &held_entries(set->memory)[subject];
    const char *const texts[] = {
        alert_category_name(entry->shown.category), entry->shown.action, entry->shown.instruction};
    struct digest *run;
    TRY(digest_create(&run, failure));
    digest_begin(run);
    add_fingers(run, entry);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        digest_add_sized(run, texts[i], strlen(texts[i]));
    enum reason reason = digest_end(run, digest, failure);
    digest_destroy(run);
    return reason;
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
