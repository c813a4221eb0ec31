#include "daemon/transactions/redress_number.h"

#include <string.h>

#include "base/locked_memory.h"
#include "crypto/digest.h"
#include "crypto/random.h"

#define PURPOSE "redress"
#define GROUP   4

/* Without I, L and O, which are taken for digits and for each other. As many as a prime: a weighted sum then finds each wrong letter and each two that
 * changed places. */
static const char letters[] = "ABCDEFGHJKMNPQRSTUVWXYZ";
#define LETTERS (sizeof letters - 1)

static size_t value_of(char letter)
{
    if (letter >= 'a' && letter <= 'z')
        letter = (char)(letter - 'a' + 'A');
    const char *place = letter != '\0' ? strchr(letters, letter) : NULL;
    return place != NULL ? (size_t)(place - letters) : LETTERS;
}

/* Weights of 1 to 15, none of which the prime divides. */
static size_t check_of(const uint8_t values[static REDRESS_NUMBER_LETTERS - 1])
{
    size_t sum = 0;
    for (size_t i = 0; i < REDRESS_NUMBER_LETTERS - 1; i++)
        sum += (i + 1) * values[i];
    return sum % LETTERS;
}

static void write_number(
    const uint8_t values[static REDRESS_NUMBER_LETTERS], char number[static REDRESS_NUMBER_SIZE])
{
    size_t used = 0;
    for (size_t i = 0; i < REDRESS_NUMBER_LETTERS; i++) {
        if (i > 0 && i % GROUP == 0)
            number[used++] = '-';
        number[used++] = letters[values[i]];
    }
    number[used] = '\0';
}

/* Each letter is as likely as any other: bytes beyond the last whole alphabet are drawn again. */
static enum reason draw(uint8_t *value, struct failure *failure)
{
    uint8_t byte;
    do
        TRY(random_secret(&byte, sizeof byte, failure));
    while (byte >= UINT8_MAX / LETTERS * LETTERS);
    *value = (uint8_t)(byte % LETTERS);
    return REASON_DONE;
}

enum reason redress_number_make(char number[static REDRESS_NUMBER_SIZE], struct failure *failure)
{
    uint8_t values[REDRESS_NUMBER_LETTERS];
    number[0] = '\0';
    for (size_t i = 0; i < REDRESS_NUMBER_LETTERS - 1; i++)
        TRY(draw(&values[i], failure));
    values[REDRESS_NUMBER_LETTERS - 1] = (uint8_t)check_of(values);
    write_number(values, number);
    memory_wipe(values, sizeof values);
    return REASON_DONE;
}

bool redress_number_parse(const char *text, size_t size, char number[static REDRESS_NUMBER_SIZE])
{
    uint8_t values[REDRESS_NUMBER_LETTERS];
    size_t count = 0;
    number[0] = '\0';
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '-' || text[i] == ' ')
            continue;
        size_t value = value_of(text[i]);
        if (value == LETTERS || count == REDRESS_NUMBER_LETTERS)
            return false;
        values[count++] = (uint8_t)value;
    }
    if (count != REDRESS_NUMBER_LETTERS || values[count - 1] != check_of(values))
        return false;
    write_number(values, number);
    return true;
}

enum reason redress_number_secret(
    const struct store *store, uint8_t secret[static STORE_KEY_BYTES], struct failure *failure)
{
    return store_derive_key(store, PURPOSE, secret, failure);
}

enum reason redress_number_key(const uint8_t secret[static STORE_KEY_BYTES],
    const char number[static REDRESS_NUMBER_SIZE], uint8_t key[static CASE_RECORD_KEY_BYTES],
    struct failure *failure)
{
    struct digest *digest;
    TRY(digest_create(&digest, failure));
    enum reason reason =
        digest_hmac(digest, secret, STORE_KEY_BYTES, number, REDRESS_NUMBER_SIZE - 1, key, failure);
    digest_destroy(digest);
    return reason;
}

const char *redress_mark(const uint8_t key[static CASE_RECORD_KEY_BYTES], char text[static REDRESS_MARK_SIZE])
{
    return hex_format(key, REDRESS_MARK_BYTES, text);
}

bool redress_mark_parse(const char *text, size_t size, uint8_t key[static CASE_RECORD_KEY_BYTES])
{
    memset(key, 0, CASE_RECORD_KEY_BYTES);
    return size == REDRESS_MARK_SIZE - 1 && hex_parse(text, key, REDRESS_MARK_BYTES);
}
