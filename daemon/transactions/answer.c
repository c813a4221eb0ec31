/* answer.c: what the owner is told of the end lies in the entry that records it, so that he can be told the same as long as the log has it.
 *
 * It says what the log does not say to others (scores of who did not match, instructions), so it is sealed, and read by kordond alone.
 */
#include <stdlib.h>

#include "base/locked_memory.h"
#include "json/text.h"
#include "json/writer.h"
#include "daemon/transactions/transaction.h"

/* body is taken over; NULL where it could not be added. */
static json_t *add(json_t *body, const char *sealed, const struct request_mark *mark)
{
    struct json_writer writer;
    json_writer_over(&writer, body);
    json_write_text(&writer, "answer", sealed);
    if (mark->key[0] != '\0') {
        json_write_text(&writer, "request_key", mark->key);
        json_write_text(&writer, "request", mark->request);
    }
    return json_writer_end(&writer);
}

json_t *transaction_keep_answer(
    const struct transaction *transaction, const struct transaction_view *view, json_t *body)
{
    const struct transactions *transactions = transaction->transactions;
    json_t *json = transactions->show(transaction, view), *kept = NULL;
    size_t size;
    char *sealed = NULL, *text = json_text(json, &size);
    json_decref(json);
    if (text != NULL && transaction_answer_seal(&transactions->secrets, transaction->id, text, size, &sealed,
                            NULL) == REASON_DONE)
        kept = add(body, sealed, &transaction->mark);
    else
        json_decref(body);
    if (text != NULL)
        memory_wipe(text, size);
    free(text);
    free(sealed);
    return kept;
}
