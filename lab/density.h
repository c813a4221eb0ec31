/* density.h: where minutiae lie in their images, and whether a grid shows in it (MINEX III, criterion 5: a
 * density map of 368x368 px must show no grid).
 *
 * An extractor that works block by block can prefer or avoid the edges of its blocks; another extractor's
 * templates don't, so such minutiae pair worse across makers. Two tests look for it:
 *  - folding: positions modulo a period (1, 2, 4 .. 32 px) in as many equal bins as fit; without a grid the
 *    bins are equally full, and their chi-square statistic says how improbable what was found is;
 *  - the spectrum of the map and of its margins, for grids of any other period. Where minutiae lie
 *    independently, the power at each frequency is exponentially distributed about one mean, so that the
 *    highest of all frequencies has a bound.
 *
 * Thread rule: no state; all functions touch only their arguments.
 */
#ifndef KORDON_LAB_DENSITY_H
#define KORDON_LAB_DENSITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

#define DENSITY_SIDE       368 /* px at 500 ppi, as NIST maps them */
#define DENSITY_FRACTIONS  8   /* positions are in 1/8 px */
#define DENSITY_PERIOD_MAX 32  /* px, of folding */
#define DENSITY_PHASES     (DENSITY_PERIOD_MAX * DENSITY_FRACTIONS)

/* Zeroed memory is an empty map. */
struct density_map {
    uint32_t cells[DENSITY_SIDE * DENSITY_SIDE]; /* minutiae at each px, row by row */
    uint32_t phases[2][DENSITY_PHASES];          /* of x and of y: positions modulo 32 px, in 1/8 px */
    size_t inside, outside;                      /* minutiae in the map; beside it */
};

/* Adds a minutia at (x, y), 1/8 px, of an image of that size, px. The map shows the middle of larger images,
 * moved by whole multiples of 32 px so that the grids of images of all sizes fall onto each other. */
void density_add(struct density_map *map, uint32_t x, uint32_t y, uint32_t width, uint32_t height);

/* One way of looking for a grid. */
struct density_finding {
    char axis;        /* 'x', 'y', or '+' for a frequency of the whole map */
    double period;    /* px */
    double contrast;  /* relative modulation of the density, beyond what chance brings; 1 = all or nothing */
    double statistic; /* chi-square's normal deviate, or power over the mean power */
    double bound;     /* what chance alone stays below, but once in a thousand whole tests */
};

/* Modulation of the density that is called a grid. Less is told, but does not show in a picture of the map; nor
 * does a preference for some fractions of a pixel (period 1), which a map of whole pixels can't hold. */
#define DENSITY_CONTRAST_VISIBLE 0.1

static inline bool density_is_grid(const struct density_finding *finding)
{
    return finding->period > 1.5 && finding->statistic > finding->bound &&
           finding->contrast > DENSITY_CONTRAST_VISIBLE;
}

#define DENSITY_FOLDS 12 /* periods 1, 2, 4, 8, 16, 32 px of x and y */

struct density_report {
    struct density_finding folds[DENSITY_FOLDS];
    struct density_finding lines[2]; /* strongest frequency of x and of y, periods of 2 to 24 px */
    struct density_finding spectrum; /* strongest frequency of the map in any direction, 2 to 24 px */
    bool grid;                       /* any of them */
};

/* Reason: BAD_ARGUMENT where too few minutiae are in the map to say anything (at least
 * DENSITY_MINUTIAE_MIN), NO_MEMORY. */
#define DENSITY_MINUTIAE_MIN 1000
enum reason density_examine(
    const struct density_map *map, struct density_report *report, struct failure *failure);

#endif
