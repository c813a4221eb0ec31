/* presets.c: the policies of packaging/policies, which the build puts into the library. */
#include <string.h>

#include "policy/policy.h"

struct preset {
    const char *name, *text;
};
#include "policy/presets_text.h"

#define PRESET_COUNT (sizeof presets / sizeof presets[0])

const char *policy_preset_name(size_t number)
{
    return number < PRESET_COUNT ? presets[number].name : NULL;
}

const char *policy_preset(const char *name)
{
    for (size_t i = 0; i < PRESET_COUNT; i++)
        if (strcmp(presets[i].name, name) == 0)
            return presets[i].text;
    return NULL;
}
