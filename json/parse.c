#include "json/parse.h"

#include <stdbool.h>
#include <stdio.h>

#include "json/memory_internal.h"

/* Whether arrays and objects lie in each other deeper than is read: each level takes some of the thread's stack. */
static bool is_too_deep(const char *text, size_t size)
{
    bool in_text = false;
    size_t depth = 0;
    for (size_t i = 0; i < size; i++) {
        char sign = text[i];
        if (in_text && sign == '\\')
            i++;
        else if (sign == '"')
            in_text = !in_text;
        else if (!in_text && (sign == '[' || sign == '{') && ++depth > JSON_DEPTH_MAX)
            return true;
        else if (!in_text && (sign == ']' || sign == '}') && depth > 0)
            depth--;
    }
    return false;
}

enum reason json_parse(const void *bytes, size_t size, json_t **value, json_error_t *error)
{
    json_error_t own = {0};
    error = error != NULL ? error : &own;
    *value = NULL;
    if (is_too_deep(bytes, size)) {
        snprintf(error->text, sizeof error->text, "nested deeper than %d levels", JSON_DEPTH_MAX);
        return REASON_BAD_JSON;
    }
    json_memory_ended(); /* whatever was before */
    *value = json_loadb(bytes, size, JSON_REJECT_DUPLICATES, error);
    bool ended = json_memory_ended();
    if (*value != NULL && !ended)
        return REASON_DONE;
    /* The parser leaves out of a text what it finds no room for, and goes on. */
    bool starved = ended || error->text[0] == '\0';
    json_decref(*value);
    *value = NULL;
    return starved ? REASON_NO_MEMORY : REASON_BAD_JSON;
}
