/* adversary_pages.c: the database file's pages written under sqlite, by their kind; and other files put beside it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/adversary.h"

#define PAGE      4096u
#define PAGES_MAX 4096u

enum page_kind {
    PAGE_TABLE_INTERIOR,
    PAGE_INDEX_INTERIOR,
    PAGE_TABLE_LEAF,
    PAGE_INDEX_LEAF,
    PAGE_OVERFLOW,
    PAGE_FREE,
    PAGE_FIRST,
    PAGE_KINDS
};

static const char *const page_names[] = {"interior table page", "interior index page", "table leaf",
    "index leaf", "overflow page", "free page", "first page"};

struct pages {
    struct adversary_case *work;
    struct adversary_bytes file;
    size_t count;
    uint8_t kinds[PAGES_MAX]; /* [index], page number - 1 */
    char path[192];
};

static uint32_t be32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Leaves of the freelist's trunks; the walk stops where the list is not one. */
static void mark_free(struct pages *pages)
{
    uint32_t trunk = be32(pages->file.bytes + 32);
    for (size_t steps = 0; trunk > 1 && trunk <= pages->count && steps < pages->count; steps++) {
        const uint8_t *page = pages->file.bytes + (size_t)(trunk - 1) * PAGE;
        uint32_t leaves = be32(page + 4);
        pages->kinds[trunk - 1] = PAGE_FREE;
        for (uint32_t i = 0; i < leaves && i < PAGE / 4 - 2; i++) {
            uint32_t leaf = be32(page + 8 + 4 * i);
            if (leaf > 1 && leaf <= pages->count)
                pages->kinds[leaf - 1] = PAGE_FREE;
        }
        trunk = be32(page);
    }
}

static bool begin(struct pages *pages, struct adversary_case *work)
{
    *pages = (struct pages){.work = work};
    adversary_path(work, "kordon.db", pages->path);
    pages->file = adversary_read(pages->path);
    pages->count = pages->file.size / PAGE;
    if (pages->count < 2 || pages->count > PAGES_MAX) {
        free(pages->file.bytes);
        return false;
    }
    for (size_t i = 0; i < pages->count; i++) {
        uint8_t first = pages->file.bytes[i * PAGE];
        pages->kinds[i] = first == 5    ? PAGE_TABLE_INTERIOR
                          : first == 2  ? PAGE_INDEX_INTERIOR
                          : first == 13 ? PAGE_TABLE_LEAF
                          : first == 10 ? PAGE_INDEX_LEAF
                                        : PAGE_OVERFLOW;
    }
    pages->kinds[0] = PAGE_FIRST;
    mark_free(pages);
    return true;
}

static bool end(struct pages *pages)
{
    adversary_write(pages->path, pages->file.bytes, pages->file.size);
    free(pages->file.bytes);
    return true;
}

/* A page of that kind; the kinds take their turns, and one that is not there gives way to any page. */
static size_t pick_page(struct pages *pages, uint64_t kind)
{
    size_t start = adversary_below(pages->work, pages->count);
    for (size_t i = 0; i < pages->count; i++)
        if (pages->kinds[(start + i) % pages->count] == kind % PAGE_KINDS)
            return (start + i) % pages->count;
    return start;
}

static uint8_t *page_at(struct pages *pages, size_t index)
{
    return pages->file.bytes + index * PAGE;
}

static bool change_bytes(struct adversary_case *work)
{
    struct pages pages;
    if (!begin(&pages, work))
        return false;
    size_t index = pick_page(&pages, work->turn);
    /* Headers and cell pointers lie at the start, where a change does most. */
    size_t limit = adversary_below(work, 2) == 0 ? 64 : PAGE;
    for (uint64_t i = 0, count = 1 + adversary_below(work, 4); i < count; i++)
        page_at(&pages, index)[adversary_below(work, limit)] = (uint8_t)adversary_random(work);
    adversary_said(work, "%s %zu: bytes changed", page_names[pages.kinds[index]], index + 1);
    return end(&pages);
}

