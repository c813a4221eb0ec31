#include "crypto/openssl_memory.h"

#include <openssl/crypto.h>

#include "base/wiping_memory.h"

static void *make(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return wiping_realloc(NULL, size);
}

static void *change(void *memory, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return wiping_realloc(memory, size);
}

static void release(void *memory, const char *file, int line)
{
    (void)file;
    (void)line;
    wiping_free(memory);
}

enum reason openssl_memory_wipe_when_freed(struct failure *failure)
{
    if (CRYPTO_set_mem_functions(make, change, release) == 1)
        return REASON_DONE;
    return failure_set(failure, REASON_CRYPTO_FAILED, "CRYPTO_set_mem_functions", "memory was taken before");
}
