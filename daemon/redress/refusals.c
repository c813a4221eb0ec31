#include "daemon/redress/refusals.h"

#include <string.h>

#include "base/locked_memory.h"
#include "crypto/digest.h"
#include "store/store.h"

#define SUBJECT "redress refusals"

/* Keys stand in the file: under another one than the referral's own record nobody finds there whose fingers were refused. */
static enum reason key_of(struct store *store, const char *referral,
    uint8_t key[static CASE_RECORD_KEY_BYTES], struct failure *failure)
{
    uint8_t secret[STORE_KEY_BYTES];
    struct digest *digest;
    TRY(digest_create(&digest, failure));
    enum reason reason = store_derive_key(store, "redress refusals", secret, failure);
    if (reason == REASON_DONE)
        reason = digest_hmac(digest, secret, sizeof secret, referral, strlen(referral), key, failure);
    memory_wipe(secret, sizeof secret);
    digest_destroy(digest);
    return reason;
}

static enum reason read(void *context, const uint8_t key[static CASE_RECORD_KEY_BYTES], const char *bytes,
    size_t size, struct failure *failure)
{
    struct redress_refusals *refusals = context;
    const uint8_t *kept = (const uint8_t *)bytes;
    (void)key;
    if (size != REDRESS_REFUSALS_BYTES || kept[0] > REDRESS_REFUSALS_MAX || kept[1] > 1)
        return failure_set(failure, REASON_STATE_UNPROVEN, SUBJECT, NULL);
    *refusals = (struct redress_refusals){.count = kept[0], .referral_gone = kept[1] == 1};
    return REASON_DONE;
}

enum reason redress_refusals_find(
    struct store *store, const char *referral, struct redress_refusals *refusals, struct failure *failure)
{
    uint8_t key[CASE_RECORD_KEY_BYTES];
    *refusals = (struct redress_refusals){0};
    TRY(key_of(store, referral, key, failure));
    return case_record_visit_one(store, CASE_RECORD_REFUSALS, key, read, refusals, failure);
}

enum reason redress_refusals_keep(struct store *store, const char *referral,
    const struct redress_refusals *refusals, uint8_t bytes[static REDRESS_REFUSALS_BYTES],
    struct case_record_change *record, struct failure *failure)
{
    *record = (struct case_record_change){.kind = CASE_RECORD_REFUSALS};
    TRY(key_of(store, referral, record->key, failure));
    if (refusals == NULL)
        return REASON_DONE;
    bytes[0] = (uint8_t)refusals->count;
    bytes[1] = refusals->referral_gone ? 1 : 0;
    record->bytes = bytes;
    record->size = REDRESS_REFUSALS_BYTES;
    return REASON_DONE;
}
