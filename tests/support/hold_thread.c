/* Preloaded into kordond: holds one of its threads for as long as a test likes, where that thread calls mlock() or fdatasync(). The file
 * that KORDON_TEST_HOLD names says which, as "mlock kordon-reader"; once it is held there is a file of that name and ".held"; it goes on when the
 * first file is gone. */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

static bool is_wanted(const char *path, const char *call)
{
    char wanted[64], own[32] = "", line[64] = "";
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    if (fgets(line, sizeof line, file) == NULL)
        line[0] = '\0';
    fclose(file);
    prctl(PR_GET_NAME, own);
    snprintf(wanted, sizeof wanted, "%s %s", call, own);
    return strcmp(line, wanted) == 0;
}

static void hold(const char *call)
{
    const char *path = getenv("KORDON_TEST_HOLD");
    char held[4096];
    if (path == NULL || !is_wanted(path, call))
        return;
    snprintf(held, sizeof held, "%s.held", path);
    FILE *file = fopen(held, "we");
    if (file != NULL)
        fclose(file);
    while (access(path, F_OK) == 0)
        usleep(10000);
}

__attribute__((visibility("default"))) int fdatasync(int descriptor)
{
    hold("fdatasync");
    return ((int (*)(int))(uintptr_t)dlsym(RTLD_NEXT, "fdatasync"))(descriptor);
}

__attribute__((visibility("default"))) int mlock(const void *bytes, size_t size)
{
    hold("mlock");
    return ((int (*)(const void *, size_t))(uintptr_t)dlsym(RTLD_NEXT, "mlock"))(bytes, size);
}
