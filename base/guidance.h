/* guidance.h: what an officer is told to have the traveller do, so that a usable sample comes: the one table of its codes and texts.
 *
 * A code is what programs read, and stays; a text is what people read: one whole sentence, to be translated, said of the finger and the
 * reader and never of the person. Guidance is never a fault of a device, a capture that timed out or was cancelled, or a comparison's
 * result: each of these has words of its own (enum reason, the decision). Pure; any thread.
 */
#ifndef KORDON_BASE_GUIDANCE_H
#define KORDON_BASE_GUIDANCE_H

#include "base/language.h"

/* Directions are those of the picture: up is where the finger's tip points. */
#define GUIDANCE_CODES(CODE)                                                                                 \
    /* while a finger is waited for */                                                                       \
    CODE(PLACE_FINGER, "place_finger", N_("Place the finger on the reader"))                                 \
    CODE(SWIPE_FINGER, "swipe_finger", N_("Draw the finger evenly over the reader"))                         \
    /* while it is down */                                                                                   \
    CODE(HOLD_STILL, "hold_still", N_("Hold the finger still until its picture is taken"))                   \
    CODE(LIFT_FINGER, "lift_finger", N_("Lift the finger from the reader"))                                  \
    /* after the attempt */                                                                                  \
    CODE(PLACE_AGAIN, "place_again", N_("Lift the finger and place it again"))                               \
    CODE(SWIPE_AGAIN, "swipe_again", N_("Draw the finger over the reader again, all of it and more slowly")) \
    CODE(LAY_FLAT, "lay_flat", N_("Lay the finger flat, so that more of its pad touches the reader"))        \
    CODE(CENTRE_FINGER, "centre_finger", N_("Lay the finger on the middle of the reader"))                   \
    CODE(MOVE_UP, "move_up", N_("Move the finger up, the way its tip points"))                               \
    CODE(MOVE_DOWN, "move_down", N_("Move the finger down, away from where its tip points"))                 \
    CODE(MOVE_LEFT, "move_left", N_("Move the finger to the left"))                                          \
    CODE(MOVE_RIGHT, "move_right", N_("Move the finger to the right"))                                       \
    CODE(PRESS_MORE_FIRMLY, "press_more_firmly",                                                             \
        N_("Press the finger a little more firmly; where the skin is dry, breathe on it first"))             \
    CODE(PRESS_LESS, "press_less", N_("Press the finger less; where it is wet, wipe it and the reader dry")) \
    CODE(                                                                                                    \
        WIPE_GLASS, "wipe_glass", N_("Wipe the reader's glass, then press the finger a little more firmly")) \
    CODE(CLEAN_FINGER, "clean_finger", N_("Clean the finger and the reader's glass, then place it again"))   \
    /* behind the last attempt for a finger */                                                               \
    CODE(NEXT_FINGER, "next_finger", N_("Place this finger now: the one before is not tried any more"))      \
    CODE(NO_FINGER, "no_finger",                                                                             \
        N_("No finger gives a usable picture: go on by the procedure without fingerprints"))                 \
    CODE(ENOUGH, "enough", N_("No more fingers are to be placed"))

enum guidance {
    GUIDANCE_NONE = 0,
#define GUIDANCE_ENUM(code, word, text) GUIDANCE_##code,
    GUIDANCE_CODES(GUIDANCE_ENUM)
#undef GUIDANCE_ENUM
        GUIDANCE_COUNT
};

/* "press_more_firmly"; "" for NONE and what is no code. Constant. */
const char *guidance_code(enum guidance guidance);

/* Its sentence, in English; "" likewise. Constant. */
const char *guidance_text(enum guidance guidance);

#endif
