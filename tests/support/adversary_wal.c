/* adversary_wal.c: the write-ahead log written: frames dropped, moved, doubled, taken from older ones, with right checksums.
 *
 * The checksums and salts of a WAL are no secrets: whoever writes the file computes them (sqlite.org/fileformat2.html, 4.2).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/adversary.h"

#define PAGE       4096u
#define HEADER     32u
#define FRAME      (24u + PAGE)
#define FRAMES_MAX 2048u

static uint32_t be32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void be32_write(uint8_t *bytes, uint32_t number)
{
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(number >> (24 - 8 * i));
}

/* Words in the order that the header's magic says: 0x377f0683 is big-endian. */
static void add_checksum(bool big, const uint8_t *bytes, size_t size, uint32_t sum[static 2])
{
    for (size_t i = 0; i + 8 <= size; i += 8) {
        uint32_t a = be32(bytes + i), b = be32(bytes + i + 4);
        if (!big) {
            a = __builtin_bswap32(a);
            b = __builtin_bswap32(b);
        }
        sum[0] += a + sum[1];
        sum[1] += b + sum[0];
    }
}

/* The whole file's salts and checksums made right. */
static void seal_wal(uint8_t *wal, size_t frames)
{
    uint32_t sum[2] = {0, 0};
    bool big = (be32(wal) & 1) != 0;
    add_checksum(big, wal, 24, sum);
    be32_write(wal + 24, sum[0]);
    be32_write(wal + 28, sum[1]);
    for (size_t i = 0; i < frames; i++) {
        uint8_t *frame = wal + HEADER + i * FRAME;
        memcpy(frame + 8, wal + 16, 8);
        add_checksum(big, frame, 8, sum);
        add_checksum(big, frame + 24, PAGE, sum);
        be32_write(frame + 16, sum[0]);
        be32_write(frame + 20, sum[1]);
    }
}

struct wal {
    struct adversary_case *work;
    uint8_t *bytes; /* room for FRAMES_MAX frames more than it has */
    size_t frames;
    char path[192];
};

static uint8_t *frame_at(struct wal *wal, size_t index)
{
    return wal->bytes + HEADER + index * FRAME;
}

/* The copy's WAL; the mutations here work on live copies only, or on a new WAL beside a closed one. */
static bool begin(struct wal *wal, struct adversary_case *work)
{
    *wal = (struct wal){.work = work};
    adversary_put(
        work, &work->world->snapshots[MOMENT_LAST].live, &work->world->snapshots[MOMENT_LAST].live_wal);
    adversary_path(work, "kordon.db-wal", wal->path);
    struct adversary_bytes file = adversary_read(wal->path);
    if (file.size < HEADER + FRAME) {
        free(file.bytes);
        return false;
    }
    wal->frames = (file.size - HEADER) / FRAME;
    wal->bytes = realloc(file.bytes, HEADER + (wal->frames + FRAMES_MAX) * FRAME);
    if (wal->bytes == NULL)
        free(file.bytes);
    return wal->bytes != NULL;
}

/* Two of three have right checksums. */
static bool end(struct wal *wal)
{
    bool right = wal->work->turn % 3 != 0;
    if (right)
        seal_wal(wal->bytes, wal->frames);
    adversary_write(wal->path, wal->bytes, HEADER + wal->frames * FRAME);
    free(wal->bytes);
    adversary_join(
        wal->work->what, sizeof wal->work->what, "%s", right ? ", checksums right" : ", checksums left");
    return true;
}

static bool drop_frames(struct adversary_case *work)
{
    struct wal wal;
    if (!begin(&wal, work))
        return false;
    size_t first = adversary_below(work, wal.frames);
    size_t count = 1 + adversary_below(work, adversary_below(work, 2) == 0 ? 1 : wal.frames - first);
    memmove(frame_at(&wal, first), frame_at(&wal, first + count), (wal.frames - first - count) * FRAME);
    adversary_said(work, "frames %zu to %zu of %zu dropped", first, first + count - 1, wal.frames);
    wal.frames -= count;
    return end(&wal);
}

static bool swap_frames(struct adversary_case *work)
{
    struct wal wal;
    if (!begin(&wal, work))
        return false;
    size_t a = adversary_below(work, wal.frames), b = adversary_below(work, wal.frames);
    uint8_t frame[FRAME];
    memcpy(frame, frame_at(&wal, a), FRAME);
    memmove(frame_at(&wal, a), frame_at(&wal, b), FRAME);
    memcpy(frame_at(&wal, b), frame, FRAME);
    adversary_said(work, "frames %zu and %zu of %zu swapped", a, b, wal.frames);
    return end(&wal);
}

