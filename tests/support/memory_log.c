#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "crypto/note.h"
#include "log/redaction.h"
#include "log/tile_path.h"
#include "tests/support/memory_log.h"

void memory_log_init(struct memory_log *log, const char *origin)
{
    static const uint8_t seed[LOG_KEY_SEED_BYTES] = {1, 2, 3};
    memset(log, 0, sizeof *log);
    assert_int_equal(digest_create(&log->digest, NULL), REASON_DONE);
    assert_int_equal(log_key_from_seed(origin, seed, &log->key, NULL), REASON_DONE);
    verifier_key_format(log_key_verifier(log->key), log->verifier_key);
}

void memory_log_finish(struct memory_log *log)
{
    free(log->redaction);
    log_key_destroy(log->key);
    digest_destroy(log->digest);
}

void memory_log_append(struct memory_log *log, int erased)
{
    char body[sizeof log->bodies[0]];
    if (erased >= 0)
        snprintf(body, sizeof body, "{\"erased_seq\":%d}", erased);
    else
        snprintf(body, sizeof body, "{\"decision\":\"no_match\",\"n\":%zu}", log->count);
    memory_log_append_event(log, erased >= 0 ? "erasure" : "consultation", body);
    if (erased >= 0)
        log->gone[erased] = true;
}

void memory_log_append_event(struct memory_log *log, const char *event, const char *body)
{
    size_t seq = log->count++;
    struct entry_head head = {.seq = seq, .time_ms = 1764000000000 + seq};
    memset(log->salts[seq], (int)(seq + 1), COMMIT_SALT_BYTES);
    snprintf(head.event, sizeof head.event, "%s", event);
    snprintf(log->bodies[seq], sizeof log->bodies[seq], "%s", body);
    memcpy(head.key_id, log_key_verifier(log->key)->id, LOG_KEY_ID_BYTES);
    assert_int_equal(digest_commit(log->digest, log->salts[seq], log->bodies[seq], strlen(log->bodies[seq]),
                         head.commitment, NULL),
        REASON_DONE);
    assert_int_equal(entry_head_format(&head, log->heads[seq], &log->head_sizes[seq], NULL), REASON_DONE);
}

char *memory_log_note(struct memory_log *log, const char *text)
{
    size_t size = strlen(text);
    char *note = malloc(size + NOTE_SIGNATURE_ROOM);
    assert_non_null(note);
    memcpy(note, text, size);
    assert_int_equal(note_sign(log->key, note, size, NULL, NULL), REASON_DONE);
    return note;
}

static void leaf_hashes(struct memory_log *log, size_t count, uint8_t *hashes)
{
    for (size_t i = 0; i < count; i++)
        assert_int_equal(
            merkle_leaf(log->digest, log->heads[i], log->head_sizes[i], hashes + i * DIGEST_BYTES, NULL),
            REASON_DONE);
}

void memory_log_sign(struct memory_log *log)
{
    static uint8_t hashes[MEMORY_LOG_MAX * DIGEST_BYTES];
    uint8_t root[DIGEST_BYTES];
    leaf_hashes(log, log->count, hashes);
    assert_int_equal(merkle_root(log->digest, hashes, log->count, root, NULL), REASON_DONE);
    assert_int_equal(checkpoint_sign(log->key, log->count, root, log->checkpoint, NULL, NULL), REASON_DONE);
    log->signed_size = log->count;
}

static void write_tile(struct memory_log *log, const struct tile_name *name, struct bytes_writer *writer)
{
    static uint8_t hashes[MEMORY_LOG_MAX * DIGEST_BYTES];
    leaf_hashes(log, log->count, hashes);
    for (unsigned i = 0; i < name->width; i++) {
        uint64_t index = name->index * TILE_WIDTH + i;
        if (name->kind == TILE_ENTRIES) {
            bytes_write_u16be(writer, (uint16_t)log->head_sizes[index]);
            bytes_write_copy(writer, log->heads[index], log->head_sizes[index]);
        } else if (name->kind == TILE_BODIES) {
            size_t size = log->gone[index] ? 0 : COMMIT_SALT_BYTES + strlen(log->bodies[index]);
            bytes_write_u32be(writer, (uint32_t)size);
            bytes_write_copy(writer, log->salts[index], size > 0 ? COMMIT_SALT_BYTES : 0);
            bytes_write_copy(writer, log->bodies[index], size > 0 ? size - COMMIT_SALT_BYTES : 0);
        } else if (name->level == 0) {
            bytes_write_copy(writer, hashes + index * DIGEST_BYTES, DIGEST_BYTES);
        } else {
            uint8_t root[DIGEST_BYTES];
            assert_int_equal(
                merkle_root(log->digest, hashes + index * TILE_WIDTH * DIGEST_BYTES, TILE_WIDTH, root, NULL),
                REASON_DONE);
            bytes_write_copy(writer, root, DIGEST_BYTES);
        }
    }
}

static enum reason read_memory(
    void *context, const char *path, uint8_t **bytes, size_t *size, struct failure *failure)
{
    struct memory_log *log = context;
    struct tile_name name;
    *bytes = NULL;
    *size = 0;
    if (strcmp(path, "checkpoint") == 0) {
        *bytes = (uint8_t *)strdup(log->checkpoint);
        *size = strlen(log->checkpoint);
        return REASON_DONE;
    }
    if (strcmp(path, REDACTION_FILE) == 0 && log->redaction != NULL) {
        *bytes = (uint8_t *)strdup(log->redaction);
        *size = strlen(log->redaction);
        return REASON_DONE;
    }
    if (!tile_path_parse(path, &name) || tile_width(log->signed_size, name.level, name.index) != name.width)
        return failure_set(failure, REASON_ENTRY_NOT_FOUND, path, NULL);
    struct bytes_writer writer;
    size_t capacity = (size_t)TILE_WIDTH * 512;
    *bytes = malloc(capacity);
    assert_non_null(*bytes);
    bytes_writer_init(&writer, *bytes, capacity);
    write_tile(log, &name, &writer);
    assert_false(writer.failed);
    *size = writer.used;
    return REASON_DONE;
}

static enum reason count_beyond(void *context, uint64_t size, uint64_t *count, struct failure *failure)
{
    const struct memory_log *log = context;
    (void)failure;
    *count = log->count - size;
    return REASON_DONE;
}

struct log_source memory_log_source(struct memory_log *log)
{
    return (struct log_source){.read = read_memory, .context = log, .beyond = count_beyond};
}