static bool swap_pages(struct adversary_case *work)
{
    struct pages pages;
    uint8_t page[PAGE];
    if (!begin(&pages, work))
        return false;
    size_t a = pick_page(&pages, work->turn), b = pick_page(&pages, pages.kinds[a]);
    memcpy(page, page_at(&pages, a), PAGE);
    memcpy(page_at(&pages, a), page_at(&pages, b), PAGE);
    memcpy(page_at(&pages, b), page, PAGE);
    adversary_said(work, "%s %zu swapped with %zu", page_names[pages.kinds[a]], a + 1, b + 1);
    return end(&pages);
}

static bool copy_page(struct adversary_case *work)
{
    struct pages pages;
    if (!begin(&pages, work))
        return false;
    size_t a = pick_page(&pages, work->turn), b = adversary_below(work, pages.count);
    if (a != b)
        memcpy(page_at(&pages, b), page_at(&pages, a), PAGE);
    adversary_said(work, "%s %zu written over %s %zu", page_names[pages.kinds[a]], a + 1,
        page_names[pages.kinds[b]], b + 1);
    return end(&pages);
}

static bool put_back_pages(struct adversary_case *work)
{
    struct pages pages;
    const struct adversary_snapshot *older = adversary_older(work);
    if (!begin(&pages, work))
        return false;
    for (uint64_t i = 0, count = 1 + adversary_below(work, 4); i < count; i++) {
        size_t index = pick_page(&pages, i == 0 ? work->turn : adversary_random(work));
        if ((index + 1) * PAGE <= older->closed.size)
            memcpy(page_at(&pages, index), older->closed.bytes + index * PAGE, PAGE);
        adversary_said(work, "%s %zu and others put back from a file of %llu entries",
            page_names[pages.kinds[index]], index + 1, (unsigned long long)older->size);
    }
    return end(&pages);
}

static bool wipe_page(struct adversary_case *work)
{
    struct pages pages;
    if (!begin(&pages, work))
        return false;
    size_t index = pick_page(&pages, work->turn);
    memset(page_at(&pages, index), adversary_below(work, 2) == 0 ? 0 : 0xff, PAGE);
    adversary_said(work, "%s %zu wiped", page_names[pages.kinds[index]], index + 1);
    return end(&pages);
}

/* Pages that are in use named as free ones: sqlite would write over them. */
static bool free_a_used_page(struct adversary_case *work)
{
    struct pages pages;
    if (!begin(&pages, work))
        return false;
    size_t index = 1 + adversary_below(work, pages.count - 1);
    uint32_t number = (uint32_t)index + 1;
    uint8_t *header = pages.file.bytes;
    for (int i = 0; i < 4; i++) {
        header[32 + i] = (uint8_t)(number >> (24 - 8 * i));
        header[36 + i] = i == 3;
    }
    if (adversary_below(work, 2) == 0)
        memset(page_at(&pages, index), 0, 8);
    adversary_said(work, "%s %zu named as the freelist", page_names[pages.kinds[index]], index + 1);
    return end(&pages);
}

static bool change_file_size(struct adversary_case *work)
{
    struct pages pages;
    if (!begin(&pages, work))
        return false;
    uint64_t how = adversary_below(work, 3);
    if (how == 0)
        pages.file.size -= PAGE * (1 + adversary_below(work, pages.count - 1));
    else if (how == 1)
        pages.file.size -= 1 + adversary_below(work, pages.file.size - 1);
    adversary_write(pages.path, pages.file.bytes, pages.file.size);
    if (how == 2 && truncate(pages.path, (off_t)(pages.file.size + 1 + adversary_below(work, 3 * PAGE))) != 0)
        how = 3;
    free(pages.file.bytes);
    adversary_said(work, "the file made %s", how == 2 ? "longer" : "shorter");
    return how < 3;
}

const struct adversary_kind adversary_page_kinds[] = {
    {"page: bytes changed", change_bytes, false},
    {"pages swapped", swap_pages, false},
    {"page over another", copy_page, false},
    {"pages put back", put_back_pages, true},
    {"page wiped", wipe_page, false},
    {"used page freed", free_a_used_page, false},
    {"file size changed", change_file_size, false},
};
const size_t adversary_page_kind_count = sizeof adversary_page_kinds / sizeof adversary_page_kinds[0];

/* --- Whole files --------------------------------------------------------------------------------------------- */

