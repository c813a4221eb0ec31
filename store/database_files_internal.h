/* database_files_internal.h: the files in which the database lies: who they are, reading them without writing, taking over a
 * renewed one. Thread rule: that of the store.
 */
#ifndef KORDON_STORE_DATABASE_FILES_INTERNAL_H
#define KORDON_STORE_DATABASE_FILES_INTERNAL_H

#include "store/database_internal.h"

/* Whole and synced: it is the database, whatever stands beside it. */
#define DATABASE_RENEWED ".rescue"

/* The path of the database's file with that suffix ("", "-wal"). */
void database_path(const struct database *database, const char *suffix, char path[static DATABASE_PATH_MAX]);

/* Deletes a file that need not be there. */
enum reason database_remove_file(const char *path, struct failure *failure);

/* The identity of the database's file with that suffix; false with errno where there is none. */
bool database_identify(const struct database *database, const char *suffix, struct file_identity *identity);

/* Opens the connection for reading alone: beside a running owner by sqlite's locks, otherwise so that neither a lock nor any
 * file is made. STATE_UNREADABLE where the write-ahead log can't be applied that way; it is never left out. */
enum reason database_open_reading(struct database *database, struct failure *failure);

/* STATE_FOREIGN where something has that name that is no plain file. */
enum reason database_check_plain(
    const struct database *database, const char *suffix, struct failure *failure);

/* Writes again what a process that ended left in the write-ahead log, and syncs it: after a sync that failed, its frames may be in
 * the page cache only, as clean as if they were on the disk. What was erased may still lie in them: the log is cut behind the next commit. STATE_FOREIGN where it is no plain file. */
enum reason database_settle_log(struct database *database, struct failure *failure);

/* Writes over and deletes what a process that ended left of a file that it was making: a copy of the database may hold what was erased from the
 * database since. Only where nobody makes one. */
enum reason database_discard_unfinished(struct database *database, struct failure *failure);

/* Whether a new file is to take the database's place. */
bool database_is_renewing(const struct database *database);

/* Goes on with a renewal (database_renew) that was interrupted; nothing where there was none. */
enum reason database_finish_renewal(struct database *database, struct failure *failure);

#endif
