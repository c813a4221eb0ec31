/* comparison.h: the steps of a 1:1 comparison and what passes between them. Private to the matcher folder.
 *
 *     prepare_print      packed template -> minutiae in working units, edges between near minutiae, coverage
 *     rank_candidates    edges of both prints that look alike -> pairs of minutiae whose surroundings agree
 *     grow_pairing       from one pair: an alignment and all pairs that follow it, with room for distortion
 *     score_pairing      what speaks for and against the two prints being of one finger (measure_pairing)
 *     score_evidence     how improbable it is that two different fingers agree like this, as one number
 *
 * The ideas and where they come from: neighbourhoods as edges with relative angles (Jiang, Yau 2000, and the
 * k-plets of Chikkerur et al. 2006); several hypotheses and consolidation by pairwise agreement (Rosenfeld et
 * al. 1976; Leordeanu, Hebert 2005); a displacement field estimated from the first pairs (Bazen, Gerez 2003);
 * evidence weighed by logistic regression (Feng 2008). Minutia cylinders are not used.
 *
 * Everything works on memory of the caller's workspace. Integers, or floats of IEEE single precision with
 * only + - * / and sqrt in a fixed order, so that every processor gets the same score. No state: any thread
 * with its own workspace.
 */
#ifndef KORDON_MATCHER_COMPARE_COMPARISON_H
#define KORDON_MATCHER_COMPARE_COMPARISON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "matcher/compare.h"
#include "matcher/compare/levels.h"
#include "matcher/compare/parameters.h"
#include "matcher/geometry/turn.h"
#include "matcher/template/template.h"

/* From begin up to, but not including end. */
struct run {
    uint32_t begin, end;
};

/* --- A print, prepared --- */

/* Edges of one print in parallel arrays, sorted by length, so that those of nearly one length are one run
 * that is scanned many at a time. An edge leads from one minutia to another of its neighbours; angles are
 * 1/256 turns relative to the direction of the minutia at that end, and so don't change when the print is
 * turned. Behind count lie EDGE_LANES entries that may be read but mean nothing. */
#define EDGE_LANES 64
struct edge_ends {
    uint8_t from, to;
    uint8_t length; /* px */
};
struct print_edges {
    uint32_t count;
    uint16_t start_of_length[EDGE_LENGTH_MAX + 2]; /* first edge of at least that many px */
    uint8_t
        from_angle[PRINT_EDGES_MAX + EDGE_LANES];   /* bearing from the near end, relative to its direction */
    uint8_t to_angle[PRINT_EDGES_MAX + EDGE_LANES]; /* bearing from the far end, relative to its direction */
    struct edge_ends ends[PRINT_EDGES_MAX];
};

/* Where a print has ridges and how they flow, in cells of TEMPLATE_CELL px of the box that has any: cell (column,
 * row) of the box at cells[row * stride + column], 0 where there are no ridges. From the template's ridge flow; in
 * templates without it RIDGES_WITHOUT_FLOW round the minutiae. The column behind the last and the row below the
 * last are 0: what lies outside the box is looked up there. Rows may be read in whole steps of RIDGE_LANES. */
#define RIDGE_LANES         16
#define RIDGES_WITHOUT_FLOW 1
/* A stride is at most RIDGE_LANES more than the columns; neither side is above 255. */
#define RIDGE_CELLS_MAX (TEMPLATE_FLOW_CELLS_MAX + (255 + 1) * RIDGE_LANES + 255)
struct print_ridges {
    uint16_t first_column, first_row, columns, rows, stride;
    uint8_t cells[RIDGE_CELLS_MAX];
    uint8_t inner[RIDGE_CELLS_MAX]; /* 1 where the four cells around have ridges, too */
};
_Static_assert(
    (COVERAGE_SIDE_MAX + 1) * (COVERAGE_SIDE_MAX + RIDGE_LANES) <= RIDGE_CELLS_MAX, "without flow, too");

/* The cells of a reference that have ridges, one after the other. */
#define COVERED_CELLS_MAX (COVERAGE_SIDE_MAX * COVERAGE_SIDE_MAX)
struct covered_cells {
    uint32_t count;
    uint8_t column[COVERED_CELLS_MAX + 1], row[COVERED_CELLS_MAX + 1]; /* of the image, not of the box */
    uint8_t flow[COVERED_CELLS_MAX + 1];                               /* as in cells */
};
_Static_assert(TEMPLATE_FLOW_CELLS_MAX <= COVERED_CELLS_MAX, "all that a template has");

/* Ridge flow at FLOW_SAMPLES places round a minutia, at angles from and relative to its direction, so that it
 * doesn't change when the print is turned: 0 where none is known, otherwise odd, in 1/256 half turns. */
#define FLOW_SAMPLES 16
struct print_flow {
    uint8_t samples[FLOW_SAMPLES];
};

/* The same of all minutiae of a reference, sample by sample, so that one of the probe is compared with many.
 * Behind the last minutia lies what may be read but means nothing. */
