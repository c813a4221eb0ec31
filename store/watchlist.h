/* watchlist.h: the sealed watchlist: import a list, read it for the search, check it, erase entries.
 *
 * Each record is sealed under a key of its own, wrapped by the list key, wrapped by the machine key; every
 * sealed column is bound to database, table, column, id and version. A root over all records, kept in the
 * proven state and recorded in the log with each change, shows swapped, missing and rolled-back rows. Ids are random and mean nothing outside
 * this machine (T4). Thread rule: that of the store (store.h).
 */
#ifndef KORDON_STORE_WATCHLIST_H
#define KORDON_STORE_WATCHLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/alert_category.h"
#include "base/failure.h"
#include "base/finger.h"
#include "store/journal.h"

#define WATCHLIST_NAME_SIZE    256 /* bytes of a list's name with its zero byte */
#define WATCHLIST_ID_BYTES     16
#define WATCHLIST_FINGERS_MAX  10
#define WATCHLIST_PURPOSES_MAX 16
#define WATCHLIST_PURPOSE_MAX  64   /* bytes of a purpose */
#define WATCHLIST_TEXT_MAX     4096 /* bytes of any one text field */

struct watchlist_id {
    uint8_t bytes[WATCHLIST_ID_BYTES];
};
#define WATCHLIST_ID_TEXT_SIZE (2 * WATCHLIST_ID_BYTES + 1)
void watchlist_id_format(
    const struct watchlist_id *id, char text[static WATCHLIST_ID_TEXT_SIZE]); /* lower hex */
bool watchlist_id_parse(const char *text, struct watchlist_id *id);
int watchlist_id_compare(const void *left, const void *right); /* for qsort() */

/* Some entries: ascending, each once. Borrowed. */
struct watchlist_ids {
    const struct watchlist_id *items;
    size_t count;
};
bool watchlist_ids_have(const struct watchlist_ids *ids, const struct watchlist_id *id);

/* One finger of an entry. template: a checked packed template (matcher.h; the store only carries its bytes).
 * size 0: the finger is on the list, but not searched. original: the byte-exact record or image it was made from, or
 * NULL (F1). Owned by whoever filled the entry in. */
struct watchlist_finger {
    enum finger_position position;
    uint8_t quality; /* 0-100 */
    const uint8_t *template_bytes;
    size_t template_size;
    const uint8_t *original_bytes;
    size_t original_size;
};

/* One alert. Texts are UTF-8; dates are "YYYY-MM-DD". Reading functions give pointers that live until their
 * callback returns; they lie in locked memory that is wiped. */
struct watchlist_entry {
    struct watchlist_id id; /* given by the store at import */
    enum alert_category category;
    const char *case_number, *name; /* identity: sealed apart from the rest */
    const char *action, *instruction;
    const char *legal_basis, *authority;
    const char *entered, *expires;
    const char *purposes[WATCHLIST_PURPOSES_MAX];
    size_t purpose_count;
    struct watchlist_finger fingers[WATCHLIST_FINGERS_MAX];
    size_t finger_count;
    bool expired; /* set by reading functions that open the alert: its expiry lies before today, UTC (M3) */
};

/* --- Change --- */

struct watchlist_known_ids;

struct watchlist_import_options {
    const char *list_name;
    uint64_t list_version; /* 1 or more, and newer than that of the same list */
    bool replace_list;     /* a list of another name may be installed: this one takes its place */
    bool allow_empty;      /* it may have no entries */
    /* Of the installed list; the import takes it over, also where begin fails. NULL: begin makes it, which reads the list once. */
    struct watchlist_known_ids *known_ids;
};

/* A full list on its way in: staged in batches, each a transaction, so that the journal can commit between them; sealed; and then
 * installed in one transaction together with its log entry, in place of the list before it. Until commit nothing of it is seen; what was
 * never finished is swept away (watchlist_sweep). A store has one import at a time, which ends before it is closed: BUSY for another. It holds 96 bytes for each entry
 * in memory, and 36 for each person on the installed list.
 * LIST_VERSION_OLD, LIST_OTHER, MANIFEST_REFUSED (name, version), CONFLICTING_IMPORT (the ids known are another list's), the hold's
 * reason, those of reading the list. */
