/* fuzz_policy.c: the policy's reader; what it takes must permit nothing that it may not. */
#include <string.h>

#include "policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct policy *policy;
    struct failure failure = {0};
    if (policy_parse("fuzz.policy", bytes, size, &policy, &failure) != REASON_DONE)
        return failure.reason == REASON_DONE || policy != NULL ? -1 : 0;
    int wrong = policy->purpose_count == 0 || policy->purpose_count > POLICY_PURPOSES_MAX;
    for (size_t i = 0; i < policy->purpose_count; i++) {
        const struct policy_purpose *purpose = &policy->purposes[i];
        bool victims = (purpose->categories & 1u << ALERT_CATEGORY_TRAFFICKING_VICTIM) != 0;
        wrong |= victims && purpose->nature != POLICY_PROTECTION && policy->victims_basis[0] == '\0';
        wrong |= purpose->legal_basis_count == 0 && !policy->demonstration;
        wrong |= (purpose->captured_groups & purpose->exempt_groups) != 0;
        wrong |= purpose->fingers_needed > purpose->finger_count || strlen(purpose->name) >= POLICY_NAME_SIZE;
    }
    policy_destroy(policy);
    return wrong ? -1 : 0;
}
