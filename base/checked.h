/* checked.h: size arithmetic that tells when it does not fit, for sizes that come from outside. */
#ifndef KORDON_BASE_CHECKED_H
#define KORDON_BASE_CHECKED_H

#include <stdbool.h>
#include <stddef.h>

/* *result = a + b, *result = a * b; false and *result = 0 where it does not fit a size_t. */
static inline bool checked_add(size_t a, size_t b, size_t *result)
{
    if (__builtin_add_overflow(a, b, result)) {
        *result = 0;
        return false;
    }
    return true;
}

static inline bool checked_multiply(size_t a, size_t b, size_t *result)
{
    if (__builtin_mul_overflow(a, b, result)) {
        *result = 0;
        return false;
    }
    return true;
}

#endif
