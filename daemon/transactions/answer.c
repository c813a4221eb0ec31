/* answer.c: what the owner is told of the end lies in the entry that records it, so that he can be told the same as long as the log has it.
 *
 * It says what the log does not say to others (scores of who did not match, instructions), so it is sealed, and read by kordond alone.
 */
#include <stdlib.h>

#include "base/locked_memory.h"
#include "json/text.h"
#include "json/writer.h"
#include "daemon/transactions/transaction.h"

static enum reason add(
    json_t *body, const char *sealed, const struct request_mark *mark, struct failure *failure)
{
    struct json_writer writer;
    json_writer_over(&writer, json_incref(body));
    json_write_text(&writer, "answer", sealed);
    if (mark->key[0] != '\0') {
        json_write_text(&writer, "request_key", mark->key);
        json_write_text(&writer, "request", mark->request);
    }
    return json_writer_close(&writer, "transaction", failure);
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
    if (reason == REASON_DONE)
        reason = add(body, sealed, &transaction->mark, failure);
    if (text != NULL)
        memory_wipe(text, size);
    free(text);
    free(sealed);
    return reason;
}
