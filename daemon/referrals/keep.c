#include "daemon/referrals/keep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/digest.h"
#include "daemon/referrals/course.h"
#include "daemon/transactions/kept_probe.h"
#include "store/probe_slot.h"

#define SILENT_LETTER 's'

/* --- From the opening ------------------------------------------------------------------------------------------ */

bool referral_case_of(const struct referral_opening *opening, bool silent, struct referral_case *of)
{
    uint32_t categories = identification_outcome_categories(&opening->identification);
    *of = (struct referral_case){.time_ms = opening->time_ms,
        .group = opening->traveller_group,
        .age_band = opening->age_band,
        .categories = silent ? referral_discreet(categories) : referral_overt(categories),
        .slot = opening->slot};
    snprintf(of->id, sizeof of->id, "%s%.1s", opening->transaction,
        silent ? (const char[]){SILENT_LETTER, 0} : "");
    memcpy(of->transaction, opening->transaction, sizeof of->transaction);
    memcpy(of->purpose, opening->purpose, sizeof of->purpose);
    memcpy(of->legal_basis, opening->legal_basis, sizeof of->legal_basis);
    memcpy(of->owner, opening->owner, sizeof of->owner);
    memcpy(of->officer, opening->officer, sizeof of->officer);
    memcpy(of->document, opening->document_key, sizeof of->document);
    return of->categories != 0;
}

bool referral_case_of_silent_alone(const struct referral_opening *opening, struct referral_case *of)
{
    return !referral_case_of(opening, false, of) && referral_case_of(opening, true, of);
}

uint32_t referral_candidate_rank(
    const struct referral_case *of, const struct referral_opening *opening, uint32_t number)
{
    const struct identification_outcome *found = &opening->identification;
    uint32_t counted = 0;
    for (uint32_t i = 0; i < found->candidate_count; i++)
        if ((of->categories & 1u << found->candidates[i].category) != 0 && ++counted == number)
            return i + 1;
    return 0;
}

/* --- Records --------------------------------------------------------------------------------------------------- */

enum reason referral_secret(
    const struct store *store, uint8_t secret[static STORE_KEY_BYTES], struct failure *failure)
{
    return store_derive_key(store, "referral record", secret, failure);
}

/* Keys stand in the file: by the referral's id somebody who knows the transaction's would find there that it is silent. */
static enum reason key_of(const struct referral_case *of, const uint8_t secret[static STORE_KEY_BYTES],
    uint8_t key[static CASE_RECORD_KEY_BYTES], struct failure *failure)
{
    struct digest *digest;
    TRY(digest_create(&digest, failure));
    enum reason reason = digest_hmac(digest, secret, STORE_KEY_BYTES, of->id, strlen(of->id), key, failure);
    digest_destroy(digest);
    return reason;
}

/* How a record says that it is. */
struct kept {
    const uint8_t *secret;
    struct referral_case of;
    struct referral_course *course;
    bool found;
};

/* A record under another key than its referral's is none that kordond wrote: there could be a second one of the same referral. */
static enum reason check_key(
    const struct kept *kept, const uint8_t key[static CASE_RECORD_KEY_BYTES], struct failure *failure)
{
    uint8_t own[CASE_RECORD_KEY_BYTES];
    TRY(key_of(&kept->of, kept->secret, own, failure));
    return memcmp(own, key, sizeof own) == 0 ? REASON_DONE
                                             : failure_set(failure, REASON_STATE_UNPROVEN, "referral", NULL);
}

static enum reason visit_kept(void *context, const uint8_t key[static CASE_RECORD_KEY_BYTES],
    const char *bytes, size_t size, struct failure *failure)
{
    struct kept *kept = context;
    TRY(referral_course_read(bytes, size, &kept->of, kept->course, failure));
    TRY(check_key(kept, key, failure));
    kept->found = true;
    return REASON_DONE;
}

