/* answer.c: what the owner is told of the end lies in the entry that records it, so that he can be told the same as long as the log has it.
 *
 * It says what the log does not say to others (scores of who did not match, instructions), so it is sealed, and read by kordond alone.
 */
#include <stdlib.h>

#include "base/locked_memory.h"
#include "daemon/transactions/transaction.h"

/* Into a buffer of its size: one that grew would leave copies of what it held in the heap. */
static char *text_of(const json_t *json, size_t *size)
{
    const size_t flags = JSON_COMPACT | JSON_SORT_KEYS;
    *size = json != NULL ? json_dumpb(json, NULL, 0, flags) : 0;
    char *text = *size > 0 ? malloc(*size) : NULL;
    if (text != NULL)
        *size = json_dumpb(json, text, *size, flags);
    return text;
}

enum reason transaction_keep_answer(const struct transaction *transaction,
    const struct transaction_view *view, json_t *body, struct failure *failure)
{
    const struct transactions *transactions = transaction->transactions;
    json_t *json = transactions->show(transaction, view);
    size_t size;
    char *sealed = NULL, *text = text_of(json, &size);
    json_decref(json);
    enum reason reason = text != NULL ? transaction_answer_seal(&transactions->secrets, transaction->id, text,
                                            size, &sealed, failure)
                                      : failure_set(failure, REASON_NO_MEMORY, "transaction", NULL);
    if (reason == REASON_DONE && json_object_set_new(body, "answer", json_string(sealed)) != 0)
        reason = failure_set(failure, REASON_NO_MEMORY, "transaction", NULL);
    if (text != NULL)
        memory_wipe(text, size);
    free(text);
    free(sealed);
    return reason;
}
