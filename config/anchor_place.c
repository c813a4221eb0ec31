/* anchor_place.c: an anchor in the state's own folder guards nothing: an older copy of that folder would bring it back as well. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config/keys_internal.h"

/* The real path of the innermost folder above path that is there. */
static bool nearest_folder(const char *path, char real[static PATH_MAX])
{
    char place[CONFIG_PATH_MAX];
    snprintf(place, sizeof place, "%s", path);
    for (char *slash = strrchr(place, '/'); slash != NULL; slash = strrchr(place, '/')) {
        *slash = '\0';
        if (realpath(slash != place ? place : "/", real) != NULL)
            return true;
    }
    return realpath(".", real) != NULL;
}

/* Folders are compared as they are on the disk: one has many paths, by links and by mounts. */
static bool lies_within(const char *path, const char *folder)
{
    char real[PATH_MAX];
    struct stat outer, inner;
    if (stat(folder, &outer) != 0 || !nearest_folder(path, real))
        return false;
    while (stat(real, &inner) == 0) {
        if (inner.st_dev == outer.st_dev && inner.st_ino == outer.st_ino)
            return true;
        if (strcmp(real, "/") == 0)
            break;
        char *slash = strrchr(real, '/');
        slash[slash == real ? 1 : 0] = '\0';
    }
    return false;
}

/* For a folder that is still to be made only its path tells. */
static bool is_written_within(const char *path, const char *folder)
{
    size_t length = strlen(folder);
    while (length > 1 && folder[length - 1] == '/')
        length--;
    return strncmp(path, folder, length) == 0 && path[length] == '/';
}

enum reason config_check_anchor(
    const char *file, const struct configuration *configuration, struct failure *failure)
{
    const char *anchor = configuration->log.anchor, *folder = configuration->state.directory;
    if (anchor[0] == '\0' || (!is_written_within(anchor, folder) && !lies_within(anchor, folder)))
        return REASON_DONE;
    return failure_set(failure, REASON_CONFIGURATION_BAD, file,
        "[log] anchor lies in [state] directory, where an older copy of the state would bring it back: put "
        "it on another medium");
}
