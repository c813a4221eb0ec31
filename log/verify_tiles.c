/* verify_tiles.c: tiles of every level are computed from the one below and compared with the stored ones. */
#include <stdlib.h>
#include <string.h>

#include "log/verify_internal.h"

enum reason verify_read_tile(struct verification_run *run, const struct tile_name *name, uint8_t **bytes,
    size_t *size, struct failure *failure)
{
    char path[TILE_PATH_SIZE];
    tile_path_format(name, path);
    *bytes = NULL;
    *size = 0;
    enum reason reason = run->source.read(run->source.context, path, bytes, size, failure);
    if (reason == REASON_ENTRY_NOT_FOUND || reason == REASON_FILE_NOT_FOUND)
        return failure_set(failure, REASON_LOG_INCOMPLETE, path, "a log of %llu entries must have it",
            (unsigned long long)run->checkpoint.size);
    return reason;
}

/* The tile above tells which was altered: the leaf, where it holds the root that the heads give. */
static void judge_leaves(struct verification_run *run, uint64_t tile_index)
{
    for (size_t i = run->mismatch_count; i > 0 && run->mismatches[i - 1].seq / TILE_WIDTH >= tile_index; i--)
        if (run->mismatches[i - 1].seq / TILE_WIDTH == tile_index)
            run->mismatches[i - 1].leaf_altered = true;
}

/* Compares hash by hash where some were computed from heads that disagree with their leaves: whichever was altered, the
 * stored hash may be right, so it is taken for what the next level is computed from. */
static bool doubtful_tile_holds(
    struct verification_run *run, unsigned level, struct open_tile *tile, const uint8_t *stored)
{
    bool holds = true;
    for (unsigned i = 0; i < tile->width; i++) {
        uint8_t *computed = tile->hashes + (size_t)i * DIGEST_BYTES;
        const uint8_t *there = stored + (size_t)i * DIGEST_BYTES;
        bool equal = memcmp(computed, there, DIGEST_BYTES) == 0;
        if (!tile->doubtful[i])
            holds = holds && equal;
        else if (equal && level == 1)
            judge_leaves(run, tile->index * TILE_WIDTH + i);
        else
            memcpy(computed, there, DIGEST_BYTES);
    }
    tile->some_doubtful = false;
    return holds;
}

static enum reason compare_tile(struct verification_run *run, unsigned level, struct failure *failure)
{
    struct open_tile *tile = &run->levels[level];
    const struct tile_name name = {TILE_HASHES, level, tile->index, tile->width};
    struct failure cause = {0};
    uint8_t *stored;
    size_t size;
    enum reason reason = verify_read_tile(run, &name, &stored, &size, &cause);
    if (reason == REASON_DONE) {
        bool holds = size == (size_t)tile->width * DIGEST_BYTES;
        if (holds)
            holds = tile->some_doubtful ? doubtful_tile_holds(run, level, tile, stored)
                                        : memcmp(stored, tile->hashes, size) == 0;
        char path[TILE_PATH_SIZE];
        if (!holds)
            reason = failure_set(&cause, REASON_LOG_BROKEN, tile_path_format(&name, path),
                "it does not hold the hashes of the level below");
        free(stored);
    }
    if (reason == REASON_LOG_BROKEN || reason == REASON_LOG_INCOMPLETE)
        return verify_found(run, NULL, &cause, failure);
    if (reason != REASON_DONE && failure != NULL)
        *failure = cause;
    return reason;
}

enum reason verify_add_tile(
    struct verification_run *run, const uint8_t *root, bool doubtful, struct failure *failure)
{
    uint8_t hash[DIGEST_BYTES];
    memcpy(hash, root, sizeof hash);
    for (unsigned level = 1;; level++) {
        struct open_tile *tile = &run->levels[level];
        memcpy(tile->hashes + (size_t)tile->width * DIGEST_BYTES, hash, DIGEST_BYTES);
        tile->doubtful[tile->width] = doubtful;
        tile->some_doubtful = tile->some_doubtful || doubtful;
        if (++tile->width < TILE_WIDTH)
            return REASON_DONE;
        enum reason reason = compare_tile(run, level, failure);
        if (reason == REASON_DONE)
            reason = merkle_root(run->digest, tile->hashes, TILE_WIDTH, hash, failure);
        if (reason != REASON_DONE)
            return reason;
        doubtful = tile->some_doubtful;
        tile->some_doubtful = false;
        tile->index++;
        tile->width = 0;
    }
}

enum reason verify_partial_tiles(struct verification_run *run, struct failure *failure)
{
    enum reason reason = REASON_DONE;
    for (unsigned level = 1; level < TILE_LEVELS && reason == REASON_DONE; level++)
        if (run->levels[level].width > 0)
            reason = compare_tile(run, level, failure);
    return reason;
}
