/* adversary.h: somebody who may write every byte of the state directory but has no machine key, and what may come of it.
 *
 * The world is a state directory with a history that the test itself knows: every leaf, every root, every entry's text,
 * every list. A mutation writes a copy of it; the oracle then uses the copy as the daemon would and holds every answer
 * against the history. It knows no mutation: an answer is true, or it is a failure with a reason, or it is a fault.
 */
#ifndef KORDON_TESTS_SUPPORT_ADVERSARY_H
#define KORDON_TESTS_SUPPORT_ADVERSARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

#include "crypto/checkpoint.h"
#include "crypto/digest.h"
#include "crypto/key_provider.h"
#include "crypto/log_key.h"
#include "crypto/merkle.h"
#include "crypto/sealed_record.h"
#include "store/capture_note.h"
#include "store/case_record.h"
#include "store/document.h"
#include "store/journal.h"
#include "store/store.h"
#include "store/watchlist.h"

/* --- Opening: the one place that knows how a store is made and opened ---------------------------------------- */

/* anchor: a file outside the state directory that says how far the log was, or NULL. */
enum reason adversary_create(
    const char *directory, struct key_provider *provider, const char *anchor, struct failure *failure);
enum reason adversary_open(const char *directory, enum store_access access, struct key_provider *provider,
    const char *anchor, struct store **store, struct failure *failure);

/* Whether a store that opened neither appends nor signs. */
bool adversary_held(const struct store *store);

/* --- The world ----------------------------------------------------------------------------------------------- */

enum adversary_moment {
    MOMENT_INIT,
    MOMENT_LIST_1,
    MOMENT_ENTRIES,
    MOMENT_LIST_2,
    MOMENT_ERASED,
    MOMENT_LAST,
    MOMENT_FORK, /* another history, grown from the files of MOMENT_ENTRIES with the same keys */
    MOMENT_COUNT
};

struct adversary_bytes {
    uint8_t *bytes;
    size_t size;
};

/* The files at one moment: closed, and as they lay there while the store was open (as after a crash). */
struct adversary_snapshot {
    uint64_t size;  /* entries of the log */
    char path[128]; /* of the closed database, to be attached */
    char checkpoint[CHECKPOINT_NOTE_SIZE];
    struct adversary_bytes closed, live, live_wal;
};

struct adversary_record {
    struct watchlist_id id;
    uint8_t wrapped[SEALED_WRAPPED_KEY_BYTES]; /* as it lies in the file */
    char *text;                                /* everything it says */
};

/* A list, in force from that size of the log on. */
struct adversary_list {
    uint64_t from;
    struct watchlist_summary summary;
    struct adversary_record *records; /* by id */
    size_t count;
};

#define ADVERSARY_LISTS_MAX 8
#define ADVERSARY_LOG_MAX   128

/* What was true, size by size. */
struct adversary_history {
    uint64_t size;
    uint8_t leaves[ADVERSARY_LOG_MAX][DIGEST_BYTES];
    uint8_t roots[ADVERSARY_LOG_MAX + 1][DIGEST_BYTES]; /* [size] */
    char *entries[ADVERSARY_LOG_MAX];                   /* what journal_read gives */
    char *transactions[ADVERSARY_LOG_MAX];              /* NULL where it has none */
    struct adversary_list lists[ADVERSARY_LISTS_MAX];
    size_t list_count;
};

struct adversary_world {
    char base[64];  /* a folder of its own */
    char state[80]; /* the state directory, in it */
    char key_uri[96], anchor[80];
    struct key_provider *provider;
    struct digest *digest;
    char verifier_line[VERIFIER_KEY_LINE_SIZE];
    struct verifier_key verifier;
    struct adversary_snapshot snapshots[MOMENT_COUNT];
    struct adversary_history truth;
    /* What came of it when the files of an earlier moment were put back and the daemon went on from there, unseen: it is not
     * true, but everything in it was sealed and signed by the same keys. */
    struct adversary_history fork;
};

