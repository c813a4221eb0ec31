#include "base/identity.h"

#include <stddef.h>
#include <string.h>

const char *identity_name(const char *identity, const char *kind)
{
    const size_t size = strlen(kind);
    return strncmp(identity, kind, size) == 0 ? identity + size : NULL;
}

bool identity_is(const char *identity, const char *kind)
{
    return identity_name(identity, kind) != NULL;
}

bool identity_is_registered(const char *identity)
{
    return identity_is(identity, IDENTITY_PERSON) || identity_is(identity, IDENTITY_DEVICE);
}

bool identity_is_called(const char *identity, const char *called)
{
    const char *colon = strchr(identity, ':');
    return called[0] != '\0' && colon != NULL && strcmp(colon + 1, called) == 0;
}
