#include "tools/kordonctl/export_read.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "crypto/checkpoint.h"
#include "tools/kordonctl/verifier_key.h"

/* malloc'd; NULL where none was given. */
static enum reason read_old(const struct session *session, char **old, struct failure *failure)
{
    const char *path = session_option(session, OPTION_OLD, NULL);
    size_t size;
    *old = NULL;
    return path == NULL ? REASON_DONE : file_read(path, CHECKPOINT_READ_MAX, (uint8_t **)old, &size, failure);
}

enum reason export_read(const struct session *session, const char *directory, export_entry *told,
    void *context, uint64_t *size, struct failure *failure)
{
    const char *given = session_option(session, OPTION_VKEY, NULL);
    struct log_directory_source source = {""};
    struct log_verification seen = {0};
    char path[PATH_MAX], *key = NULL, *old = NULL;
    snprintf(path, sizeof path, "%s/log.vkey", directory);
    enum reason reason = log_source_directory_check(directory, failure);
    if (reason == REASON_DONE)
        reason = verifier_key_read(given != NULL ? given : path, &key, failure);
    if (reason == REASON_DONE)
        reason = read_old(session, &old, failure);
    const struct log_verify_options options = {
        .verifier_key = key, .older_checkpoint = old, .body = told, .context = context};
    if (reason == REASON_DONE)
        reason = log_verify(log_source_directory(&source, directory), &options, &seen, failure);
    free(old);
    free(key);
    *size = seen.size;
    return reason;
}