/* What could not be read again would keep kordond from its next start. */
static enum reason check_readable(const struct case_record_change *record, struct failure *failure)
{
    struct referral_case of;
    struct referral_course course;
    return referral_course_read(record->bytes, record->size, &of, &course, failure);
}

enum reason referral_keep(const struct referral_case *of, const struct referral_course *course,
    const uint8_t secret[static STORE_KEY_BYTES], struct case_record_change *record, struct failure *failure)
{
    *record = (struct case_record_change){.kind = CASE_RECORD_REFERRAL};
    TRY(key_of(of, secret, record->key, failure));
    record->bytes = referral_course_text(of, course, &record->size);
    if (record->bytes == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "referral", NULL);
    return check_readable(record, failure);
}

void referral_keep_finish(struct case_record_change *record)
{
    case_record_finish((char *)(uintptr_t)record->bytes, record->size);
    record->bytes = NULL;
    record->size = 0;
}

enum reason referral_kept(struct store *store, const struct referral_case *of,
    const uint8_t secret[static STORE_KEY_BYTES], struct referral_course *course, bool *kept,
    struct failure *failure)
{
    struct kept record = {.secret = secret, .course = course};
    uint8_t key[CASE_RECORD_KEY_BYTES];
    *kept = false;
    TRY(key_of(of, secret, key, failure));
    TRY(case_record_visit_one(store, CASE_RECORD_REFERRAL, key, visit_kept, &record, failure));
    *kept = record.found;
    return REASON_DONE;
}

/* --- All of them ----------------------------------------------------------------------------------------------- */

struct slots {
    uint32_t numbers[PROBE_SLOTS_MAX];
    size_t count;
};

static enum reason note_slot(void *context, uint32_t slot, struct failure *failure)
{
    struct slots *slots = context;
    if (slots->count == PROBE_SLOTS_MAX)
        return failure_set(failure, REASON_TOO_LARGE, "slots", NULL);
    slots->numbers[slots->count++] = slot;
    return REASON_DONE;
}

static enum reason read_slot(
    struct store *store, uint32_t slot, const struct referral_reading *reading, struct failure *failure)
{
    struct locked_memory content;
    struct referral_opening *opening;
    uint8_t salt[PROBE_SALT_BYTES];
    size_t size;
    TRY(probe_slot_read(store, slot, &content, &size, salt, failure));
    TRY(kept_probe_read(&content, size, &opening, failure));
    opening->slot = slot;
    memcpy(opening->salt, salt, sizeof opening->salt);
    referral_opening_drop_prints(opening);
    return reading->opened(reading->context, opening, failure);
}

struct records_reading {
    const struct referral_reading *reading;
    const uint8_t *secret;
};

static enum reason read_record(void *context, const uint8_t key[static CASE_RECORD_KEY_BYTES],
    const char *bytes, size_t size, struct failure *failure)
{
    const struct records_reading *records = context;
    const struct referral_reading *reading = records->reading;
    struct referral_course course;
    struct kept kept = {.secret = records->secret, .course = &course};
    TRY(visit_kept(&kept, key, bytes, size, failure));
    return reading->kept(reading->context, &kept.of, &course, failure);
}

enum reason referrals_read_openings(
    struct store *store, const struct referral_reading *reading, struct failure *failure)
{
    struct slots slots = {0};
    TRY(probe_slots_each(store, note_slot, &slots, failure));
    for (size_t i = 0; i < slots.count; i++)
        TRY(read_slot(store, slots.numbers[i], reading, failure));
    return REASON_DONE;
}

enum reason referrals_read(struct store *store, const uint8_t secret[static STORE_KEY_BYTES],
    const struct referral_reading *reading, struct failure *failure)
{
    struct records_reading records = {reading, secret};
    TRY(referrals_read_openings(store, reading, failure));
    return case_record_each(store, CASE_RECORD_REFERRAL, read_record, &records, failure);
}