struct reference_flow {
    uint8_t samples[FLOW_SAMPLES][PRINT_MINUTIAE_MAX];
};

/* Bands of 16 px by which a print's minutiae are found by their height. */
#define HEIGHT_BAND_SHIFT 7
#define HEIGHT_BANDS      256

struct print {
    struct template_view view;
    uint32_t count;
    /* The minutiae, from top to bottom. */
    int16_t x[PRINT_MINUTIAE_MAX], y[PRINT_MINUTIAE_MAX]; /* 1/8 px */
    uint8_t direction[PRINT_MINUTIAE_MAX];
    uint8_t type[PRINT_MINUTIAE_MAX];
    uint8_t quality[PRINT_MINUTIAE_MAX];
    uint8_t place[PRINT_MINUTIAE_MAX];       /* that each has in the template */
    uint8_t start_of_band[HEIGHT_BANDS + 1]; /* first minutia in that band or below */
    struct print_flow flow[PRINT_MINUTIAE_MAX];
    struct reference_flow reference_flow; /* of a reference only */
    struct print_ridges ridges;
    struct covered_cells covered; /* of a reference only */
    struct print_edges edges;
    uint16_t density; /* minutiae a 1,024 cells with ridges */
};

/* as_reference: each edge also as seen from its other end, the ridge flow sample by sample, and the covered
 * cells in a row. One of two prints compared needs that. */
void matcher_prepare_print(struct print *print, const uint8_t *template_bytes, bool as_reference);

/* --- Candidate pairs --- */

/* A probe minutia and a reference minutia whose surroundings agree. */
struct candidate_pair {
    uint8_t probe, reference;
    uint8_t rotation;   /* 1/256 turn that brings the probe's surroundings over the reference's */
    int32_t similarity; /* sum over edges that agree, > 0 */
    int32_t support; /* the same of it and the other candidates that agree with this one in place and turn */
};

/* How far the edges round a probe minutia and a reference minutia agree. */
struct pair_agreement {
    int32_t similarity; /* sum over the edges that agree */
    int32_t turn;       /* sum of their turns, each times its similarity */
};

/* Edges of both prints that look alike. */
struct edge_match {
    uint16_t probe, reference;
};
#define EDGE_MATCHES_MAX   (2 * PRINT_EDGES_MAX) /* worked on together */
#define EDGE_MATCHES_SPARE 4                     /* may be written behind the last */

struct candidates {
    uint32_t count;
    struct candidate_pair pairs[CANDIDATES_MAX];
    uint32_t seed_count;
    uint8_t seeds[SEEDS_MAX]; /* indices into pairs, best supported first */
    struct edge_match matches[EDGE_MATCHES_MAX + EDGE_MATCHES_SPARE];
    /* Pairs of minutiae are numbered probe * reference->count + reference here and below. Those with any
     * similarity, and a place for what is written and then not counted: */
    uint32_t touched_count;
    uint16_t touched[PRINT_MINUTIAE_MAX * PRINT_MINUTIAE_MAX + 1];
    struct pair_agreement agreement[PRINT_MINUTIAE_MAX * PRINT_MINUTIAE_MAX];
    /* 255 where the ridge flow round the two minutiae of a pair may be the same. Written in whole lanes. */
    uint8_t flow_agrees[PRINT_MINUTIAE_MAX * PRINT_MINUTIAE_MAX + EDGE_LANES];
};

/* The first half of matcher_rank_candidates(): fills agreement and touched. */
void matcher_match_edges(
    const struct print *probe, const struct print *reference, struct candidates *candidates);

void matcher_rank_candidates(
    const struct print *probe, const struct print *reference, struct candidates *candidates);

/* --- A pairing --- */

struct minutia_pair {
    uint8_t probe, reference;
    uint8_t turn_residual; /* 1/256 turn, absolute */
    float distance;        /* 1/8 px between where the probe's minutia was expected and the reference's is */
};

/* Probe minutiae brought over the reference: x' = cosine * x + sine * y + dx, y' = -sine * x + cosine * y +
 * dy (y runs down, angles are counter-clockwise as the eye sees them). */
struct alignment {
    float cosine, sine, dx, dy;
    uint8_t rotation; /* the same turn in 1/256 */
};

/* Places in 1/8 px, which may lie anywhere. */
#define POSITIONS_MAX PRINT_MINUTIAE_MAX
struct positions {
    uint32_t count;
    float x[POSITIONS_MAX], y[POSITIONS_MAX];
};

struct pairing {
    struct alignment alignment;
    uint32_t count;
    struct minutia_pair pairs[PRINT_MINUTIAE_MAX];
    /* The probe's minutiae where the alignment and the local displacement expect them, 1/8 px. */
    struct positions expected;
    uint8_t reference_of[PRINT_MINUTIAE_MAX]; /* by probe minutia; PAIRING_NONE where there is none */
};
#define PAIRING_NONE 255

