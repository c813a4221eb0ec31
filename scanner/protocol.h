/* protocol.h: the messages between kordond and its kordon-scanner children.
 *
 * One stream socket a child (its descriptor SCANNER_SOCKET), in both directions:
 *
 *     u32be  size of the payload in bytes (0 allowed)
 *     u8     type, see SCANNER_MESSAGES
 *     ...    payload
 *
 * Text in a payload is u8 size + bytes, printable ASCII (0x20 to 0x7e) only, without a zero byte. All
 * integers are big endian. A type that is not listed, a size outside the type's limits, a value outside its
 * range, data behind the last field, or a message in a state that does not allow it: the sender is
 * compromised. kordond then kills the child; the child exits. Limits are checked before any memory is
 * allocated, by the sender as well.
 *
 * The way of a child (P = kordond, C = child):
 *
 *     watcher:  C HELLO, then for each reader there is C DEVICE, C ENUMERATED,
 *               then C DEVICE and C DEVICE_GONE as readers come and go
 *     reader:   C HELLO, P OPEN, C OPENED, then any number of
 *               P CAPTURE, C FINGER ..., C FRAME | RETRY | FAILED, or P CANCEL, C CANCELLED (or what was on its way)
 *     both:     P PING, C ALIVE with the same number, at any time after HELLO; P STOP ends the child in order
 *
 * FAILED is a child's last message: it exits after it. Allowed states are checked by the tables of the
 * receivers (daemon/scanners/process.c and scanner/device.c). Nothing here allocates, blocks or keeps state;
 * all functions are thread-safe.
 */
#ifndef KORDON_SCANNER_PROTOCOL_H
#define KORDON_SCANNER_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/failure.h"
#include "base/guidance.h"

#define SCANNER_PROTOCOL_VERSION 1

/* The child's descriptor of the socket; 0 and 1 are /dev/null, 2 is where its library's warnings go. */
#define SCANNER_SOCKET 3

#define SCANNER_HEADER_BYTES 5

/* Sizes of text fields with the ending zero byte that the C side adds. */
#define SCANNER_ID_SIZE     64
#define SCANNER_NAME_SIZE   128
#define SCANNER_DRIVER_SIZE 32
#define SCANNER_TEXT_SIZE   200

/* Image limits, inclusive. The widest FAP 60 plate at 1000 ppi is larger, but comes through no libfprint
 * driver. */
#define SCANNER_IMAGE_SIDE_MIN 16
#define SCANNER_IMAGE_SIDE_MAX 2000
#define SCANNER_PPI_MIN        100
#define SCANNER_PPI_MAX        2000
#define SCANNER_FRAME_HEAD     13
#define SCANNER_FRAME_MAX      (SCANNER_FRAME_HEAD + SCANNER_IMAGE_SIDE_MAX * SCANNER_IMAGE_SIDE_MAX)

/* name, sender, smallest and largest payload in bytes. Payloads:
 *     HELLO        u16 version, u8 role (enum scanner_role), u8 Landlock ABI version in force (0: the kernel has none)
 *     DEVICE       text id, text name, text driver, u8 scan type (enum scanner_scan_type), text refusal (empty: usable)
 *     DEVICE_GONE  text id
 *     ENUMERATED, OPENED, CANCELLED, CAPTURE, CANCEL, STOP   nothing
 *     FINGER       u8: bit 0 the reader wants a finger, bit 1 a finger is there
 *     FRAME        u32 width, u32 height (px), u32 ppi, u8 1: the ppi is an assumption, 0: it is known,
 *                  width*height gray pixels, rows from the top, ridges dark
 *     RETRY        u8 enum scanner_retry: the finger was not placed well; the reader is ready again
 *     FAILED       u8 enum scanner_fault, text
 *     PING, ALIVE  u32 number, ALIVE's is that of the PING it answers
 *     OPEN         text id */
#define SCANNER_MESSAGES(MESSAGE)                                                                            \
    MESSAGE(HELLO, CHILD, 4, 4)                                                                              \
    MESSAGE(                                                                                                 \
        DEVICE, CHILD, 6, SCANNER_ID_SIZE + SCANNER_NAME_SIZE + SCANNER_DRIVER_SIZE + 1 + SCANNER_TEXT_SIZE) \
    MESSAGE(DEVICE_GONE, CHILD, 2, SCANNER_ID_SIZE)                                                          \
    MESSAGE(ENUMERATED, CHILD, 0, 0)                                                                         \
    MESSAGE(OPENED, CHILD, 0, 0)                                                                             \
    MESSAGE(FINGER, CHILD, 1, 1)                                                                             \
    MESSAGE(FRAME, CHILD, SCANNER_FRAME_HEAD + 1, SCANNER_FRAME_MAX)                                         \
    MESSAGE(RETRY, CHILD, 1, 1)                                                                              \
    MESSAGE(FAILED, CHILD, 2, 1 + SCANNER_TEXT_SIZE)                                                         \
    MESSAGE(CANCELLED, CHILD, 0, 0)                                                                          \
    MESSAGE(ALIVE, CHILD, 4, 4)                                                                              \
    MESSAGE(OPEN, PARENT, 2, SCANNER_ID_SIZE)                                                                \
    MESSAGE(CAPTURE, PARENT, 0, 0)                                                                           \
    MESSAGE(CANCEL, PARENT, 0, 0)                                                                            \
    MESSAGE(PING, PARENT, 4, 4)                                                                              \
    MESSAGE(STOP, PARENT, 0, 0)

