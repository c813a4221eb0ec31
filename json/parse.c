#include "json/parse.h"

#include "json/memory_internal.h"

enum reason json_parse(const void *bytes, size_t size, json_t **value, json_error_t *error)
{
    json_error_t own = {0};
    error = error != NULL ? error : &own;
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
