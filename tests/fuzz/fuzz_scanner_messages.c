/* fuzz_scanner_messages.c: what a compromised kordon-scanner may send. The first byte chooses the sender, the
 * rest is read as a stream of messages. What parses must also survive being written and parsed again. */
#include <stdlib.h>
#include <string.h>

#include "scanner/protocol.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_round_trip(const struct scanner_message *message, const uint8_t *payload, size_t size)
{
    uint8_t copy[SCANNER_SMALL_MESSAGE_MAX];
    struct bytes_writer writer;
    bytes_writer_init(&writer, copy, sizeof copy);
    if (scanner_message_write(message, &writer, NULL) != REASON_DONE)
        abort();
    size_t compared = message->type == SCANNER_MESSAGE_FRAME ? SCANNER_FRAME_HEAD : size;
    if (writer.used != SCANNER_HEADER_BYTES + compared)
        abort();
    if (compared > 0 && memcmp(copy + SCANNER_HEADER_BYTES, payload, compared) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct bytes_reader reader;
    bytes_reader_init(&reader, bytes, size);
    enum scanner_sender sender =
        bytes_read_u8(&reader) % 2 == 0 ? SCANNER_SENDER_CHILD : SCANNER_SENDER_PARENT;
    for (;;) {
        uint8_t header[SCANNER_HEADER_BYTES];
        bytes_read_copy(&reader, header, sizeof header);
        enum scanner_message_type type;
        size_t payload_size;
        if (scanner_header_parse(header, sender, &type, &payload_size, NULL) != REASON_DONE)
            return 0;
        if (payload_size > bytes_left(&reader))
            return 0;
        const uint8_t *payload = bytes_read_direct(&reader, payload_size);
        struct scanner_message message;
        if (scanner_message_parse(type, payload, payload_size, &message, NULL) != REASON_DONE)
            return 0;
        check_round_trip(&message, payload, payload_size);
    }
}
