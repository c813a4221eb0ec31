/* signature.c: from a packed template to descriptors of its best minutiae; see signature.h. Integers only. */
#include "matcher/signature/signature.h"

#include <string.h>

#include "matcher/compare/parameters.h"
#include "matcher/geometry/turn.h"
#include "matcher/template/template.h"

/* Other minutiae nearer than that are looked at; 1/8 px. */
#define REACH 640

/* What one neighbour in the middle of a cell counts for, and how far a cell's values are believed: a second
 * neighbour in the same cell is more often a false minutia than news. Measured. */
#define FULL_SHARE 256
#define VALUE_MAX  154

_Static_assert(SIGNATURE_CELL == 128, "a place in 1/8 px times 2 has 8 bits of fraction of a cell");

struct minutiae {
    uint32_t count;
    int16_t x[PRINT_MINUTIAE_MAX], y[PRINT_MINUTIAE_MAX];
    uint8_t directions[PRINT_MINUTIAE_MAX];
};

static void unpack(const uint8_t *template_bytes, struct minutiae *minutiae)
{
    struct template_view view = matcher_template_view(template_bytes);
    minutiae->count = view.minutiae_count < PRINT_MINUTIAE_MAX ? view.minutiae_count : PRINT_MINUTIAE_MAX;
    struct template_minutia unpacked[MATCHER_MINUTIAE_MAX];
    matcher_template_unpack_minutiae(&view, unpacked);
    for (uint32_t i = 0; i < minutiae->count; i++) {
        minutiae->x[i] = (int16_t)unpacked[i].x;
        minutiae->y[i] = (int16_t)unpacked[i].y;
        minutiae->directions[i] = unpacked[i].direction;
    }
}

/* A neighbour as the minutia sees it. */
struct neighbour {
    int32_t ahead, left;  /* 1/8 px along the minutia's direction, and to its left */
    int32_t cosine, sine; /* of the relative direction, times FULL_SHARE */
};

/* Adds a share of it to one cell. Cells beyond the grid are not kept. */
static void add_share(struct signature_neighbourhood *sums, int32_t column, int32_t row, int32_t share,
    const struct neighbour *neighbour)
{
    if (column < 0 || row < 0 || column >= SIGNATURE_GRID || row >= SIGNATURE_GRID)
        return;
    int32_t cell = row * SIGNATURE_GRID + column;
    sums->counts[cell] = (int16_t)(sums->counts[cell] + share);
    int16_t *direction = sums->directions[cell];
    direction[0] = (int16_t)(direction[0] + ((share * neighbour->cosine) >> 8));
    direction[1] = (int16_t)(direction[1] + ((share * neighbour->sine) >> 8));
}

/* Shared between the four cells whose centres lie round it. */
static void add_neighbour(struct signature_neighbourhood *sums, const struct neighbour *neighbour)
{
    int32_t u = neighbour->ahead * 2 + SIGNATURE_GRID / 2 * 256;
    int32_t v = neighbour->left * 2 + SIGNATURE_GRID / 2 * 256;
    int32_t column = u >> 8, row = v >> 8, right = u & 255, below = v & 255;
    add_share(sums, column, row, ((256 - right) * (256 - below)) >> 8, neighbour);
    add_share(sums, column + 1, row, (right * (256 - below)) >> 8, neighbour);
    add_share(sums, column, row + 1, ((256 - right) * below) >> 8, neighbour);
    add_share(sums, column + 1, row + 1, (right * below) >> 8, neighbour);
}

static int16_t limited(int16_t value)
{
    return value > VALUE_MAX ? VALUE_MAX : value < -VALUE_MAX ? -VALUE_MAX : value;
}

static void limit_values(struct signature_neighbourhood *sums)
{
    for (uint32_t cell = 0; cell < SIGNATURE_CELLS; cell++) {
        sums->counts[cell] = limited(sums->counts[cell]);
        sums->directions[cell][0] = limited(sums->directions[cell][0]);
        sums->directions[cell][1] = limited(sums->directions[cell][1]);
    }
}

/* The minutiae within reach of one, without it; no branch to guess. */
static uint32_t find_neighbours(
    const struct minutiae *minutiae, uint32_t centre, uint8_t found[PRINT_MINUTIAE_MAX])
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < minutiae->count; i++) {
        int32_t dx = minutiae->x[i] - minutiae->x[centre], dy = minutiae->y[i] - minutiae->y[centre];
        found[count] = (uint8_t)i;
        count += (dx * dx + dy * dy < REACH * REACH) & (i != centre);
    }
    return count;
}