/* Scratch of grow_pairing. */
struct possible_pair {
    uint8_t probe, reference, turn_residual;
    float distance;
};
struct growth {
    uint32_t count;
    struct possible_pair possible[POSSIBLE_PAIRS_MAX + 1]; /* and a place for what is not counted */
    int32_t cost[POSSIBLE_PAIRS_MAX];
    uint16_t order[POSSIBLE_PAIRS_MAX];
    bool reference_taken[PRINT_MINUTIAE_MAX];
};

void matcher_grow_pairing(const struct print *probe, const struct print *reference,
    const struct candidates *candidates, uint32_t seed, struct growth *growth, struct pairing *pairing);

/* --- The score --- */

/* What is measured of a pairing and weighed in the score. The first are measured, the others made of them,
 * because a weighted sum alone knows no "few but all of them". */
enum evidence {
    EVIDENCE_PAIRS,               /* minutiae paired */
    EVIDENCE_SURPRISE,            /* how far that exceeds chance: logarithm of a Poisson tail */
    EVIDENCE_EDGES,               /* edges of the probe whose both ends are paired and keep their distance */
    EVIDENCE_PROBE_SHARE,         /* paired share of the minutiae in the common area, of the probe */
    EVIDENCE_REFERENCE_SHARE,     /* and of the reference */
    EVIDENCE_DISTANCE,            /* mean of the pairs, 1/8 px */
    EVIDENCE_TURN,                /* mean of the pairs, 1/256 turn */
    EVIDENCE_TYPES,               /* pairs of the same known type */
    EVIDENCE_AREA,                /* common area, cells */
    EVIDENCE_SIMILARITY,          /* sum of the pairs' similarity, 1 = full */
    EVIDENCE_FLOW_CELLS,          /* cells of the common area with ridge flow in both */
    EVIDENCE_FLOW_DIFFERENCE,     /* mean of these, 1/256 half turn */
    EVIDENCE_FLOW_APART,          /* share of these that differ by more than FLOW_APART */
    EVIDENCE_PROBE_QUALITY_SHARE, /* as the shares above, each minutia weighed by its quality */
    EVIDENCE_REFERENCE_QUALITY_SHARE,
    EVIDENCE_PAIR_QUALITY, /* sum over the pairs of the qualities' product, 1 = both best */
    EVIDENCE_PAIR_FLOW,    /* mean difference of the ridge flow round the pairs, 1/32 half turn */
    EVIDENCE_SPREAD,       /* logarithm of the area that the pairs spread over */
    EVIDENCE_PERIOD,       /* difference of the ridge periods, as a share */
    EVIDENCE_LOG_PAIRS,
    EVIDENCE_LESSER_SHARE,
    EVIDENCE_SHARE_PRODUCT,
    EVIDENCE_SHARED_PAIRS, /* pairs times the shares' geometric mean */
    EVIDENCE_LOG_EDGES,
    EVIDENCE_EDGES_OF_PAIR,
    EVIDENCE_LOG_AREA,
    EVIDENCE_LOG_SIMILARITY,
    EVIDENCE_FLOW_SUM,
    EVIDENCE_LOG_FLOW_DIFFERENCE,
    EVIDENCE_LOG_SURPRISE,
    EVIDENCE_MISSED, /* unpaired minutiae well inside the common area, by how surely they should be there */
    EVIDENCE_MISSED_MEAN, /* the same by the minutiae there are in the common area */
    EVIDENCE_TURNED, /* 1 where the alignment turns the probe as no finger is laid on, 0 for usual turns */
    EVIDENCE_COUNT
};

void matcher_measure_pairing(const struct print *probe, const struct print *reference,
    const struct candidates *candidates, const struct pairing *pairing, float evidence[EVIDENCE_COUNT]);

/* The raw score of the evidence: >= 0. with_flow: both prints have ridge flow; without it other weights
 * apply. */
int32_t matcher_score_evidence(const float evidence[EVIDENCE_COUNT], bool with_flow);

/* --- All of it --- */

struct comparison {
    struct print probes[MATCHER_PROBE_FINGERS_MAX]; /* a search prepares all of them once */
    struct print reference;
    struct candidates candidates;
    struct growth growth;
    struct pairing pairing;
    float evidence[EVIDENCE_COUNT];
    uint32_t
        seed;    /* of the candidates' seeds, that the best hypothesis grew from; SEEDS_MAX: there is none */
    int32_t raw; /* before it was made comparable across sensors */
};

/* The raw score of the prepared probe and comparison's prepared reference, made comparable across sensors.
 * Leaves behind the evidence of the best hypothesis, what it grew from, and the raw score as it was. */
int32_t matcher_compare_prints(const struct print *probe, struct comparison *comparison);

/* The same on the calibrated scale: what a search and a verification go by. */
matcher_score matcher_compare_prints_calibrated(const struct print *probe, struct comparison *comparison);

#endif
