#include "daemon/transactions/rules.h"

#include <stdio.h>
#include <string.h>

#define POSTPONEMENT_DAYS   180
#define PURPOSE_READMISSION "readmission"

enum reason rules_check_purpose(
    const struct configuration *configuration, const char *purpose, struct failure *failure)
{
    const char *declared[CONFIG_PURPOSES_MAX];
    size_t count = config_purposes(configuration, declared), used = 0;
    char list[256] = "";
    for (size_t i = 0; i < count; i++) {
        if (strcmp(declared[i], purpose) == 0)
            return REASON_DONE;
        if (used < sizeof list)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i > 0 ? ", " : "", declared[i]);
    }
    return failure_set(failure, REASON_PURPOSE_NOT_DECLARED, "purpose", "the declared ones are %s", list);
}

static bool is_protection_purpose(const struct configuration *configuration, const char *purpose)
{
    for (size_t i = 0; i < configuration->policy.protection_purposes.count; i++)
        if (strcmp(configuration->policy.protection_purposes.words[i], purpose) == 0)
            return true;
    return false;
}

/* A band that may hold somebody under the policy's age is treated as under it. */
const char *rules_exemption(
    const struct configuration *configuration, const struct transaction_request *request)
{
    bool captured = age_band_lowest(request->age_band) >= configuration->policy.minimum_age ||
                    is_protection_purpose(configuration, request->purpose);
    return captured ? NULL : "under_age";
}

enum reason rules_check_capture(const struct configuration *configuration,
    const struct transaction_request *request, struct failure *failure)
{
    if (rules_exemption(configuration, request) == NULL)
        return REASON_DONE;
    return failure_set(failure, REASON_AGE_NOT_PERMITTED, "age_band",
        "%s, the policy's age is %u; doubt counts as a small child", age_band_name(request->age_band),
        configuration->policy.minimum_age);
}

uint32_t rules_postponement_days(
    const struct configuration *configuration, const struct transaction_request *request)
{
    (void)configuration, (void)request;
    return POSTPONEMENT_DAYS;
}

bool rules_is_readmission(const char *purpose)
{
    return strcmp(purpose, PURPOSE_READMISSION) == 0;
}

enum reason rules_check_readmission(const struct transaction_request *request, struct failure *failure)
{
    if (!rules_is_readmission(request->purpose))
        return REASON_DONE;
    if (request->kind != TRANSACTION_VERIFICATION)
        return failure_set(failure, REASON_BAD_VALUE, "kind",
            "a readmission is a verification against the other state's reference");
    if (request->case_number[0] == '\0')
        return failure_set(
            failure, REASON_BAD_VALUE, "case_number", "a readmission has the other state's case number");
    return REASON_DONE;
}
