#include "daemon/redress/pair.h"

#include <string.h>

#include "base/locked_memory.h"
#include "daemon/transactions/clearing.h"

#define SUBJECT "redress"

struct making {
    struct redress_pair_change *change;
    struct cleared_pair pair;
    /* Of each entry since when; the newest case says what it was, and how far he agreed with it. */
    int64_t since_ms[CLEARED_ENTRIES_MAX];
    bool kept[FINGER_POSITION_COUNT]; /* which fingers a case has */
};

/* --- Cases ----------------------------------------------------------------------------------------------------- */

/* The newest case says what the entry was. Of those that say the same of it the longest day: each was given its own, and none ends another one's. */
static void put_entry(
    struct making *making, size_t place, const struct redress_case *of, const struct redress_entry *entry)
{
    struct cleared_pair *pair = &making->pair;
    struct cleared_entry *held = &pair->entries[place];
    int32_t *until = &pair->until_days[place];
    const bool known = place < pair->entry_count;
    const bool same = known && memcmp(held->digest, entry->entry.digest, sizeof held->digest) == 0;
    const bool newer = !known || of->since_ms >= making->since_ms[place];
    if ((newer && !same) || (same && of->until_day > *until))
        *until = of->until_day;
    if (!newer)
        return;
    *held = entry->entry;
    pair->scores[place] = entry->score;
    making->since_ms[place] = of->since_ms;
}

static enum reason add_entry(struct making *making, const struct redress_case *of,
    const struct redress_entry *entry, struct failure *failure)
{
    struct cleared_pair *pair = &making->pair;
    size_t place = 0;
    while (place < pair->entry_count && watchlist_id_compare(&pair->entries[place].id, &entry->entry.id) != 0)
        place++;
    if (place == CLEARED_ENTRIES_MAX)
        return failure_set(failure, REASON_TOO_LARGE, SUBJECT,
            N_("this document's holder is told apart from %d entries already"), CLEARED_ENTRIES_MAX);
    put_entry(making, place, of, entry);
    if (place == pair->entry_count)
        pair->entry_count++;
    return REASON_DONE;
}

static enum reason add_case(struct making *making, const struct redress_case *of, struct failure *failure)
{
    struct cleared_pair *pair = &making->pair;
    for (size_t i = 0; i < of->entry_count; i++)
        TRY(add_entry(making, of, &of->entries[i], failure));
    for (size_t i = 0; i < of->finger_count; i++)
        making->kept[of->fingers[i]] = true;
    if (of->since_ms >= pair->since_ms) {
        pair->since_ms = of->since_ms;
        memcpy(pair->case_number, of->key, sizeof pair->case_number);
    }
    return REASON_DONE;
}

static bool is_key(const uint8_t *key, const uint8_t *other)
{
    return key != NULL && memcmp(key, other, CASE_RECORD_KEY_BYTES) == 0;
}

static enum reason note_going(struct redress_pair_change *change, const uint8_t *key, struct failure *failure)
{
    if (change->going_count == CLEARED_ENTRIES_MAX)
        return failure_set(failure, REASON_TOO_LARGE, SUBJECT, N_("too many cases go at once"));
    memcpy(change->going[change->going_count++], key, CASE_RECORD_KEY_BYTES);
    return REASON_DONE;
}

static bool goes(const struct redress_pair_change *change, const struct redress_case *of)
{
    if (strcmp(of->referral, change->gone) != 0)
        return false;
    return !change->spares || of->finger_count == 0 || redress_is_over(of, change->today);
}

static void note_spared(struct redress_pair_change *change, const struct redress_case *of)
{
    if (strcmp(of->referral, change->gone) != 0)
        return;
    memcpy(change->spared, of->key, sizeof change->spared);
    change->has_spared = true;
}

/* One whose last day is over by the clock stays until it goes by kordond's own time (expiry.h): what is taken out here is gone, and a clock can be wrong.
 * Its day keeps it from counting. One of which nothing is kept adds nothing. */
