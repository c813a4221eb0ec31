/* fuzz_receipt.c: receipts; one that is read and written again must be the same text. */
#include <stdlib.h>
#include <string.h>

#include "log/receipt.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const char log_line[] = "kordon.example/post-7+1b259645+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";

static int check(const char *text, size_t size, const struct receipt *receipt, struct digest *digest)
{
    struct verifier_key key;
    struct receipt_statement statement;
    if (verifier_key_parse(log_line, sizeof log_line - 1, &key, NULL) != REASON_DONE)
        return -1;
    (void)receipt_verify(receipt, digest, &key, &statement, NULL);
    char *checkpoint = calloc(1, receipt->checkpoint_length + 1), *again = NULL;
    if (checkpoint != NULL)
        memcpy(checkpoint, receipt->checkpoint, receipt->checkpoint_length);
    bool whole = checkpoint != NULL && strlen(checkpoint) == receipt->checkpoint_length;
    int outcome = 0;
    if (whole && receipt->entry.head != NULL &&
        receipt_format(&receipt->entry, receipt->index, &receipt->proof, checkpoint, &again, NULL) ==
            REASON_DONE)
        outcome = strlen(again) == size && memcmp(again, text, size) == 0 ? 0 : -1;
    free(again);
    free(checkpoint);
    return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct receipt receipt;
    struct digest *digest;
    if (receipt_parse((const char *)bytes, size, &receipt, NULL) != REASON_DONE)
        return 0;
    int outcome = -1;
    if (digest_create(&digest, NULL) == REASON_DONE) {
        outcome = check((const char *)bytes, size, &receipt, digest);
        digest_destroy(digest);
    }
    receipt_finish(&receipt);
    return outcome;
}
