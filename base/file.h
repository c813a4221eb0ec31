/* file.h: whole files, read with a limit and written so that a crash leaves the old or the new one.
 *
 * Thread rule: any thread. Memory handed out is malloc'd and the caller's to free (and to wipe, where it is
 * secret or biometric).
 */
#ifndef KORDON_BASE_FILE_H
#define KORDON_BASE_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/failure.h"

/* Reads the whole regular file of at most limit bytes; *bytes ends in a zero byte that *size does not count.
 * Reasons: FILE_NOT_FOUND, NOT_PERMITTED, TOO_LARGE, FILE_ERROR (also for folders and devices), NO_MEMORY.
 * Outputs are zeroed first. */
enum reason file_read(const char *path, size_t limit, uint8_t **bytes, size_t *size, struct failure *failure);

/* The same, but a symbolic link at the end of path is refused (FILE_ERROR, with what to do): for a file beside which others are looked
 * for. */
enum reason file_read_itself(
    const char *path, size_t limit, uint8_t **bytes, size_t *size, struct failure *failure);

/* Writes path anew by a temporary file beside it, fsync, rename and fsync of the folder; mode are its
 * permissions. An existing file is replaced whole or not at all. Reasons: DISK_FULL, FILE_ERROR,
 * NOT_PERMITTED, FILE_NOT_FOUND (folder). */
enum reason file_write(
    const char *path, const void *bytes, size_t size, mode_t mode, struct failure *failure);

/* The same within an open folder, so that nothing mounted over it or away from it comes between: only the name is used of path.
 * A symbolic link is not followed (FILE_ERROR). The temporary file is <name>.new: one writer at a time. */
enum reason file_read_in(
    int folder, const char *path, size_t limit, uint8_t **bytes, size_t *size, struct failure *failure);
enum reason file_write_in(
    int folder, const char *path, const void *bytes, size_t size, mode_t mode, struct failure *failure);

/* Makes a file that must not be there yet (OUTPUT_EXISTS), not even as a link, within an open folder: it has its mode from the start, and is
 * on the disk when this returns. Only the name is used of path. On failure nothing of it stays. */
enum reason file_create_in(
    int folder, const char *path, const void *bytes, size_t size, mode_t mode, struct failure *failure);

/* fsync of a folder, so that names made in it survive a power cut. */
enum reason file_sync_folder(const char *path, struct failure *failure);

#endif
