#include "daemon/transactions/postponed.h"

#include <string.h>

#include "base/day.h"
#include "base/locked_memory.h"
#include "daemon/transactions/table.h"

#define BODY_KEY "capture_note"

static enum reason make_keys(
    const struct document_secrets *secrets, struct request_document *document, struct failure *failure)
{
    TRY(capture_note_key(secrets->note, document->issuer, document->number, document->key, failure));
    return capture_note_key(secrets->pair, document->issuer, document->number, document->pair_key, failure);
}

enum reason postponed_seal_document(
    const struct transactions *transactions, struct request_document *document, struct failure *failure)
{
    const struct document_secrets *secrets = transactions->document_secrets.bytes;
    enum reason reason = REASON_DONE;
    bool named = document->issuer[0] != '\0' || document->number[0] != '\0';
    bool numbered = document->redress[0] != '\0';
    if ((named || numbered) && secrets == NULL)
        reason = failure_set(failure, REASON_KEY_MISSING, "document", NULL);
    if (named && reason == REASON_DONE)
        reason = make_keys(secrets, document, failure);
    if (numbered && reason == REASON_DONE)
        reason = redress_number_key(secrets->redress, document->redress, document->redress_key, failure);
    memory_wipe(document->issuer, sizeof document->issuer);
    memory_wipe(document->number, sizeof document->number);
    memory_wipe(document->redress, sizeof document->redress);
    document->named = document->named || (named && reason == REASON_DONE);
    return reason;
}

void postponed_find(
    struct postponed *postponed, struct store *store, const uint8_t key[static CAPTURE_NOTE_KEY_BYTES])
{
    postponed->looked =
        capture_note_find(store, key, &postponed->note, &postponed->found, &postponed->why) == REASON_DONE;
}

static void change(struct postponed *postponed, const struct request_document *document)
{
    memcpy(postponed->note_change.key, document->key, sizeof document->key);
    postponed->changes = true;
}

void postponed_put(struct postponed *postponed, const struct request_document *document,
    const struct capture_note *note, struct json_writer *body)
{
    if (!document->named)
        return;
    postponed->note_change.note = *note;
    change(postponed, document);
    json_write_text(body, BODY_KEY, "put");
}

/* One that could not be looked for is deleted all the same where it is there. */
void postponed_delete(
    struct postponed *postponed, const struct request_document *document, struct json_writer *body)
{
    if (!document->named || (postponed->looked && !postponed->found))
        return;
    postponed->note_change.deletes = true;
    change(postponed, document);
    json_write_text(body, BODY_KEY, postponed->looked ? "deleted" : "deleted_if_any");
}

const struct capture_note_change *postponed_change(const struct postponed *postponed)
{
    return postponed->changes ? &postponed->note_change : NULL;
}

static json_t *due_json(const struct capture_note *note)
{
    char day[DAY_TEXT_SIZE];
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "reason", note->reason);
    json_write_text(&json, "since", day_format(day_of_ms(note->since_ms), day));
    json_write_text(&json, "due", day_format(note->due_day, day));
    return json_writer_end(&json);
}

void postponed_write(
    const struct postponed *postponed, const struct request_document *document, struct json_writer *json)
{
    if (!document->named)
        return;
    if (!postponed->looked)
        json_write_text(json, "capture_due_unknown", reason_name(postponed->why.reason));
    else if (postponed->found)
        json_write_value(json, "capture_due", due_json(&postponed->note));
}
