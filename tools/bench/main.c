/* main.c: kordon-bench: measures extraction, accuracy and search. */
#include "tools/bench/bench.h"

static const struct measure_command commands[] = {
    {"templates", bench_templates, 1, 1, true},
    {"people", bench_people, 0, 0, true},
    {"scores", bench_scores, 1, 1, true},
    {"accuracy", bench_accuracy, 1, 1, false},
    {"search", bench_search, 0, MEASURE_SETS_MAX, false},
    {"report", bench_report, 1, MEASURE_SETS_MAX, false},
    {"quality", bench_quality, 1, MEASURE_SETS_MAX, false},
    {"signature", bench_signature, 1, MEASURE_SETS_MAX, false},
};

static const char documentation[] =
    "Measures kordon's matcher.\v"
    "Commands:\n"
    "  templates  write one ISO/IEC 19794-2:2005 template per image of --set to the folder --out, and report "
    "extraction times\n"
    "  people     write the prints of --templates made people to --out, one ISO/IEC 19794-2:2005 record "
    "behind the other\n"
    "  scores     write every pair of --set once (or those of --pairs) to --out as "
    "probe<TAB>reference<TAB>score; "
    "a failed extraction scores 0. The score is the calibrated one, -10*log10(FMR), with its fraction\n"
    "  accuracy   equal error rate and false non-match rates of --set\n"
    "  search     speed of an identification among --templates made people, and what its first stage loses: "
    "the "
    "prints of one or several --set (otherwise made ones) hide among them and are searched for\n"
    "  report     an evaluation after ISO/IEC 19795-1 of one or several --set: failures, error rates with "
    "counts and "
    "confidence bounds, as Markdown to --out FILE (or here); --json prints it as JSON\n"
    "  quality    how well the samples' quality predicts the errors of their comparisons, by error versus "
    "reject, of one or several --set\n"
    "  signature  what the first stage of a search loses on one or several --set, and how fast each level of "
    "its kernels scans\n" MEASURE_SETS_TEXT;

static const struct argp_option arguments[] = {
    {"pairs", 'P', "FILE", 0, "compare the pairs in FILE: lines of probe<TAB>reference", 0},
    {"references", 'R', "DIR", 0,
        "accuracy, scores: the prints of DIR, of the same names, stand for those of --set as references", 0},
    {"exchange", 'x', "FORMAT", 0,
        "accuracy, scores: references were written as iso-19794-2-2005, ansi-378-2004, "
        "iso-19794-2-2005-card-normal or iso-19794-2-2005-card-compact",
        0},
    {"templates", 'n', "N", 0, "people to make, or to search among (default 10000)", 0},
    {"fingers", 'f', "N", 0, "people, search: fingers of each, 1 or 2 (default 1)", 0},
    {"probes", 'r', "N", 0, "search: how many are searched for (default: as many as take some minutes)", 0},
    {"exhaustive", 'e', NULL, 0, "search: compare everybody finely, without the first stage", 0},
    {"keep", 'k', "N", 0, "search: how many of a million references the first stage lets through", 0},
    {0},
};

static error_t parse_argument(int key, char *text, struct argp_state *state)
{
    struct program_options *options = state->input;
    switch (key) {
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
        options->templates = measure_number(text, 10000000, state);
        return 0;
    case 'f':
        options->fingers = measure_number(text, 2, state);
        return 0;
    case 'r':
        options->probes = measure_number(text, 1000000, state);
        return 0;
    case 'e':
        options->exhaustive = true;
        return 0;
    case 'k':
        options->keep_per_million = measure_number(text, 1000000, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int main(int argc, char **argv)
{
    const struct argp own = {.options = arguments, .parser = parse_argument};
    struct program_options options = {.templates = 10000, .fingers = 1};
    const struct measure_program program = {.documentation = documentation,
        .commands = commands,
        .command_count = sizeof commands / sizeof commands[0],
        .own = &own,
        .own_options = &options};
    return measure_main(argc, argv, &program);
}
