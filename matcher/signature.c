/* signature.c: from a packed template to descriptors of its best minutiae; see signature.h. Integers only. */
#include "matcher/signature.h"

#include <string.h>

#include "matcher/compare/comparison.h"
#include "matcher/signature_forms.h"

/* Other minutiae nearer than that are looked at; 1/8 px. */
#define REACH 640

/* 256 / cell side in 1/8 px, in 1/256: a place in the grid with 8 bits of fraction is (place * CELL_SCALE) >> 8. */
#define CELL_SCALE 372 /* cells of 22 px */

struct neighbourhood {
    int16_t values[SIGNATURE_VALUES];
};

struct minutiae {
    uint32_t count;
    int16_t x[MATCHER_MINUTIAE_MAX], y[MATCHER_MINUTIAE_MAX];
    uint8_t directions[MATCHER_MINUTIAE_MAX];
};

static void unpack(const uint8_t *template_bytes, struct minutiae *minutiae)
{
    struct template_view view = template_view(template_bytes);
    minutiae->count = view.minutiae_count < PRINT_MINUTIAE_MAX ? view.minutiae_count : PRINT_MINUTIAE_MAX;
    struct template_minutia unpacked[MATCHER_MINUTIAE_MAX];
    template_unpack_minutiae(&view, unpacked);
    for (uint32_t i = 0; i < minutiae->count; i++) {
        minutiae->x[i] = (int16_t)unpacked[i].x;
        minutiae->y[i] = (int16_t)unpacked[i].y;
        minutiae->directions[i] = unpacked[i].direction;
    }
}

/* Adds a neighbour's share to one cell of the grid. */
static void add_share(
    struct neighbourhood *neighbourhood, int32_t column, int32_t row, int32_t share, uint8_t direction)
{
    if (column < 0 || row < 0 || column >= SIGNATURE_GRID || row >= SIGNATURE_GRID)
        return;
    int16_t *values = neighbourhood->values + 3 * (row * SIGNATURE_GRID + column);
    values[0] = (int16_t)(values[0] + share);
    values[1] = (int16_t)(values[1] + ((share * turn_cosine(direction)) >> 15));
    values[2] = (int16_t)(values[2] + ((share * turn_cosine((uint8_t)(direction - 64))) >> 15));
}

/* A neighbour is shared between the four cells whose centres lie round it, 256 in all. */
static void add_neighbour(
    struct neighbourhood *neighbourhood, int32_t across, int32_t along, uint8_t direction)
{
    int32_t u = ((across * CELL_SCALE) >> 8) + SIGNATURE_GRID / 2 * 256;
    int32_t v = ((along * CELL_SCALE) >> 8) + SIGNATURE_GRID / 2 * 256;
    int32_t column = u >> 8, row = v >> 8, right = u & 255, below = v & 255;
    add_share(neighbourhood, column, row, ((256 - right) * (256 - below)) >> 8, direction);
    add_share(neighbourhood, column + 1, row, (right * (256 - below)) >> 8, direction);
    add_share(neighbourhood, column, row + 1, ((256 - right) * below) >> 8, direction);
    add_share(neighbourhood, column + 1, row + 1, (right * below) >> 8, direction);
}

static void look_round(const struct minutiae *minutiae, uint32_t centre, struct neighbourhood *neighbourhood)
{
    memset(neighbourhood, 0, sizeof *neighbourhood);
    uint8_t direction = minutiae->directions[centre];
    int32_t cosine = turn_cosine(direction), sine = turn_cosine((uint8_t)(direction - 64));
    for (uint32_t i = 0; i < minutiae->count; i++) {
        int32_t dx = minutiae->x[i] - minutiae->x[centre], dy = minutiae->y[centre] - minutiae->y[i];
        if (dx * dx + dy * dy >= REACH * REACH || i == centre)
            continue;
        add_neighbour(neighbourhood, (dx * cosine + dy * sine) >> 15, (dy * cosine - dx * sine) >> 15,
            (uint8_t)(minutiae->directions[i] - direction));
    }
}

static uint64_t describe(const struct neighbourhood *neighbourhood)
{
    uint64_t descriptor = 0;
    for (uint32_t bit = 0; bit < 64; bit++) {
        const struct signature_form *form = &signature_forms[bit];
        int32_t sum = 0;
        for (uint32_t i = 0; i < SIGNATURE_VALUES; i++)
            sum += neighbourhood->values[i] * form->weights[i];
        descriptor |= (uint64_t)(sum > form->threshold) << bit;
    }
    return descriptor;
}

static uint64_t descriptor_of(const struct minutiae *minutiae, uint32_t centre)
{
    struct neighbourhood neighbourhood;
    look_round(minutiae, centre, &neighbourhood);
    return describe(&neighbourhood);
}

void signature_make(const uint8_t *template_bytes, struct signature *signature)
{
    struct minutiae minutiae;
    unpack(template_bytes, &minutiae);
    memset(signature, 0, sizeof *signature);
    signature->count = (uint8_t)(minutiae.count < SIGNATURE_MINUTIAE ? minutiae.count : SIGNATURE_MINUTIAE);
    for (uint32_t m = 0; m < signature->count; m++) {
        uint64_t descriptor = descriptor_of(&minutiae, m);
        for (uint32_t w = 0; w < SIGNATURE_WORDS; w++)
            signature->words[w][m] = (uint16_t)(descriptor >> 16 * w);
        signature->directions[m] = minutiae.directions[m];
    }
    for (uint32_t m = signature->count; m < SIGNATURE_MINUTIAE; m++) {
        for (uint32_t w = 0; w < SIGNATURE_WORDS; w++)
            signature->words[w][m] = signature->words[w][0];
        signature->directions[m] = signature->directions[0];
    }
}

void signature_make_probe(const uint8_t *template_bytes, struct probe_signature *probe)
{
    struct minutiae minutiae;
    unpack(template_bytes, &minutiae);
    memset(probe, 0, sizeof *probe);
    probe->count = minutiae.count < SIGNATURE_PROBE_MINUTIAE ? minutiae.count : SIGNATURE_PROBE_MINUTIAE;
    for (uint32_t m = 0; m < probe->count; m++) {
        uint64_t descriptor = descriptor_of(&minutiae, m);
        for (uint32_t w = 0; w < SIGNATURE_WORDS; w++)
            probe->words[m][w] = (uint16_t)(descriptor >> 16 * w);
        probe->directions[m] = minutiae.directions[m];
    }
}
