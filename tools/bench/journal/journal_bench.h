/* journal_bench.h: what the two halves of kordon-bench-journal share: the state that is measured and its figures. */
#ifndef KORDON_TOOLS_BENCH_JOURNAL_BENCH_H
#define KORDON_TOOLS_BENCH_JOURNAL_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "crypto/key_provider.h"
#include "store/store.h"

struct bench {
    const char *directory;
    uint64_t entries, people;
    char key_uri[512], anchor[512];
    bool anchored;
    struct key_provider *provider;
    struct store *store;
    json_t *figures;
};

/* Says what failed and ends the program. */
_Noreturn void bench_stop(const char *doing, const struct failure *failure);
double bench_now_us(void);
void bench_figure(struct bench *bench, const char *name, double value);

/* Imports a list of bench->people with two small records each, and then its next version, in which everybody stays. */
void bench_lists(struct bench *bench);

/* Erases the entries of that list whose last day is past, a half of it: a few commits without the rows in memory, the others with them, as kordond does. Figures
 * are processor times. */
void bench_expiry(struct bench *bench);

#endif
