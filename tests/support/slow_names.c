/* A name service that does not answer, for a program that loads this first: users are not found before the file SLOW_NAMES is gone. */
#include <dlfcn.h>
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

typedef int (*lookup)(const char *, struct passwd *, char *, size_t, struct passwd **);

__attribute__((visibility("default"))) int getpwnam_r(
    const char *name, struct passwd *entry, char *buffer, size_t size, struct passwd **found)
{
    const char *file = getenv("SLOW_NAMES");
    while (file != NULL && access(file, F_OK) == 0)
        usleep(10000);
    return ((lookup)(uintptr_t)dlsym(RTLD_NEXT, "getpwnam_r"))(name, entry, buffer, size, found);
}
