#include "daemon/principal.h"

#include <stdio.h>

bool principal_is(const struct principal *principal, const struct principal *other)
{
    return principal->proof != PRINCIPAL_UNPROVEN && principal->proof == other->proof &&
           principal->uid == other->uid;
}

const char *principal_roles_text(unsigned roles, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < ROLE_COUNT; i++) {
        if ((roles & 1u << i) == 0 || used >= size)
            continue;
        int written =
            snprintf(text + used, size - used, "%s%s", used > 0 ? "," : "", role_name((enum role)(1 << i)));
        used += written > 0 ? (size_t)written : 0;
    }
    return text;
}
