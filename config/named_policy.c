#include "config/named_policy.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/word_list.h"
#include "config/config.h"

/* "no such file or folder: and no preset: those are ukraine, ees, protection, demonstration". */
static enum reason say_neither(const char *name, struct failure *failure)
{
    struct word_list names = {0};
    const char *preset;
    for (size_t i = 0; (preset = policy_preset_name(i)) != NULL; i++)
        word_list_add(&names, preset);
    return failure_set(failure, REASON_FILE_NOT_FOUND, name, "and no preset: those are %s", names.text);
}

static enum reason find_text(const char *name, char **text, size_t *size, struct failure *failure)
{
    const char *preset = policy_preset(name);
    if (preset == NULL) {
        enum reason reason = file_read(name, POLICY_FILE_BYTES_MAX, (uint8_t **)text, size, failure);
        return reason == REASON_FILE_NOT_FOUND ? say_neither(name, failure) : reason;
    }
    *text = strdup(preset);
    *size = strlen(preset);
    return *text != NULL ? REASON_DONE : failure_set(failure, REASON_NO_MEMORY, "policy", NULL);
}

enum reason named_policy_read(
    const char *name, char **text, size_t *size, struct policy **policy, struct failure *failure)
{
    *text = NULL;
    *size = 0;
    *policy = NULL;
    TRY(find_text(name, text, size, failure));
    return policy_parse(name, *text, *size, policy, failure);
}

enum reason config_check_first_policy(const struct configuration *configuration, struct failure *failure)
{
    char *text;
    size_t size;
    struct policy *policy;
    if (configuration->policy.first[0] == '\0')
        return REASON_DONE;
    enum reason reason = named_policy_read(configuration->policy.first, &text, &size, &policy, failure);
    if (reason == REASON_DONE)
        reason = policy_check_place(policy, config_is_demonstration(configuration), failure);
    policy_destroy(policy);
    free(text);
    return reason;
}