static bool put_back_file(struct adversary_case *work)
{
    const struct adversary_snapshot *older = adversary_older(work);
    bool live = adversary_below(work, 2) == 0 && older->live_wal.size > 0;
    adversary_put(work, live ? &older->live : &older->closed, live ? &older->live_wal : NULL);
    adversary_said(work, "the whole state of %llu entries, %s", (unsigned long long)older->size,
        live ? "with its WAL" : "closed");
    return true;
}

static const uint8_t journal_magic[8] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};

static void be32_write(uint8_t *bytes, uint32_t number)
{
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(number >> (24 - 8 * i));
}

/* The name of a super-journal stands behind the page that holds sqlite's lock bytes, between two marks. */
static size_t write_super(uint8_t *at, const char *super)
{
    size_t length = strlen(super);
    uint32_t sum = 0;
    be32_write(at, 0x40000000u / PAGE + 1);
    memcpy(at + 4, super, length);
    for (size_t i = 0; i < length; i++)
        sum += (uint8_t)super[i];
    be32_write(at + 4 + length, (uint32_t)length);
    be32_write(at + 8 + length, sum);
    memcpy(at + 12 + length, journal_magic, sizeof journal_magic);
    return 12 + length + sizeof journal_magic;
}

bool adversary_plant_journal(const struct adversary_case *work, const struct adversary_snapshot *snapshot,
    uint32_t pages, const char *super)
{
    char path[192];
    const uint32_t nonce = 20261126;
    uint8_t *journal = calloc(1, 512 + (size_t)pages * (PAGE + 8) + 1024);
    if (journal == NULL)
        return false;
    memcpy(journal, journal_magic, sizeof journal_magic);
    be32_write(journal + 8, pages);
    be32_write(journal + 12, nonce);
    be32_write(journal + 16, (uint32_t)(snapshot->closed.size / PAGE));
    be32_write(journal + 20, 512);
    be32_write(journal + 24, PAGE);
    uint8_t *at = journal + 512;
    for (uint32_t i = 0; i < pages; i++, at += PAGE + 8) {
        uint32_t sum = nonce;
        const uint8_t *page = snapshot->closed.bytes + (size_t)i * PAGE;
        be32_write(at, i + 1);
        memcpy(at + 4, page, PAGE);
        for (int at_byte = (int)PAGE - 200; at_byte > 0; at_byte -= 200)
            sum += page[at_byte];
        be32_write(at + 4 + PAGE, sum);
    }
    if (super != NULL)
        at += write_super(at, super);
    adversary_path(work, "kordon.db-journal", path);
    adversary_write(path, journal, (size_t)(at - journal));
    free(journal);
    return true;
}

static bool plant_journal(struct adversary_case *work)
{
    const struct adversary_snapshot *older = adversary_older(work);
    uint32_t pages = (uint32_t)(older->closed.size / PAGE);
    uint32_t chosen = adversary_below(work, 2) == 0 ? pages : 1 + (uint32_t)adversary_below(work, pages);
    adversary_said(work, "a rollback journal of %u pages from a file of %llu entries", chosen,
        (unsigned long long)older->size);
    return adversary_plant_journal(work, older, chosen, NULL);
}

static bool plant_other_file(struct adversary_case *work)
{
    static const char *const names[] = {
        "log.vkey", "kordon.lock", "kordon.db-shm", "kordon.db.new", "kordon.db-journal"};
    char path[192];
    const char *name = names[work->turn % (sizeof names / sizeof names[0])];
    adversary_path(work, name, path);
    uint64_t how = adversary_below(work, 3);
    unlink(path);
    if (how == 0) {
        uint8_t bytes[64 * 1024];
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (uint8_t)adversary_random(work);
        adversary_write(path, bytes, 1 + adversary_below(work, sizeof bytes));
    } else if (how == 1) {
        if (mkdir(path, 0700) != 0)
            return false;
    } else if (symlink("/dev/null", path) != 0) {
        return false;
    }
    adversary_said(work, "%s is %s", name,
        how == 0   ? "random bytes"
        : how == 1 ? "a folder"
                   : "a link to nothing");
    return true;
}

const struct adversary_kind adversary_file_kinds[] = {
    {"the whole state put back", put_back_file, true},
    {"a rollback journal planted", plant_journal, true},
    {"another file planted", plant_other_file, false},
};
const size_t adversary_file_kind_count = sizeof adversary_file_kinds / sizeof adversary_file_kinds[0];
