/* incoming_internal.h: bytes from a child become messages.
 *
 * The way of one message: read into _place(), then _add(). INCOMING_HEADER asks the owner whether this message may come
 * now; if so it calls _make_room(), and _add() goes on with the payload. Nothing is allocated before. */
#ifndef KORDON_DAEMON_SCANNERS_INCOMING_INTERNAL_H
#define KORDON_DAEMON_SCANNERS_INCOMING_INTERNAL_H

#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "base/failure.h"
#include "daemon/scanners/image.h"
#include "scanner/protocol.h"

/* Bytes on their way in: a header, then a payload of the size it says. Zeroed before use. */
struct scanner_incoming {
    uint8_t header[SCANNER_HEADER_BYTES];
    size_t used; /* of header and payload together */
    enum scanner_message_type type;
    size_t size;                 /* of the payload; valid once the header is whole */
    struct scanner_image *image; /* a FRAME is read straight to its place */
    uint8_t small[SCANNER_SMALL_MESSAGE_MAX];
};

enum scanner_incoming_step {
    INCOMING_MORE,   /* something is still to come */
    INCOMING_HEADER, /* the header is whole: type and size are set */
    INCOMING_WHOLE,  /* the message is whole: _take() it */
    INCOMING_WRONG   /* the header is not one of a child's: failure is set */
};

/* Where the next bytes go; never more than belong to the present header or payload. */
uv_buf_t scanner_incoming_place(struct scanner_incoming *incoming);

/* count bytes were read to the place. count is 0 after _make_room(), to learn whether there is a payload at all. */
enum scanner_incoming_step scanner_incoming_add(
    struct scanner_incoming *incoming, size_t count, struct failure *failure);

/* Allocates an image for a FRAME; other payloads have their place. NO_MEMORY. */
enum reason scanner_incoming_make_room(struct scanner_incoming *incoming, struct failure *failure);

/* Takes a whole message apart and begins the next one. A frame's pixels stay in incoming->image, which the owner may
 * take over by setting it to NULL. */
enum reason scanner_incoming_take(
    struct scanner_incoming *incoming, struct scanner_message *message, struct failure *failure);

/* Wipes and frees what came so far. */
void scanner_incoming_reset(struct scanner_incoming *incoming);

#endif
