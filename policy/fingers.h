/* fingers.h: which of a traveller's fingers are asked for, as the policy says it of the purpose: whether a post is armed and each transaction
 * follow from the same answer. Pure; any thread. */
#ifndef KORDON_POLICY_FINGERS_H
#define KORDON_POLICY_FINGERS_H

#include "policy/policy.h"

/* The purpose's fingers without those that are missing, in its order; how many they are. */
size_t policy_fingers_there(const struct policy_purpose *purpose, const enum finger_position *missing,
    size_t missing_count, enum finger_position there[static FINGER_POSITION_COUNT]);

/* How many of those that are there are needed: the policy's number, or all where fewer are there. */
uint32_t policy_fingers_needed(uint32_t policy_needed, size_t there_count);

/* A bit (1u << position) for each that is asked for where every capture succeeds: the first wanted of that order. */
uint32_t policy_fingers_asked(const enum finger_position *order, size_t count, uint32_t wanted);

#endif
