#include "policy/roles.h"

#include <stddef.h>

#define RUNS_THE_MACHINE "who runs the machine must not work with what is on it"
#define CHECKS_THE_LOG   "who checks the log must not be one of those it speaks of"

const char *roles_conflict(unsigned roles)
{
    static const struct {
        enum role one, other;
        const char *why;
    } conflicts[] = {
        {ROLE_ADMINISTRATOR, ROLE_EXAMINER, "administrator and examiner: " RUNS_THE_MACHINE},
        {ROLE_ADMINISTRATOR, ROLE_PROTECTION_OFFICER,
            "administrator and protection_officer: " RUNS_THE_MACHINE},
        {ROLE_ADMINISTRATOR, ROLE_SUPERVISOR, "administrator and supervisor: " RUNS_THE_MACHINE},
        {ROLE_ADMINISTRATOR, ROLE_AUDITOR, "administrator and auditor: " RUNS_THE_MACHINE},
        {ROLE_AUDITOR, ROLE_TERMINAL, "auditor and terminal: " CHECKS_THE_LOG},
        {ROLE_AUDITOR, ROLE_EXAMINER, "auditor and examiner: " CHECKS_THE_LOG},
        {ROLE_AUDITOR, ROLE_PROTECTION_OFFICER, "auditor and protection_officer: " CHECKS_THE_LOG},
        {ROLE_AUDITOR, ROLE_SUPERVISOR, "auditor and supervisor: " CHECKS_THE_LOG},
    };
    for (size_t i = 0; i < sizeof conflicts / sizeof conflicts[0]; i++)
        if ((roles & conflicts[i].one) != 0 && (roles & conflicts[i].other) != 0)
            return conflicts[i].why;
    return NULL;
}

const char *roles_conflict_of_device(unsigned roles)
{
    return (roles & ~(unsigned)ROLE_TERMINAL) != 0
               ? "a device with another role than terminal: what needs a person's judgement is a person's"
               : NULL;
}
