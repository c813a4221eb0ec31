/* journal_plain_receipt.c: what the first line is given of an entry: of what its body says itself, its number and whose it is. */
#include "log/plain_receipt.h"

#include <stdio.h>

#include "store/journal.h"
#include "store/store_internal.h"

/* The id is the transaction's, or of a manual record its own. */
enum reason journal_plain_receipt(
    struct store *store, const json_t *body, int64_t time_ms, char **text, struct failure *failure)
{
    struct plain_receipt receipt = {.time_ms = time_ms};
    const char *number = json_string_value(json_object_get(body, PLAIN_RECEIPT_NUMBER));
    const char *id = json_string_value(json_object_get(body, "transaction"));
    *text = NULL;
    if (number == NULL)
        return REASON_DONE;
    if (id == NULL)
        id = json_string_value(json_object_get(body, "record"));
    snprintf(receipt.number, sizeof receipt.number, "%s", number);
    snprintf(receipt.id, sizeof receipt.id, "%s", id != NULL ? id : "");
    TRY(store_check_held(store, failure));
    return plain_receipt_sign(&receipt, store->log_key, text, failure);
}
