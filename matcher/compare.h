/* compare.h: two templates, or several fingers of two people, to a calibrated score. Words and units as in matcher.h.
 *
 * Thread rule: a workspace belongs to one call at a time; everything const may be shared by any number of threads.
 */
#ifndef KORDON_MATCHER_COMPARE_H
#define KORDON_MATCHER_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/finger.h"
#include "matcher/template.h"
#include "matcher/workspace.h"

/* A comparison score, calibrated so that score = -10*log10(FMR): 30 is one false match in 1,000 non-mated
 * comparisons. 0 means no evidence. The scale ends at MATCHER_SCORE_MAX. */
typedef int32_t matcher_score;
#define MATCHER_SCORE_MAX 120

/* Compares two checked templates; symmetric within the calibration's rounding is not promised: the probe
 * comes first. */
matcher_score matcher_compare(const struct matcher_template *probe, const uint8_t *reference_bytes,
    size_t reference_size, struct matcher_workspace workspace);

/* The same before calibration, for measuring and for deriving the calibration; no meaning outside
 * kordon-bench. */
int32_t matcher_compare_raw(const struct matcher_template *probe, const uint8_t *reference_bytes,
    size_t reference_size, struct matcher_workspace workspace);

/* Bytes of workspace that any comparison needs, and any search. */
size_t matcher_compare_workspace_size(void);

/* --- Several fingers --- */

/* One probe finger; position may be FINGER_UNKNOWN, then it is compared with every finger of a subject. With
 * any_position it is, too, although it claims a position: fingers may have been swapped. That costs more
 * comparisons; what a score stands for stays the same, so a match at the claimed position scores a little lower
 * and one at another position 10 lower and more (decision/fuse_fingers.c). */
struct matcher_probe {
    const struct matcher_template *template;
    enum finger_position position;
    bool any_position;
};
#define MATCHER_PROBE_FINGERS_MAX 10

struct matcher_candidate {
    uint32_t subject;
    matcher_score score; /* fused over the fingers that were compared; missing ones are no evidence */
    uint8_t fingers;     /* how many probe fingers gave evidence */
    uint8_t swapped;     /* how many of these gave it at a position that they did not claim */
};

/* One finger of the person that a 1:1 comparison is with. bytes: a checked template, which stays the caller's. */
struct matcher_person_reference {
    enum finger_position position;
    const uint8_t *bytes;
    size_t size;
};

/* Compares up to MATCHER_PROBE_FINGERS_MAX probe fingers with the references of one person, 1:1. Gives how many of
 * them had a reference to be compared with, and in candidate (subject 0) their fused score. With none in common it
 * gives 0, and the score means nothing: also where only swapped positions could be compared. */
uint32_t matcher_compare_person(const struct matcher_probe *probes, uint32_t probe_count,
    const struct matcher_person_reference *references, uint32_t reference_count,
    struct matcher_workspace workspace, struct matcher_candidate *candidate);

#endif
