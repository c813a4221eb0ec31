/* remove_folder.h: deletes a test's folder with all that is in it. */
#ifndef KORDON_TESTS_SUPPORT_REMOVE_FOLDER_H
#define KORDON_TESTS_SUPPORT_REMOVE_FOLDER_H

#include <ftw.h>
#include <stdio.h>

static inline int remove_one(const char *path, const struct stat *status, int kind, struct FTW *position)
{
    (void)status, (void)kind, (void)position;
    return remove(path);
}

/* 0 where all of it is gone; follows no link. */
static inline int remove_folder(const char *path)
{
    return nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
