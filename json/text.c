#include "json/text.h"

#include <stdlib.h>

/* Into a buffer of its size: one that grew would leave copies of what it held in the heap. */
char *json_text(const json_t *json, size_t *size)
{
    const size_t flags = JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY;
    *size = json != NULL ? json_dumpb(json, NULL, 0, flags) : 0;
    char *text = *size > 0 ? malloc(*size + 1) : NULL;
    /* Sorting keys takes memory, each time. */
    if (text != NULL && json_dumpb(json, text, *size, flags) != *size) {
        free(text);
        text = NULL;
    }
    if (text != NULL)
        text[*size] = '\0';
    return text;
}
