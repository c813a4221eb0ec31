/* strict_ini.h: an INI file read strictly, line by line: what inih would skip, cut or take for something else is refused with its place.
 *
 * Lines hold at most 198 bytes (inih's buffer) of UTF-8 without characters that hide or reorder. A section stands alone in its line, a
 * key begins in the first column; an indented line goes on with the value before it, for whoever reads the keys to allow or to refuse.
 * One reading is one thread's.
 */
#ifndef KORDON_POLICY_STRICT_INI_H
#define KORDON_POLICY_STRICT_INI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

#define STRICT_INI_SECTION_SIZE 128

struct strict_ini {
    const char *name; /* of the file, for failures */
    const uint8_t *bytes;
    size_t size;
    enum reason bad; /* what a refusal gives */
    /* Called in the file's order. They give REASON_DONE, or refuse and give that reason: reading ends there. */
    enum reason (*take_section)(struct strict_ini *ini, const char *section);
    enum reason (*take_pair)(struct strict_ini *ini, const char *key, const char *value, bool goes_on);
    void *context;
    struct failure *failure;

    /* The reading's own; zeroed at its beginning. */
    size_t position;
    unsigned line; /* that was read last, counted from 1 */
    bool indented;
    char section[STRICT_INI_SECTION_SIZE]; /* ""; none yet */
    enum reason reason;
};

/* Reads it all. NO_MEMORY, or the reason bad, with "name:line" as subject. */
enum reason strict_ini_read(struct strict_ini *ini);

/* Refuses what stands in that line; gives the reason bad. */
enum reason strict_ini_refuse(struct strict_ini *ini, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
