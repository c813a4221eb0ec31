/* kept_regions_internal.h: locked regions that were released and wiped, kept for whoever needs one of that size next. Mapping and
 * locking a small region costs ten times what is done in it; a large one, a tenth. Private to locked_memory.c.
 *
 * Small ones (a template, a record) are kept by the hundred, large ones (what extraction works in) as long as they are few and not larger
 * than a single finger's; the oldest go first. Sizes are in whole pages, without the guard pages. Any thread.
 */
#ifndef KORDON_BASE_KEPT_REGIONS_INTERNAL_H
#define KORDON_BASE_KEPT_REGIONS_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

/* Most that is kept at a time, in bytes: small ones, large ones; and the largest. */
#define KEPT_SMALL_MOST   ((size_t)3 << 20)
#define KEPT_LARGE_MOST   ((size_t)24 << 20)
#define KEPT_LARGEST_SIZE ((size_t)10 << 20)

/* Zero, mapped and locked; the caller's. NULL where there is none of that size. */
void *kept_region_take(size_t size);

/* Takes over a region that the caller has wiped. False where it stays the caller's. */
bool kept_region_keep(void *bytes, size_t size);

/* For somebody who needs the room: unmaps all, and nothing is kept until as many calls of _open() have come as of _shut(). So what is locked
 * meanwhile is in use, and whoever finds no room then is in want of it. */
void kept_regions_shut(void);
void kept_regions_open(void);

/* Unmaps a region with its guard pages, which unlocks it, too. */
void locked_region_unmap(void *bytes, size_t size);

#endif
