#include "base/text.h"

#include <string.h>

static void skip(struct text *text, size_t size)
{
    text->bytes += size;
    text->size -= size;
}

bool text_take(struct text *text, const char *piece)
{
    size_t size = strlen(piece);
    if (size > text->size || memcmp(text->bytes, piece, size) != 0)
        return false;
    skip(text, size);
    return true;
}

bool text_take_until(struct text *text, char stop, struct text *taken)
{
    const char *end = text->size > 0 ? memchr(text->bytes, stop, text->size) : NULL;
    if (end == NULL)
        return false;
    *taken = (struct text){text->bytes, (size_t)(end - text->bytes)};
    skip(text, taken->size + 1);
    return true;
}

static bool read_digits(struct text text, unsigned base, uint64_t *number)
{
    uint64_t value = 0;
    for (size_t i = 0; i < text.size; i++) {
        unsigned digit = (unsigned char)text.bytes[i] - (unsigned)'0';
        if (digit >= base || __builtin_mul_overflow(value, base, &value) ||
            __builtin_add_overflow(value, digit, &value))
            return false;
    }
    *number = value;
    return text.size > 0;
}

bool text_number(struct text text, uint64_t limit, uint64_t *number)
{
    uint64_t value;
    *number = 0;
    if ((text.size > 1 && text.bytes[0] == '0') || !read_digits(text, 10, &value) || value > limit)
        return false;
    *number = value;
    return true;
}

bool text_whole_number(const char *text, unsigned base, uint64_t lowest, uint64_t highest, uint64_t *number)
{
    uint64_t value;
    if (!read_digits((struct text){text, strlen(text)}, base, &value) || value < lowest || value > highest)
        return false;
    *number = value;
    return true;
}

const char *counted(unsigned long long count, const char *one, const char *several)
{
    return count == 1 ? one : several;
}
