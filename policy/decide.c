/* decide.c: what follows from a policy, for one question. */
#include <stdio.h>
#include <string.h>

#include "policy/policy.h"

/* Of a failure's detail, beside a purpose's name and the words around both. */
#define LEGAL_BASES_ROOM 240

const struct policy_purpose *policy_find_purpose(const struct policy *policy, const char *purpose)
{
    for (size_t i = 0; i < policy->purpose_count; i++)
        if (strcmp(policy->purposes[i].name, purpose) == 0)
            return &policy->purposes[i];
    return NULL;
}

static enum reason say_undeclared(const struct policy *policy, struct failure *failure)
{
    struct word_list names = {0};
    for (size_t i = 0; i < policy->purpose_count; i++)
        word_list_add(&names, policy->purposes[i].name);
    return failure_set(
        failure, REASON_PURPOSE_NOT_DECLARED, "purpose", N_("the declared ones are %s"), names.text);
}

/* Where the policy names none it takes any, but not nothing. */
static bool takes_legal_basis(const struct policy_purpose *purpose, const char *legal_basis)
{
    for (size_t i = 0; i < purpose->legal_basis_count; i++)
        if (strcmp(purpose->legal_bases[i], legal_basis) == 0)
            return true;
    return purpose->legal_basis_count == 0 && legal_basis[0] != '\0';
}

/* Word for word, as one of them must be said: a list that was cut says how many more there are; one of which none has room names none. */
static enum reason say_legal_bases(const struct policy_purpose *purpose, struct failure *failure)
{
    struct word_list bases = {.room = LEGAL_BASES_ROOM};
    for (size_t i = 0; i < purpose->legal_basis_count; i++) {
        char quoted[POLICY_TEXT_SIZE + 2];
        snprintf(quoted, sizeof quoted, "\"%s\"", purpose->legal_bases[i]);
        word_list_add(&bases, quoted);
    }
    if (bases.used == 0)
        return failure_set(failure, REASON_LEGAL_BASIS_NOT_IN_POLICY, "legal_basis",
            N_("the policy does not name it for %s"), purpose->name);
    return failure_set(failure, REASON_LEGAL_BASIS_NOT_IN_POLICY, "legal_basis", N_("for %s it names %s"),
        purpose->name, bases.text);
}

static bool is_captured(const struct policy_purpose *purpose, enum traveller_group group)
{
    return group > TRAVELLER_GROUP_UNSAID && (unsigned)group < TRAVELLER_GROUP_COUNT &&
           (purpose->captured_groups & 1u << group) != 0;
}

bool policy_is_under_age(const struct policy_purpose *purpose, enum age_band band, bool accompanied)
{
    return age_band_lowest(band) < (accompanied ? purpose->accompanied_age : purpose->minimum_age);
}

const char *policy_exemption(const struct policy_purpose *purpose, enum traveller_group group,
    enum age_band age_band, bool accompanied)
{
    if (!is_captured(purpose, group))
        return traveller_group_name(group);
    return policy_is_under_age(purpose, age_band, accompanied) ? "under_age" : NULL;
}

static enum reason check_exemption(
    const struct policy_purpose *purpose, const struct policy_question *question, struct failure *failure)
{
    if (!is_captured(purpose, question->group))
        return failure_set(failure, REASON_GROUP_EXEMPT, "traveller_group",
            N_("the policy exempts it for %s"), purpose->name);
    if (policy_is_under_age(purpose, question->age_band, question->accompanied))
        return failure_set(failure, REASON_AGE_NOT_PERMITTED, "age_band",
            N_("the policy's age for %s is %u; doubt counts as a small child"), purpose->name,
            (unsigned)purpose->minimum_age);
    return REASON_DONE;
}

enum reason policy_check_purpose(const struct policy *policy, const struct policy_question *question,
    const struct policy_purpose **purpose, struct failure *failure)
{
    *purpose = NULL;
    const struct policy_purpose *found = policy_find_purpose(policy, question->purpose);
    if (found == NULL)
        return say_undeclared(policy, failure);
    if (!takes_legal_basis(found, question->legal_basis))
        return say_legal_bases(found, failure);
    if ((found->roles & question->roles) == 0)
        return failure_set(failure, REASON_NOT_PERMITTED, "purpose",
            N_("your role does not open transactions for %s"), found->name);
    unsigned wanted = question->comparisons;
    if (wanted == 0 || (wanted & ~found->comparisons) != 0)
        return failure_set(failure, REASON_COMPARISON_NOT_PERMITTED, "kind", "%s permits %s alone",
            found->name, found->comparisons == POLICY_IDENTIFICATION ? "identification" : "verification");
    *purpose = found;
    return REASON_DONE;
}

enum reason policy_check_opening(const struct policy *policy, const struct policy_question *question,
    const struct policy_purpose **purpose, struct failure *failure)
{
    TRY(policy_check_purpose(policy, question, purpose, failure));
    return check_exemption(*purpose, question, failure);
}

enum reason policy_check_place(const struct policy *policy, bool demonstration, struct failure *failure)
{
    if (demonstration || !policy->demonstration)
        return REASON_DONE;
    return failure_set(failure, REASON_POLICY_BAD, policy->name,
        "it takes any legal basis (demonstration = yes), and the configuration is no demonstration");
}

enum policy_list_age policy_judge_list_age(const struct policy_purpose *purpose, uint64_t age_days)
{
    if (age_days >= purpose->list_limit_days)
        return POLICY_LIST_TOO_OLD;
    return age_days >= purpose->list_warning_days ? POLICY_LIST_STALE : POLICY_LIST_FRESH;
}
