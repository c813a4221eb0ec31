#include "policy/fingers.h"

#include <stdbool.h>

static bool is_among(const enum finger_position *fingers, size_t count, enum finger_position position)
{
    for (size_t i = 0; i < count; i++)
        if (fingers[i] == position)
            return true;
    return false;
}

size_t policy_fingers_there(const struct policy_purpose *purpose, const enum finger_position *missing,
    size_t missing_count, enum finger_position there[static FINGER_POSITION_COUNT])
{
    size_t count = 0;
    for (size_t i = 0; i < purpose->finger_count; i++)
        if (!is_among(missing, missing_count, purpose->fingers[i]))
            there[count++] = purpose->fingers[i];
    return count;
}

uint32_t policy_fingers_needed(uint32_t policy_needed, size_t there_count)
{
    return policy_needed < there_count ? policy_needed : (uint32_t)there_count;
}

uint32_t policy_fingers_asked(const enum finger_position *order, size_t count, uint32_t wanted)
{
    uint32_t positions = 0;
    for (size_t i = 0; i < count && i < wanted; i++)
        positions |= 1u << order[i];
    return positions;
}
