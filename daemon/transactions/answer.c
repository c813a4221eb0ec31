/* answer.c: what the owner is told of the end lies in the entry that records it, so that he can be told the same as long as the log has it.
 *
 * It says what the log does not say to others (scores of who did not match, instructions), so it is sealed, and read by kordond alone.
 */
#include <stdlib.h>

#include "base/locked_memory.h"
#include "json/text.h"
#include "daemon/transactions/transaction.h"

static bool add(json_t *body, const char *sealed, const struct request_mark *mark)
{
    bool added = json_object_set_new(body, "answer", json_string(sealed)) == 0;
    if (added && mark->key[0] != '\0')
        added = json_object_set_new(body, "request_key", json_string(mark->key)) == 0 &&
                json_object_set_new(body, "request", json_string(mark->request)) == 0;
    return added;
}

enum reason transaction_keep_answer(const struct transaction *transaction,
    const struct transaction_view *view, json_t *body, struct failure *failure)
{
    const struct transactions *transactions = transaction->transactions;
    json_t *json = transactions->show(transaction, view);
    size_t size;
    char *sealed = NULL, *text = json_text(json, &size);
    json_decref(json);
    enum reason reason = text != NULL ? transaction_answer_seal(&transactions->secrets, transaction->id, text,
                                            size, &sealed, failure)
                                      : failure_set(failure, REASON_NO_MEMORY, "transaction", NULL);
    if (reason == REASON_DONE && !add(body, sealed, &transaction->mark))
        reason = failure_set(failure, REASON_NO_MEMORY, "transaction", NULL);
    if (text != NULL)
        memory_wipe(text, size);
    free(text);
    free(sealed);
    return reason;
}