struct watchlist_import;
enum reason watchlist_import_begin(struct store *store, const struct watchlist_import_options *options,
    struct watchlist_import **import, struct failure *failure);

/* Adds all of the entries or none; each gets its local id: the one that its case number has on the installed list of the same
 * name, or a new one. A finger without a template is kept with its original and not searched. Not synced: what a power cut takes is taken
 * with the whole import. MANIFEST_REFUSED, DISK_FULL (also before anything is written, where the batch would leave less than the log's
 * reserve), NO_MEMORY: nothing of the batch is there and the import goes on as before;
 * CONFLICTING_IMPORT: the import was sealed, or can only be cancelled, also because an entry was erased since it began. */
enum reason watchlist_import_add(struct watchlist_import *import, const struct watchlist_entry *entries,
    size_t count, struct failure *failure);

/* What an import staged; may be copied, also to another thread. */
struct watchlist_staged {
    uint64_t import;
    uint64_t entry_count;
    uint64_t finger_count; /* with a template or without */
    uint8_t root[32];      /* over its rows */
};

/* Whether so many entries with files of so many bytes altogether (0: not known) can be staged and leave the reserve (store_space): asked
 * when an import begins, by what is known of the whole. DISK_FULL says how much is needed and how much is free. */
enum reason watchlist_import_room(
    struct store *store, uint64_t entries, uint64_t bytes, struct failure *failure);

/* Ends adding and moves what was staged to the disk, so that the commit is short. LIST_EMPTY, CONFLICTING_IMPORT. A second call gives
 * the same again. */
enum reason watchlist_import_seal(
    struct watchlist_import *import, struct watchlist_staged *staged, struct failure *failure);

/* draft: an ALTERATION entry with whatever the caller says in its body; the store adds the list's name, version, generation, counts
 * and root. Seals what is not sealed, proves the rows again and installs them. Ends the import in any case. What is not the list
 * any more is swept by watchlist_sweep. LIST_VERSION_OLD, LIST_OTHER, LIST_EMPTY, CONFLICTING_IMPORT. */
enum reason watchlist_import_commit(struct watchlist_import *import, const struct log_draft *draft,
    struct journal_outcome *outcome, struct failure *failure);
void watchlist_import_cancel(struct watchlist_import *import); /* takes NULL */

/* One bounded step (256 rows, or 1 MiB and one row) of deleting what is neither the list nor being imported, then of giving the file's free pages back; *more tells
 * whether there is more to do, so that the journal gets its turn between two. Whoever ends an import or erases goes on until
 * there is not. The last step takes deleted data out of the write-ahead log. */
enum reason watchlist_sweep(struct store *store, bool *more, struct failure *failure);
/* All steps, one after the other. */
enum reason watchlist_sweep_all(struct store *store, struct failure *failure);

/* The rows of the installed list, as they were proven: with them an erasure reads and proves only what it erases, and what it
 * leaves is known; without them (NULL) it reads the list whole. 96 bytes for each entry. They are the list's after each erasure that was
 * given them, until another change.
 * load: *rows is NULL, or rows that stay where they are the list's still. Otherwise it reads and proves the whole list; a following store
 * does so beside the journal. *rows is NULL where that fails: the reasons of reading the list, NO_MEMORY. destroy takes NULL. */
struct watchlist_rows;
enum reason watchlist_rows_load(struct store *store, struct watchlist_rows **rows, struct failure *failure);
void watchlist_rows_destroy(struct watchlist_rows *rows);

/* Erases one entry: its key is destroyed, its row is gone from database and WAL, the log keeps an ERASURE
 * entry (draft, as above). rows of another list are passed over. ENTRY_NOT_FOUND. */
enum reason watchlist_erase(struct store *store, struct watchlist_rows *rows, const struct watchlist_id *id,
    const struct log_draft *draft, struct journal_outcome *outcome, struct failure *failure);

