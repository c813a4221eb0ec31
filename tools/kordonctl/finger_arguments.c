#include "tools/kordonctl/finger_arguments.h"

#include <string.h>

static void note(struct finger_arguments *arguments, char kind)
{
    arguments->order[arguments->position_count + arguments->image_count] = kind;
}

enum reason finger_arguments_position(
    struct finger_arguments *arguments, const char *text, struct failure *failure)
{
    enum finger_position position;
    if (!finger_position_parse(text, &position))
        return failure_set(failure, REASON_BAD_ARGUMENT, "--finger",
            N_("no such position: write right_thumb, right_index, right_middle, right_ring, right_little, "
               "the "
               "same with left, or unknown"));
    if (arguments->position_count == FINGER_ARGUMENTS_MAX)
        return failure_set(failure, REASON_BAD_ARGUMENT, "--finger", N_("a person has ten"));
    note(arguments, 'f');
    arguments->positions[arguments->position_count++] = position;
    return REASON_DONE;
}

enum reason finger_arguments_image(
    struct finger_arguments *arguments, const char *file, struct failure *failure)
{
    if (arguments->image_count == FINGER_ARGUMENTS_MAX)
        return failure_set(failure, REASON_BAD_ARGUMENT, "--image", N_("a person has ten fingers"));
    note(arguments, 'i');
    arguments->images[arguments->image_count].file = file;
    arguments->images[arguments->image_count++].ppi = arguments->ppi_for_all;
    return REASON_DONE;
}

void finger_arguments_ppi(struct finger_arguments *arguments, uint32_t ppi)
{
    if (arguments->image_count > 0)
        arguments->images[arguments->image_count - 1].ppi = ppi;
    else
        arguments->ppi_for_all = ppi;
}

/* Whether the n-th of one kind belongs to the n-th of the other: pairs of one order, or a list of each. */
static bool is_certain(const char *order)
{
    size_t length = strlen(order), half = length / 2;
    bool pairs = true, lists = true;
    for (size_t i = 0; i < length; i++) {
        pairs = pairs && order[i] == order[i % 2] && order[0] != order[1];
        lists = lists && order[i] == order[i < half ? 0 : half] && order[0] != order[half];
    }
    return pairs || lists;
}

static enum reason check_partners(const struct finger_arguments *arguments, struct failure *failure)
{
    uint32_t positions = arguments->position_count, images = arguments->image_count;
    if (positions == 0 || images == 0)
        return REASON_DONE;
    if (positions > images)
        return failure_set(failure, REASON_BAD_ARGUMENT, "--finger",
            N_("%u are given for %u --image: give each finger one, or capture all of them"), positions,
            images);
    if (images > positions)
        return failure_set(failure, REASON_BAD_ARGUMENT, "--image",
            N_("%u are given for %u --finger: say of each image which finger it shows (or --finger unknown)"),
            images, positions);
    if (!is_certain(arguments->order))
        return failure_set(failure, REASON_BAD_ARGUMENT, "--image",
            N_("it is not certain which --finger each one shows: give them in pairs, or all of the one and "
               "then "
               "all of the other in the same order"));
    return REASON_DONE;
}

enum reason finger_arguments_pair(const struct finger_arguments *arguments,
    struct finger_argument fingers[static FINGER_ARGUMENTS_MAX], uint32_t *count, struct failure *failure)
{
    uint32_t positions = arguments->position_count, images = arguments->image_count;
    *count = 0;
    TRY(check_partners(arguments, failure));
    *count = positions > images ? positions : images;
    for (uint32_t i = 0; i < *count; i++)
        fingers[i] =
            (struct finger_argument){.position = i < positions ? arguments->positions[i] : FINGER_UNKNOWN,
                .position_given = i < positions,
                .image = i < images ? arguments->images[i].file : NULL,
                .ppi = i < images ? arguments->images[i].ppi : 0};
    return REASON_DONE;
}
