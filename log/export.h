/* export.h: copies a log's files from any source into a folder.
 *
 * Thread rule: any thread, one call a source at a time.
 */
#ifndef KORDON_LOG_EXPORT_H
#define KORDON_LOG_EXPORT_H

#include "base/failure.h"
#include "log/source.h"

/* OUTPUT_EXISTS where something has that name already. */
enum reason log_export_check(const char *directory, struct failure *failure);

/* Writes the whole layout, with the redaction where the source has one and the checkpoint last, from a source to a new
 * directory: a whole export or none. OUTPUT_EXISTS, FILE_ERROR, DISK_FULL, the source's reasons. */
enum reason log_export(struct log_source source, const char *directory, struct failure *failure);

#endif
