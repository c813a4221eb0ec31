/* kinds_text.c: texts that stand for bytes, and texts that are just that. */
#include "sample/kinds.h"

#include <string.h>

/* Text shorter than this may be anything. */
#define ENCODED_LEAST 16
/* How far from its beginning a document is looked at. */
#define MARKUP_NEAR 4096

static bool is_space(uint8_t byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* Behind a byte order mark and white space. */
static size_t text_start(const uint8_t *bytes, size_t size)
{
    size_t at = size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (at < size && is_space(bytes[at]))
        at++;
    return at;
}

/* --- Hexadecimal */

static int hex_value(uint8_t byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    byte |= 0x20;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

bool kind_is_hex(const uint8_t *bytes, size_t size)
{
    size_t digits = 0;
    for (size_t i = text_start(bytes, size); i < size; i++) {
        if (hex_value(bytes[i]) >= 0)
            digits++;
        else if (!is_space(bytes[i]) && bytes[i] != ':' && bytes[i] != ',' && bytes[i] != 'x' &&
                 bytes[i] != '\\')
            return false;
    }
    return digits >= ENCODED_LEAST;
}

size_t kind_decode_hex(const uint8_t *bytes, size_t size, uint8_t *head)
{
    size_t count = 0;
    for (size_t i = text_start(bytes, size); i + 1 < size && count < KIND_HEAD_BYTES; i++) {
        int high = hex_value(bytes[i]), low = hex_value(bytes[i + 1]);
        if (high < 0 || low < 0)
            continue; /* "0x", a separator */
        head[count++] = (uint8_t)(high << 4 | low);
        i++;
    }
    return count;
}

/* --- Base64 */

static int base64_value(uint8_t byte)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (byte == '-' || byte == '_')
        return byte == '-' ? 62 : 63;
    const char *found = byte != 0 ? memchr(alphabet, byte, sizeof alphabet - 1) : NULL;
    return found != NULL ? (int)(found - alphabet) : -1;
}

/* Behind what an address with data in it begins with, and quotes. */
static size_t base64_start(const uint8_t *bytes, size_t size)
{
    size_t at = text_start(bytes, size);
    if (size - at >= 5 && memcmp(bytes + at, "data:", 5) == 0) {
        const uint8_t *comma = memchr(bytes + at, ',', size - at < 128 ? size - at : 128);
        at = comma != NULL ? (size_t)(comma - bytes) + 1 : at;
    }
    return at < size && bytes[at] == '"' ? at + 1 : at;
}

bool kind_is_base64(const uint8_t *bytes, size_t size)
{
    size_t digits = 0;
    for (size_t i = base64_start(bytes, size); i < size; i++) {
        if (base64_value(bytes[i]) >= 0)
            digits++;
        else if (!is_space(bytes[i]) && bytes[i] != '=' && bytes[i] != '"')
            return false;
    }
    return digits >= ENCODED_LEAST;
}

size_t kind_decode_base64(const uint8_t *bytes, size_t size, uint8_t *head)
{
    uint32_t held = 0, bits = 0;
    size_t count = 0;
    for (size_t i = base64_start(bytes, size); i < size && count < KIND_HEAD_BYTES; i++) {
        int value = base64_value(bytes[i]);
        if (value < 0)
            continue;
        held = held << 6 | (uint32_t)value;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            head[count++] = (uint8_t)(held >> bits);
        }
    }
    return count;
}

/* --- Documents */

static uint8_t lower(uint8_t byte)
{
    return byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte;
}

static bool holds_at(const uint8_t *bytes, const char *needle, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (lower(bytes[i]) != (uint8_t)needle[i])
            return false;
    return true;
}

bool kind_is_markup(const uint8_t *bytes, size_t size, const char *needle)
{
    size_t start = text_start(bytes, size), length = strlen(needle);
    size_t end = size < MARKUP_NEAR ? size : MARKUP_NEAR;
    if (start >= size || bytes[start] != '<')
        return false;
    for (size_t i = start; i + length <= end; i++)
        if (holds_at(bytes + i, needle, length))
            return true;
    return false;
}

bool kind_is_json(const uint8_t *bytes, size_t size)
{
    size_t start = text_start(bytes, size);
    if (start >= size || (bytes[start] != '{' && bytes[start] != '['))
        return false;
    return kind_is_text(bytes, size);
}

/* In whatever encoding: without control characters, and three quarters of it ASCII. */
bool kind_is_text(const uint8_t *bytes, size_t size)
{
    size_t end = size < MARKUP_NEAR ? size : MARKUP_NEAR, ascii = 0;
    for (size_t i = 0; i < end; i++) {
        if ((bytes[i] < ' ' && !is_space(bytes[i])) || bytes[i] == 0x7f)
            return false;
        ascii += bytes[i] < 0x80;
    }
    return end > 0 && ascii * 4 >= end * 3;
}
