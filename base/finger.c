#include "base/finger.h"

#include <string.h>

static const char *const position_names[FINGER_POSITION_COUNT] = {
    "unknown",
    "right_thumb",
    "right_index",
    "right_middle",
    "right_ring",
    "right_little",
    "left_thumb",
    "left_index",
    "left_middle",
    "left_ring",
    "left_little",
};

const char *finger_position_name(enum finger_position position)
{
    return position_names[(unsigned)position < FINGER_POSITION_COUNT ? position : FINGER_UNKNOWN];
}

bool finger_position_parse(const char *name, enum finger_position *position)
{
    *position = FINGER_UNKNOWN;
    for (int i = 0; i < FINGER_POSITION_COUNT; i++) {
        if (strcmp(name, position_names[i]) == 0) {
            *position = (enum finger_position)i;
            return true;
        }
    }
    return false;
}
