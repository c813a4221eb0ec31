/* verify.c: reads a whole log in the tlog-tiles layout and believes nothing but the verifier key.
 *
 * The heads are the ground truth that is tested: leaf hashes are computed from them, tiles of every level are computed
 * from those and compared with the stored ones, and the root with the signed one. Where a stored leaf hash differs
 * from its head's, the tile above or the root tells at the end which of the two was altered.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/locked_memory.h"
#include "log/growing_internal.h"
#include "log/source_ahead_internal.h"
#include "log/verify_internal.h"

/* --- The checkpoint ------------------------------------------------------------------------------------------ */

static enum reason verify_checkpoint(struct verification_run *run, struct failure *failure)
{
    const char *older = run->options->older_checkpoint;
    uint8_t *note;
    size_t size;
    enum reason reason = run->source.read(run->source.context, "checkpoint", &note, &size, failure);
    if (reason == REASON_ENTRY_NOT_FOUND || reason == REASON_FILE_NOT_FOUND)
        return failure_set(failure, REASON_LOG_INCOMPLETE, "checkpoint", "a log must have it");
    if (reason != REASON_DONE)
        return reason;
    reason = checkpoint_verify((const char *)note, size, &run->key, &run->checkpoint, failure);
    free(note);
    if (reason != REASON_DONE || older == NULL)
        return reason;
    run->has_older = true;
    reason = checkpoint_verify(older, strlen(older), &run->key, &run->older, failure);
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

/* --- Entries ------------------------------------------------------------------------------------------------- */

/* The tree's level of the node that is the root of a full tile of leaves: 2^8 of them. */
#define TILE_NODE_LEVEL 8

/* One of the three files of up to 256 entries, which are read together. */
struct bundle_part {
    const char *what;
    uint8_t *bytes;
    size_t size;
    struct bytes_reader reader;
    bool reported; /* it was said that it is missing or ends too early */
};

struct bundle {
    struct bundle_part leaves, heads, bodies;
};

/* An entry in them; NULL where a part ended before it. */
struct entry {
    const uint8_t *leaf, *head, *body;
    size_t head_size, body_size;
};

static void bundle_finish(struct bundle *bundle)
{
    free(bundle->leaves.bytes);
    free(bundle->heads.bytes);
    if (bundle->bodies.bytes != NULL)
        memory_wipe(bundle->bodies.bytes, bundle->bodies.size);
    free(bundle->bodies.bytes);
}

static enum reason part_read(struct verification_run *run, enum tile_kind kind, uint64_t index,
    struct bundle_part *part, struct failure *failure)
{
    const struct tile_name name = {kind, 0, index, tile_width(run->checkpoint.size, 0, index)};
    struct failure cause = {0};
    enum reason reason = verify_read_tile(run, &name, &part->bytes, &part->size, &cause);
    bytes_reader_init(&part->reader, part->bytes, part->size);
    if (reason == REASON_LOG_INCOMPLETE) {
        part->reported = true;
        return verify_found(run, NULL, &cause, failure);
    }
    if (reason != REASON_DONE && failure != NULL)
        *failure = cause;
    return reason;
}

static enum reason bundle_read(
    struct verification_run *run, uint64_t index, struct bundle *bundle, struct failure *failure)
{
    TRY(part_read(run, TILE_HASHES, index, &bundle->leaves, failure));
    TRY(part_read(run, TILE_ENTRIES, index, &bundle->heads, failure));
    return part_read(run, TILE_BODIES, index, &bundle->bodies, failure);
}

/* Says once of a part that it ends before its last entry. */
static enum reason part_ended(
    struct verification_run *run, uint64_t seq, struct bundle_part *part, struct failure *failure)
{
    char why[64];
    if (part->reported)
        return REASON_DONE;
    part->reported = true;
    snprintf(why, sizeof why, "the %s ends before it", part->what);
    return verify_entry_broken(run, seq, why, failure);
}

static enum reason next_entry(struct verification_run *run, uint64_t seq, struct bundle *bundle,
    struct entry *entry, struct failure *failure)
{
    enum reason reason = REASON_DONE;
    entry->head_size = bytes_read_u16be(&bundle->heads.reader);
    entry->head = bytes_read_direct(&bundle->heads.reader, entry->head_size);
    entry->body_size = bytes_read_u32be(&bundle->bodies.reader);
    entry->body = bytes_read_direct(&bundle->bodies.reader, entry->body_size);
    entry->leaf = bytes_read_direct(&bundle->leaves.reader, DIGEST_BYTES);
    if (entry->head == NULL)
        reason = part_ended(run, seq, &bundle->heads, failure);
    if (reason == REASON_DONE && entry->body == NULL)
        reason = part_ended(run, seq, &bundle->bodies, failure);
    if (reason == REASON_DONE && entry->leaf == NULL)
        reason = part_ended(run, seq, &bundle->leaves, failure);
    return reason;
}

/* The leaf that the head hashes to; that of the tile stands in for a head that is not there. */
static enum reason compute_leaf(struct verification_run *run, const struct entry *entry,
    uint8_t leaf[static DIGEST_BYTES], struct failure *failure)
{
    if (entry->head != NULL)
        return merkle_leaf(run->digest, entry->head, entry->head_size, leaf, failure);
    if (entry->leaf != NULL) {
        memcpy(leaf, entry->leaf, DIGEST_BYTES);
        return REASON_DONE;
    }
    /* Neither is there: no tree can be computed, and that was said. */
    if (failure != NULL)
        *failure = run->first;
    return run->first.reason;
}

static enum reason note_mismatch(struct verification_run *run, uint64_t seq, struct failure *failure)
{
    struct mismatch *mismatches = growing_room(
        run->mismatches, run->mismatch_count, &run->mismatch_capacity, sizeof run->mismatches[0]);
    if (mismatches == NULL)
        return failure_set(
            failure, REASON_NO_MEMORY, "log", "a list of %zu entries", run->mismatch_count + 1);
    run->mismatches = mismatches;
    mismatches[run->mismatch_count++] = (struct mismatch){.seq = seq};
    /* It is reported at the end, but a changed length makes others fail before. */
    verify_name_entry(run->result, seq);
    return REASON_DONE;
}

/* What is wrong with a head that hashes to its leaf, or NULL. */
static const char *head_flaw(struct verification_run *run, uint64_t seq, const struct entry *entry,
    struct entry_head *head, struct failure *detail)
{
    if (entry_head_parse((const char *)entry->head, entry->head_size, head, detail) != REASON_DONE)
        return detail->detail;
    if (head->seq != seq)
        return "its head says another number";
    if (memcmp(head->key_id, run->key.id, LOG_KEY_ID_BYTES) != 0)
        return "its head names a key that was not in force";
    return NULL;
}

static enum reason verify_contents(struct verification_run *run, uint64_t seq, const struct entry *entry,
    bool doubtful, struct failure *failure)
{
    struct failure detail = {0};
    struct entry_head head;
    const char *flaw = head_flaw(run, seq, entry, &head, &detail);
    if (flaw != NULL || entry->body == NULL)
        verify_unseen_erasure(run, seq);
    if (flaw != NULL)
        return doubtful ? REASON_DONE : verify_entry_broken(run, seq, flaw, failure);
    if (!doubtful) {
        run->result->time_reversals += head.time_ms < run->last_time_ms;
        run->last_time_ms = head.time_ms;
    }
    if (entry->body == NULL)
        return REASON_DONE;
    return doubtful ? verify_doubtful_body(run, &head, entry->body, entry->body_size, failure)
                    : verify_body(run, &head, entry->body, entry->body_size, failure);
}

static enum reason verify_entry(
    struct verification_run *run, uint64_t seq, struct bundle *bundle, struct failure *failure)
{
    struct entry entry;
    struct merkle_stored_node nodes[MERKLE_LEVELS_MAX];
    size_t count;
    uint8_t leaf[DIGEST_BYTES];
    enum reason reason = next_entry(run, seq, bundle, &entry, failure);
    if (reason == REASON_DONE)
        reason = compute_leaf(run, &entry, leaf, failure);
    if (reason == REASON_DONE)
        reason = merkle_edge_append(&run->edge, run->digest, leaf, nodes, &count, failure);
    if (reason == REASON_DONE)
        reason = compare_with_older(run, failure);
    if (reason != REASON_DONE)
        return reason;
    bool doubtful = entry.leaf != NULL && memcmp(leaf, entry.leaf, DIGEST_BYTES) != 0;
    if (doubtful)
        reason = note_mismatch(run, seq, failure);
    /* From a broken leaf on only the root is of interest, unless all is: it tells whether head or leaf was altered. */
    if (reason != REASON_DONE || (run->mismatch_count > 0 && !verify_goes_on(run)))
        return reason;
    if (entry.head != NULL)
        reason = verify_contents(run, seq, &entry, doubtful, failure);
    else
        verify_unseen_erasure(run, seq);
    run->leaves_doubtful = run->leaves_doubtful || doubtful;
    if (reason != REASON_DONE || count <= TILE_NODE_LEVEL)
        return reason;
    doubtful = run->leaves_doubtful;
    run->leaves_doubtful = false;
    return verify_add_tile(run, nodes[TILE_NODE_LEVEL].hash, doubtful, failure);
}

/* Whether a part has bytes that belong to no entry. */
static bool has_rest(const struct bundle_part *part)
{
    return !part->reported && !bytes_reader_finished(&part->reader);
}

static enum reason verify_bundle(struct verification_run *run, uint64_t index, struct failure *failure)
{
    struct bundle bundle = {.leaves.what = "tile of leaf hashes",
        .heads.what = "bundle of heads",
        .bodies.what = "bundle of bodies"};
    enum reason reason = bundle_read(run, index, &bundle, failure);
    uint64_t first = index * TILE_WIDTH;
    unsigned width = tile_width(run->checkpoint.size, 0, index);
    for (unsigned i = 0; i < width && reason == REASON_DONE; i++)
        reason = verify_entry(run, first + i, &bundle, failure);
    if (reason == REASON_DONE &&
        (has_rest(&bundle.heads) || has_rest(&bundle.bodies) || has_rest(&bundle.leaves)))
        reason = verify_entry_broken(
            run, first + width - 1, "there is data behind it that belongs to no entry", failure);
    bundle_finish(&bundle);
    return reason;
}

/* --- The whole ----------------------------------------------------------------------------------------------- */

static enum reason report_mismatch(
    struct verification_run *run, const struct mismatch *mismatch, bool root_holds, struct failure *failure)
{
    if (!root_holds && !mismatch->leaf_altered)
        return verify_entry_broken(run, mismatch->seq, "its head does not hash to its leaf", failure);
    TRY(verify_found_in_entry(run, REASON_LOG_BROKEN, mismatch->seq,
        "the stored leaf hash is not its head's, which is the one that was signed", failure));
    if (mismatch->also != NULL)
        return verify_entry_broken(run, mismatch->seq, mismatch->also, failure);
    return REASON_DONE;
}

static enum reason verify_root(struct verification_run *run, struct failure *failure)
{
    uint8_t root[DIGEST_BYTES];
    enum reason reason = merkle_edge_root(&run->edge, run->digest, root, failure);
    if (reason != REASON_DONE)
        return reason;
    bool root_holds = memcmp(root, run->checkpoint.root, DIGEST_BYTES) == 0;
    for (size_t i = 0; i < run->mismatch_count && reason == REASON_DONE; i++)
        reason = report_mismatch(run, &run->mismatches[i], root_holds, failure);
    if (reason != REASON_DONE || run->mismatch_count > 0)
        return reason;
    struct failure cause = run->fork;
    if (!root_holds)
        failure_set(&cause, REASON_LOG_BROKEN, "checkpoint",
            "the entries are not those that were signed: heads and tiles were rewritten together");
    return cause.reason != REASON_DONE ? verify_found(run, NULL, &cause, failure) : REASON_DONE;
}

/* When all entries were read. The partial tiles come first where they can tell an altered leaf from an altered head. */
static enum reason conclude(struct verification_run *run, struct failure *failure)
{
    TRY(verify_goes_on(run) ? verify_partial_tiles(run, failure) : REASON_DONE);
    TRY(verify_root(run, failure));
    if (!verify_goes_on(run))
        TRY(verify_partial_tiles(run, failure));
    return verify_missing_bodies(run, failure);
}

/* Read by another thread where there is one to be had. */
static enum reason verify_bundles(struct verification_run *run, struct failure *failure)
{
    struct log_source source = run->source;
    struct source_ahead *ahead;
    uint64_t bundles = (run->checkpoint.size + TILE_WIDTH - 1) / TILE_WIDTH;
    enum reason reason = source_ahead_start(source, run->checkpoint.size, &ahead, failure);
    if (reason == REASON_DONE)
        run->source = source_ahead_source(ahead);
    else if (reason == REASON_SYSTEM_ERROR)
        reason = REASON_DONE;
    for (uint64_t i = 0; i < bundles && reason == REASON_DONE; i++)
        reason = verify_bundle(run, i, failure);
    source_ahead_stop(ahead);
    run->source = source;
    return reason;
}

static enum reason verify_all(struct verification_run *run, struct failure *failure)
{
    enum reason reason = verify_checkpoint(run, failure);
    if (reason == REASON_DONE && run->source.beyond != NULL)
        reason = run->source.beyond(run->source.context, run->checkpoint.size, &run->result->beyond, failure);
    if (reason == REASON_DONE)
        reason = verify_read_redaction(run, failure);
    if (reason == REASON_DONE)
        reason = compare_with_older(run, failure);
    if (reason == REASON_DONE)
        reason = verify_bundles(run, failure);
    if (reason == REASON_DONE)
        reason = conclude(run, failure);
    run->result->size = run->edge.size;
    if (reason == REASON_DONE && run->first.reason != REASON_DONE) {
        if (failure != NULL)
            *failure = run->first;
        return run->first.reason;
    }
    return reason;
}

enum reason log_verify(struct log_source source, const struct log_verify_options *options,
    struct log_verification *verification, struct failure *failure)
{
    *verification = (struct log_verification){0};
    struct verification_run *run = calloc(1, sizeof *run);
    if (run == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "log", "%zu bytes", sizeof *run);
    run->source = source;
    run->options = options;
    run->result = verification;
    const char *key = options->verifier_key;
    enum reason reason = verifier_key_parse(key, strlen(key), &run->key, failure);
    if (reason == REASON_DONE)
        reason = digest_create(&run->digest, failure);
    if (reason == REASON_DONE)
        reason = verify_all(run, failure);
    redaction_finish(&run->redaction);
    seq_ranges_finish(&run->missing);
    seq_ranges_finish(&run->present);
    seq_ranges_finish(&run->erased);
    free(run->mismatches);
    digest_destroy(run->digest);
    free(run);
    return reason;
}
