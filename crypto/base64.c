#include "crypto/base64.h"

#include <string.h>

#include <openssl/evp.h>

/* EVP_EncodeBlock and EVP_DecodeBlock count in int. */
#define QUADS_AT_ONCE ((size_t)1 << 20)

size_t base64_encode(const void *bytes, size_t size, char *text)
{
    const uint8_t *from = bytes;
    size_t length = 0;
    while (size > 0) {
        size_t part = size < 3 * QUADS_AT_ONCE ? size : 3 * QUADS_AT_ONCE;
        length += (size_t)EVP_EncodeBlock((unsigned char *)text + length, from, (int)part);
        from += part;
        size -= part;
    }
    text[length] = '\0';
    return length;
}

size_t base64_decoded_limit(size_t length)
{
    return length % 4 == 0 ? length / 4 * 3 : 0;
}

/* EVP_DecodeBlock skips spaces and takes "=" anywhere, so the characters are checked first. */
static bool only_alphabet(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        bool known = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
                     c == '/';
        if (!known)
            return false;
    }
    return true;
}

/* The last four characters, of which up to two may be "="; writing them again shows bits that mean nothing. */
static bool decode_last(const char *quad, size_t padding, uint8_t bytes[static 3])
{
    unsigned char again[5];
    if (!only_alphabet(quad, 4 - padding) || EVP_DecodeBlock(bytes, (const unsigned char *)quad, 4) != 3)
        return false;
    EVP_EncodeBlock(again, bytes, (int)(3 - padding));
    return memcmp(again, quad, 4) == 0;
}

static size_t padding_of(const char *text, size_t length)
{
    if (text[length - 1] != '=')
        return 0;
    return text[length - 2] == '=' ? 2 : 1;
}

bool base64_decode(const char *text, size_t length, void *bytes, size_t capacity, size_t *size)
{
    *size = 0;
    if (length == 0)
        return true;
    if (length % 4 != 0)
        return false;
    size_t padding = padding_of(text, length), before = length - 4, decoded = length / 4 * 3 - padding;
    uint8_t *to = bytes, last[3];
    if (decoded > capacity || !only_alphabet(text, before) || !decode_last(text + before, padding, last))
        return false;
    for (size_t done = 0; done < before;) {
        size_t part = before - done < 4 * QUADS_AT_ONCE ? before - done : 4 * QUADS_AT_ONCE;
        if (EVP_DecodeBlock(to + done / 4 * 3, (const unsigned char *)text + done, (int)part) !=
            (int)(part / 4 * 3))
            return false;
        done += part;
    }
    memcpy(to + before / 4 * 3, last, 3 - padding);
    *size = decoded;
    return true;
}

bool base64_decode_exactly(const char *text, size_t length, void *bytes, size_t size)
{
    size_t decoded;
    return length == BASE64_LENGTH(size) && base64_decode(text, length, bytes, size, &decoded) &&
           decoded == size;
}
