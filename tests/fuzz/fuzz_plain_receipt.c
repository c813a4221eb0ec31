/* fuzz_plain_receipt.c: plain receipts; what is believed is by the log's key, and is what the key would write of it. */
#include <stdlib.h>
#include <string.h>

#include "log/plain_receipt.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* The seed of the log whose receipts the seed folder has. */
static const uint8_t seed[LOG_KEY_SEED_BYTES] = {7};

/* The text is the key's own but for its signature lines, of which it may have others' as well. */
static bool is_own(const struct plain_receipt *receipt, struct log_key *key, const char *text, size_t size)
{
    char *again = NULL;
    if (plain_receipt_sign(receipt, key, &again, NULL) != REASON_DONE)
        return false;
    const char *end = strstr(again, "\n\n");
    bool same =
        end != NULL && size > (size_t)(end - again) && memcmp(again, text, (size_t)(end - again)) == 0;
    free(again);
    return same;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct log_key *key;
    struct plain_receipt receipt;
    struct failure failure;
    const char *text = (const char *)bytes;
    if (log_key_from_seed("kordon.example/post-7", seed, &key, NULL) != REASON_DONE)
        return -1;
    bool believed =
        plain_receipt_verify(text, size, log_key_verifier(key), &receipt, &failure) == REASON_DONE;
    bool fine = believed ? plain_receipt_is_one(text, size) && is_own(&receipt, key, text, size)
                         : receipt.id[0] == '\0' && receipt.time_ms == 0;
    log_key_destroy(key);
    return fine ? 0 : -1;
}
