/* presets.c: the policies of packaging/policies, which the build puts into the library. */
#include <string.h>

#include "policy/policy.h"

struct preset {
    const char *name, *text;
};
#include "policy/presets_text.h"

const char *policy_preset(const char *name)
{
    for (size_t i = 0; i < sizeof presets / sizeof presets[0]; i++)
        if (strcmp(presets[i].name, name) == 0)
            return presets[i].text;
    return NULL;
}