static void look_round(const struct minutiae *minutiae, uint32_t centre, struct signature_neighbourhood *sums)
{
    memset(sums, 0, sizeof *sums);
    uint8_t direction = minutiae->directions[centre];
    int32_t cosine = matcher_turn_cosine(direction), sine = matcher_turn_cosine((uint8_t)(direction - 64));
    uint8_t found[PRINT_MINUTIAE_MAX];
    uint32_t count = find_neighbours(minutiae, centre, found);
    for (uint32_t n = 0; n < count; n++) {
        uint32_t i = found[n];
        int32_t dx = minutiae->x[i] - minutiae->x[centre], dy = minutiae->y[centre] - minutiae->y[i];
        uint8_t turn = (uint8_t)(minutiae->directions[i] - direction);
        struct neighbour neighbour = {
            .ahead = (dx * cosine + dy * sine) >> 15,
            .left = (dy * cosine - dx * sine) >> 15,
            .cosine = matcher_turn_cosine(turn) >> 7,
            .sine = matcher_turn_cosine((uint8_t)(turn - 64)) >> 7,
        };
        add_neighbour(sums, &neighbour);
    }
    limit_values(sums);
}

uint32_t matcher_signature_neighbourhoods(
    const uint8_t *template_bytes, uint32_t most, struct signature_neighbourhood *neighbourhoods)
{
    struct minutiae minutiae;
    unpack(template_bytes, &minutiae);
    uint32_t count = minutiae.count < most ? minutiae.count : most;
    for (uint32_t m = 0; m < count; m++)
        look_round(&minutiae, m, &neighbourhoods[m]);
    return count;
}

static uint64_t descriptor_of(
    const struct signature_kernels *kernels, const struct minutiae *minutiae, uint32_t centre)
{
    struct signature_neighbourhood sums;
    look_round(minutiae, centre, &sums);
    return kernels->describe(&sums);
}

static uint32_t described(const struct minutiae *minutiae)
{
    return minutiae->count < SIGNATURE_MINUTIAE ? minutiae->count : SIGNATURE_MINUTIAE;
}

/* In 16 px from the least of them. */
static uint16_t coarse_place(int16_t value, int16_t least)
{
    int32_t cell = (value - least) >> 7;
    return (uint16_t)(cell < 31 ? cell : 31);
}

static void make_places(const struct minutiae *minutiae, uint32_t count, uint16_t places[SIGNATURE_MINUTIAE])
{
    int16_t left = INT16_MAX, top = INT16_MAX;
    for (uint32_t m = 0; m < count; m++) {
        left = minutiae->x[m] < left ? minutiae->x[m] : left;
        top = minutiae->y[m] < top ? minutiae->y[m] : top;
    }
    for (uint32_t m = 0; m < count; m++)
        places[m] = (uint16_t)(minutiae->directions[m] >> 2 | coarse_place(minutiae->x[m], left) << 6 |
                               coarse_place(minutiae->y[m], top) << 11);
}

void matcher_signature_make(const uint8_t *template_bytes, struct signature *signature)
{
    const struct signature_kernels *kernels = matcher_signature_kernels_select();
    struct minutiae minutiae;
    unpack(template_bytes, &minutiae);
    memset(signature, 0, sizeof *signature);
    uint32_t count = described(&minutiae);
    make_places(&minutiae, count, signature->places);
    for (uint32_t m = 0; m < count; m++) {
        uint64_t descriptor = descriptor_of(kernels, &minutiae, m);
        for (uint32_t w = 0; w < SIGNATURE_WORDS; w++)
            signature->words[w][m] = (uint16_t)(descriptor >> 16 * w);
    }
    for (uint32_t m = count; m < SIGNATURE_MINUTIAE; m++) {
        for (uint32_t w = 0; w < SIGNATURE_WORDS; w++)
            signature->words[w][m] = signature->words[w][0];
        signature->places[m] = signature->places[0];
    }
}

void matcher_signature_make_probe(const uint8_t *template_bytes, struct probe_signature *probe)
{
    const struct signature_kernels *kernels = matcher_signature_kernels_select();
    struct minutiae minutiae;
    unpack(template_bytes, &minutiae);
    memset(probe, 0, sizeof *probe);
    probe->count = described(&minutiae);
    for (uint32_t m = 0; m < probe->count; m++) {
        uint64_t descriptor = descriptor_of(kernels, &minutiae, m);
        for (uint32_t w = 0; w < SIGNATURE_WORDS; w++)
            probe->words[m][w] = (uint16_t)(descriptor >> 16 * w);
        probe->x[m] = minutiae.x[m];
        probe->y[m] = minutiae.y[m];
        probe->directions[m] = minutiae.directions[m] >> 2;
    }
}
