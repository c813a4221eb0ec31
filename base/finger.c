#include "base/finger.h"

#include <string.h>

#include "base/language.h"

static const char *const position_names[FINGER_POSITION_COUNT] = {
    CODE_("finger", "unknown"),
    CODE_("finger", "right_thumb"),
    CODE_("finger", "right_index"),
    CODE_("finger", "right_middle"),
    CODE_("finger", "right_ring"),
    CODE_("finger", "right_little"),
    CODE_("finger", "left_thumb"),
    CODE_("finger", "left_index"),
    CODE_("finger", "left_middle"),
    CODE_("finger", "left_ring"),
    CODE_("finger", "left_little"),
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