static enum reason visit(void *context, const uint8_t key[static CASE_RECORD_KEY_BYTES], const char *bytes,
    size_t size, struct failure *failure)
{
    struct making *making = context;
    struct redress_pair_change *change = making->change;
    struct redress_case of;
    TRY(redress_case_read(key, bytes, size, &of, failure));
    enum reason reason = REASON_DONE;
    bool is_put = change->put != NULL && is_key(change->put->key, key);
    if (memcmp(of.document, change->document, sizeof of.document) != 0 || is_put ||
        is_key(change->ended, key)) {
        reason = REASON_DONE;
    } else if (goes(change, &of)) {
        reason = note_going(change, key, failure);
    } else if (of.finger_count > 0) {
        note_spared(change, &of);
        reason = add_case(making, &of, failure);
    }
    memory_wipe(&of, sizeof of);
    return reason;
}

/* --- Fingers --------------------------------------------------------------------------------------------------- */

static enum reason add_finger(
    struct making *making, const struct cleared_finger *finger, struct failure *failure)
{
    struct cleared_pair *pair = &making->pair;
    if (pair->finger_count == CLEARED_FINGERS_MAX)
        return failure_set(
            failure, REASON_TOO_LARGE, SUBJECT, N_("%d fingers are kept at most"), CLEARED_FINGERS_MAX);
    pair->fingers[pair->finger_count++] = *finger;
    return REASON_DONE;
}

/* Those that are kept already, but for the one that is taken anew, and such as no case has any more. */
static enum reason add_fingers(
    struct making *making, const struct cleared_pair *before, struct failure *failure)
{
    const struct cleared_finger *taken = making->change->finger;
    for (size_t i = 0; i < before->finger_count; i++) {
        const struct cleared_finger *finger = &before->fingers[i];
        if (making->kept[finger->position] && (taken == NULL || taken->position != finger->position))
            TRY(add_finger(making, finger, failure));
    }
    return taken != NULL ? add_finger(making, taken, failure) : REASON_DONE;
}

static enum reason pack(struct making *making, struct store *store, struct locked_memory *memory,
    struct case_record_change *record, struct failure *failure)
{
    struct cleared_pair_kept before;
    enum reason reason = cleared_pair_find(store, making->change->document, &before, failure);
    if (reason == REASON_DONE)
        reason = add_fingers(making, &before.pair, failure);
    if (reason == REASON_DONE)
        reason = cleared_pair_pack(&making->pair, memory->bytes, &record->size, failure);
    cleared_pair_kept_finish(&before);
    return reason;
}

enum reason redress_pair_basis(struct store *store, const uint8_t document[static CASE_RECORD_KEY_BYTES],
    uint8_t basis[static DIGEST_BYTES], struct failure *failure)
{
    struct digest *digest;
    char *bytes;
    size_t size;
    memset(basis, 0, DIGEST_BYTES);
    TRY(digest_create(&digest, failure));
    enum reason reason = case_record_find(store, CASE_RECORD_CLEARED_PAIR, document, &bytes, &size, failure);
    if (reason == REASON_DONE && bytes != NULL) {
        reason = digest_bytes(digest, bytes, size, basis, failure);
        case_record_finish(bytes, size);
    }
    digest_destroy(digest);
    return reason;
}

/* --- Counted --------------------------------------------------------------------------------------------------- */

/* No traveller's fingers were compared: that they are missing is all that may speak against it. */
static bool clears(const struct cleared_pair *pair, const struct redress_case *of, int32_t today)
{
    for (size_t i = 0; i < of->entry_count; i++) {
        const struct clearing_question question = {.document = of->document,
            .pair = pair,
            .candidate = &of->entries[i].entry.id,
            .entry = of->entries[i].entry.digest,
            .today = today};
        if (clearing_judge(&question) != CLEARING_FINGER)
            return false;
    }
    return true;
}

