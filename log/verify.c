/* verify.c: reads a whole log in the tlog-tiles layout and believes nothing but the verifier key.
 *
 * The heads are the ground truth that is tested: leaf hashes are computed from them, tiles of every level are computed
 * from those and compared with the stored ones, and the root with the signed one. Where a stored leaf hash differs
 * from its head's, the root tells at the end which of the two was altered.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "crypto/checkpoint.h"
#include "log/entry_head.h"
#include "crypto/locked_memory.h"
#include "crypto/merkle.h"
#include "log/receipt.h"
#include "log/entry.h"
#include "log/verify.h"
#include "log/tile_path.h"

struct seq_list {
    uint64_t *seqs;
    size_t count, capacity;
};

/* A level of the tree above the tiles read so far: the hashes of the tile that is being filled. */
struct open_tile {
    uint8_t hashes[TILE_WIDTH * DIGEST_BYTES];
    uint64_t index;
    unsigned width;
};

struct verification_run {
    struct log_source source;
    struct verifier_key key;
    struct checkpoint checkpoint, older;
    bool has_older;
    struct digest *digest;
    struct merkle_edge edge;
    struct open_tile levels[TILE_LEVELS];
    uint64_t last_time_ms;
    struct seq_list missing, erased; /* bodies that are not there; bodies that an erasure entry names */
    json_t *withheld;                /* redacted.json's seqs, or NULL */
    struct failure broken_leaf;      /* the first stored leaf hash that is not its head's */
    struct failure fork;             /* the older checkpoint was signed for other entries */
    struct log_verification *result;
};

static enum reason seq_list_add(struct seq_list *list, uint64_t seq, struct failure *failure)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity > 0 ? 2 * list->capacity : 64;
        uint64_t *grown = reallocarray(list->seqs, capacity, sizeof *grown);
        if (grown == NULL)
            return failure_set(failure, REASON_NO_MEMORY, "log", "a list of %zu entries", capacity);
        list->seqs = grown;
        list->capacity = capacity;
    }
    list->seqs[list->count++] = seq;
    return REASON_DONE;
}

