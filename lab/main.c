/* main.c: kordon-lab: derives the figures that the matcher holds (weights, calibration, forms) from sets of prints, and
 * examines what they are worth. Not installed: docs/accuracy.md says when to use it.
 */
#include "lab/lab.h"

static const struct measure_command commands[] = {
    {"calibrate", lab_calibrate, 1, MEASURE_SETS_MAX, false},
    {"fusion", lab_fusion, 1, 1, false},
    {"density", lab_density, 1, MEASURE_SETS_MAX, false},
    {"fit", lab_fit, 1, MEASURE_SETS_MAX, false},
    {"fit-quality", lab_fit_quality, 1, MEASURE_SETS_MAX, false},
    {"fit-signature", lab_fit_signature, 1, MEASURE_SETS_MAX, false},
};

static const char documentation[] =
    "Derives the figures that kordon's matcher holds.\v"
    "Commands:\n"
    "  calibrate  derive the score calibration from the non-mated pairs of several --set, show each set "
    "against a "
    "calibration from the others, and write the table in force to --out\n"
    "  fusion     error rates of two fingers of a person fused, against one, whether fused scores keep their "
    "scale, "
    "and whether swapped fingers are found\n"
    "  density    whether a grid shows in where the minutiae of one or several --set lie; --out FILE gets "
    "the map, a portable gray map of 368x368 px\n"
    "  fit        derive the weights of the comparison's evidence from one or several --set, and measure "
    "them with each set left out\n"
    "  fit-quality  derive the quality's weights from one or several --set, and measure them with each set "
    "left out\n"
    "  fit-signature  derive the linear forms of the first stage's signature from one or several --set, "
    "measure what it loses with each set left out, and write their tables to the folder "
    "--out\n" MEASURE_SETS_TEXT;

int main(int argc, char **argv)
{
    const struct measure_program program = {.documentation = documentation,
        .commands = commands,
        .command_count = sizeof commands / sizeof commands[0]};
    return measure_main(argc, argv, &program);
}