enum scanner_message_type {
    SCANNER_MESSAGE_NONE = 0, /* never on the wire */
#define SCANNER_MESSAGE_ENUM(name, sender, smallest, largest) SCANNER_MESSAGE_##name,
    SCANNER_MESSAGES(SCANNER_MESSAGE_ENUM)
#undef SCANNER_MESSAGE_ENUM
        SCANNER_MESSAGE_COUNT
};

/* Every message but FRAME fits a buffer of this many bytes, header included. */
#define SCANNER_SMALL_MESSAGE_MAX 512

enum scanner_sender { SCANNER_SENDER_CHILD, SCANNER_SENDER_PARENT };
enum scanner_role { SCANNER_ROLE_WATCHER, SCANNER_ROLE_READER, SCANNER_ROLE_COUNT };
enum scanner_scan_type { SCANNER_SCAN_SWIPE, SCANNER_SCAN_PRESS, SCANNER_SCAN_TYPE_COUNT };

enum scanner_retry {
    SCANNER_RETRY_GENERAL,       /* no usable fingerprint in the picture */
    SCANNER_RETRY_TOO_SHORT,     /* the swipe was too short */
    SCANNER_RETRY_CENTER_FINGER, /* the finger was not in the middle */
    SCANNER_RETRY_REMOVE_FINGER, /* a finger must be lifted before the next capture */
    SCANNER_RETRY_COUNT
};

enum scanner_fault {
    SCANNER_FAULT_DEVICE,    /* the reader or its driver reported an error */
    SCANNER_FAULT_REMOVED,   /* the reader is gone */
    SCANNER_FAULT_NOT_FOUND, /* no reader with the id asked for */
    SCANNER_FAULT_UNUSABLE,  /* the reader can't deliver images */
    SCANNER_FAULT_IMAGE,     /* the driver delivered an image outside the limits above */
    SCANNER_FAULT_PROTOCOL,  /* kordond sent what it must not */
    SCANNER_FAULT_COUNT
};

#define SCANNER_FINGER_NEEDED  1
#define SCANNER_FINGER_PRESENT 2

/* A frame's pixels stay in the payload they were parsed from. */
struct scanner_frame {
    uint32_t width, height, ppi;
    bool ppi_assumed;      /* neither the driver nor kordon knows this reader's resolution */
    const uint8_t *pixels; /* width * height bytes */
};

/* One message taken apart; the union's member is the one named as the type in lower case. */
struct scanner_message {
    enum scanner_message_type type;
    union {
        struct {
            uint16_t version;
            enum scanner_role role;
            uint8_t landlock;
        } hello;
        struct {
            char id[SCANNER_ID_SIZE];
            char name[SCANNER_NAME_SIZE];
            char driver[SCANNER_DRIVER_SIZE];
            enum scanner_scan_type scan_type;
            char refusal[SCANNER_TEXT_SIZE];
        } device;
        struct {
            char id[SCANNER_ID_SIZE];
        } device_gone, open;
        uint8_t finger;
        struct scanner_frame frame;
        enum scanner_retry retry;
        struct {
            enum scanner_fault fault;
            char text[SCANNER_TEXT_SIZE];
        } failed;
        uint32_t alive, ping;
    };
};

/* "HELLO" ...; "?" for what is no type. */
const char *scanner_message_name(unsigned type);

/* What to do better after a retry. */
enum guidance scanner_retry_guidance(enum scanner_retry retry);

/* The words for a person. */
const char *scanner_fault_text(enum scanner_fault fault);

/* Reads a header: checks that type is one that sender may send and that the size is within the type's limits.
 * *type and *payload_size are zeroed first and set only on success. SCANNER_MISBEHAVED otherwise. */
enum reason scanner_header_parse(const uint8_t header[static SCANNER_HEADER_BYTES],
    enum scanner_sender sender, enum scanner_message_type *type, size_t *payload_size,
    struct failure *failure);

/* Takes a payload of a type and size that scanner_header_parse let pass apart. *message is zeroed first;
 * a frame's pixels point into payload. SCANNER_MISBEHAVED where a field is wrong. */
enum reason scanner_message_parse(enum scanner_message_type type, const uint8_t *payload, size_t size,
    struct scanner_message *message, struct failure *failure);

/* Writes header and payload of message; of a FRAME only header and head (18 bytes), its pixels follow as they
 * are. What is out of range, too long or not printable makes the writer fail and writes nothing whole:
 * SCANNER_MISBEHAVED, which is an error of our own. Texts are never cut here. */
enum reason scanner_message_write(
    const struct scanner_message *message, struct bytes_writer *writer, struct failure *failure);

/* Copies text to target, cut to size - 1 bytes, with '?' for every byte that is not printable ASCII. */
void scanner_text_copy(char *target, size_t size, const char *text);

#endif
