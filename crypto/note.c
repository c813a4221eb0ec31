#include "crypto/note.h"

#include <stdio.h>
#include <string.h>

#include "crypto/base64.h"

/* Bytes of the UTF-8 character at the front (RFC 3629: no overlong forms, no surrogates), 0 where there is none. */
static size_t utf8_character(const uint8_t *bytes, size_t size)
{
    uint8_t first = bytes[0], low = 0x80, high = 0xbf;
    size_t length;
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        length = 2;
    else if (first >= 0xe0 && first <= 0xef)
        length = 3;
    else if (first >= 0xf0 && first <= 0xf4)
        length = 4;
    else
        return 0;
    /* The second byte's range is narrower where the first alone would allow overlong or unassigned values. */
    if (first == 0xe0)
        low = 0xa0;
    else if (first == 0xed)
        high = 0x9f;
    else if (first == 0xf0)
        low = 0x90;
    else if (first == 0xf4)
        high = 0x8f;
    if (size < length || bytes[1] < low || bytes[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if (bytes[i] < 0x80 || bytes[i] > 0xbf)
            return 0;
    return length;
}

static bool usable_characters(const char *text, size_t size)
{
    const uint8_t *bytes = (const uint8_t *)text;
    for (size_t i = 0; i < size;) {
        size_t length = utf8_character(bytes + i, size - i);
        if (length == 0 || (bytes[i] < 0x20 && bytes[i] != '\n'))
            return false;
        i += length;
    }
    return true;
}

/* White space of Unicode beyond ASCII that a name must not hold (White_Space=yes). */
static bool has_unicode_space(struct text name)
{
    static const char *const spaces[] = {"\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\xa8",
        "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80"};
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++)
        if (memmem(name.bytes, name.size, spaces[i], strlen(spaces[i])) != NULL)
            return true;
    /* U+2000 to U+200A */
    const char *at = name.bytes;
    for (size_t left = name.size; left >= 3; left--, at++)
        if (memcmp(at, "\xe2\x80", 2) == 0 && (uint8_t)at[2] >= 0x80 && (uint8_t)at[2] <= 0x8a)
            return true;
    return false;
}

static bool usable_name(struct text name)
{
    return name.size > 0 && name.size <= LOG_NAME_MAX && memchr(name.bytes, '+', name.size) == NULL &&
           memchr(name.bytes, ' ', name.size) == NULL && !has_unicode_space(name);
}

static bool parse_signature(struct text *lines, struct note_signature *signature)
{
    struct text line;
    if (!text_take(lines, NOTE_DASH) || !text_take_until(lines, '\n', &line) ||
        !text_take_until(&line, ' ', &signature->name) || !usable_name(signature->name))
        return false;
    uint8_t bytes[LOG_KEY_ID_BYTES + NOTE_PAYLOAD_MAX];
    size_t size;
    signature->encoded = line;
    if (!base64_decode(line.bytes, line.size, bytes, sizeof bytes, &size) || size <= LOG_KEY_ID_BYTES)
        return false;
    memcpy(signature->key_id, bytes, LOG_KEY_ID_BYTES);
    signature->payload_size = size - LOG_KEY_ID_BYTES;
    return true;
}

/* What is malformed, or NULL. */
static const char *split(const char *bytes, size_t size, struct note *note)
{
    if (!usable_characters(bytes, size))
        return "it holds control characters or is not UTF-8";
    const char *empty_line = NULL;
    for (size_t i = size; i >= 2 && empty_line == NULL; i--)
        if (bytes[i - 1] == '\n' && bytes[i - 2] == '\n')
            empty_line = bytes + i - 1;
    if (empty_line == NULL)
        return "no empty line between text and signatures";
    note->text = (struct text){bytes, (size_t)(empty_line - bytes)};
    struct text lines = {empty_line + 1, size - note->text.size - 1};
    while (lines.size > 0) {
        if (note->signature_count == NOTE_SIGNATURES_MAX)
            return "too many signatures";
        if (!parse_signature(&lines, &note->signatures[note->signature_count]))
            return "a signature line has not the form of one";
        note->signature_count++;
    }
    return note->signature_count > 0 ? NULL : "it is not signed";
}

enum reason note_parse(
    const char *bytes, size_t size, const struct note_kind *kind, struct note *note, struct failure *failure)
{
    memset(note, 0, sizeof *note);
    const char *wrong = size > kind->size_max ? "it is too long" : split(bytes, size, note);
    return wrong == NULL ? REASON_DONE : failure_set(failure, kind->malformed, kind->subject, "%s", wrong);
}

bool note_signature_is_by(const struct note_signature *signature, const struct verifier_key *key)
{
    return signature->name.size == strlen(key->name) &&
           memcmp(signature->name.bytes, key->name, signature->name.size) == 0 &&
           memcmp(signature->key_id, key->id, sizeof key->id) == 0;
}

bool note_signature_payload(const struct note_signature *signature, uint8_t *payload, size_t size)
{
    uint8_t bytes[LOG_KEY_ID_BYTES + NOTE_PAYLOAD_MAX];
    if (signature->payload_size != size || !base64_decode_exactly(signature->encoded.bytes,
                                               signature->encoded.size, bytes, LOG_KEY_ID_BYTES + size))
        return false;
    memcpy(payload, bytes + LOG_KEY_ID_BYTES, size);
    return true;
}

/* Every line by the key must hold: one bad one is an attack or a fault, whatever the others say. */
enum reason note_check(const struct note *note, const struct verifier_key *key, struct failure *failure)
{
    bool found = false;
    if (key->type != VERIFIER_KEY_LOG)
        return failure_set(failure, REASON_BAD_ARGUMENT, key->name, "the key of a witness, not of a log");
    for (size_t i = 0; i < note->signature_count; i++) {
        if (!note_signature_is_by(&note->signatures[i], key))
            continue;
        found = true;
        uint8_t signature[LOG_SIGNATURE_BYTES];
        if (!note_signature_payload(&note->signatures[i], signature, sizeof signature))
            return failure_set(failure, REASON_SIGNATURE_BROKEN, key->name, "a signature of wrong size");
        enum reason reason = verifier_key_check(key, note->text.bytes, note->text.size, signature, failure);
        if (reason != REASON_DONE)
            return reason;
    }
    return found ? REASON_DONE
                 : failure_set(failure, REASON_SIGNATURE_BROKEN, key->name, "no signature by this key");
}

enum reason note_sign(
    struct log_key *key, char *note, size_t text_size, size_t *length, struct failure *failure)
{
    const struct verifier_key *verifier = log_key_verifier(key);
    uint8_t signature[LOG_KEY_ID_BYTES + LOG_SIGNATURE_BYTES];
    memcpy(signature, verifier->id, LOG_KEY_ID_BYTES);
    enum reason reason = log_key_sign(key, note, text_size, signature + LOG_KEY_ID_BYTES, failure);
    if (reason != REASON_DONE) {
        note[0] = '\0';
        return reason;
    }
    char encoded[BASE64_LENGTH(sizeof signature) + 1];
    base64_encode(signature, sizeof signature, encoded);
    int added =
        snprintf(note + text_size, NOTE_SIGNATURE_ROOM, "\n" NOTE_DASH "%s %s\n", verifier->name, encoded);
    if (length != NULL)
        *length = text_size + (size_t)added;
    return REASON_DONE;
}
