/* parameters.h: every number the comparison was tuned with: its unit, its reason. Those marked "measured"
 * were chosen by the mean equal error rate over all real sets at hand, never by one of them. */
#ifndef KORDON_MATCHER_COMPARE_PARAMETERS_H
#define KORDON_MATCHER_COMPARE_PARAMETERS_H

/* Minutiae compared, best quality first; more cost time and are mostly false. */
#define PRINT_MINUTIAE_MAX 128

/* Neighbours of a minutia that edges lead to, about. */
#define PRINT_NEIGHBOURS 8

/* Both directions of every edge; a pair is an edge where either end counts the other a neighbour. */
#define PRINT_EDGES_MAX (2 * PRINT_MINUTIAE_MAX * PRINT_NEIGHBOURS)

/* px. Shorter edges have no reliable bearing, longer ones are bent by distortion. */
#define EDGE_LENGTH_MIN 8
#define EDGE_LENGTH_MAX 160

/* How much two edges that show the same skin may differ: length in px plus a share of the length, angles in
 * 1/256 turns. */
#define EDGE_LENGTH_TOLERANCE       5
#define EDGE_LENGTH_TOLERANCE_SHARE 12 /* one in so many */
#define EDGE_ANGLE_TOLERANCE        20

/* Candidate pairs kept, and those grown from. */
#define CANDIDATES_MAX 64
#define SEEDS_MAX      2

/* Two candidates agree when one lies where the other expects it: 1/8 px plus a share of their distance; turn
 * in 1/256. */
#define SUPPORT_DISTANCE       64
#define SUPPORT_DISTANCE_SHARE 0.15f
#define SUPPORT_TURN           24

/* Pairing: 1/8 px, 1/256 turn. */
#define PAIR_DISTANCE_MAX  112
#define PAIR_TURN_MAX      28
#define PAIR_PASSES        2
#define PAIR_STRANGER_COST 0.7f /* for pairs without any edge in common */
#define POSSIBLE_PAIRS_MAX 1024
#define POSSIBLE_COST_MAX  255

/* Cells round a minutia that count as covered in prints without ridge flow. */
#define COVERAGE_REACH 2

/* Cells of the square that such a print may cover. */
#define COVERAGE_SIDE_MAX 64

/* 1/8 px: pairs farther than this from a minutia have little say about its displacement. */
#define DISPLACEMENT_REACH 320.0f
#define DISPLACEMENT_PRIOR 0.3f /* weight of "no displacement" */

/* Similarity of a pair at which it is as good as it gets. */
#define SIMILARITY_FULL 400

/* 1/8 px: where the ridge flow round a minutia is sampled. */
#define FLOW_RING_NEAR 224
#define FLOW_RING_FAR  448

/* Samples that both must know for a statement; largest difference of minutiae that may be the same. */
#define FLOW_KNOWN_MIN      5
#define FLOW_DIFFERENCE_MAX 4

/* 1/256 turns: fingers are laid on turned by up to TURN_USUAL against each other, hardly ever by TURN_UNUSUAL. */
#define TURN_USUAL   36
#define TURN_UNUSUAL 56

/* 1/256 half turns; ridge flow that differs by more belongs to different skin. */
#define FLOW_APART 32

#endif
