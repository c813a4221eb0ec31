#include "daemon/scanners/incoming_internal.h"

static uint8_t *payload_of(struct scanner_incoming *incoming)
{
    return incoming->type == SCANNER_MESSAGE_FRAME ? incoming->image->payload : incoming->small;
}

uv_buf_t scanner_incoming_place(struct scanner_incoming *incoming)
{
    size_t used = incoming->used;
    if (used < SCANNER_HEADER_BYTES)
        return uv_buf_init((char *)incoming->header + used, (unsigned)(SCANNER_HEADER_BYTES - used));
    used -= SCANNER_HEADER_BYTES;
    return uv_buf_init((char *)payload_of(incoming) + used, (unsigned)(incoming->size - used));
}

enum scanner_incoming_step scanner_incoming_add(
    struct scanner_incoming *incoming, size_t count, struct failure *failure)
{
    bool in_header = incoming->used < SCANNER_HEADER_BYTES;
    incoming->used += count;
    if (incoming->used < SCANNER_HEADER_BYTES)
        return INCOMING_MORE;
    if (in_header)
        return scanner_header_parse(incoming->header, SCANNER_SENDER_CHILD, &incoming->type, &incoming->size,
                   failure) == REASON_DONE
                   ? INCOMING_HEADER
                   : INCOMING_WRONG;
    return incoming->used - SCANNER_HEADER_BYTES == incoming->size ? INCOMING_WHOLE : INCOMING_MORE;
}

enum reason scanner_incoming_make_room(struct scanner_incoming *incoming, struct failure *failure)
{
    if (incoming->type != SCANNER_MESSAGE_FRAME)
        return REASON_DONE; /* scanner_header_parse saw to it that it fits small */
    return scanner_image_create(&incoming->image, incoming->size, failure);
}

enum reason scanner_incoming_take(
    struct scanner_incoming *incoming, struct scanner_message *message, struct failure *failure)
{
    incoming->used = 0;
    return scanner_message_parse(incoming->type, payload_of(incoming), incoming->size, message, failure);
}

void scanner_incoming_reset(struct scanner_incoming *incoming)
{
    scanner_image_free(incoming->image);
    *incoming = (struct scanner_incoming){0};
}
