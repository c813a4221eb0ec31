#include "log/plain_receipt.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/digest.h"
#include "crypto/note.h"
#include "crypto/random.h"

#define HEADER      LOG_NAME_RESERVED "receipt/v1\n"
#define TIME_DIGITS 13

static const struct note_kind receipt_kind = {"receipt", REASON_BAD_FORMAT, PLAIN_RECEIPT_TEXT_MAX};

enum reason plain_receipt_number_make(char number[static PLAIN_RECEIPT_ID_SIZE], struct failure *failure)
{
    uint8_t bytes[PLAIN_RECEIPT_ID_BYTES];
    number[0] = '\0';
    TRY(random_bytes(bytes, sizeof bytes, failure));
    hex_format(bytes, sizeof bytes, number);
    return REASON_DONE;
}

/* --- Writing */

static bool has_form(const struct plain_receipt *receipt)
{
    uint8_t bytes[PLAIN_RECEIPT_ID_BYTES];
    return strlen(receipt->id) == PLAIN_RECEIPT_ID_SIZE - 1 &&
           strlen(receipt->number) == PLAIN_RECEIPT_ID_SIZE - 1 &&
           hex_parse(receipt->id, bytes, sizeof bytes) && hex_parse(receipt->number, bytes, sizeof bytes) &&
           receipt->time_ms >= 0 && receipt->time_ms < PLAIN_RECEIPT_BEHIND_MS;
}

enum reason plain_receipt_sign(
    const struct plain_receipt *receipt, struct log_key *key, char **text, struct failure *failure)
{
    *text = NULL;
    if (!has_form(receipt))
        return failure_set(
            failure, REASON_BAD_ARGUMENT, "receipt", "its id, number or time has no such form");
    char *note = malloc(PLAIN_RECEIPT_TEXT_MAX);
    if (note == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "receipt", NULL);
    int size = snprintf(note, PLAIN_RECEIPT_TEXT_MAX, HEADER "%s\nid %s\nnumber %s\ntime %013" PRId64 "\n",
        log_key_verifier(key)->name, receipt->id, receipt->number, receipt->time_ms);
    enum reason reason = note_sign(key, note, (size_t)size, NULL, failure);
    if (reason != REASON_DONE) {
        free(note);
        return reason;
    }
    *text = note;
    return REASON_DONE;
}

/* --- Reading */

static enum reason malformed(struct failure *failure, const char *what)
{
    return failure_set(failure, REASON_BAD_FORMAT, "receipt", "%s", what);
}

bool plain_receipt_is_one(const char *text, size_t size)
{
    return size >= strlen(HEADER) && memcmp(text, HEADER, strlen(HEADER)) == 0;
}

static bool take_id(struct text *text, const char *name, char id[static PLAIN_RECEIPT_ID_SIZE])
{
    struct text line;
    uint8_t bytes[PLAIN_RECEIPT_ID_BYTES];
    if (!text_take(text, name) || !text_take_until(text, '\n', &line) ||
        line.size != PLAIN_RECEIPT_ID_SIZE - 1)
        return false;
    memcpy(id, line.bytes, line.size);
    return hex_parse(id, bytes, sizeof bytes);
}

static bool take_time(struct text *text, int64_t *time_ms)
{
    struct text line;
    uint64_t time;
    if (!text_take(text, "time ") || !text_take_until(text, '\n', &line) || line.size != TIME_DIGITS)
        return false;
    while (line.size > 1 && line.bytes[0] == '0')
        line = (struct text){line.bytes + 1, line.size - 1};
    if (!text_number(line, (uint64_t)PLAIN_RECEIPT_BEHIND_MS - 1, &time))
        return false;
    *time_ms = (int64_t)time;
    return true;
}

static enum reason parse_text(struct text text, struct plain_receipt *receipt, struct failure *failure)
{
    struct text line;
    if (!text_take(&text, HEADER) || !text_take_until(&text, '\n', &line) || line.size == 0 ||
        line.size > LOG_NAME_MAX)
        return malformed(failure, "no origin, or one too long");
    memcpy(receipt->origin, line.bytes, line.size);
    if (!take_id(&text, "id ", receipt->id) || !take_id(&text, "number ", receipt->number))
        return malformed(failure, "id and number are not 32 lower-case hexadecimal digits each");
    if (!take_time(&text, &receipt->time_ms))
        return malformed(failure, "the time is no decimal number of 13 digits");
    return text.size == 0 ? REASON_DONE : malformed(failure, "there is more behind its time");
}

/* The signature comes first: what follows is then read of the log's own text only. */
static enum reason verify(const struct note *note, const struct verifier_key *key,
    struct plain_receipt *receipt, struct failure *failure)
{
    TRY(note_check(note, key, failure));
    TRY(parse_text(note->text, receipt, failure));
    if (strcmp(receipt->origin, key->name) != 0)
        return failure_set(failure, REASON_LOG_ORIGIN_WRONG, "receipt", "it is of %s", receipt->origin);
    return REASON_DONE;
}

enum reason plain_receipt_verify(const char *text, size_t size, const struct verifier_key *key,
    struct plain_receipt *receipt, struct failure *failure)
{
    struct note note;
    *receipt = (struct plain_receipt){0};
    if (size > PLAIN_RECEIPT_TEXT_MAX)
        return failure_set(
            failure, REASON_TOO_LARGE, "receipt", "%zu bytes, at most %zu", size, PLAIN_RECEIPT_TEXT_MAX);
    enum reason reason = note_parse(text, size, &receipt_kind, &note, failure);
    if (reason == REASON_DONE)
        reason = verify(&note, key, receipt, failure);
    if (reason != REASON_DONE)
        *receipt = (struct plain_receipt){0};
    return reason;
}
