#include "base/role.h"

#include <string.h>

const char *role_name(enum role role)
{
    switch (role) {
    case ROLE_TERMINAL:
        return "terminal";
    case ROLE_EXAMINER:
        return "examiner";
    case ROLE_PROTECTION_OFFICER:
        return "protection_officer";
    case ROLE_SUPERVISOR:
        return "supervisor";
    case ROLE_AUDITOR:
        return "auditor";
    case ROLE_ADMINISTRATOR:
        return "administrator";
    }
    return "unknown";
}

bool role_parse(const char *name, enum role *role)
{
    for (unsigned bit = 0; bit < ROLE_COUNT; bit++) {
        if (strcmp(name, role_name((enum role)(1u << bit))) == 0) {
            *role = (enum role)(1u << bit);
            return true;
        }
    }
    return false;
}