static int compare_seqs(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

/* Notes the entry as the first broken one and gives ENTRY_BROKEN with its number as the subject. */
static enum reason entry_broken(
    struct verification_run *run, uint64_t seq, const char *why, struct failure *failure)
{
    char subject[64];
    snprintf(subject, sizeof subject, "entry %llu", (unsigned long long)seq);
    if (!run->result->broken_entry_known || seq < run->result->broken_entry) {
        run->result->broken_entry_known = true;
        run->result->broken_entry = seq;
    }
    return failure_set(failure, REASON_ENTRY_BROKEN, subject, "%s", why);
}

static enum reason read_part(
    struct verification_run *run, const char *path, uint8_t **bytes, size_t *size, struct failure *failure)
{
    enum reason reason = run->source.read(run->source.context, path, bytes, size, failure);
    if (reason == REASON_ENTRY_NOT_FOUND || reason == REASON_FILE_NOT_FOUND)
        return failure_set(failure, REASON_LOG_INCOMPLETE, path, "a log of %llu entries must have it",
            (unsigned long long)run->checkpoint.size);
    return reason;
}

static enum reason read_tile(struct verification_run *run, enum tile_kind kind, unsigned level,
    uint64_t index, uint8_t **bytes, size_t *size, struct failure *failure)
{
    struct tile_name name = {kind, level, index, tile_width(run->checkpoint.size, level, index)};
    char path[TILE_PATH_SIZE];
    return read_part(run, tile_path_format(&name, path), bytes, size, failure);
}

/* --- The checkpoint ------------------------------------------------------------------------------------------ */

static enum reason verify_checkpoint(
    struct verification_run *run, const char *older_checkpoint, struct failure *failure)
{
    uint8_t *note;
    size_t size;
    enum reason reason = read_part(run, "checkpoint", &note, &size, failure);
    if (reason != REASON_DONE)
        return reason;
    reason = checkpoint_verify((const char *)note, size, &run->key, &run->checkpoint, failure);
    free(note);
    if (reason != REASON_DONE || older_checkpoint == NULL)
        return reason;
    run->has_older = true;
    reason = checkpoint_verify(older_checkpoint, strlen(older_checkpoint), &run->key, &run->older, failure);
    if (reason == REASON_DONE && run->older.size > run->checkpoint.size)
        return failure_set(failure, REASON_LOG_INCOMPLETE, "checkpoint",
            "it has %llu entries where an older one has %llu: the log was put back",
            (unsigned long long)run->checkpoint.size, (unsigned long long)run->older.size);
    return reason;
}

/* Called whenever the computed tree has as many leaves as the older checkpoint: its root must be the one of then. */
static enum reason compare_with_older(struct verification_run *run, struct failure *failure)
{
    if (!run->has_older || run->edge.size != run->older.size)
        return REASON_DONE;
    uint8_t root[DIGEST_BYTES];
    enum reason reason = merkle_edge_root(&run->edge, run->digest, root, failure);
    /* Only noted: a damaged copy differs as well, and accuses nobody of two histories. */
    if (reason == REASON_DONE && memcmp(root, run->older.root, DIGEST_BYTES) != 0)
        failure_set(&run->fork, REASON_LOG_FORKED, "checkpoint",
            "the first %llu entries are not those that the older checkpoint was signed for",
            (unsigned long long)run->older.size);
    return reason;
}

/* --- Tiles --------------------------------------------------------------------------------------------------- */

/* Compares a computed tile with the stored one. In level 0 the caller has compared hash by hash. */
static enum reason compare_tile(struct verification_run *run, unsigned level, struct failure *failure)
{
    struct open_tile *tile = &run->levels[level];
    uint8_t *stored;
    size_t size;
    enum reason reason = read_tile(run, TILE_HASHES, level, tile->index, &stored, &size, failure);
    if (reason != REASON_DONE)
        return reason;
    if (size != (size_t)tile->width * DIGEST_BYTES || memcmp(stored, tile->hashes, size) != 0) {
        struct tile_name name = {TILE_HASHES, level, tile->index, tile->width};
        char path[TILE_PATH_SIZE];
        reason = failure_set(failure, REASON_LOG_BROKEN, tile_path_format(&name, path),
            "it does not hold the hashes of the level below");
    }
    free(stored);
    return reason;
}

/* Puts a hash into the open tile of its level; a tile that becomes full is compared (above level 0) and its root goes
 * one level up. */
static enum reason add_hash(
    struct verification_run *run, unsigned level, const uint8_t *hash, struct failure *failure)
{
    for (uint8_t root[DIGEST_BYTES];; hash = root, level++) {
        struct open_tile *tile = &run->levels[level];
        memcpy(tile->hashes + (size_t)tile->width * DIGEST_BYTES, hash, DIGEST_BYTES);
        if (++tile->width < TILE_WIDTH)
            return REASON_DONE;
        enum reason reason = level > 0 ? compare_tile(run, level, failure) : REASON_DONE;
        uint8_t above[DIGEST_BYTES];
        if (reason == REASON_DONE)
            reason = merkle_root(run->digest, tile->hashes, TILE_WIDTH, above, failure);
        if (reason != REASON_DONE)
            return reason;
        memcpy(root, above, DIGEST_BYTES);
        tile->index++;
        tile->width = 0;
    }
}

static enum reason compare_partial_tiles(struct verification_run *run, struct failure *failure)
{
    enum reason reason = REASON_DONE;
    for (unsigned level = 1; level < TILE_LEVELS && reason == REASON_DONE; level++)
        if (run->levels[level].width > 0)
            reason = compare_tile(run, level, failure);
    return reason;
}

/* --- Entries ------------------------------------------------------------------------------------------------- */

static enum reason verify_head(struct verification_run *run, uint64_t seq, const uint8_t *bytes, size_t size,
    struct entry_head *head, struct failure *failure)
{
    struct failure detail = {0};
    if (entry_head_parse((const char *)bytes, size, head, &detail) != REASON_DONE)
        return entry_broken(run, seq, detail.detail, failure);
    if (head->seq != seq)
        return entry_broken(run, seq, "its head says another number", failure);
    if (memcmp(head->key_id, run->key.id, LOG_KEY_ID_BYTES) != 0)
        return entry_broken(run, seq, "its head names a key that was not in force", failure);
    run->result->time_reversals += head->time_ms < run->last_time_ms;
    run->last_time_ms = head->time_ms;
    return REASON_DONE;
}

/* An erasure of a body names the entry whose body it took. */
static enum reason note_erasure(
    struct verification_run *run, uint64_t seq, const uint8_t *body, size_t size, struct failure *failure)
{
    json_t *object = json_loadb((const char *)body, size, JSON_REJECT_DUPLICATES, NULL);
    enum reason reason = REASON_DONE;
    if (object == NULL) {
        reason = entry_broken(run, seq, "its body is not JSON", failure);
    } else {
        json_t *erased = json_object_get(object, LOG_ERASED_SEQ);
        if (json_is_integer(erased) && json_integer_value(erased) >= 0)
            reason = seq_list_add(&run->erased, (uint64_t)json_integer_value(erased), failure);
    }
    json_decref(object);
    return reason;
}

/* bytes: 32 bytes of salt and the body, or nothing where the body is not there. */
static enum reason verify_body(struct verification_run *run, const struct entry_head *head,
    const uint8_t *bytes, size_t size, struct failure *failure)
{
    if (size == 0)
        return seq_list_add(&run->missing, head->seq, failure);
    if (size < COMMIT_SALT_BYTES)
        return entry_broken(run, head->seq, "its body is shorter than its salt", failure);
    uint8_t commitment[DIGEST_BYTES];
    enum reason reason = digest_commit(
        run->digest, bytes, bytes + COMMIT_SALT_BYTES, size - COMMIT_SALT_BYTES, commitment, failure);
    if (reason != REASON_DONE)
        return reason;
    if (memcmp(commitment, head->commitment, DIGEST_BYTES) != 0)
        return entry_broken(run, head->seq, "its body is not the one that its head commits to", failure);
    if (strcmp(head->event, log_event_name(LOG_EVENT_ERASURE)) == 0)
        return note_erasure(run, head->seq, bytes + COMMIT_SALT_BYTES, size - COMMIT_SALT_BYTES, failure);
    return REASON_DONE;
}

/* The three files of up to 256 entries, being read together. */
struct bundle {
    uint8_t *leaves, *heads, *bodies;
    size_t leaves_size, heads_size, bodies_size;
    struct bytes_reader leaf_reader, head_reader, body_reader;
};

static void bundle_finish(struct bundle *bundle)
{
    free(bundle->leaves);
    free(bundle->heads);
    if (bundle->bodies != NULL)
        memory_wipe(bundle->bodies, bundle->bodies_size);
    free(bundle->bodies);
}

static enum reason bundle_read(
    struct verification_run *run, uint64_t index, struct bundle *bundle, struct failure *failure)
{
    enum reason reason =
        read_tile(run, TILE_HASHES, 0, index, &bundle->leaves, &bundle->leaves_size, failure);
    if (reason == REASON_DONE)
        reason = read_tile(run, TILE_ENTRIES, 0, index, &bundle->heads, &bundle->heads_size, failure);
    if (reason == REASON_DONE)
        reason = read_tile(run, TILE_BODIES, 0, index, &bundle->bodies, &bundle->bodies_size, failure);
    bytes_reader_init(&bundle->leaf_reader, bundle->leaves, bundle->leaves_size);
    bytes_reader_init(&bundle->head_reader, bundle->heads, bundle->heads_size);
    bytes_reader_init(&bundle->body_reader, bundle->bodies, bundle->bodies_size);
    return reason;
}

static enum reason verify_entry(
    struct verification_run *run, uint64_t seq, struct bundle *bundle, struct failure *failure)
{
    size_t head_size = bytes_read_u16be(&bundle->head_reader);
    const uint8_t *head_bytes = bytes_read_direct(&bundle->head_reader, head_size);
    size_t body_size = bytes_read_u32be(&bundle->body_reader);
    const uint8_t *body_bytes = bytes_read_direct(&bundle->body_reader, body_size);
    const uint8_t *stored_leaf = bytes_read_direct(&bundle->leaf_reader, DIGEST_BYTES);
    if (head_bytes == NULL)
        return entry_broken(run, seq, "the bundle of heads ends before it", failure);
    if (body_bytes == NULL)
        return entry_broken(run, seq, "the bundle of bodies ends before it", failure);
    if (stored_leaf == NULL)
        return entry_broken(run, seq, "the tile of leaf hashes ends before it", failure);

    uint8_t leaf[DIGEST_BYTES];
    enum reason reason = merkle_leaf(run->digest, head_bytes, head_size, leaf, failure);
    if (reason == REASON_DONE)
        reason = merkle_edge_append(&run->edge, run->digest, leaf, NULL, NULL, failure);
    if (reason == REASON_DONE)
        reason = compare_with_older(run, failure);
    if (reason != REASON_DONE)
        return reason;
    if (memcmp(leaf, stored_leaf, DIGEST_BYTES) != 0 && run->broken_leaf.reason == REASON_DONE)
        entry_broken(run, seq, "its head does not hash to its leaf", &run->broken_leaf);
    /* From a broken leaf on only the root is of interest: it tells whether head or leaf was altered. */
    if (run->broken_leaf.reason != REASON_DONE)
        return REASON_DONE;
    struct entry_head head;
    reason = verify_head(run, seq, head_bytes, head_size, &head, failure);
    if (reason == REASON_DONE)
        reason = verify_body(run, &head, body_bytes, body_size, failure);
    return reason == REASON_DONE ? add_hash(run, 0, leaf, failure) : reason;
}

static enum reason verify_bundle(struct verification_run *run, uint64_t index, struct failure *failure)
{
    struct bundle bundle = {0};
    enum reason reason = bundle_read(run, index, &bundle, failure);
    uint64_t first = index * TILE_WIDTH;
    unsigned width = tile_width(run->checkpoint.size, 0, index);
    for (unsigned i = 0; i < width && reason == REASON_DONE; i++)
        reason = verify_entry(run, first + i, &bundle, failure);
    if (reason == REASON_DONE &&
        (!bytes_reader_finished(&bundle.head_reader) || !bytes_reader_finished(&bundle.body_reader) ||
            !bytes_reader_finished(&bundle.leaf_reader)))
        reason =
            entry_broken(run, first + width - 1, "there is data behind it that belongs to no entry", failure);
    bundle_finish(&bundle);
    return reason;
}

/* --- Bodies that are not there ------------------------------------------------------------------------------- */

static enum reason read_withheld(struct verification_run *run, struct failure *failure)
{
    uint8_t *bytes;
    size_t size;
    enum reason reason = run->source.read(run->source.context, "redacted.json", &bytes, &size, failure);
    if (reason == REASON_ENTRY_NOT_FOUND || reason == REASON_FILE_NOT_FOUND)
        return REASON_DONE;
    if (reason != REASON_DONE)
        return reason;
    json_t *object = json_loadb((const char *)bytes, size, JSON_REJECT_DUPLICATES, NULL);
    free(bytes);
    run->withheld = json_incref(json_object_get(object, "withheld"));
    json_decref(object);
    if (!json_is_array(run->withheld))
        return failure_set(failure, REASON_BAD_JSON, "redacted.json", "it has no list \"withheld\"");
    return REASON_DONE;
}

static bool is_withheld(const struct verification_run *run, uint64_t seq)
{
    size_t index;
    json_t *value;
    json_array_foreach(run->withheld, index,
        value) if (json_is_integer(value) && (uint64_t)json_integer_value(value) == seq) return true;
    return false;
}

static enum reason verify_missing_bodies(struct verification_run *run, struct failure *failure)
{
    enum reason reason = run->missing.count > 0 ? read_withheld(run, failure) : REASON_DONE;
    if (reason != REASON_DONE)
        return reason;
    if (run->erased.count > 0)
        qsort(run->erased.seqs, run->erased.count, sizeof *run->erased.seqs, compare_seqs);
    for (size_t i = 0; i < run->missing.count; i++) {
        uint64_t seq = run->missing.seqs[i];
        if (run->erased.count > 0 &&
            bsearch(&seq, run->erased.seqs, run->erased.count, sizeof seq, compare_seqs) != NULL)
            run->result->erased++;
        else if (is_withheld(run, seq))
            run->result->withheld++;
        else
            return entry_broken(run, seq, "its body is gone without an erasure entry", failure);
    }
    return REASON_DONE;
}

/* --- The whole ----------------------------------------------------------------------------------------------- */

static enum reason verify_root(struct verification_run *run, struct failure *failure)
{
    uint8_t root[DIGEST_BYTES];
    enum reason reason = merkle_edge_root(&run->edge, run->digest, root, failure);
    if (reason != REASON_DONE)
        return reason;
    bool root_holds = memcmp(root, run->checkpoint.root, DIGEST_BYTES) == 0;
    if (run->broken_leaf.reason != REASON_DONE) {
        if (failure != NULL)
            *failure = run->broken_leaf;
        if (root_holds)
            return failure_set(failure, REASON_LOG_BROKEN, run->broken_leaf.subject,
                "the stored leaf hash is not its head's, which is the one that was signed");
        return REASON_ENTRY_BROKEN;
    }
    if (!root_holds)
        return failure_set(failure, REASON_LOG_BROKEN, "checkpoint",
            "the entries are not those that were signed: heads and tiles were rewritten together");
    if (run->fork.reason != REASON_DONE && failure != NULL)
        *failure = run->fork;
    return run->fork.reason;
}

static enum reason verify_all(
    struct verification_run *run, const char *older_checkpoint, struct failure *failure)
{
    enum reason reason = verify_checkpoint(run, older_checkpoint, failure);
    if (reason == REASON_DONE)
        reason = compare_with_older(run, failure);
    uint64_t bundles = (run->checkpoint.size + TILE_WIDTH - 1) / TILE_WIDTH;
    for (uint64_t i = 0; i < bundles && reason == REASON_DONE; i++)
        reason = verify_bundle(run, i, failure);
    if (reason == REASON_DONE)
        reason = verify_root(run, failure);
    if (reason == REASON_DONE)
        reason = compare_partial_tiles(run, failure);
    if (reason == REASON_DONE)
        reason = verify_missing_bodies(run, failure);
    run->result->size = run->edge.size;
    return reason;
}

enum reason log_verify(struct log_source source, const char *verifier_key, const char *older_checkpoint,
    struct log_verification *verification, struct failure *failure)
{
    *verification = (struct log_verification){0};
    struct verification_run *run = calloc(1, sizeof *run);
    if (run == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "log", "%zu bytes", sizeof *run);
    run->source = source;
    run->result = verification;
    enum reason reason = verifier_key_parse(verifier_key, strlen(verifier_key), &run->key, failure);
    if (reason == REASON_DONE)
        reason = digest_create(&run->digest, failure);
    if (reason == REASON_DONE)
        reason = verify_all(run, older_checkpoint, failure);
    json_decref(run->withheld);
    free(run->missing.seqs);
    free(run->erased.seqs);
    digest_destroy(run->digest);
    free(run);
    return reason;
}
