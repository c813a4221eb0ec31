/* Any bytes as the files of a log. The first byte chooses which file the rest is; the others are those of an honest
 * log of one entry, so that reading gets behind the signature. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/checkpoint.h"
#include "log/entry_head.h"
#include "crypto/merkle.h"
#include "log/entry.h"
#include "log/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const char *const paths[] = {
    "checkpoint", "tile/0/000.p/1", "tile/entries/000.p/1", "bodies/000.p/1", "redaction"};
#define PATHS (sizeof paths / sizeof paths[0])

struct files {
    const uint8_t *bytes[PATHS];
    size_t sizes[PATHS];
};

static enum reason read_file(
    void *context, const char *path, uint8_t **bytes, size_t *size, struct failure *failure)
{
    const struct files *files = context;
    for (size_t i = 0; i < PATHS; i++) {
        if (strcmp(path, paths[i]) != 0 || files->bytes[i] == NULL)
            continue;
        *bytes = malloc(files->sizes[i] + 1);
        if (*bytes == NULL)
            return REASON_NO_MEMORY;
        memcpy(*bytes, files->bytes[i], files->sizes[i]);
        (*bytes)[files->sizes[i]] = 0;
        *size = files->sizes[i];
        return REASON_DONE;
    }
    return failure_set(failure, REASON_ENTRY_NOT_FOUND, path, NULL);
}

static void count_problem(void *context, bool seq_known, uint64_t seq, const struct failure *failure)
{
    (void)seq_known, (void)seq, (void)failure;
    ++*(unsigned *)context;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    bool agree = true;
    static const uint8_t seed[LOG_KEY_SEED_BYTES] = {7};
    static const char body[] = "{\"erased_seq\":0}";
    struct digest *digest = NULL;
    struct log_key *key = NULL;
    if (size == 0 || digest_create(&digest, NULL) != REASON_DONE ||
        log_key_from_seed("kordon.example/fuzz", seed, &key, NULL) != REASON_DONE) {
        digest_destroy(digest);
        return 0;
    }
    uint8_t salted[COMMIT_SALT_BYTES + sizeof body - 1] = {0}, leaf[DIGEST_BYTES], bodies[128], heads[300];
    memcpy(salted + COMMIT_SALT_BYTES, body, sizeof body - 1);
    struct entry_head head = {.event = "erasure", .time_ms = 1};
    memcpy(head.key_id, log_key_verifier(key)->id, LOG_KEY_ID_BYTES);
    char text[ENTRY_HEAD_SIZE], note[CHECKPOINT_NOTE_SIZE], line[VERIFIER_KEY_LINE_SIZE];
    size_t head_size = 0, note_size = 0;
    if (digest_commit(digest, salted, body, sizeof body - 1, head.commitment, NULL) == REASON_DONE &&
        entry_head_format(&head, text, &head_size, NULL) == REASON_DONE &&
        merkle_leaf(digest, text, head_size, leaf, NULL) == REASON_DONE &&
        checkpoint_sign(key, 1, leaf, note, &note_size, NULL) == REASON_DONE) {
        heads[0] = 0, heads[1] = (uint8_t)head_size;
        memcpy(heads + 2, text, head_size);
        memset(bodies, 0, 3);
        bodies[3] = sizeof salted;
        memcpy(bodies + 4, salted, sizeof salted);
        struct files files = {.bytes = {(uint8_t *)note, leaf, heads, bodies, NULL},
            .sizes = {note_size, DIGEST_BYTES, 2 + head_size, 4 + sizeof salted, 0}};
        files.bytes[bytes[0] % PATHS] = bytes + 1;
        files.sizes[bytes[0] % PATHS] = size - 1;
        struct log_verification verification;
        struct failure failure;
        struct log_verify_options options = {
            .verifier_key = verifier_key_format(log_key_verifier(key), line)};
        const struct log_source source = {.read = read_file, .context = &files};
        unsigned told = 0;
        enum reason first = log_verify(source, &options, &verification, &failure);
        options.problem = count_problem;
        options.context = &told;
        /* Whoever asks for all problems gets one where the other did, and only then. */
        enum reason all = log_verify(source, &options, &verification, &failure);
        agree = (first == REASON_DONE) == (all == REASON_DONE) && told == verification.problems;
    }
    log_key_destroy(key);
    digest_destroy(digest);
    return agree ? 0 : -1;
}