/* Makes the history. Fails the running test where it can't. */
void adversary_world_init(struct adversary_world *world);
void adversary_world_finish(struct adversary_world *world);

/* The list that was in force when the log had that size. */
const struct adversary_list *adversary_list_at(const struct adversary_history *history, uint64_t size);

/* Everything that an entry says, as one malloc'd text. */
char *adversary_describe(const struct watchlist_entry *entry);

/* What the entry of that number changes beside, in a history that goes by that word: the policy and one of the notes. The entry's body says
 * what the note became; the policy's digest is said by the store. */
#define ADVERSARY_NOTES 3
struct adversary_change {
    char text[64];
    struct document_change document;
    struct capture_note_change note;
    struct case_record_change record; /* says what the note says */
    struct journal_change change;
};
void adversary_change_init(struct adversary_change *made, const char *word, uint64_t seq);
void adversary_change_describe(const struct adversary_change *made, uint64_t seq, json_t *body);
void adversary_note_key(unsigned number, uint8_t key[static CAPTURE_NOTE_KEY_BYTES]);

/* A draft's body of that many bytes or more; the caller decrefs. */
json_t *adversary_body(const char *transaction, size_t size);

/* --- The oracle ---------------------------------------------------------------------------------------------- */

/* The order is that of severity: the worst one that was seen is the verdict. */
#define ADVERSARY_OUTCOMES(OUTCOME)                                                                          \
    OUTCOME(IMPOSSIBLE, "not possible", true) /* this mutation has nothing to work on here */                \
    OUTCOME(HARMLESS, "harmless", true)       /* everything was said, and true */                            \
    OUTCOME(REFUSED_AT_OPEN, "refused at open", true)                                                        \
    OUTCOME(REFUSED_AT_USE, "refused at use", true) /* a call said why not; the others told the truth */     \
    OUTCOME(ROLLED_BACK, "rolled back whole", true) /* invisible without an anchor */                        \
    OUTCOME(HELD, "held", true)                                                                              \
    OUTCOME(FALSE_RECEIPT, "FALSE RECEIPT", false)   /* a receipt that does not hold, or says too little */  \
    OUTCOME(DENIED, "DENIED", false)                 /* what is there is said not to be there */             \
    OUTCOME(OTHER_ENTRY, "OTHER ENTRY", false)       /* an entry with other contents */                      \
    OUTCOME(ERASED_STAYS, "ERASED STAYS", false)     /* erasing said done, and it is still there */          \
    OUTCOME(OTHER_LIST, "OTHER LIST", false)         /* armed with another list */                           \
    OUTCOME(OTHER_DOCUMENT, "OTHER DOCUMENT", false) /* a document or a note with other contents */          \
    OUTCOME(SIGNED_OVER, "SIGNED OVER", false)       /* another history was signed */                        \
    OUTCOME(HUNG, "HUNG", false)                                                                             \
    OUTCOME(CRASHED, "CRASHED", false)

enum adversary_outcome {
#define ADVERSARY_OUTCOME_ENUM(outcome, name, legal) OUTCOME_##outcome,
    ADVERSARY_OUTCOMES(ADVERSARY_OUTCOME_ENUM)
#undef ADVERSARY_OUTCOME_ENUM
        OUTCOME_COUNT
};
const char *adversary_outcome_name(enum adversary_outcome outcome);
bool adversary_outcome_legal(enum adversary_outcome outcome);

struct adversary_verdict {
    enum adversary_outcome outcome;
    char why[320];
};

/* What the oracle is told beside the directory. */
struct adversary_question {
    const char *directory;
    bool
        older_copies; /* the adversary had older bytes: then a state put back whole can't be told from the past */
    const char *anchor; /* NULL: none */
    bool reader;        /* by a reading store, as beside the daemon; otherwise by the writing one */
    uint64_t seed;
    void (*meanwhile)(void *context); /* called once the store is open; NULL: nothing happens then */
    void *context;
};

