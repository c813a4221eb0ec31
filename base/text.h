/* text.h: reading the line-based formats (notes, receipts, heads) strictly.
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

#endif
