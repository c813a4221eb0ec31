/* tile_path.h: the names of the files of the tlog-tiles layout (c2sp.org/tlog-tiles), and which of them a tree has.
 *
 *     tile/<L>/<N>[.p/<W>]        hashes; level 0 holds the leaves, a tile above the roots of 256 full tiles
 *     tile/entries/<N>[.p/<W>]    the heads of the same leaves as tile/0/<N>
 *     bodies/<N>[.p/<W>]          their salts and bodies
 *
 * N is written in groups of three digits, all but the last with an x in front: 1234067 is x001/x234/067. A partial
 * tile's W is its number of hashes, 1 to 255; a full one has 256 and no W. Thread rule: any thread.
 */
#ifndef KORDON_LOG_TILE_PATH_H
#define KORDON_LOG_TILE_PATH_H

#include <stdbool.h>
#include <stdint.h>

#define TILE_PATH_SIZE 96 /* room for any path, zero byte included */
#define TILE_WIDTH     256
#define TILE_LEVELS    7 /* 256^7 > 2^53 */

enum tile_kind { TILE_HASHES, TILE_ENTRIES, TILE_BODIES };

struct tile_name {
    enum tile_kind kind;
    unsigned level; /* 0..TILE_LEVELS-1; 0 for entries and bodies */
    uint64_t index;
    unsigned width; /* 1..TILE_WIDTH */
};

/* The name's path. Returns path. */
char *tile_path_format(const struct tile_name *name, char path[static TILE_PATH_SIZE]);

/* Reads a path that is exactly what tile_path_format writes; false for everything else. */
bool tile_path_parse(const char *path, struct tile_name *name);

/* How many hashes the tile has in a tree of size leaves: 0 where the tree has no such tile. */
unsigned tile_width(uint64_t size, unsigned level, uint64_t index);

#endif