struct adversary_verdict adversary_judge(
    const struct adversary_world *world, const struct adversary_question *question);

/* --- Mutations ----------------------------------------------------------------------------------------------- */

/* One copy to be written. */
struct adversary_case {
    const struct adversary_world *world;
    char directory[96];
    uint64_t random; /* the generator's state */
    uint64_t turn;   /* counts the mutations of this kind: they walk through tables and columns by it */
    bool live;       /* the copy has a WAL, as after a crash */
    char what[256];  /* what was done, for people */
};

/* Writes the copy; false where there is nothing to write. */
typedef bool (*adversary_mutation)(struct adversary_case *work);

struct adversary_kind {
    const char *name;
    adversary_mutation mutate;
    bool older_copies;
};

extern const struct adversary_kind adversary_row_kinds[], adversary_schema_kinds[], adversary_page_kinds[],
    adversary_wal_kinds[], adversary_file_kinds[], adversary_forge_kinds[];
extern const size_t adversary_row_kind_count, adversary_schema_kind_count, adversary_page_kind_count,
    adversary_wal_kind_count, adversary_file_kind_count, adversary_forge_kind_count;

uint64_t adversary_random(struct adversary_case *work);
uint64_t adversary_below(struct adversary_case *work, uint64_t limit); /* 0 .. limit - 1; limit >= 1 */
void adversary_said(struct adversary_case *work, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Writes behind what text holds already; what has no room is cut. */
void adversary_join(char *text, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Another snapshot than the last, at random. */
const struct adversary_snapshot *adversary_older(struct adversary_case *work);

/* Files of the copy. */
void adversary_path(const struct adversary_case *work, const char *name, char path[static 192]);
void adversary_write(const char *path, const void *bytes, size_t size);
struct adversary_bytes adversary_read(const char *path); /* zeroed where there is no such file */
void adversary_put(const struct adversary_case *work, const struct adversary_bytes *database,
    const struct adversary_bytes *wal); /* writes both files; wal may be NULL */

/* The copy's database, opened without any of kordon's guards; what is written to a live copy stays in its WAL. */
sqlite3 *adversary_database(const struct adversary_case *work);
bool adversary_sql(sqlite3 *database, const char *format, ...) __attribute__((format(printf, 2, 3)));
int64_t adversary_number(sqlite3 *database, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Drops every trigger; puts back those of the true file, byte for byte. */
void adversary_drop_triggers(sqlite3 *database);
void adversary_restore_triggers(const struct adversary_case *work, sqlite3 *database);

/* Heads behind the true ones, with their nodes and, where the schema has them in the open, size and root; and bodies to
 * them, copied from the newest true ones. */
bool adversary_forge_tail(sqlite3 *database, const struct adversary_world *world, size_t heads);
bool adversary_forge_bodies(sqlite3 *database, size_t heads);

/* A rollback journal with the first pages of a snapshot, which sqlite finds beside the file and plays back. super: a file that
 * it names as its super-journal, or NULL. */
bool adversary_plant_journal(const struct adversary_case *work, const struct adversary_snapshot *snapshot,
    uint32_t pages, const char *super);

/* --- Running ------------------------------------------------------------------------------------------------- */

struct adversary_group {
    const char *title;
    const struct adversary_kind *kinds;
    size_t kind_count;
    size_t share;    /* of ten thousand mutations */
    bool while_open; /* written beside the open store, by a connection of its own */
    bool reader;     /* which is a reading one */
    bool anchored;   /* with an anchor outside the state directory: what was rolled back must be held */
};

/* Runs the group's share of mutations in children and prints what came of them; returns how many were faults. How many
 * there are in all: KORDON_ADVERSARY_COUNT; of which seed: KORDON_ADVERSARY_SEED; one of each group alone:
 * KORDON_ADVERSARY_ONLY; an example of everything: KORDON_ADVERSARY_EXAMPLES=1. */
size_t adversary_run(const struct adversary_world *world, const struct adversary_group *group);

#endif
