/* purposes.c: the declared purposes, each once. */
#include <string.h>

#include "config/config.h"

static size_t add_words(const struct config_words *words, const char **purposes, size_t count)
{
    for (size_t i = 0; i < words->count; i++) {
        size_t found = 0;
        while (found < count && strcmp(purposes[found], words->words[i]) != 0)
            found++;
        if (found == count)
            purposes[count++] = words->words[i];
    }
    return count;
}

size_t config_purposes(
    const struct configuration *configuration, const char *purposes[static CONFIG_PURPOSES_MAX])
{
    size_t count = add_words(&configuration->policy.purposes, purposes, 0);
    return add_words(&configuration->policy.protection_purposes, purposes, count);
}
