/* references.c: references that are not the set's own templates: another extractor's, or what is left of a template
 * that went through an interchange format. */
#include <stdlib.h>
#include <string.h>

#include "tools/measure/measure.h"

/* --- Another folder's prints --- */

static int compare_name(const void *name, const void *print)
{
    return strcmp(name, ((const struct set_print *)print)->name);
}

void print_set_refer(struct print_set *set, const struct print_set *references)
{
    for (uint32_t i = 0; i < set->count; i++) {
        const struct set_print *found = bsearch(set->prints[i].name, references->prints, references->count,
            sizeof *references->prints, compare_name);
        set->prints[i].reference = found != NULL ? found->template : NULL;
    }
}

/* --- Through an interchange format --- */

#define RECORD_BYTES_MAX 4096

static enum reason encode(const struct matcher_template *template, enum matcher_format format,
    uint8_t *record, size_t *size, struct failure *failure)
{
    if (!matcher_format_is_card(format))
        return matcher_encode(template, format, FINGER_UNKNOWN, record, RECORD_BYTES_MAX, size, failure);
    const struct matcher_card wanted = {.format = format};
    return matcher_encode_card(template, &wanted, record, RECORD_BYTES_MAX, size, failure);
}

static enum reason exchange(struct matcher_template *template, enum matcher_format format,
    struct matcher_workspace workspace, struct failure *failure)
{
    uint8_t record[RECORD_BYTES_MAX];
    size_t size;
    TRY(encode(template, format, record, &size, failure));
    if (matcher_format_is_card(format))
        return matcher_decode_card(record, size, format, workspace, template, failure);
    return matcher_decode(record, size, 0, workspace, template, NULL, failure);
}

enum reason print_set_exchange(struct print_set *set, enum matcher_format format, struct failure *failure)
{
    struct matcher_workspace workspace = measure_workspace(matcher_compare_workspace_size());
    if (workspace.memory == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "workspace", NULL);
    enum reason reason = REASON_DONE;
    for (uint32_t i = 0; reason == REASON_DONE && i < set->count; i++)
        if (set->prints[i].template != NULL)
            reason = exchange(set->prints[i].template, format, workspace, failure);
    free(workspace.memory);
    return reason;
}
