/* finger_arguments.h: which --image belongs to which --finger.
 *
 * They are given in pairs, in either order within a pair, or as one list each of the same length; anything else could give a person
 * the print of another finger and is refused. Fingers alone are captured, images alone are of unknown fingers.
 */
#ifndef KORDON_TOOLS_KORDONCTL_FINGER_ARGUMENTS_H
#define KORDON_TOOLS_KORDONCTL_FINGER_ARGUMENTS_H

#include <stdint.h>

#include "base/failure.h"
#include "base/finger.h"

#define FINGER_ARGUMENTS_MAX 10

/* One finger of a transaction; image NULL: from a scanner. ppi 0: the file says. */
struct finger_argument {
    enum finger_position position;
    bool position_given;
    const char *image;
    uint32_t ppi;
};

/* As they stand on the command line; zeroed: none. Texts point into argv. */
struct finger_arguments {
    enum finger_position positions[FINGER_ARGUMENTS_MAX];
    struct {
        const char *file;
        uint32_t ppi;
    } images[FINGER_ARGUMENTS_MAX];
    uint32_t position_count, image_count;
    char order[2 * FINGER_ARGUMENTS_MAX + 1]; /* 'f' and 'i' */
    uint32_t ppi_for_all;
};

/* The next option's value. BAD_ARGUMENT names the option. */
enum reason finger_arguments_position(
    struct finger_arguments *arguments, const char *text, struct failure *failure);
enum reason finger_arguments_image(
    struct finger_arguments *arguments, const char *file, struct failure *failure);
/* Of the image before it, or of all images where it stands before the first. */
void finger_arguments_ppi(struct finger_arguments *arguments, uint32_t ppi);

/* The fingers that they say, at the end of the command line. BAD_ARGUMENT names the option that has no partner, or whose partner is
 * not certain. */
enum reason finger_arguments_pair(const struct finger_arguments *arguments,
    struct finger_argument fingers[static FINGER_ARGUMENTS_MAX], uint32_t *count, struct failure *failure);

#endif
