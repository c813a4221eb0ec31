/* main.c: kordon-bench: measures extraction, accuracy and search, and derives the score calibration. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "tools/bench/bench.h"

static const struct command {
    const char *name;
    int (*run)(const struct bench_options *options);
    uint32_t sets_least, sets_most;
    bool needs_out;
} commands[] = {
    {"templates", bench_templates, 1, 1, true},
    {"scores", bench_scores, 1, 1, true},
    {"accuracy", bench_accuracy, 1, 1, false},
    {"search", bench_search, 0, BENCH_SETS_MAX, false},
    {"calibrate", bench_calibrate, 1, BENCH_SETS_MAX, false},
    {"fusion", bench_fusion, 1, 1, false},
    {"fit", bench_fit, 1, BENCH_SETS_MAX, false},
    {"density", bench_density, 1, BENCH_SETS_MAX, false},
    {"report", bench_report, 1, BENCH_SETS_MAX, false},
    {"quality", bench_quality, 1, BENCH_SETS_MAX, false},
    {"fit-quality", bench_fit_quality, 1, BENCH_SETS_MAX, false},
    {"signature", bench_signature, 1, BENCH_SETS_MAX, false},
    {"fit-signature", bench_fit_signature, 1, BENCH_SETS_MAX, false},
};
#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static const char documentation[] =
    "Measures kordon's matcher.\v"
    "Commands:\n"
    "  templates  write one ISO/IEC 19794-2:2005 template per image of --set to the folder --out, and report "
    "extraction times\n"
    "  scores     write every pair of --set once (or those of --pairs) to --out as "
    "probe<TAB>reference<TAB>score; "
    "a failed extraction scores 0. The score is the calibrated one, -10*log10(FMR), with its fraction\n"
    "  accuracy   equal error rate and false non-match rates of --set\n"
    "  search     speed of an identification among --templates made people, and what its first stage loses: "
    "the "
    "prints of one or several --set (otherwise made ones) hide among them and are searched for\n"
    "  calibrate  derive the score calibration from the non-mated pairs of several --set, show each set "
    "against a "
    "calibration from the others, and write the table in force to --out\n"
    "  fusion     error rates of two fingers of a person fused, against one, whether fused scores keep their "
    "scale, "
    "and whether swapped fingers are found\n"
    "  fit        derive the weights of the comparison's evidence from one or several --set, and measure "
    "them with each set left out\n"
    "  density    whether a grid shows in where the minutiae of one or several --set lie; --out FILE gets "
    "the map, a portable gray map of 368x368 px\n"
    "  report     an evaluation after ISO/IEC 19795-1 of one or several --set: failures, error rates with "
    "counts and "
    "confidence bounds, as Markdown to --out FILE (or here); --json prints it as JSON\n"
    "  quality    how well the samples' quality predicts the errors of their comparisons, by error versus "
    "reject, of one or several --set\n"
    "  fit-quality  derive the quality's weights from one or several --set, and measure them with each set "
    "left out\n"
    "  signature  what the first stage of a search loses on one or several --set, and how fast each level of "
    "its kernels scans\n"
    "  fit-signature  derive the linear forms of the first stage's signature from one or several --set, "
    "measure what it loses with each set left out, and write their tables to the folder --out\n"
    "A set is a folder of <finger>_<impression>.png (or .jpg) images, with --ppi, or of .iso, .fmr or .ansi "
    "templates of the same names.";

static const struct argp_option arguments[] = {
    {"set", 's', "DIR", 0, "folder of prints; given again for each further one where a command takes several",
        0},
    {"ppi", 'p', "N", 0, "resolution of the set's images, pixels per inch; for several sets in their order",
        0},
    {"out", 'o', "PATH", 0, "where results go", 0},
    {"pairs", 'P', "FILE", 0, "compare the pairs in FILE: lines of probe<TAB>reference", 0},
    {"references", 'R', "DIR", 0,
        "accuracy, scores: the prints of DIR, of the same names, stand for those of --set as references", 0},
    {"exchange", 'x', "FORMAT", 0,
        "accuracy, scores: references were written as iso-19794-2-2005, ansi-378-2004, "
        "iso-19794-2-2005-card-normal or iso-19794-2-2005-card-compact",
        0},
    {"templates", 'n', "N", 0, "people to search among (default 10000)", 0},
    {"fingers", 'f', "N", 0, "search: fingers of each, 1 or 2 (default 1)", 0},
    {"probes", 'r', "N", 0, "search: how many are searched for (default: as many as take some minutes)", 0},
    {"exhaustive", 'e', NULL, 0, "search: compare everybody finely, without the first stage", 0},
    {"keep", 'k', "N", 0, "search: how many of a million references the first stage lets through", 0},
    {"threads", 't', "N", 0, "threads (default: one a processor; times are always per thread)", 0},
    {"json", 'j', NULL, 0, "print JSON", 0},
    {0},
};

static uint32_t parse_number(const char *text, uint32_t most, struct argp_state *state)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || value == 0 || value > most)
        argp_error(state, "%s: not a number from 1 to %u", text, most);
    return (uint32_t)value;
}

struct parsed {
    struct bench_options options;
    const struct command *command;
};

static void find_command(struct parsed *parsed, const char *name, struct argp_state *state)
{
    if (parsed->command != NULL)
        argp_error(state, "%s: one command at a time", name);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i].name, name) == 0)
            parsed->command = &commands[i];
    if (parsed->command == NULL)
        argp_error(state, "%s: no such command", name);
}

static void check_arguments(const struct parsed *parsed, struct argp_state *state)
{
    if (parsed->command == NULL)
        argp_error(state, "name a command");
    else if (parsed->options.set_count < parsed->command->sets_least)
        argp_error(state, "%s needs --set", parsed->command->name);
    else if (parsed->options.set_count > parsed->command->sets_most)
        argp_error(state, "%s takes one set", parsed->command->name);
    else if (parsed->command->needs_out && parsed->options.out == NULL)
        argp_error(state, "%s needs --out", parsed->command->name);
}

static void add_set(struct bench_options *options, const char *folder, struct argp_state *state)
{
    if (options->set_count == BENCH_SETS_MAX)
        argp_error(state, "at most %d sets", BENCH_SETS_MAX);
    else
        options->sets[options->set_count++] = folder;
}

static void add_ppi(struct bench_options *options, const char *text, struct argp_state *state)
{
    if (options->ppi_count == BENCH_SETS_MAX)
        argp_error(state, "at most %d resolutions", BENCH_SETS_MAX);
    else
        options->ppis[options->ppi_count++] = parse_number(text, MATCHER_PPI_MAX, state);
}

static error_t parse_argument(int key, char *text, struct argp_state *state)
{
    struct parsed *parsed = state->input;
    struct bench_options *options = &parsed->options;
    switch (key) {
    case 's':
        add_set(options, text, state);
        return 0;
    case 'p':
        add_ppi(options, text, state);
        return 0;
    case 'o':
        options->out = text;
        return 0;
    case 'P':
        options->pairs = text;
        return 0;
    case 'R':
        options->references = text;
        return 0;
    case 'x':
        options->exchange = matcher_format_parse(text);
        if (options->exchange == MATCHER_FORMAT_UNKNOWN)
            argp_error(state, "%s: no such format", text);
        return 0;
    case 'n':
        options->templates = parse_number(text, 10000000, state);
        return 0;
    case 't':
        options->threads = parse_number(text, 256, state);
        return 0;
    case 'f':
        options->fingers = parse_number(text, 2, state);
        return 0;
    case 'r':
        options->probes = parse_number(text, 1000000, state);
        return 0;
    case 'e':
        options->exhaustive = true;
        return 0;
    case 'k':
        options->keep_per_million = parse_number(text, 1000000, state);
        return 0;
    case 'j':
        options->json = true;
        return 0;
    case ARGP_KEY_ARG:
        find_command(parsed, text, state);
        return 0;
    case ARGP_KEY_END:
        check_arguments(parsed, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int bench_fail(const struct failure *failure)
{
    char line[640];
    fprintf(stderr, "kordon-bench: %s\n", failure_line(failure, line, sizeof line));
    return reason_exit_code(failure->reason);
}

int main(int argc, char **argv)
{
    static const struct argp argp = {
        .options = arguments, .parser = parse_argument, .args_doc = "COMMAND", .doc = documentation};
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    struct parsed parsed = {
        .options = {.templates = 10000, .fingers = 1, .threads = processors > 0 ? (uint32_t)processors : 1}};
    argp_err_exit_status = EX_USAGE;
    if (argp_parse(&argp, argc, argv, 0, NULL, &parsed) != 0)
        return EX_USAGE;
    return parsed.command->run(&parsed.options);
}
