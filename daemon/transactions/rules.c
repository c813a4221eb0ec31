#include "daemon/transactions/rules.h"

#include <string.h>

static struct policy_question question_of(unsigned roles, const struct transaction_request *request)
{
    _Static_assert((int)TRANSACTION_IDENTIFICATION == (int)POLICY_IDENTIFICATION &&
                       (int)TRANSACTION_VERIFICATION == (int)POLICY_VERIFICATION,
        "a transaction's kind is what it compares");
    return (struct policy_question){.purpose = request->purpose,
        .legal_basis = request->legal_basis,
        .roles = roles,
        .comparisons = (unsigned)request->kind,
        .group = request->traveller_group,
        .age_band = request->age_band,
        .accompanied = request->accompanied};
}

/* The policy itself lets a readmission be 1:1 alone. */
static enum reason check_case(
    const struct policy_purpose *purpose, const struct transaction_request *request, struct failure *failure)
{
    if (purpose->nature != POLICY_READMISSION || request->case_number[0] != '\0')
        return REASON_DONE;
    return failure_set(
        failure, REASON_BAD_VALUE, "case_number", N_("a readmission has the other state's case number"));
}

enum reason rules_check_purpose(const struct policy *policy, unsigned roles,
    const struct transaction_request *request, struct failure *failure)
{
    const struct policy_purpose *purpose;
    const struct policy_question question = question_of(roles, request);
    TRY(policy_check_purpose(policy, &question, &purpose, failure));
    return check_case(purpose, request, failure);
}

enum reason rules_check_capture(const struct policy *policy, unsigned roles,
    const struct transaction_request *request, struct failure *failure)
{
    const struct policy_purpose *purpose;
    const struct policy_question question = question_of(roles, request);
    TRY(policy_check_opening(policy, &question, &purpose, failure));
    return check_case(purpose, request, failure);
}

enum reason rules_check_record(
    const struct policy *policy, const char *purpose, const char *legal_basis, struct failure *failure)
{
    const struct policy_purpose *declared = policy_find_purpose(policy, purpose);
    const struct policy_question question = {.purpose = purpose,
        .legal_basis = legal_basis,
        .roles = ~0u,
        .comparisons = declared != NULL ? declared->comparisons : POLICY_VERIFICATION};
    return policy_check_purpose(policy, &question, &declared, failure);
}

const char *rules_exemption(const struct policy *policy, const struct transaction_request *request)
{
    return policy_exemption(policy_find_purpose(policy, request->purpose), request->traveller_group,
        request->age_band, request->accompanied);
}

uint32_t rules_postponement_days(const struct policy *policy, const struct transaction_request *request)
{
    return policy_find_purpose(policy, request->purpose)->postponement_days;
}

const char *rules_nature(const struct policy *policy, const char *purpose)
{
    const struct policy_purpose *declared = policy_find_purpose(policy, purpose);
    return declared != NULL ? policy_nature_name(declared->nature) : NULL;
}

bool rules_is_readmission(const char *nature)
{
    return nature != NULL && strcmp(nature, policy_nature_name(POLICY_READMISSION)) == 0;
}
