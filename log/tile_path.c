#include "log/tile_path.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INDEX_MAX (((uint64_t)1 << 53) - 1)

/* The index in groups of three digits; 53 bits are at most 16 digits, six groups. */
static void format_index(uint64_t index, char text[static 32])
{
    uint64_t divisor = 1;
    while (index / divisor >= 1000)
        divisor *= 1000;
    size_t length = 0;
    for (; divisor > 1; divisor /= 1000)
        length += (size_t)snprintf(text + length, 32 - length, "x%03" PRIu64 "/", index / divisor % 1000);
    snprintf(text + length, 32 - length, "%03" PRIu64, index % 1000);
}

char *tile_path_format(const struct tile_name *name, char path[static TILE_PATH_SIZE])
{
    char index[32], folder[24], partial[16] = "";
    format_index(name->index, index);
    if (name->kind == TILE_HASHES)
        snprintf(folder, sizeof folder, "tile/%u", name->level);
    else
        snprintf(folder, sizeof folder, "%s", name->kind == TILE_ENTRIES ? "tile/entries" : "bodies");
    if (name->width < TILE_WIDTH)
        snprintf(partial, sizeof partial, ".p/%u", name->width);
    snprintf(path, TILE_PATH_SIZE, "%s/%s%s", folder, index, partial);
    return path;
}

/* Reads the digits and groups behind the folder's name without judging their form. */
static bool parse_index_and_width(const char *text, struct tile_name *name)
{
    for (; *text != '\0' && *text != '.'; text++) {
        if (*text == 'x' || *text == '/')
            continue;
        if (!isdigit((unsigned char)*text) || name->index > INDEX_MAX / 10)
            return false;
        name->index = name->index * 10 + (uint64_t)(*text - '0');
    }
    name->width = TILE_WIDTH;
    if (*text == '\0')
        return true;
    if (strncmp(text, ".p/", 3) != 0 || !isdigit((unsigned char)text[3]) || strlen(text + 3) > 3)
        return false;
    name->width = (unsigned)strtoul(text + 3, NULL, 10);
    return name->width >= 1 && name->width < TILE_WIDTH;
}

bool tile_path_parse(const char *path, struct tile_name *name)
{
    static const struct {
        const char *prefix;
        enum tile_kind kind;
    } folders[] = {{"tile/entries/", TILE_ENTRIES}, {"bodies/", TILE_BODIES}, {"tile/", TILE_HASHES}};
    *name = (struct tile_name){0};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        size_t length = strlen(folders[i].prefix);
        if (strncmp(path, folders[i].prefix, length) != 0)
            continue;
        const char *rest = path + length;
        name->kind = folders[i].kind;
        if (name->kind == TILE_HASHES) {
            if (rest[0] < '0' || rest[0] >= '0' + TILE_LEVELS || rest[1] != '/')
                return false;
            name->level = (unsigned)(rest[0] - '0');
            rest += 2;
        }
        /* One spelling only: what was read must be written the same way again. */
        char again[TILE_PATH_SIZE];
        return parse_index_and_width(rest, name) && strcmp(tile_path_format(name, again), path) == 0;
    }
    return false;
}

unsigned tile_width(uint64_t size, unsigned level, uint64_t index)
{
    uint64_t hashes = level < TILE_LEVELS ? size >> (8 * level) : 0;
    if (index > hashes / TILE_WIDTH)
        return 0;
    uint64_t left = hashes - index * TILE_WIDTH;
    return left < TILE_WIDTH ? (unsigned)left : TILE_WIDTH;
}
