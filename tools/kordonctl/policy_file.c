#include "tools/kordonctl/policy_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/word_list.h"
#include "store/policy_change.h"

/* "no such file: and no preset: those are ukraine, ees, protection, demonstration". */
static enum reason say_neither(const char *name, struct failure *failure)
{
    struct word_list names = {0};
    const char *preset;
    for (size_t i = 0; (preset = policy_preset_name(i)) != NULL; i++)
        word_list_add(&names, preset);
    return failure_set(failure, REASON_FILE_NOT_FOUND, name, "and no preset: those are %s", names.text);
}

static enum reason read_text(const char *name, struct policy_file *file, struct failure *failure)
{
    const char *preset = policy_preset(name);
    if (preset == NULL) {
        enum reason reason =
            file_read(name, POLICY_FILE_BYTES_MAX, (uint8_t **)&file->text, &file->size, failure);
        return reason == REASON_FILE_NOT_FOUND ? say_neither(name, failure) : reason;
    }
    file->text = strdup(preset);
    file->size = strlen(preset);
    return file->text != NULL ? REASON_DONE : failure_set(failure, REASON_NO_MEMORY, "policy", NULL);
}

enum reason policy_file_read(const char *name, struct policy_file *file, struct failure *failure)
{
    *file = (struct policy_file){0};
    TRY(read_text(name, file, failure));
    TRY(policy_parse(name, file->text, file->size, &file->policy, failure));
    return policy_hash(file->text, file->size, file->hash, failure);
}

void policy_file_finish(struct policy_file *file)
{
    policy_destroy(file->policy);
    free(file->text);
    *file = (struct policy_file){0};
}
