#include "daemon/transactions/fingers.h"

#include <stdio.h>

#include "policy/fingers.h"

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
            return failure_set(failure, REASON_BAD_VALUE, "fingers",
                N_("%s: the policy does not take it for %s"), finger_position_name(request->fingers[i]),
                purpose->name);
    return REASON_DONE;
}

/* What is not missing counts for what is needed, whether the terminal named it or not: nobody gets around it by naming fewer. */
static enum reason find_needed(struct transaction_fingers *fingers, struct failure *failure)
{
    if (fingers->there_count == 0)
        return failure_set(failure, REASON_BAD_VALUE, "missing_fingers",
            N_("none is left: that is an exception of kind impossible"));
    fingers->needed = policy_fingers_needed(fingers->policy_needed, fingers->there_count);
    return REASON_DONE;
}

static enum reason check_enough(
    const struct policy_purpose *purpose, const struct transaction_fingers *fingers, struct failure *failure)
{
    if (fingers->count >= fingers->needed || fingers->any)
        return REASON_DONE;
    return failure_set(failure, REASON_BAD_VALUE, "fingers",
        N_("%u are needed for %s: name as many, or say in missing_fingers which are not there"),
        (unsigned)fingers->needed, purpose->name);
}

enum reason transaction_fingers_choose(const struct policy *policy, const struct policy_purpose *purpose,
    const struct transaction_request *request, struct transaction_fingers *fingers, struct failure *failure)
{
    *fingers = (struct transaction_fingers){.policy_needed = purpose->fingers_needed,
        .unnamed = policy->demonstration,
        .any = policy->demonstration && request->finger_count == 0,
        .attempts = purpose->attempts};
    TRY(check_named(purpose, request, failure));
    fingers->there_count =
        policy_fingers_there(purpose, request->missing, request->missing_count, fingers->there);
    for (size_t i = 0; i < fingers->there_count; i++)
        if (request->finger_count == 0 ||
            is_among(request->fingers, request->finger_count, fingers->there[i]))
            fingers->order[fingers->count++] = fingers->there[i];
    TRY(find_needed(fingers, failure));
    TRY(check_enough(purpose, fingers, failure));
    fingers->wanted = request->finger_count > 0 ? (uint32_t)fingers->count : fingers->needed;
    return REASON_DONE;
}

void transaction_fingers_want(struct transaction_fingers *fingers, uint32_t wanted)
{
    wanted = wanted < fingers->count ? wanted : (uint32_t)fingers->count;
    if (fingers->wanted < wanted)
        fingers->wanted = wanted;
}

static size_t drop(
    enum finger_position *fingers, size_t count, const enum finger_position *missing, size_t missing_count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (!is_among(missing, missing_count, fingers[i]))
            fingers[kept++] = fingers[i];
    return kept;
}

/* Those that are asked for, and as many more as are needed, in the policy's order. */
static void fill_up(struct transaction_fingers *fingers)
{
    const struct transaction_fingers before = *fingers;
    size_t further = before.count < before.needed ? before.needed - before.count : 0;
    fingers->count = 0;
    for (size_t i = 0; i < before.there_count; i++) {
        const bool asked = is_among(before.order, before.count, before.there[i]);
        if (!asked && further == 0)
            continue;
        further -= !asked;
        fingers->order[fingers->count++] = before.there[i];
    }
}

enum reason transaction_fingers_miss(struct transaction_fingers *fingers, const enum finger_position *missing,
    size_t count, struct failure *failure)
{
    struct transaction_fingers left = *fingers;
    left.there_count = drop(left.there, left.there_count, missing, count);
    left.count = drop(left.order, left.count, missing, count);
    TRY(find_needed(&left, failure));
    fill_up(&left);
    if (left.wanted > left.count)
        left.wanted = (uint32_t)left.count;
    *fingers = left;
    return REASON_DONE;
}

void fingers_write_missing(const struct transaction_request *request, struct json_writer *json)
{
    struct json_writer missing;
    if (request->missing_count == 0)
        return;
    json_writer_array(&missing);
    for (size_t i = 0; i < request->missing_count; i++)
        json_append_text(&missing, finger_position_name(request->missing[i]));
    json_write_value(json, "missing_fingers", json_writer_end(&missing));
}

bool transaction_fingers_take(const struct transaction_fingers *fingers, enum finger_position position)
{
    return position == FINGER_UNKNOWN ? fingers->unnamed : is_among(fingers->order, fingers->count, position);
}
