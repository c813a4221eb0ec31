/* entry_head.h: the head of a log entry: the tree's leaf, of one exact form.
 *
 *     {"commit":"<base64>","event":"consultation","key":"1b259645","seq":17,"t":1764000000000,"v":1}
 *
 * This is RFC 8785 form of a closed set of members, so it has one spelling, written and read here without a
 * JSON library: a head that another parser could read differently (two members of one name, escapes, spaces)
 * is refused. Thread rule: any thread.
 */
#ifndef KORDON_LOG_ENTRY_HEAD_H
#define KORDON_LOG_ENTRY_HEAD_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "crypto/digest.h"
#include "crypto/log_key.h"

#define ENTRY_HEAD_SIZE  256 /* room for any head of version 1, zero byte included */
#define ENTRY_EVENT_SIZE 32  /* room for an event's name: lower-case letters and "_" */

struct entry_head {
    uint8_t commitment[DIGEST_BYTES]; /* digest_commit(salt, body) */
    char event[ENTRY_EVENT_SIZE];
    uint8_t key_id[LOG_KEY_ID_BYTES]; /* of the log key in force */
    uint64_t seq;                     /* below 2^53 */
    uint64_t time_ms;                 /* UTC since 1970, below 2^53 */
};

/* Writes the head and a zero byte; *length gets the length without it. BAD_ARGUMENT (event, seq, time). */
enum reason entry_head_format(const struct entry_head *head, char text[static ENTRY_HEAD_SIZE],
    size_t *length, struct failure *failure);

/* Reads a head of exactly length bytes. ENTRY_BROKEN, with the place, for any other form; UNSUPPORTED_FORMAT
 * for a schema version other than 1. *head is zeroed unless DONE. */
enum reason entry_head_parse(
    const char *text, size_t length, struct entry_head *head, struct failure *failure);

#endif
