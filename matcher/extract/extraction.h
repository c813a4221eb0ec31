/* extraction.h: what the steps of one extraction share, all of it in the caller's workspace. Private.
 *
 * Coordinates are pixels at 500 ppi, x right, y down. Orientations here are of the ridge, in half turns or as
 * unit vectors, measured from x towards y (clockwise as the eye sees it); only template_pack's input is
 * turned into the template's convention.
 */
#ifndef KORDON_MATCHER_EXTRACT_EXTRACTION_H
#define KORDON_MATCHER_EXTRACT_EXTRACTION_H

#include "matcher/extract.h"
#include "matcher/extract/plane.h"
#include "matcher/template/template.h"

/* Ridge flow, a value a cell: the doubled-angle vector of the ridge orientation, its length the coherence
 * 0..1 (0 = anything goes, 1 = all pixels agree). */
struct flow {
    struct grid x, y;
};

/* A place where the ridge phase turns once: the raw material of minutiae. */
struct vortex {
    float x, y;    /* px */
    float ux, uy;  /* unit vector towards the side that has one ridge more */
    float quality; /* 0..1 */
    bool bifurcation;
    bool removed;
};
#define VORTEX_MAX 2048

/* mm2 of a cell. */
#define CELL_MM2 (CELL * CELL * (25.4f / 500) * (25.4f / 500))

struct extraction {
    int32_t width, height; /* px at 500 ppi */
    struct plane raw;      /* gray 0..255 */
    struct plane image;    /* normalised: mean 0, deviation about 1 on ridges */
    struct plane along;    /* smoothed along the ridges */
    struct plane even;     /* enhanced: the ridge wave; ridges negative */
    struct plane odd;      /* the same, a quarter period further across */
    struct grid contrast;  /* local deviation of raw, gray levels */
    float high_contrast;   /* what the clearest tenth of the image has */
    struct grid mask;      /* 1 = fingerprint, 0 = not */
    int32_t second_piece;  /* cells of the largest piece of fingerprint that is not in the mask */
    struct grid clarity;   /* 0..1: how much of the image the ridge wave explains */
    struct grid period;    /* px */
    struct flow flow;
    struct grid scratch[4];
    int32_t *cell_stack; /* room for every cell once */
    float *row_scratch;  /* one row of a plane */
    uint8_t *direction;  /* of each block's filter: 0..FILTER_DIRECTIONS-1 */
    struct filter_bank *filters;
    struct vortex *vortices;
    int32_t vortex_count;
    struct template_content *content;
};

#endif
