/* anchor_place.c: an anchor that names one of kordon's own files would be written over it. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config/keys_internal.h"

static bool is_own_name(const char *name)
{
    return strncmp(name, "kordon.db", strlen("kordon.db")) == 0 || strcmp(name, "log.vkey") == 0;
}

/* Folders are compared as they are on the disk: one has many paths, by links and by mounts. For one that is still to be made only
 * its path tells. */
static bool is_same_folder(const char *one, const char *other)
{
    struct stat first, second;
    if (stat(one, &first) == 0 && stat(other, &second) == 0)
        return first.st_dev == second.st_dev && first.st_ino == second.st_ino;
    size_t length = strlen(other);
    while (length > 1 && other[length - 1] == '/')
        length--;
    return strncmp(one, other, length) == 0 && one[length] == '\0';
}

static bool is_own_file(const char *path, const char *folder)
{
    char place[CONFIG_PATH_MAX];
    snprintf(place, sizeof place, "%s", path);
    char *slash = strrchr(place, '/');
    if (slash == NULL || !is_own_name(slash + 1))
        return false;
    *slash = '\0';
    return is_same_folder(slash != place ? place : "/", folder);
}

enum reason config_check_anchor(
    const char *file, const struct configuration *configuration, struct failure *failure)
{
    static const char key_file[] = "file:";
    const char *anchor = configuration->log.anchor, *key = configuration->state.machine_key;
    if (strncmp(key, key_file, strlen(key_file)) == 0)
        key += strlen(key_file);
    if (anchor[0] == '\0' ||
        (!is_own_file(anchor, configuration->state.directory) && strcmp(anchor, key) != 0))
        return REASON_DONE;
    return failure_set(failure, REASON_CONFIGURATION_BAD, file,
        "[log] anchor names one of the state's own files: name another one, on another medium");
}
