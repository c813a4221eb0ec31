/* bench.h: the commands of kordon-bench and the options that only they take. Private to the tool. */
#ifndef KORDON_TOOLS_BENCH_BENCH_H
#define KORDON_TOOLS_BENCH_BENCH_H

#include "tools/measure/command_line.h"
#include "tools/measure/measure.h"

struct program_options {
    const char *pairs;
    const char *references; /* folder of what stands for the set's prints as references; NULL: they do */
    enum matcher_format exchange; /* references went through that format; UNKNOWN: they did not */
    uint32_t templates;           /* people to search among */
    uint32_t fingers;             /* of each */
    uint32_t probes;              /* searches; 0: as many as are affordable */
    uint32_t keep_per_million;    /* for the fine comparison; 0: the matcher's default */
    bool exhaustive;
};

/* Each prints what it measured, or one line of what failed to stderr, and returns the program's exit code. */
int bench_templates(const struct measure_options *options);
int bench_people(const struct measure_options *options);
int bench_scores(const struct measure_options *options);
int bench_accuracy(const struct measure_options *options);
int bench_search(const struct measure_options *options);
int bench_report(const struct measure_options *options);
int bench_quality(const struct measure_options *options);
int bench_signature(const struct measure_options *options);

#endif
