#include "enrol/inverted.h"

#include <stddef.h>

/* px, a side of the blocks that are looked at. */
#define BLOCK  16
#define LEVELS 128 /* of deviation, gray levels */

/* Parts of the deviation that one block in ten exceeds: above there are ridges, below there is ground. */
#define RIDGES_FROM_PERCENT 50
#define GROUND_TO_PERCENT   20
/* Part of all blocks that must be ground before it says anything. */
#define GROUND_LEAST_PERCENT 5
/* Gray levels. Of 1,000 real prints of seven sensors none is more than 31 brighter than its ground; of their negatives 724
 * are, and those of sensors with a white ground all. */
#define DARKER_BY 40

struct block {
    uint32_t mean, deviation;
};

static uint32_t root_of(uint32_t square)
{
    uint32_t root = 0;
    while (root < LEVELS - 1 && (root + 1) * (root + 1) <= square)
        root++;
    return root;
}

static struct block block_at(const uint8_t *pixels, uint32_t width, uint32_t left, uint32_t top)
{
    uint32_t sum = 0, squares = 0;
    for (uint32_t y = top; y < top + BLOCK; y++)
        for (uint32_t x = left; x < left + BLOCK; x++) {
            uint32_t value = pixels[(size_t)y * width + x];
            sum += value;
            squares += value * value;
        }
    uint32_t mean = sum / (BLOCK * BLOCK);
    uint32_t square = squares / (BLOCK * BLOCK);
    return (struct block){mean, root_of(square > mean * mean ? square - mean * mean : 0)};
}

/* Sums over the blocks of one deviation. */
struct tally {
    uint32_t blocks[LEVELS];
    uint64_t means[LEVELS];
    uint32_t all;
};

static struct block total(const struct tally *tally, uint32_t from, uint32_t end, uint32_t *blocks)
{
    uint64_t sum = 0;
    *blocks = 0;
    for (uint32_t level = from; level < end; level++) {
        *blocks += tally->blocks[level];
        sum += tally->means[level];
    }
    return (struct block){*blocks > 0 ? (uint32_t)(sum / *blocks) : 0, 0};
}

static uint32_t high_deviation(const struct tally *tally)
{
    uint32_t level = LEVELS - 1;
    for (uint32_t above = tally->blocks[level]; level > 0 && above * 10 < tally->all;
         above += tally->blocks[level])
        level--;
    return level;
}

bool picture_is_inverted(const uint8_t *pixels, uint32_t width, uint32_t height)
{
    struct tally tally = {0};
    for (uint32_t top = 0; top + BLOCK <= height; top += BLOCK)
        for (uint32_t left = 0; left + BLOCK <= width; left += BLOCK) {
            struct block block = block_at(pixels, width, left, top);
            tally.blocks[block.deviation]++;
            tally.means[block.deviation] += block.mean;
            tally.all++;
        }
    uint32_t high = high_deviation(&tally), ground_blocks, ridge_blocks;
    struct block ground = total(&tally, 0, high * GROUND_TO_PERCENT / 100 + 1, &ground_blocks);
    struct block ridges = total(&tally, high * RIDGES_FROM_PERCENT / 100 + 1, LEVELS, &ridge_blocks);
    return ridge_blocks > 0 && ground_blocks * 100 >= tally.all * GROUND_LEAST_PERCENT &&
           ground.mean + DARKER_BY < ridges.mean;
}

void picture_invert(uint8_t *pixels, uint32_t width, uint32_t height)
{
    size_t count = (size_t)width * height;
    for (size_t i = 0; i < count; i++)
        pixels[i] = (uint8_t)(UINT8_MAX - pixels[i]);
}
