/* secret_file.h: whether a file that holds a key is kept as one. Any thread. */
#ifndef KORDON_CRYPTO_SECRET_FILE_H
#define KORDON_CRYPTO_SECRET_FILE_H

#include <stddef.h>

#include "base/failure.h"

/* What the open file says of itself, so that nothing can change between the check and the reading: a regular file of this user or root that
 * nobody else may read. KEY_UNSAFE, BAD_FORMAT; path: the subject. size: its bytes; may be NULL. */
enum reason secret_file_check(int descriptor, const char *path, size_t *size, struct failure *failure);

#endif
