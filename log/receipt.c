#include "log/receipt.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/locked_memory.h"
#include "base/text.h"
#include "crypto/base64.h"

#define FORMAT_LINE  "c2sp.org/tlog-proof@v1\n"
#define HASH_LENGTH  BASE64_LENGTH(DIGEST_BYTES)
#define EXTRA_MAX    (2 + RECEIPT_HEAD_MAX + COMMIT_SALT_BYTES + RECEIPT_BODY_MAX)
#define FIXED_LENGTH 128 /* format line, "extra ", "index ", 20 digits, newlines, zero byte: below this */

/* --- Writing --- */

static size_t extra_size(const struct receipt_entry *entry)
{
    return 2 + entry->head_size + (entry->salt != NULL ? COMMIT_SALT_BYTES + entry->body_size : 0);
}

static enum reason check_entry(const struct receipt_entry *entry, struct failure *failure)
{
    if (entry->head_size == 0 || entry->head_size > RECEIPT_HEAD_MAX || entry->body_size > RECEIPT_BODY_MAX)
        return failure_set(failure, REASON_TOO_LARGE, "receipt", "a head of %zu and a body of %zu bytes",
            entry->head_size, entry->body_size);
    if ((entry->salt == NULL) != (entry->body == NULL))
        return failure_set(
            failure, REASON_BAD_ARGUMENT, "receipt", "a body without its salt, or the reverse");
    return REASON_DONE;
}

static enum reason encode_extra(
    const struct receipt_entry *entry, uint8_t **extra, size_t *size, struct failure *failure)
{
    *size = extra_size(entry);
    *extra = malloc(*size);
    if (*extra == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "receipt", "%zu bytes", *size);
    struct bytes_writer writer;
    bytes_writer_init(&writer, *extra, *size);
    bytes_write_u16be(&writer, (uint16_t)entry->head_size);
    bytes_write_copy(&writer, entry->head, entry->head_size);
    if (entry->salt != NULL) {
        bytes_write_copy(&writer, entry->salt, COMMIT_SALT_BYTES);
        bytes_write_copy(&writer, entry->body, entry->body_size);
    }
    return REASON_DONE;
}

/* text has room for everything. */
static void write_text(char *text, const uint8_t *extra, size_t size, uint64_t index,
    const struct merkle_proof *proof, const char *checkpoint)
{
    char *at = stpcpy(text, FORMAT_LINE "extra ");
    at += base64_encode(extra, size, at);
    at += snprintf(at, 32, "\nindex %" PRIu64 "\n", index);
    for (size_t i = 0; i < proof->count; i++) {
        at += base64_encode(proof->hashes[i], DIGEST_BYTES, at);
        *at++ = '\n';
    }
    *at++ = '\n';
    stpcpy(at, checkpoint);
}

enum reason receipt_format(const struct receipt_entry *entry, uint64_t index,
    const struct merkle_proof *proof, const char *checkpoint, char **text, struct failure *failure)
{
    *text = NULL;
    size_t checkpoint_length = strnlen(checkpoint, CHECKPOINT_READ_MAX + 1), size;
    if (index > MERKLE_SIZE_MAX || proof->count > MERKLE_PROOF_MAX || checkpoint_length > CHECKPOINT_READ_MAX)
        return failure_set(
            failure, REASON_BAD_ARGUMENT, "receipt", "index, proof or checkpoint out of range");
    TRY(check_entry(entry, failure));
    uint8_t *extra;
    enum reason reason = encode_extra(entry, &extra, &size, failure);
    if (reason != REASON_DONE)
        return reason;
    *text = malloc(FIXED_LENGTH + BASE64_LENGTH(size) + proof->count * (HASH_LENGTH + 1) + checkpoint_length);
    if (*text != NULL)
        write_text(*text, extra, size, index, proof, checkpoint);
    else
        reason = failure_set(failure, REASON_NO_MEMORY, "receipt", NULL);
    memory_wipe(extra, size);
    free(extra);
    return reason;
}

/* --- Reading --- */

static enum reason malformed(struct failure *failure, const char *what)
{
    return failure_set(failure, REASON_BAD_FORMAT, "receipt", "%s", what);
}

static enum reason parse_extra(struct text encoded, struct receipt *receipt, struct failure *failure)
{
    size_t room = base64_decoded_limit(encoded.size);
    if (room > EXTRA_MAX + 2)
        return failure_set(failure, REASON_TOO_LARGE, "receipt", "an entry of %zu bytes", room);
    receipt->extra = malloc(room + 1);
    if (receipt->extra == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "receipt", "%zu bytes", room);
    receipt->extra_size = room;
    size_t size;
    if (!base64_decode(encoded.bytes, encoded.size, receipt->extra, room, &size))
        return malformed(failure, "the extra line is not base64");
    struct bytes_reader reader;
    bytes_reader_init(&reader, receipt->extra, size);
    struct receipt_entry *entry = &receipt->entry;
    entry->head_size = bytes_read_u16be(&reader);
    entry->head = bytes_read_direct(&reader, entry->head_size);
    if (bytes_left(&reader) > 0) {
        entry->salt = bytes_read_direct(&reader, COMMIT_SALT_BYTES);
        entry->body_size = bytes_left(&reader);
        entry->body = bytes_read_direct(&reader, entry->body_size);
    }
    if (!bytes_reader_finished(&reader) || entry->head_size == 0)
        return malformed(failure, "the extra line does not hold a head, and salt and body or nothing");
    return entry->body_size <= RECEIPT_BODY_MAX ? REASON_DONE : malformed(failure, "the body is too large");
}

