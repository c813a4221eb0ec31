#include "json/parse.h"

#include "json/memory_internal.h"

enum reason json_parse(const void *bytes, size_t size, json_t **value, json_error_t *error)
{
    json_error_t own = {0};
    error = error != NULL ? error : &own;
    json_memory_ended(); /* whatever was before */
    *value = json_loadb(bytes, size, JSON_REJECT_DUPLICATES, error);
    if (*value != NULL)
        return REASON_DONE;
    bool starved = json_memory_ended() || error->text[0] == '\0';
    return starved ? REASON_NO_MEMORY : REASON_BAD_JSON;
}
