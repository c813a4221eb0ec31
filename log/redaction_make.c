/* redaction_make.c: the log says what it withholds.
 *
 * The heads come from the source, which is not believed: what they say is signed only where their tree is the one that the
 * key has already signed a checkpoint for.
 */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "crypto/digest.h"
#include "crypto/merkle.h"
#include "crypto/note.h"
#include "log/entry.h"
#include "log/entry_head.h"
#include "log/redaction.h"
#include "log/tile_path.h"

enum reason redaction_check_events(uint32_t events, struct failure *failure)
{
    if (events == 0 || events >= LOG_EVENT_BIT(LOG_EVENT_COUNT))
        return failure_set(failure, REASON_BAD_ARGUMENT, REDACTION_FILE, "which events?");
    if ((events & REDACTION_OF_MATCHES) != 0 && (events & REDACTION_OF_MATCHES) != REDACTION_OF_MATCHES)
        return failure_set(failure, REASON_BAD_ARGUMENT, REDACTION_FILE,
            "consultation and decision are withheld together: one alone would tell of discreet alerts");
    return REASON_DONE;
}

struct making {
    struct log_source source;
    struct digest *digest;
    struct merkle_edge edge;
    struct redaction redaction;
};

static enum reason take_head(
    struct making *making, const uint8_t *bytes, size_t size, struct failure *failure)
{
    uint64_t seq = making->edge.size;
    uint8_t leaf[DIGEST_BYTES];
    struct entry_head head;
    enum log_event event;
    TRY(entry_head_parse((const char *)bytes, size, &head, failure));
    if (head.seq != seq)
        return failure_set(failure, REASON_ENTRY_BROKEN, "log", "entry %llu says that it is entry %llu",
            (unsigned long long)seq, (unsigned long long)head.seq);
    TRY(merkle_leaf(making->digest, bytes, size, leaf, failure));
    TRY(merkle_edge_append(&making->edge, making->digest, leaf, NULL, NULL, failure));
    if (log_event_parse(head.event, strlen(head.event), &event) &&
        (making->redaction.events & LOG_EVENT_BIT(event)) != 0)
        TRY(seq_ranges_append(&making->redaction.ranges, seq, failure));
    return REASON_DONE;
}

static enum reason take_bundle(struct making *making, uint64_t index, struct failure *failure)
{
    struct tile_name name = {TILE_ENTRIES, 0, index, tile_width(making->redaction.tree.size, 0, index)};
    char path[TILE_PATH_SIZE];
    uint8_t *bytes;
    size_t size;
    enum reason reason =
        making->source.read(making->source.context, tile_path_format(&name, path), &bytes, &size, failure);
    if (reason != REASON_DONE)
        return reason;
    struct bytes_reader reader;
    bytes_reader_init(&reader, bytes, size);
    for (unsigned i = 0; i < name.width && reason == REASON_DONE; i++) {
        size_t head_size = bytes_read_u16be(&reader);
        const uint8_t *head = bytes_read_direct(&reader, head_size);
        reason = head != NULL
                     ? take_head(making, head, head_size, failure)
                     : failure_set(failure, REASON_LOG_BROKEN, path, "it ends before its last entry");
    }
    if (reason == REASON_DONE && !bytes_reader_finished(&reader))
        reason = failure_set(failure, REASON_LOG_BROKEN, path, "there is data behind its last entry");
    free(bytes);
    return reason;
}

static enum reason read_checkpoint(
    struct making *making, const struct verifier_key *key, struct failure *failure)
{
    uint8_t *note;
    size_t size;
    TRY(making->source.read(making->source.context, "checkpoint", &note, &size, failure));
    enum reason reason = checkpoint_verify((const char *)note, size, key, &making->redaction.tree, failure);
    free(note);
    return reason;
}

/* Signs what was gathered, if it is of the checkpoint's tree. */
static enum reason sign(struct making *making, struct log_key *key, char **note, struct failure *failure)
{
    uint8_t root[DIGEST_BYTES];
    size_t length;
    TRY(merkle_edge_root(&making->edge, making->digest, root, failure));
    if (memcmp(root, making->redaction.tree.root, DIGEST_BYTES) != 0)
        return failure_set(
            failure, REASON_LOG_BROKEN, "checkpoint", "the entries are not those that were signed");
    TRY(redaction_format(&making->redaction, note, &length, failure));
    return note_sign(key, *note, length, NULL, failure);
}

enum reason log_redaction_make(
    struct log_source source, struct log_key *key, uint32_t events, char **note, struct failure *failure)
{
    struct making making = {.source = source};
    *note = NULL;
    TRY(redaction_check_events(events, failure));
    enum reason reason = digest_create(&making.digest, failure);
    if (reason == REASON_DONE)
        reason = read_checkpoint(&making, log_key_verifier(key), failure);
    making.redaction.events = events;
    for (uint64_t i = 0; reason == REASON_DONE && making.edge.size < making.redaction.tree.size; i++)
        reason = take_bundle(&making, i, failure);
    if (reason == REASON_DONE)
        reason = sign(&making, key, note, failure);
    if (reason != REASON_DONE) {
        free(*note);
        *note = NULL;
    }
    redaction_finish(&making.redaction);
    digest_destroy(making.digest);
    return reason;
}
