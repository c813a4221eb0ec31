/* finger.h: the ten finger positions, named as the manifest, the API and the log name them.
 *
 * Codes are those of ISO/IEC 19794-2:2005 table 2 (and ANSI 378): 0 unknown, 1-5 right thumb to little, 6-10
 * left.
 */
#ifndef KORDON_BASE_FINGER_H
#define KORDON_BASE_FINGER_H

#include <stdbool.h>

enum finger_position {
    FINGER_UNKNOWN = 0,
    FINGER_RIGHT_THUMB = 1,
    FINGER_RIGHT_INDEX,
    FINGER_RIGHT_MIDDLE,
    FINGER_RIGHT_RING,
    FINGER_RIGHT_LITTLE,
    FINGER_LEFT_THUMB,
    FINGER_LEFT_INDEX,
    FINGER_LEFT_MIDDLE,
    FINGER_LEFT_RING,
    FINGER_LEFT_LITTLE,
    FINGER_POSITION_COUNT
};

/* "unknown", "right_thumb" ... "left_little"; "unknown" for anything else. */
const char *finger_position_name(enum finger_position position);

/* The position of that name; false and FINGER_UNKNOWN where there is none. */
bool finger_position_parse(const char *name, enum finger_position *position);

#endif
