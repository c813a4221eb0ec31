/* text.h: reading the line-based formats (notes, receipts, heads) strictly, and texts that people will see.
 *
 * A struct text is a borrowed piece of text that gets shorter from the front; nothing is copied and no zero byte
 * is needed. Thread rule: any thread.
 */
#ifndef KORDON_BASE_TEXT_H
#define KORDON_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
    const char *bytes;
    size_t size;
};

/* Takes exactly that (zero-terminated) piece from the front; false, and nothing taken, where it is not there. */
bool text_take(struct text *text, const char *piece);

/* Takes everything before the first stop character, and that; false, and nothing taken, where there is none. */
bool text_take_until(struct text *text, char stop, struct text *taken);

/* Reads all of text as a decimal number without sign and leading zeroes, at most limit. */
bool text_number(struct text text, uint64_t limit, uint64_t *number);

/* Reads all of a text that somebody typed or sent (zero-terminated) as a whole number: digits of the base, 8 or 10, and nothing else;
 * leading zeroes are allowed. False, and *number stays, where it is none or lies outside of lowest..highest. */
bool text_whole_number(const char *text, unsigned base, uint64_t lowest, uint64_t highest, uint64_t *number);

/* The word for one thing where count is 1, for several otherwise. */
const char *counted(unsigned long long count, const char *one, const char *several);

#define MEBIBYTE 1048576.0 /* bytes: in it people read of memory and disk */

/* A character that could reorder, break or hide a part of the line that an officer reads, or bytes that are no UTF-8. */
struct text_harm {
    uint32_t code_point; /* where malformed: the byte */
    size_t offset, size; /* bytes */
    bool malformed;
};

/* The first such one; false where there is none. They are: control characters (C0, DEL, C1), line and paragraph separators,
 * controls of writing direction, invisible format characters, noncharacters, surrogates and malformed UTF-8. Joiners and
 * non-joiners (U+200C, U+200D) are none behind a letter of a script that is written with them. */
bool text_find_harm(struct text text, struct text_harm *harm);

/* Its name, "U+202E" or "byte 0xC3"; gives the buffer. */
#define TEXT_HARM_NAME_SIZE 16
const char *text_harm_name(const struct text_harm *harm, char name[static TEXT_HARM_NAME_SIZE]);

/* What a text that holds it is refused with: "holds U+202E at byte 2 (counted from 1), ..."; gives the buffer. */
#define TEXT_HARM_WHY_SIZE 128
const char *text_harm_why(const struct text_harm *harm, char why[static TEXT_HARM_WHY_SIZE]);

#endif
