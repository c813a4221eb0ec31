#include "daemon/principal.h"

#include <stdio.h>
#include <string.h>

#include "base/identity.h"

const char *principal_identity(const struct principal *principal, char text[static PRINCIPAL_IDENTITY_SIZE])
{
    text[0] = '\0';
    if (principal->proof == PRINCIPAL_UNPROVEN)
        return text;
    if (principal->proof == PRINCIPAL_BY_SOCKET && !principal->registered)
        snprintf(text, PRINCIPAL_IDENTITY_SIZE, IDENTITY_UID "%u", (unsigned)principal->uid);
    else
        memcpy(text, principal->name, strlen(principal->name) + 1);
    return text;
}

bool principal_is(const struct principal *principal, const struct principal *other)
{
    if (principal->proof == PRINCIPAL_UNPROVEN || other->proof == PRINCIPAL_UNPROVEN ||
        principal->registered != other->registered)
        return false;
    if (!principal->registered && principal->proof != other->proof)
        return false;
    if (!principal->registered && principal->proof == PRINCIPAL_BY_SOCKET)
        return principal->uid == other->uid;
    return strcmp(principal->name, other->name) == 0;
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
