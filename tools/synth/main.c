/* kordon-synth: writes synthetic fingerprints, several impressions of each finger. */
#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "tools/synth/output.h"
#include "tools/synth/synth.h"

#define FINGERS_MAX     10000000
#define IMPRESSIONS_MAX 1000

struct options {
    uint64_t fingers, impressions, seed;
    struct synth_conditions conditions;
    const char *out, *sheet;
};

static const struct argp_option option_table[] = {
    {"fingers", 'n', "N", 0, "Fingers to make, numbered from 1 (default 10)", 0},
    {"impressions", 'm', "M", 0, "Impressions of each finger (default 4)", 0},
    {"seed", 's', "S", 0, "The same seed gives the same prints (default 1)", 0},
    {"out", 'o', "DIR", 0, "Where to write <finger>_<impression>.png; made if missing", 0},
    {"width", 'w', "PX", 0, "Width of an impression at 500 ppi (default 388)", 0},
    {"height", 'h', "PX", 0, "Height of an impression at 500 ppi (default 374)", 0},
    {"strain", 't', "PERCENT", 0,
        "How far impressions stray in place, skin and contact: 0 to 400 (default 100)", 0},
    {"moisture", 'M', "PERCENT", 0, "Skin that is too dry (below 0) or too wet: -300 to 300 (default 0)", 0},
    {"smear", 'k', "PX", 0, "How far the finger slides during the capture: 0 to 40 (default 0)", 0},
    {"offset", 'x', "PX", 0, "How far it lies beside the sensor's middle: 0 to 400 (default 0)", 0},
    {"sheet", 'S', "FILE", 0, "Write all impressions at half size into one PNG, one finger a column", 0},
    {0},
};

static uint64_t parse_number(
    struct argp_state *state, const char *name, const char *text, uint64_t low, uint64_t high)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || value < low || value > high)
        argp_error(state, "--%s %s: argument not usable; give a number from %llu to %llu", name, text,
            (unsigned long long)low, (unsigned long long)high);
    return value;
}

static uint32_t parse_side(struct argp_state *state, const char *name, const char *text)
{
    return (uint32_t)parse_number(state, name, text, SYNTH_SIDE_MIN, SYNTH_SIDE_MAX);
}

/* A number that may have a minus. */
static int32_t parse_moisture(struct argp_state *state, const char *text)
{
    bool dry = text[0] == '-';
    int32_t percent = (int32_t)parse_number(state, "moisture", text + dry, 0, SYNTH_MOISTURE_MAX);
    return dry ? -percent : percent;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'n':
        options->fingers = parse_number(state, "fingers", argument, 1, FINGERS_MAX);
        return 0;
    case 'm':
        options->impressions = parse_number(state, "impressions", argument, 1, IMPRESSIONS_MAX);
        return 0;
    case 's':
        options->seed = parse_number(state, "seed", argument, 0, UINT64_MAX);
        return 0;
    case 'w':
        options->conditions.width = parse_side(state, "width", argument);
        return 0;
    case 'h':
        options->conditions.height = parse_side(state, "height", argument);
        return 0;
    case 't':
        options->conditions.strain = (uint32_t)parse_number(state, "strain", argument, 0, SYNTH_STRAIN_MAX);
        return 0;
    case 'M':
        options->conditions.moisture = parse_moisture(state, argument);
        return 0;
    case 'k':
        options->conditions.smear = (uint32_t)parse_number(state, "smear", argument, 0, SYNTH_SMEAR_MAX);
        return 0;
    case 'x':
        options->conditions.offset = (uint32_t)parse_number(state, "offset", argument, 0, SYNTH_OFFSET_MAX);
        return 0;
    case 'o':
        options->out = argument;
        return 0;
    case 'S':
        options->sheet = argument;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "%s: argument not usable; only options are taken", argument);
        return 0;
    case ARGP_KEY_END:
        if (options->out == NULL && options->sheet == NULL)
            argp_error(state, "--out: nothing to write; name a directory, or a file with --sheet");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* One impression made into pixels, then written and put on the sheet, each where it was asked for. */
static enum reason put_impression(const struct options *options, const struct synth_finger *finger,
    uint32_t number, uint32_t impression, uint8_t *pixels, struct sheet *sheet, struct failure *failure)
{
    const struct synth_conditions *conditions = &options->conditions;
    enum reason reason = synth_impression(finger, impression, conditions, pixels, failure);
    if (reason == REASON_DONE && sheet->pixels != NULL)
        sheet_put(sheet, number - 1, impression - 1, pixels);
    if (reason != REASON_DONE || options->out == NULL)
        return reason;
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/%u_%u.png", options->out, number, impression);
    if (length < 0 || (size_t)length >= sizeof path)
        return failure_set(failure, REASON_BAD_ARGUMENT, "--out", "the path is too long");
    return output_write_png(path, pixels, conditions->width, conditions->height, SYNTH_PPI, failure);
}

static enum reason put_fingers(
    const struct options *options, uint8_t *pixels, struct sheet *sheet, struct failure *failure)
{
    enum reason reason = REASON_DONE;
    for (uint32_t number = 1; number <= options->fingers && reason == REASON_DONE; number++) {
        struct synth_finger *finger;
        reason = synth_finger_create(options->seed, number, &finger, failure);
        for (uint32_t i = 1; i <= options->impressions && reason == REASON_DONE; i++)
            reason = put_impression(options, finger, number, i, pixels, sheet, failure);
        synth_finger_destroy(finger);
    }
    return reason;
}

static enum reason run(const struct options *options, struct failure *failure)
{
    uint32_t width = options->conditions.width, height = options->conditions.height;
    struct sheet sheet = {0};
    enum reason reason = REASON_DONE;
    uint8_t *pixels = malloc((size_t)width * height);
    if (pixels == NULL)
        reason = failure_set(failure, REASON_NO_MEMORY, "kordon-synth", NULL);
    if (reason == REASON_DONE && options->sheet != NULL)
        reason = sheet_init(
            &sheet, (uint32_t)options->fingers, (uint32_t)options->impressions, width, height, failure);
    if (reason == REASON_DONE && options->out != NULL)
        reason = output_make_folder(options->out, failure);
    if (reason == REASON_DONE)
        reason = put_fingers(options, pixels, &sheet, failure);
    if (reason == REASON_DONE && options->sheet != NULL)
        reason =
            output_write_png(options->sheet, sheet.pixels, sheet.width, sheet.height, SYNTH_PPI / 2, failure);
    sheet_finish(&sheet);
    free(pixels);
    return reason;
}

int main(int argc, char **argv)
{
    static const struct argp argp = {option_table, parse_option, NULL,
        "Writes synthetic fingerprints for demonstrations and tests: nobody's biometric data.", NULL, NULL,
        NULL};
    struct options options = {.fingers = 10,
        .impressions = 4,
        .seed = 1,
        .conditions = {
            .width = SYNTH_WIDTH_DEFAULT, .height = SYNTH_HEIGHT_DEFAULT, .strain = SYNTH_STRAIN_DEFAULT}};
    argp_err_exit_status = EX_USAGE;
    argp_parse(&argp, argc, argv, 0, NULL, &options);
    struct failure failure = {0};
    enum reason reason = run(&options, &failure);
    if (reason != REASON_DONE) {
        char line[1024];
        fprintf(stderr, "kordon-synth: %s\n", failure_line(&failure, line, sizeof line));
    }
    return reason_exit_code(reason);
}