static enum reason parse_hashes(struct text *text, struct merkle_proof *proof, struct failure *failure)
{
    for (;;) {
        struct text line;
        if (!text_take_until(text, '\n', &line))
            return malformed(failure, "no empty line behind the hashes");
        if (line.size == 0)
            return REASON_DONE;
        if (proof->count == MERKLE_PROOF_MAX)
            return malformed(failure, "more hashes than any tree needs");
        if (!base64_decode_exactly(line.bytes, line.size, proof->hashes[proof->count], DIGEST_BYTES))
            return malformed(failure, "a hash is not 32 bytes in base64");
        proof->count++;
    }
}

static enum reason parse(struct text text, struct receipt *receipt, struct failure *failure)
{
    struct text line;
    if (!text_take(&text, FORMAT_LINE))
        return malformed(failure, "it does not begin with c2sp.org/tlog-proof@v1");
    if (text_take(&text, "extra ")) {
        if (!text_take_until(&text, '\n', &line))
            return malformed(failure, "the extra line does not end");
        enum reason reason = parse_extra(line, receipt, failure);
        if (reason != REASON_DONE)
            return reason;
    }
    if (!text_take(&text, "index ") || !text_take_until(&text, '\n', &line) ||
        !text_number(line, MERKLE_SIZE_MAX, &receipt->index))
        return malformed(failure, "no index, a decimal number without leading zeroes");
    TRY(parse_hashes(&text, &receipt->proof, failure));
    if (text.size == 0 || text.size > CHECKPOINT_READ_MAX)
        return malformed(failure, "no checkpoint, or one too long");
    receipt->checkpoint = text.bytes;
    receipt->checkpoint_length = text.size;
    return REASON_DONE;
}

enum reason receipt_parse(const char *text, size_t length, struct receipt *receipt, struct failure *failure)
{
    *receipt = (struct receipt){0};
    if (length > RECEIPT_TEXT_MAX)
        return failure_set(
            failure, REASON_TOO_LARGE, "receipt", "%zu bytes, at most %zu", length, RECEIPT_TEXT_MAX);
    enum reason reason = parse((struct text){text, length}, receipt, failure);
    if (reason != REASON_DONE)
        receipt_finish(receipt);
    return reason;
}

void receipt_finish(struct receipt *receipt)
{
    if (receipt->extra != NULL)
        memory_wipe(receipt->extra, receipt->extra_size);
    free(receipt->extra);
    *receipt = (struct receipt){0};
}

/* --- Checking --- */

enum reason receipt_verify_leaf(const struct receipt *receipt, struct digest *digest,
    const struct verifier_key *key, const uint8_t leaf[static DIGEST_BYTES], struct checkpoint *checkpoint,
    struct failure *failure)
{
    enum reason reason =
        checkpoint_verify(receipt->checkpoint, receipt->checkpoint_length, key, checkpoint, failure);
    if (reason != REASON_DONE)
        return reason;
    reason = merkle_check_inclusion(
        digest, receipt->index, checkpoint->size, leaf, &receipt->proof, checkpoint->root, failure);
    if (reason != REASON_DONE)
        *checkpoint = (struct checkpoint){0};
    return reason;
}

static enum reason check_body(const struct receipt_entry *entry, struct digest *digest,
    const struct entry_head *head, struct failure *failure)
{
    uint8_t commitment[DIGEST_BYTES];
    enum reason reason =
        digest_commit(digest, entry->salt, entry->body, entry->body_size, commitment, failure);
    if (reason == REASON_DONE && !equal_in_constant_time(commitment, head->commitment, DIGEST_BYTES))
        reason = failure_set(
            failure, REASON_ENTRY_BROKEN, "receipt", "the body is not the one that the log committed to");
    return reason;
}

static enum reason check_head(
    const struct receipt *receipt, struct digest *digest, struct entry_head *head, struct failure *failure)
{
    enum reason reason =
        entry_head_parse((const char *)receipt->entry.head, receipt->entry.head_size, head, failure);
    if (reason != REASON_DONE)
        return reason;
    if (head->seq != receipt->index)
        return failure_set(failure, REASON_ENTRY_BROKEN, "receipt",
            "the head says entry %" PRIu64 ", the log holds it at %" PRIu64, head->seq, receipt->index);
    return receipt->entry.salt != NULL ? check_body(&receipt->entry, digest, head, failure) : REASON_DONE;
}

enum reason receipt_verify(const struct receipt *receipt, struct digest *digest,
    const struct verifier_key *key, struct receipt_statement *statement, struct failure *failure)
{
    *statement = (struct receipt_statement){0};
    if (receipt->entry.head == NULL)
        return malformed(failure, "it holds no entry");
    uint8_t leaf[DIGEST_BYTES];
    struct checkpoint checkpoint;
    struct entry_head head;
    TRY(merkle_leaf(digest, receipt->entry.head, receipt->entry.head_size, leaf, failure));
    TRY(receipt_verify_leaf(receipt, digest, key, leaf, &checkpoint, failure));
    TRY(check_head(receipt, digest, &head, failure));
    statement->checkpoint = checkpoint;
    statement->has_body = receipt->entry.salt != NULL;
    statement->seq = head.seq;
    statement->time_ms = head.time_ms;
    memcpy(statement->event, head.event, sizeof statement->event);
    hex_format(head.key_id, sizeof head.key_id, statement->key_id);
    return REASON_DONE;
}
