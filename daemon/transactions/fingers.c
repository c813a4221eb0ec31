#include "daemon/transactions/fingers.h"

#include <stdio.h>

static bool is_among(const enum finger_position *fingers, size_t count, enum finger_position position)
{
    for (size_t i = 0; i < count; i++)
        if (fingers[i] == position)
            return true;
    return false;
}

static enum reason check_named(
    const struct policy_purpose *purpose, const struct transaction_request *request, struct failure *failure)
{
    for (size_t i = 0; i < request->finger_count; i++)
        if (request->fingers[i] != FINGER_UNKNOWN &&
            !is_among(purpose->fingers, purpose->finger_count, request->fingers[i]))
            return failure_set(failure, REASON_BAD_VALUE, "fingers", "%s: the policy does not take it for %s",
                finger_position_name(request->fingers[i]), purpose->name);
    return REASON_DONE;
}

/* What is not missing counts for what is needed, whether the terminal named it or not: nobody gets around it by naming fewer. */
static enum reason check_enough(const struct policy_purpose *purpose, size_t there,
    struct transaction_fingers *fingers, struct failure *failure)
{
    if (there == 0)
        return failure_set(failure, REASON_BAD_VALUE, "missing_fingers",
            "none is left: open it as an exception of kind impossible");
    fingers->needed = purpose->fingers_needed < there ? purpose->fingers_needed : (uint32_t)there;
    if (fingers->count >= fingers->needed || fingers->any)
        return REASON_DONE;
    return failure_set(failure, REASON_BAD_VALUE, "fingers",
        "%u are needed for %s: name as many, or say in missing_fingers which are not there",
        (unsigned)fingers->needed, purpose->name);
}

enum reason transaction_fingers_choose(const struct policy *policy, const struct policy_purpose *purpose,
    const struct transaction_request *request, struct transaction_fingers *fingers, struct failure *failure)
{
    size_t there = 0;
    *fingers = (struct transaction_fingers){.unnamed = policy->demonstration,
        .any = policy->demonstration && request->finger_count == 0,
        .attempts = purpose->attempts};
    TRY(check_named(purpose, request, failure));
    for (size_t i = 0; i < purpose->finger_count; i++) {
        const enum finger_position position = purpose->fingers[i];
        if (is_among(request->missing, request->missing_count, position))
            continue;
        there++;
        if (request->finger_count == 0 || is_among(request->fingers, request->finger_count, position))
            fingers->order[fingers->count++] = position;
    }
    TRY(check_enough(purpose, there, fingers, failure));
    fingers->wanted = request->finger_count > 0 ? (uint32_t)fingers->count : fingers->needed;
    return REASON_DONE;
}

bool transaction_fingers_take(const struct transaction_fingers *fingers, enum finger_position position)
{
    return position == FINGER_UNKNOWN ? fingers->unnamed : is_among(fingers->order, fingers->count, position);
}