/* How many of a list of so many entries one commit should erase. Each adds up what it leaves, which takes memory's time for the whole list, so a part of the list
 * goes with each: all of it is erased for the price of adding it up some 512 times, however long it is, and an entry of the log waits for 2,048 rows at most. */
#define WATCHLIST_ERASURE_MAX 2048
size_t watchlist_erasure_most(uint64_t entry_count);

/* Erases those entries in one commit, with one entry that names them ("references"): what an erasure by a rule is. All of them or none.
 * ENTRY_NOT_FOUND where one is not on the list; TOO_LARGE, BAD_VALUE: none. */
enum reason watchlist_erase_several(struct store *store, struct watchlist_rows *rows,
    const struct watchlist_ids *ids, const struct log_draft *draft, struct journal_outcome *outcome,
    struct failure *failure);

/* --- Read --- */

struct watchlist_summary {
    char list_name[WATCHLIST_NAME_SIZE];
    uint64_t list_version; /* 0: none installed yet */
    uint64_t generation;   /* counts every change on this machine */
    uint64_t entry_count;
    uint64_t finger_count;
    int64_t installed_ms; /* UTC */
};
enum reason watchlist_summarize(
    struct store *store, struct watchlist_summary *summary, struct failure *failure);

enum watchlist_part {
    WATCHLIST_PART_ALERT = 1,     /* category, action, instruction, legal basis, authority, dates, purposes */
    WATCHLIST_PART_IDENTITY = 2,  /* case number, name */
    WATCHLIST_PART_TEMPLATES = 4, /* fingers with their templates */
    WATCHLIST_PART_ORIGINALS = 8,
};

/* Opens the parts asked for of every entry, in order of id, and gives each to the callback, which may stop it with its own
 * reason. Nothing of what the callback was given may be used unless DONE comes back: only then are the rows proven to be the
 * whole installed list. SEAL_BROKEN or LIST_ROLLED_BACK name what is wrong. */
enum reason watchlist_load(struct store *store, unsigned parts,
    enum reason (*each)(void *context, const struct watchlist_entry *entry, struct failure *failure),
    void *context, struct failure *failure);

/* The same for the rows that an import staged, by any store of the same state, also a following one in another thread: DONE only
 * where they are what staged says. */
enum reason watchlist_load_staged(struct store *store, const struct watchlist_staged *staged, unsigned parts,
    enum reason (*each)(void *context, const struct watchlist_entry *entry, struct failure *failure),
    void *context, struct failure *failure);

/* The local ids of those on the installed list, by a keyed hash of the case number (the key is random and wiped). Reads and proves
 * the whole list; a following store does so beside the journal. destroy takes NULL. */
enum reason watchlist_known_ids_load(
    struct store *store, struct watchlist_known_ids **ids, struct failure *failure);
void watchlist_known_ids_destroy(struct watchlist_known_ids *ids);

/* One page: at most limit entries behind that id (NULL: from the first on). Costs what it shows, up to 511 rows more, once the list has been
 * read whole after its last change, which the first page or entry does. DONE and what is given as above, for the rows given. */
enum reason watchlist_page(struct store *store, const struct watchlist_id *after, uint64_t limit,
    unsigned parts,
    enum reason (*each)(void *context, const struct watchlist_entry *entry, struct failure *failure),
    void *context, struct failure *failure);

/* One entry, at the cost of a page. ENTRY_NOT_FOUND. */
enum reason watchlist_read(struct store *store, const struct watchlist_id *id, unsigned parts,
    enum reason (*each)(void *context, const struct watchlist_entry *entry, struct failure *failure),
    void *context, struct failure *failure);

/* Opens every record, does not stop at the first problem, gives each to the callback with the entry's id
 * (NULL where the problem is the list's). REASON_DONE with *problems = 0 when all holds; the first problem's
 * reason otherwise. */
enum reason watchlist_check(struct store *store,
    void (*problem)(void *context, const struct watchlist_id *id, const struct failure *failure),
    void *context, uint64_t *problems, struct failure *failure);

#endif
