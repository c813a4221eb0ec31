/* memory_log.h: a small signed log in memory, as a struct log_source, to be attacked by tests. */
#ifndef KORDON_TESTS_SUPPORT_MEMORY_LOG_H
#define KORDON_TESTS_SUPPORT_MEMORY_LOG_H

#include "crypto/checkpoint.h"
#include "log/entry_head.h"
#include "crypto/merkle.h"
#include "log/source.h"

#define MEMORY_LOG_MAX 600

struct memory_log {
    struct digest *digest;
    struct log_key *key;
    size_t count;
    char heads[MEMORY_LOG_MAX][ENTRY_HEAD_SIZE];
    size_t head_sizes[MEMORY_LOG_MAX];
    char bodies[MEMORY_LOG_MAX][96];
    uint8_t salts[MEMORY_LOG_MAX][COMMIT_SALT_BYTES];
    bool gone[MEMORY_LOG_MAX]; /* the body is not there */
    size_t signed_size;        /* what the checkpoint is about; later entries are beyond it */
    char checkpoint[CHECKPOINT_NOTE_SIZE];
    char *redaction; /* the file of that name, malloc'd; NULL: none */
    char verifier_key[VERIFIER_KEY_LINE_SIZE];
};

/* A log of that origin, signed by a fixed seed. Fails the running test where it can't. */
void memory_log_init(struct memory_log *log, const char *origin);
void memory_log_finish(struct memory_log *log);

/* Appends one entry; an erasure of entry erased where that is >= 0. */
void memory_log_append(struct memory_log *log, int erased);

/* Appends an entry of any event. */
void memory_log_append_event(struct memory_log *log, const char *event, const char *body);

/* The text as a note signed by the log's key; malloc'd. */
char *memory_log_note(struct memory_log *log, const char *text);

/* Signs the tree as it is now. */
void memory_log_sign(struct memory_log *log);

struct log_source memory_log_source(struct memory_log *log);

#endif
