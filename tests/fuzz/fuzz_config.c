/* fuzz_config.c: the configuration's parser; what it takes must be terminated text within its limits. */
#include <string.h>

#include "config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct configuration configuration;
    struct failure failure = {0};
    if (config_parse("/etc/kordon.conf", bytes, size, &configuration, &failure) != REASON_DONE)
        return failure.reason == REASON_DONE ? -1 : 0;
    for (int role = 0; role < ROLE_COUNT; role++)
        for (size_t i = 0; i < configuration.roles[role].count; i++)
            if (strlen(configuration.roles[role].principals[i]) < strlen("user:x"))
                return -1;
    for (size_t i = 0; i < configuration.persons.count; i++) {
        const struct config_holder *holder = &configuration.persons.list[i].holder;
        if (strlen(holder->item.name) == 0 || (holder->roles & ~ROLE_ANY) != 0)
            return -1;
        for (size_t j = 0; j < holder->proofs.count; j++)
            if (strlen(holder->proofs.proofs[j]) < strlen("user:x"))
                return -1;
    }
    return configuration.log.origin[0] == '\0' || strlen(configuration.api.socket) > 107 ? -1 : 0;
}
