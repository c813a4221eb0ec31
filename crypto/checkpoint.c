#include "crypto/checkpoint.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "crypto/base64.h"
#include "crypto/merkle.h"
#include "crypto/note.h"

#define TIME_BYTES 8

_Static_assert(LOG_NAME_MAX + 1 + 20 + 1 + 44 + 1 + NOTE_SIGNATURE_ROOM <= CHECKPOINT_NOTE_SIZE,
    "any checkpoint has room");

static const struct note_kind checkpoint_kind = {
    "signed note", REASON_CHECKPOINT_BROKEN, CHECKPOINT_READ_MAX};

/* "cosignature/v1\ntime <20 digits>\n" and its zero byte. */
#define COSIGNED_PREFIX_SIZE 64

enum reason checkpoint_sign(struct log_key *key, uint64_t size, const uint8_t root[static DIGEST_BYTES],
    char note[static CHECKPOINT_NOTE_SIZE], size_t *length, struct failure *failure)
{
    const struct verifier_key *verifier = log_key_verifier(key);
    if (size > MERKLE_SIZE_MAX)
        return failure_set(failure, REASON_BAD_ARGUMENT, "checkpoint", "%" PRIu64 " entries", size);
    char root_text[BASE64_LENGTH(DIGEST_BYTES) + 1];
    base64_encode(root, DIGEST_BYTES, root_text);
    /* The text is below 512 bytes, so that the signature's room is there. */
    int text_size =
        snprintf(note, CHECKPOINT_NOTE_SIZE, "%s\n%" PRIu64 "\n%s\n", verifier->name, size, root_text);
    return note_sign(key, note, (size_t)text_size, length, failure);
}

static enum reason malformed(struct failure *failure, const char *what)
{
    return failure_set(failure, REASON_CHECKPOINT_BROKEN, "checkpoint", "%s", what);
}

/* The three lines, and any extension lines, which must not be empty and mean nothing to kordon. */
static enum reason parse_text(struct text text, struct checkpoint *checkpoint, struct failure *failure)
{
    struct text line;
    if (!text_take_until(&text, '\n', &line) || line.size == 0 || line.size > LOG_NAME_MAX)
        return malformed(failure, "no origin, or one too long");
    memcpy(checkpoint->origin, line.bytes, line.size);
    if (!log_name_valid(checkpoint->origin))
        return malformed(failure, "the origin is not usable as a log's name");
    if (!text_take_until(&text, '\n', &line) || !text_number(line, MERKLE_SIZE_MAX, &checkpoint->size))
        return malformed(failure, "the size is no decimal number without leading zeroes, or too large");
    if (!text_take_until(&text, '\n', &line) ||
        !base64_decode_exactly(line.bytes, line.size, checkpoint->root, DIGEST_BYTES))
        return malformed(failure, "the root is not 32 bytes in base64");
    while (text.size > 0)
        if (!text_take_until(&text, '\n', &line) || line.size == 0)
            return malformed(failure, "an empty extension line");
    return REASON_DONE;
}

enum reason checkpoint_parse(
    const char *note, size_t length, struct checkpoint *checkpoint, struct failure *failure)
{
    struct note parsed;
    *checkpoint = (struct checkpoint){0};
    enum reason reason = note_parse(note, length, &checkpoint_kind, &parsed, failure);
    if (reason == REASON_DONE)
        reason = parse_text(parsed.text, checkpoint, failure);
    if (reason != REASON_DONE)
        *checkpoint = (struct checkpoint){0};
    return reason;
}

static enum reason verify(const struct note *note, const struct verifier_key *key,
    struct checkpoint *checkpoint, struct failure *failure)
{
    TRY(note_check(note, key, failure));
    TRY(parse_text(note->text, checkpoint, failure));
    if (strcmp(checkpoint->origin, key->name) != 0)
        return failure_set(
            failure, REASON_LOG_ORIGIN_WRONG, checkpoint->origin, "the key is that of %s", key->name);
    return REASON_DONE;
}

enum reason checkpoint_verify(const char *note, size_t length, const struct verifier_key *key,
    struct checkpoint *checkpoint, struct failure *failure)
{
    struct note parsed;
    *checkpoint = (struct checkpoint){0};
    enum reason reason = note_parse(note, length, &checkpoint_kind, &parsed, failure);
    if (reason == REASON_DONE)
        reason = verify(&parsed, key, checkpoint, failure);
    if (reason != REASON_DONE)
        *checkpoint = (struct checkpoint){0};
    return reason;
}

/* One line: u64 big-endian time, signature over "cosignature/v1\ntime <t>\n" and the note's text. */
static enum reason check_cosignature(const struct note *note, const struct note_signature *line,
    const struct verifier_key *witness, uint64_t *time, struct failure *failure)
{
    uint8_t payload[TIME_BYTES + LOG_SIGNATURE_BYTES],
        signed_bytes[COSIGNED_PREFIX_SIZE + CHECKPOINT_READ_MAX];
    if (!note_signature_payload(line, payload, sizeof payload))
        return failure_set(failure, REASON_SIGNATURE_BROKEN, witness->name, "a cosignature of wrong size");
    struct bytes_reader reader;
    bytes_reader_init(&reader, payload, sizeof payload);
    uint64_t said = bytes_read_u64be(&reader);
    char prefix[COSIGNED_PREFIX_SIZE];
    int prefix_size = snprintf(prefix, sizeof prefix, "cosignature/v1\ntime %" PRIu64 "\n", said);
    struct bytes_writer writer;
    bytes_writer_init(&writer, signed_bytes, sizeof signed_bytes);
    bytes_write_copy(&writer, prefix, (size_t)prefix_size);
    bytes_write_copy(&writer, note->text.bytes, note->text.size);
    enum reason reason =
        verifier_key_check(witness, signed_bytes, writer.used, payload + TIME_BYTES, failure);
    if (reason == REASON_DONE)
        *time = said;
    return reason;
}

enum reason cosignature_verify(const char *note, size_t length, const struct verifier_key *witness,
    uint64_t *time, struct failure *failure)
{
    struct note parsed;
    struct checkpoint checkpoint = {0};
    uint64_t seen = 0;
    bool found = false;
    *time = 0;
    if (witness->type != VERIFIER_KEY_WITNESS)
        return failure_set(failure, REASON_BAD_ARGUMENT, witness->name, "the key of a log, not of a witness");
    enum reason reason = note_parse(note, length, &checkpoint_kind, &parsed, failure);
    if (reason == REASON_DONE)
        reason = parse_text(parsed.text, &checkpoint, failure);
    for (size_t i = 0; reason == REASON_DONE && i < parsed.signature_count; i++) {
        if (!note_signature_is_by(&parsed.signatures[i], witness))
            continue;
        found = true;
        reason = check_cosignature(&parsed, &parsed.signatures[i], witness, &seen, failure);
    }
    if (reason == REASON_DONE && !found)
        reason =
            failure_set(failure, REASON_SIGNATURE_BROKEN, witness->name, "no cosignature by this witness");
    if (reason == REASON_DONE)
        *time = seen;
    return reason;
}
