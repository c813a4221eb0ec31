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

bool text_number(struct text text, uint64_t limit, uint64_t *number)
{
    *number = 0;
    if (text.size == 0 || (text.size > 1 && text.bytes[0] == '0'))
        return false;
    uint64_t value = 0;
    for (size_t i = 0; i < text.size; i++) {
        char digit = text.bytes[i];
        if (digit < '0' || digit > '9' || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(digit - '0'), &value))
            return false;
    }
    if (value > limit)
        return false;
    *number = value;
    return true;
}

const char *counted(unsigned long long count, const char *one, const char *several)
{
    return count == 1 ? one : several;
}
