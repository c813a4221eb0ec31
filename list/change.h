/* change.h: a new list on its way in, as kordond and kordonctl count and judge it alike: what is asked for, what came so far, what was
 * found, and what is answered. Staging and installing are the store's (store/watchlist.h), reading an entry is entry.h's.
 *
 * Thread rule: one thread at a time.
 */
#ifndef KORDON_LIST_CHANGE_H
#define KORDON_LIST_CHANGE_H

#include <stdbool.h>

#include "list/case_numbers.h"
#include "list/entry.h"
#include "list/findings.h"
#include "list/opened_list.h"
#include "store/watchlist.h"

/* What is asked for. */
struct list_request {
    char list_name[WATCHLIST_NAME_SIZE];
    uint64_t list_version;
    uint64_t entries;      /* announced; 0: not said */
    uint64_t bytes;        /* of all files, announced; 0: not said */
    bool allow_empty;      /* a list of nobody may replace the one in force */
    bool replace_list;     /* a list of another name may */
    bool list_poor_prints; /* as in struct list_rules */
    bool dry_run;          /* everything but installing it */
};

struct list_change {
    struct list_request request;
    struct case_numbers *case_numbers;
    struct list_findings findings;
    uint64_t entries, fingers; /* that came so far, faulty ones too */
    uint64_t bytes;            /* of their files */
    uint64_t unsearchable;     /* fingers listed without a template */
};

/* NO_MEMORY, CRYPTO_FAILED, those of locked memory. Finish it in any case. */
enum reason list_change_init(
    struct list_change *change, const struct list_request *request, struct failure *failure);
void list_change_finish(struct list_change *change); /* takes a zeroed struct */

/* What the store is to check it by. */
struct watchlist_import_options list_change_options(const struct list_change *change);

/* Counts the entry, which comes next in the list, with what was found of it. *sound: it has no fault. One that has is kept as a fault
 * of the list, or, where faults are not to be kept, left out as if it had not come. NO_MEMORY, CRYPTO_FAILED. */
enum reason list_change_take(struct list_change *change, struct list_entry *entry, bool keeps_faults,
    bool *sound, struct failure *failure);

/* Counts an entry that is judged elsewhere. *before: its case number came already; then it is not counted. NO_MEMORY, CRYPTO_FAILED. */
enum reason list_change_pass(struct list_change *change, const char *case_number, size_t fingers,
    uint64_t bytes, bool *before, struct failure *failure);

/* Whether it may be installed as it came: MANIFEST_REFUSED where an entry has a fault, CONFLICTING_IMPORT where entries that were
 * announced are missing. */
enum reason list_change_check(const struct list_change *change, struct failure *failure);

/* How far it is: the list, "entries", "finger_count", "bytes", "fault_count", and what was announced. New object. */
json_t *list_change_progress(const struct list_change *change);

/* The staged rows as what a set is built of; staged and store stay until the build is done. */
void list_change_source(const struct list_change *change, struct store *store,
    const struct watchlist_staged *staged, struct reference_source *source);

/* What is answered of a set that is in force, or would be (dry run): name, version, and what of it is searched and what is not, by
 * its counts. New object. */
json_t *list_set_answer(const struct opened_list *set);

/* The same for a change, with its notes. */
json_t *list_change_answer(const struct list_change *change, const struct opened_list *set);

#endif
