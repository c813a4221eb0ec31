#include "tests/support/log_vectors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

json_t *log_vectors_load(void)
{
    const char *source = getenv("KORDON_SOURCE");
    char path[4096];
    snprintf(path, sizeof path, "%s/tests/vectors/log-vectors.json", source != NULL ? source : ".");
    json_error_t error;
    json_t *vectors = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (vectors == NULL)
        fprintf(stderr, "%s: %s\n", path, error.text);
    return vectors;
}

const char *log_vectors_text(const json_t *vectors, const char *name)
{
    const char *text = json_string_value(json_object_get(vectors, name));
    return text != NULL ? text : "";
}

void log_vectors_hex(const char *text, uint8_t *bytes, size_t size)
{
    memset(bytes, 0, size);
    for (size_t i = 0; i < size && strlen(text) >= 2 * (i + 1); i++) {
        const char digits[3] = {text[2 * i], text[2 * i + 1], '\0'};
        bytes[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
}

size_t log_vectors_hashes(const json_t *vectors, const char *name, uint8_t hashes[][32], size_t capacity)
{
    const json_t *array = json_object_get(vectors, name);
    size_t count = json_array_size(array);
    for (size_t i = 0; i < count && i < capacity; i++)
        log_vectors_hex(json_string_value(json_array_get(array, i)), hashes[i], 32);
    return count;
}
