#include "log/entry_head.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "crypto/base64.h"
#include "base/text.h"

#define JSON_INTEGER_MAX (((uint64_t)1 << 53) - 1)

static bool event_name(const char *name, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if ((name[i] < 'a' || name[i] > 'z') && name[i] != '_')
            return false;
    return size > 0 && size < ENTRY_EVENT_SIZE;
}

enum reason entry_head_format(
    const struct entry_head *head, char text[static ENTRY_HEAD_SIZE], size_t *length, struct failure *failure)
{
    *length = 0;
    if (!event_name(head->event, strnlen(head->event, sizeof head->event)) || head->seq > JSON_INTEGER_MAX ||
        head->time_ms > JSON_INTEGER_MAX)
        return failure_set(failure, REASON_BAD_ARGUMENT, "log entry", "event, seq or time out of range");
    char commitment[BASE64_LENGTH(DIGEST_BYTES) + 1], key_id[LOG_KEY_ID_TEXT_SIZE];
    base64_encode(head->commitment, DIGEST_BYTES, commitment);
    hex_format(head->key_id, LOG_KEY_ID_BYTES, key_id);
    /* At most 176 bytes: all parts are bounded above. */
    *length = (size_t)snprintf(text, ENTRY_HEAD_SIZE,
        "{\"commit\":\"%s\",\"event\":\"%s\",\"key\":\"%s\",\"seq\":%" PRIu64 ",\"t\":%" PRIu64 ",\"v\":1}",
        commitment, head->event, key_id, head->seq, head->time_ms);
    return REASON_DONE;
}

static enum reason malformed(struct failure *failure, const char *member)
{
    return failure_set(
        failure, REASON_ENTRY_BROKEN, "log entry", "the head has not its exact form at \"%s\"", member);
}

static bool take_number(struct text *text, char stop, uint64_t *number)
{
    struct text digits;
    return text_take_until(text, stop, &digits) && text_number(digits, JSON_INTEGER_MAX, number);
}

static enum reason parse(struct text text, struct entry_head *head, struct failure *failure)
{
    struct text taken;
    if (!text_take(&text, "{\"commit\":\"") || !text_take_until(&text, '"', &taken) ||
        !base64_decode_exactly(taken.bytes, taken.size, head->commitment, DIGEST_BYTES))
        return malformed(failure, "commit");
    if (!text_take(&text, ",\"event\":\"") || !text_take_until(&text, '"', &taken) ||
        !event_name(taken.bytes, taken.size))
        return malformed(failure, "event");
    memcpy(head->event, taken.bytes, taken.size);
    if (!text_take(&text, ",\"key\":\"") || !text_take_until(&text, '"', &taken) ||
        taken.size != 2 * LOG_KEY_ID_BYTES || !hex_parse(taken.bytes, head->key_id, LOG_KEY_ID_BYTES))
        return malformed(failure, "key");
    if (!text_take(&text, ",\"seq\":") || !take_number(&text, ',', &head->seq))
        return malformed(failure, "seq");
    if (!text_take(&text, "\"t\":") || !take_number(&text, ',', &head->time_ms))
        return malformed(failure, "t");
    uint64_t version;
    if (!text_take(&text, "\"v\":") || !take_number(&text, '}', &version) || text.size > 0)
        return malformed(failure, "v");
    if (version != 1)
        return failure_set(
            failure, REASON_UNSUPPORTED_FORMAT, "log entry", "a head of version %" PRIu64, version);
    return REASON_DONE;
}

enum reason entry_head_parse(
    const char *text, size_t length, struct entry_head *head, struct failure *failure)
{
    *head = (struct entry_head){0};
    enum reason reason = parse((struct text){text, length}, head, failure);
    if (reason != REASON_DONE)
        *head = (struct entry_head){0};
    return reason;
}
