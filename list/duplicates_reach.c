/* duplicates_reach.c: whose fingers are compared with whose, in the search for people who are on a list twice. */
#include "list/duplicates_internal.h"

#define COUNT_PEOPLE 4096 /* in one go: each costs a look at memory that is far away */

#define ALL POLICY_PURPOSES_MAX /* the row of all fingers */

static enum finger_position position_of(const struct held_entry *entry, uint32_t index)
{
    return (enum finger_position)held_fingers(entry)[index].position;
}

static void count_person(struct duplicates_reach *reach, const struct held_entry *entry)
{
    for (uint32_t k = 0; k < entry->fingers; k++) {
        enum finger_position position = position_of(entry, k);
        for (uint64_t left = entry->purposes; left != 0; left &= left - 1)
            reach->fingers[__builtin_ctzll(left)][position]++;
        reach->fingers[ALL][position]++;
    }
}

/* A finger of unknown position may be any. */
static uint64_t met_of(const uint32_t fingers[static FINGER_POSITION_COUNT], enum finger_position position)
{
    uint64_t sum = 0;
    for (uint32_t other = 0; other < FINGER_POSITION_COUNT; other++)
        if (position == FINGER_UNKNOWN || other == FINGER_UNKNOWN || other == position)
            sum += fingers[other];
    return sum;
}

/* How many of the entry's own fingers its finger at that position would be compared with, itself among them. */
static uint64_t own_met(const struct held_entry *entry, enum finger_position position)
{
    uint64_t count = 0;
    for (uint32_t k = 0; k < entry->fingers; k++) {
        enum finger_position own = position_of(entry, k);
        count += position == FINGER_UNKNOWN || own == FINGER_UNKNOWN || own == position;
    }
    return count;
}

static bool is_comparable(const struct duplicates_reach *reach, const struct held_entry *entry)
{
    for (uint32_t k = 0; k < entry->fingers; k++) {
        enum finger_position position = position_of(entry, k);
        uint64_t own = own_met(entry, position);
        for (uint64_t left = entry->purposes; left != 0; left &= left - 1)
            if (met_of(reach->fingers[__builtin_ctzll(left)], position) > own)
                return true;
    }
    return false;
}

bool duplicates_reach_count(struct duplicates_reach *reach, const struct opened_list *set)
{
    const struct held_entry *entries = held_entries(set->memory);
    const uint32_t people = (uint32_t)set->memory->subject_count;
    for (uint32_t i = 0; i < COUNT_PEOPLE && reach->judged < people; i++) {
        bool counting = reach->counted < people;
        uint32_t place = counting ? reach->counted++ : reach->judged++;
        if (!is_erased(set, place) && counting)
            count_person(reach, &entries[place]);
        else if (!is_erased(set, place))
            reach->comparable += is_comparable(reach, &entries[place]);
    }
    return reach->judged == people;
}

uint64_t duplicates_reach_comparisons(const struct duplicates_reach *reach)
{
    const uint32_t *fingers = reach->fingers[ALL];
    uint64_t sum = fingers[FINGER_UNKNOWN] * met_of(fingers, FINGER_UNKNOWN);
    for (uint32_t position = 0; position < FINGER_POSITION_COUNT; position++)
        if (position != FINGER_UNKNOWN && fingers[position] > 1)
            sum += (uint64_t)fingers[position] * (fingers[position] - 1) / 2;
    return sum;
}

uint64_t duplicates_reach_met(const struct duplicates_reach *reach, enum finger_position position)
{
    return met_of(reach->fingers[ALL], position);
}
