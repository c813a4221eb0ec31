/* tls_folder.h: a folder for keys and certificates, used through its descriptor so that nothing that is moved over it comes between.
 * Thread rule: any thread. */
#ifndef KORDON_TOOLS_KORDONCTL_TLS_FOLDER_H
#define KORDON_TOOLS_KORDONCTL_TLS_FOLDER_H

#include <limits.h>
#include <stdbool.h>

#include "base/failure.h"

struct tls_folder {
    int descriptor;      /* -1: closed */
    char path[PATH_MAX]; /* absolute, as it goes into kordon.conf */
};

/* Opens it; make: makes it (not those above it) unless it is there, for its owner alone. NOT_PERMITTED where somebody else owns it, or may
 * write to it: he could put his certificates into it. FILE_NOT_FOUND, FILE_ERROR (no folder, or a link to one). */
enum reason tls_folder_open(const char *path, bool make, struct tls_folder *folder, struct failure *failure);
void tls_folder_close(struct tls_folder *folder);

/* "FOLDER/NAMEENDING". BAD_ARGUMENT where that is too long. */
enum reason tls_folder_file(const struct tls_folder *folder, const char *name, const char *ending,
    char path[static PATH_MAX], struct failure *failure);

/* OUTPUT_EXISTS where there is something of that name. */
enum reason tls_folder_check_new(const struct tls_folder *folder, const char *path, struct failure *failure);

#endif
