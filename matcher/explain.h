/* explain.h: why two prints score as they do, for whoever looks at both: their minutiae, and which of them the comparison takes for the
 * same. Words as in matcher.h; positions and directions too, but for the resolution, which is the picture's own.
 *
 * Thread rule: a workspace belongs to one call at a time; everything const may be shared by any number of threads.
 */
#ifndef KORDON_MATCHER_EXPLAIN_H
#define KORDON_MATCHER_EXPLAIN_H

#include <stddef.h>
#include <stdint.h>

#include "matcher/compare.h"

enum matcher_minutia_kind {
    MATCHER_MINUTIA_OTHER, /* not known */
    MATCHER_MINUTIA_ENDING,
    MATCHER_MINUTIA_BIFURCATION,
};

struct matcher_minutia {
    float x, y; /* px of the picture, from its upper left corner: a pixel's centre is half a pixel in */
    uint8_t
        direction; /* 1/256 turn; of an ending back along its ridge, of a bifurcation into the valley between its branches */
    uint8_t quality; /* 0-100; 0: not known */
    enum matcher_minutia_kind kind;
};

/* All minutiae of a checked template, best quality first, as they lie in a picture of that resolution, from which it was made. Gives how
 * many there are. */
uint32_t matcher_list_minutiae(const uint8_t *template_bytes, uint32_t ppi,
    struct matcher_minutia minutiae[static MATCHER_MINUTIAE_MAX]);

/* A minutia of the probe and one of the reference, by their places in matcher_list_minutiae()'s lists. */
struct matcher_correspondence {
    uint8_t probe, reference;
};

/* At most so many minutiae of a print are compared, the best ones. */
#define MATCHER_CORRESPONDENCES_MAX 128

struct matcher_explanation {
    matcher_score score; /* matcher_compare()'s */
    uint8_t turn;        /* that brings the probe over the reference, 1/256 turn; 0 where there is no pair */
    uint32_t count;      /* 0 where nothing speaks for one finger */
    struct matcher_correspondence pairs
        [MATCHER_CORRESPONDENCES_MAX]; /* in the order of the probe's minutiae, each in one pair at most */
};

/* Compares two checked templates as matcher_compare() does, and says which minutiae its score rests on. A workspace too small, of
 * matcher_compare_workspace_size(), gives the explanation of no score. */
void matcher_explain(const uint8_t *probe_bytes, const uint8_t *reference_bytes,
    struct matcher_workspace workspace, struct matcher_explanation *explanation);

#endif
