/* sqlite_memory.c: sqlite's memory is malloc's, wiped when it is released. */
#include "store/sqlite_memory.h"

#include <malloc.h>

#include <sqlite3.h>

#include "base/wiping_memory.h"

static void *make(int size)
{
    return wiping_realloc(NULL, (size_t)size);
}

static void *change(void *memory, int size)
{
    return wiping_realloc(memory, (size_t)size);
}

static int size_of(void *memory)
{
    return (int)malloc_usable_size(memory);
}

static int round_up(int size)
{
    return (size + 7) & ~7;
}

static int begin(void *unused)
{
    (void)unused;
    return SQLITE_OK;
}

static void end(void *unused)
{
    (void)unused;
}

enum reason sqlite_memory_wipe_when_freed(struct failure *failure)
{
    static const sqlite3_mem_methods methods = {
        make, wiping_free, change, size_of, round_up, begin, end, NULL};
    int code = sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
    /* Each page is memory of its own: pages of a piece that sqlite makes for many are not released before all of them are. */
    if (code == SQLITE_OK)
        code = sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, 0);
    if (code != SQLITE_OK)
        return failure_set(failure, REASON_STORE_ERROR, "sqlite3_config", "memory was taken before");
    return REASON_DONE;
}
