/* anchor.c: the anchor's file. */
#include "store/anchor_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

enum reason anchor_init(struct anchor *anchor, const char *path, bool receipts_wait, struct failure *failure)
{
    *anchor = (struct anchor){.receipts_wait = receipts_wait};
    if (path == NULL)
        return REASON_DONE;
    if (strlen(path) >= sizeof anchor->path - 16)
        return failure_set(failure, REASON_BAD_ARGUMENT, path, "the path is too long");
    snprintf(anchor->path, sizeof anchor->path, "%s", path);
    return REASON_DONE;
}

bool anchor_is_set(const struct anchor *anchor)
{
    return anchor->path[0] != '\0';
}

enum reason anchor_read(const struct anchor *anchor, uint8_t **note, size_t *size, struct failure *failure)
{
    struct failure why = {0};
    enum reason reason = file_read(anchor->path, CHECKPOINT_READ_MAX, note, size, &why);
    if (reason == REASON_DONE)
        return REASON_DONE;
    return failure_set(failure, reason == REASON_NO_MEMORY ? reason : REASON_ANCHOR_MISSING, anchor->path,
        "%s%s%s", reason_text(reason), why.detail[0] != '\0' ? ": " : "", why.detail);
}

enum reason anchor_parse(const struct anchor *anchor, const uint8_t *note, size_t size,
    const struct verifier_key *key, struct checkpoint *checkpoint, struct failure *failure)
{
    struct failure why = {0};
    enum reason reason = checkpoint_verify((const char *)note, size, key, checkpoint, &why);
    if (reason_class(reason) == REASON_CLASS_EVIDENCE_BROKEN)
        return failure_set(failure, REASON_ANCHOR_BROKEN, anchor->path, "%s", reason_text(reason));
    if (reason != REASON_DONE && failure != NULL)
        *failure = why;
    return reason;
}

enum reason anchor_write(struct anchor *anchor, const char *note, uint64_t size, struct failure *failure)
{
    struct failure why = {0};
    enum reason reason = file_write(anchor->path, note, strlen(note), 0644, &why);
    if (reason == REASON_DONE) {
        anchor->size = size;
        anchor->failure = (struct failure){0};
        return REASON_DONE;
    }
    failure_set(&anchor->failure, REASON_ANCHOR_UNREACHABLE, anchor->path, "%s%s%s", reason_text(reason),
        why.detail[0] != '\0' ? ": " : "", why.detail);
    if (failure != NULL)
        *failure = anchor->failure;
    return REASON_ANCHOR_UNREACHABLE;
}