static uint32_t kept_by(const struct cleared_pair *pair)
{
    uint32_t kept = 0;
    for (size_t i = 0; i < pair->finger_count; i++)
        kept |= 1u << pair->fingers[i].position;
    return kept;
}

enum reason redress_pair_counts(struct store *store, const struct redress_case *of, int32_t today,
    bool *counts, uint32_t *kept, struct failure *failure)
{
    struct cleared_pair_kept now;
    enum reason reason = cleared_pair_find(store, of->document, &now, failure);
    *counts =
        now.found && of->finger_count > 0 && !redress_is_over(of, today) && clears(&now.pair, of, today);
    *kept = kept_by(&now.pair);
    cleared_pair_kept_finish(&now);
    return reason;
}

const char *redress_state_name(enum redress_state state)
{
    static const char *const names[] = {
#define REDRESS_STATE_NAME(state, name) [REDRESS_STATE_##state] = (name),
        REDRESS_STATE_LIST(REDRESS_STATE_NAME)
#undef REDRESS_STATE_NAME
    };
    return (unsigned)state < sizeof names / sizeof names[0] ? names[state] : "?";
}

/* Of no finger of his own could be told that it is his, whatever is kept. */
static bool is_too_alike(const struct redress_case *of)
{
    for (size_t i = 0; i < of->entry_count; i++)
        if (!clearing_can_tell(of->entries[i].score))
            return true;
    return false;
}

enum redress_state redress_state_of(
    const struct redress_case *of, int32_t today, const struct redress_facts *facts)
{
    if (redress_is_over(of, today))
        return REDRESS_STATE_OVER;
    if (is_too_alike(of))
        return REDRESS_STATE_TOO_ALIKE;
    if (of->finger_count == 0)
        return REDRESS_STATE_NO_FINGER;
    if (facts->changed)
        return REDRESS_STATE_ENTRY_CHANGED;
    if (!facts->counts)
        return REDRESS_STATE_SUPERSEDED;
    return facts->fingers_missing ? REDRESS_STATE_FINGERS_MISSING : REDRESS_STATE_COUNTS;
}

/* --- Made ------------------------------------------------------------------------------------------------------ */

static void begin(struct making *making, struct redress_pair_change *change)
{
    *making = (struct making){.change = change};
    memcpy(making->pair.document, change->document, sizeof making->pair.document);
}

enum reason redress_pair_entries(struct redress_pair_change *change, struct store *store,
    struct redress_entry entries[static CLEARED_ENTRIES_MAX], size_t *count, struct failure *failure)
{
    struct making making;
    *count = 0;
    begin(&making, change);
    TRY(case_record_each(store, CASE_RECORD_REDRESS, visit, &making, failure));
    TRY(add_case(&making, change->put, failure));
    for (size_t i = 0; i < making.pair.entry_count; i++)
        entries[(*count)++] =
            (struct redress_entry){.entry = making.pair.entries[i], .score = making.pair.scores[i]};
    return REASON_DONE;
}

enum reason redress_pair_make(struct redress_pair_change *change, struct store *store,
    struct locked_memory *memory, struct case_record_change *record, struct failure *failure)
{
    struct making making;
    begin(&making, change);
    *record = (struct case_record_change){.kind = CASE_RECORD_CLEARED_PAIR};
    *memory = (struct locked_memory){0};
    memcpy(record->key, change->document, sizeof record->key);
    TRY(case_record_each(store, CASE_RECORD_REDRESS, visit, &making, failure));
    if (change->put != NULL && change->put->finger_count > 0)
        TRY(add_case(&making, change->put, failure));
    if (making.pair.entry_count == 0)
        return REASON_DONE;
    TRY(locked_memory_init(memory, CLEARED_PAIR_BYTES_MAX, failure));
    enum reason reason = pack(&making, store, memory, record, failure);
    if (reason == REASON_DONE)
        record->bytes = memory->bytes;
    else
        locked_memory_finish(memory);
    change->kept = kept_by(&making.pair);
    return reason;
}
