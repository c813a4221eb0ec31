/* sqlite_memory.h: what sqlite releases is wiped: its pages and rows hold sealed records with their wrapped keys, which the state key that is in memory
 * opens, also when they are erased from the file. */
#ifndef KORDON_STORE_SQLITE_MEMORY_H
#define KORDON_STORE_SQLITE_MEMORY_H

#include "base/failure.h"

/* To be called before anything else uses sqlite, by the first thread. STORE_ERROR where it was used before. */
enum reason sqlite_memory_wipe_when_freed(struct failure *failure);

#endif
