/* command_line.h: the command line of kordon-bench and of the laboratory's programs: one command, the options that all of
 * them take, and those that a program adds.
 *
 * Thread rule: for main(), before any other thread is there.
 */
#ifndef KORDON_TOOLS_MEASURE_COMMAND_LINE_H
#define KORDON_TOOLS_MEASURE_COMMAND_LINE_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

#define MEASURE_SETS_MAX 16

struct
    program_options; /* what a program takes beyond the common options; it defines them where it has some */

struct measure_options {
    const char *sets[MEASURE_SETS_MAX];
    uint32_t ppis[MEASURE_SETS_MAX]; /* the resolution of the set at the same index */
    uint32_t set_count, ppi_count;
    const char *out;
    uint32_t threads;
    bool json;
    const struct program_options *own; /* NULL where the program has none */
};

struct measure_command {
    const char *name;
    int (*run)(const struct measure_options *options); /* returns the program's exit code */
    uint32_t sets_least, sets_most;
    bool needs_out;
};

/* How a program's documentation ends. */
#define MEASURE_SETS_TEXT                                                                                    \
    "A set is a folder of <finger>_<impression>.png (or .jpg) images, with --ppi, or of .iso, .fmr or "      \
    ".ansi "                                                                                                 \
    "templates of the same names."

struct measure_program {
    const char *documentation; /* as argp's */
    const struct measure_command *commands;
    size_t command_count;
    const struct argp *own; /* options of its own; its parser's input is own_options */
    struct program_options *own_options;
};

/* Reads the command line and runs the command it names. Returns the exit code. A command line that can't be run ends the
 * program with EX_USAGE and says why, as argp does. */
int measure_main(int argc, char **argv, const struct measure_program *program);

/* An option's number from 1 to most; ends the program with EX_USAGE where it is none. */
uint32_t measure_number(const char *text, uint32_t most, struct argp_state *state);

/* Prints a failure to stderr as one line that begins with the program's name, and returns its exit code. */
int measure_fail(const struct failure *failure);

#endif
