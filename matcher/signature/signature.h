/* signature.h: the first stage of an identification. A signature says in few bytes how the neighbourhoods of a
 * print's best minutiae look; scanning signatures ranks a whole list so fast that only a small share of it has
 * to be compared finely. Private to the matcher folder and kordon-bench.
 *
 * Each of up to SIGNATURE_MINUTIAE minutiae gets a descriptor of 64 bits. All of it is seen from the minutia:
 * its place is the origin, its direction the axis, so that descriptors don't change when the print is turned or
 * moved. The other minutiae within reach are spread over a grid, counted and by the cosine and sine of their
 * relative directions; each bit is the sign of one linear form of these values. The forms
 * (count_forms.c, direction_forms.c) were found by linear discriminant analysis (Fisher
 * 1936; `kordon-lab fit-signature`): they vary much between different minutiae and little between impressions of the same one.
 * Neighbourhoods as a means to index prints: Jiang, Yau 2000; signs of learned projections as binary
 * descriptors: Strecha et al. 2012. Minutia cylinders are not used.
 *
 * The first-stage score of two signatures: each probe minutia takes its nearest descriptor of the reference
 * (Hamming distance) and votes, the nearer the more, for the turn between the two directions; all true mates
 * agree on one turn. Where the best turn has more votes than most references get, those that made it are laid
 * over the reference by that turn, and those count that also agree in place. The score ranks, it is no
 * evidence: its scale has no meaning outside one scan.
 *
 * Thread rule: no state; all functions touch only their arguments.
 */
#ifndef KORDON_MATCHER_SIGNATURE_SIGNATURE_H
#define KORDON_MATCHER_SIGNATURE_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "matcher/processor/processor.h"

#define SIGNATURE_MINUTIAE  32 /* of a print: its best */
#define SIGNATURE_WORDS     4  /* of 16 bits in a descriptor */
#define SIGNATURE_ALIGNMENT 64

/* The signature of a reference, 320 bytes, laid out for the kernels: word w of minutia m at words[w][m]. With
 * fewer minutiae than places the others repeat the first, which changes no nearest neighbour; with none at all
 * every bit is 0, and hardly any descriptor is near that. Arrays must be aligned to SIGNATURE_ALIGNMENT; nothing
 * is read behind the last. Biometric data: sealed or locked like the template. */
struct signature {
    _Alignas(SIGNATURE_ALIGNMENT) uint16_t words[SIGNATURE_WORDS][SIGNATURE_MINUTIAE];
    /* Bits 0-5 direction, 1/64 turn; 6-10 x and 11-15 y, 16 px from the leftmost and uppermost of them; what is
     * farther than 31 of these counts as 31. */
    uint16_t places[SIGNATURE_MINUTIAE];
};
_Static_assert(sizeof(struct signature) == 320, "no bytes beyond the layout");

/* The probe's side of a scan: word w of minutia m at words[m][w]. */
struct probe_signature {
    uint32_t count; /* 0..SIGNATURE_MINUTIAE */
    uint16_t words[SIGNATURE_MINUTIAE][SIGNATURE_WORDS];
    int16_t x[SIGNATURE_MINUTIAE], y[SIGNATURE_MINUTIAE]; /* 1/8 px */
    uint8_t directions[SIGNATURE_MINUTIAE];               /* 1/64 turn */
};

/* The signature of a checked packed template, in about 10 us. Templates without ridge flow (foreign ones) get
 * the same signature: it is made of minutiae alone. */
void matcher_signature_make(const uint8_t *template_bytes, struct signature *signature);
void matcher_signature_make_probe(const uint8_t *template_bytes, struct probe_signature *probe);

/* --- Scanning --- */

/* What lies round a minutia, in a square grid of cells turned into its direction: by cell, how many neighbours
 * there are, 256 for one in the middle of a cell, and the sums of cosines and sines of their directions
 * relative to the minutia's; all within +-1000, the last count 0. */
#define SIGNATURE_GRID  9
#define SIGNATURE_CELLS (SIGNATURE_GRID * SIGNATURE_GRID)
#define SIGNATURE_CELL  128 /* 1/8 px */
struct signature_neighbourhood {
    int16_t counts[SIGNATURE_CELLS + 1];
    int16_t directions[SIGNATURE_CELLS][2];
};

/* The neighbourhoods of the template's best minutiae, at most that many, from the best on; their number. What the
 * forms are learned from (`kordon-lab fit-signature`). */
uint32_t matcher_signature_neighbourhoods(
    const uint8_t *template_bytes, uint32_t most, struct signature_neighbourhood *neighbourhoods);

/* The functions of one level; every level gives the same results, bit for bit. */
struct signature_kernels {
    const char *name;

    /* The descriptor: bit b is set where the form b of the neighbourhood exceeds its threshold. */
    uint64_t (*describe)(const struct signature_neighbourhood *neighbourhood);

    /* scores[i] = first-stage score of the probe and references[i], for i < count: higher is more alike, 0
     * for a probe without minutiae. references is aligned to SIGNATURE_ALIGNMENT; scores has room for
     * exactly count and needs no alignment. */
    void (*scan)(const struct probe_signature *probe, const struct signature *references, uint32_t count,
        uint16_t *scores);
};

/* The best level that this processor and operating system run (processor/processor.h). */
const struct signature_kernels *matcher_signature_kernels_select(void);

/* Those of a level, for tests and measuring; NULL where this processor or this build does not have it. */
const struct signature_kernels *matcher_signature_kernels_of(enum processor_level level);

#endif