static bool double_frame(struct adversary_case *work)
{
    struct wal wal;
    if (!begin(&wal, work))
        return false;
    size_t from = adversary_below(work, wal.frames), to = adversary_below(work, wal.frames + 1);
    uint8_t frame[FRAME];
    memcpy(frame, frame_at(&wal, from), FRAME);
    memmove(frame_at(&wal, to + 1), frame_at(&wal, to), (wal.frames - to) * FRAME);
    memcpy(frame_at(&wal, to), frame, FRAME);
    wal.frames++;
    adversary_said(work, "frame %zu once more at %zu", from, to);
    return end(&wal);
}

static bool change_frame(struct adversary_case *work)
{
    struct wal wal;
    if (!begin(&wal, work))
        return false;
    size_t index = adversary_below(work, wal.frames), at = 24 + adversary_below(work, PAGE);
    if (adversary_below(work, 3) == 0)
        at = adversary_below(work, 8);
    frame_at(&wal, index)[at] = (uint8_t)adversary_random(work);
    adversary_said(work, "frame %zu: byte %zu changed", index, at);
    return end(&wal);
}

/* Frames out of an older WAL behind, or in the place of, the newest ones. */
static bool older_frames(struct adversary_case *work)
{
    struct wal wal;
    const struct adversary_bytes *old =
        &work->world->snapshots[adversary_below(work, 2) == 0 ? MOMENT_ENTRIES : MOMENT_FORK].live_wal;
    size_t old_frames = old->size > HEADER ? (old->size - HEADER) / FRAME : 0;
    if (old_frames == 0 || !begin(&wal, work))
        return false;
    size_t first = adversary_below(work, old_frames), count = 1 + adversary_below(work, old_frames - first);
    if (count > FRAMES_MAX)
        count = FRAMES_MAX;
    size_t to = adversary_below(work, 2) == 0 ? wal.frames : adversary_below(work, wal.frames);
    memcpy(frame_at(&wal, to), old->bytes + HEADER + first * FRAME, count * FRAME);
    if (wal.frames < to + count)
        wal.frames = to + count;
    adversary_said(work, "%zu frames of an older WAL at %zu", count, to);
    return end(&wal);
}

/* A WAL of the adversary's own: older pages, committed as if the daemon had. */
static bool own_wal(struct adversary_case *work)
{
    const struct adversary_snapshot *older = adversary_older(work);
    struct wal wal;
    if (!begin(&wal, work))
        return false;
    size_t pages = older->closed.size / PAGE;
    bool all = adversary_below(work, 2) == 0;
    size_t count = all ? pages : 1 + adversary_below(work, 6);
    for (size_t i = 0; i < count && i < FRAMES_MAX; i++) {
        size_t page = all ? i : adversary_below(work, pages);
        uint8_t *frame = frame_at(&wal, wal.frames++);
        be32_write(frame, (uint32_t)page + 1);
        be32_write(frame + 4,
            i + 1 == count ? (uint32_t)(work->world->snapshots[MOMENT_LAST].closed.size / PAGE) : 0);
        memcpy(frame + 24, older->closed.bytes + page * PAGE, PAGE);
    }
    adversary_said(
        work, "%zu pages of a file of %llu entries committed", count, (unsigned long long)older->size);
    return end(&wal);
}

static bool cut_wal(struct adversary_case *work)
{
    struct wal wal;
    if (!begin(&wal, work))
        return false;
    size_t size = adversary_below(work, HEADER + wal.frames * FRAME);
    adversary_write(wal.path, wal.bytes, size);
    free(wal.bytes);
    adversary_said(work, "the WAL cut to %zu bytes", size);
    return true;
}

/* A WAL of another moment beside the file, as it is or with the salts that the file's own one has. */
static bool other_wal(struct adversary_case *work)
{
    const struct adversary_snapshot *snapshots = work->world->snapshots;
    const struct adversary_snapshot *wal = &snapshots[adversary_below(work, MOMENT_COUNT)];
    const struct adversary_snapshot *database =
        adversary_below(work, 3) == 0 ? adversary_older(work) : &snapshots[MOMENT_LAST];
    bool live = adversary_below(work, 2) == 0;
    if (wal->live_wal.size == 0)
        return false;
    adversary_put(work, live ? &database->live : &database->closed, &wal->live_wal);
    adversary_said(work, "the WAL of %llu entries beside a %s file of %llu", (unsigned long long)wal->size,
        live ? "live" : "closed", (unsigned long long)database->size);
    return true;
}

const struct adversary_kind adversary_wal_kinds[] = {
    {"frames dropped", drop_frames, true},
    {"frames swapped", swap_frames, true},
    {"frame doubled", double_frame, true},
    {"frame changed", change_frame, true},
    {"older frames", older_frames, true},
    {"own WAL of older pages", own_wal, true},
    {"WAL cut", cut_wal, true},
    {"WAL of another moment", other_wal, true},
};
const size_t adversary_wal_kind_count = sizeof adversary_wal_kinds / sizeof adversary_wal_kinds[0];
