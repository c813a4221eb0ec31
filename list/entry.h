/* entry.h: one entry of a list on its way in: read, its files enrolled, and everything that is wrong with it found at once.
 *
 * The same for kordond, which gets the files inline, and for kordonctl, which reads them beside the manifest: the same rules, the same
 * answers. Where to read on: store/manifest.h (the JSON), enrol/enrol.h (the files), findings.h.
 *
 * Templates and files are biometric data; both lie in locked memory or are wiped when they are released. Thread rule: any thread; an
 * entry belongs to one at a time.
 */
#ifndef KORDON_LIST_ENTRY_H
#define KORDON_LIST_ENTRY_H

#include <stdbool.h>

#include "enrol/enrol.h"
#include "list/findings.h"
#include "list/purposes.h"
#include "store/manifest.h"

/* What an entry is judged by. */
struct list_rules {
    uint32_t least_quality; /* of a picture that is to be found again (Q2) */
    bool list_poor_prints;  /* what is too poor is listed as not searchable, instead of refusing the entry */
    size_t file_bytes_max;  /* of a finger's file */
    const struct list_purposes *purposes; /* of the policy; borrowed. NULL: who sees an entry is not judged */
};

/* Where the entry comes from. */
struct list_source {
    json_t *object; /* outlives the entry, whose texts it owns */
    enum manifest_form form;
    const char *folder;                 /* that files lie in, with its slash, or ""; of MANIFEST_WITH_FILES */
    uint64_t number;                    /* in the manifest, from 1 */
    struct matcher_workspace workspace; /* lent for records, as in struct enrol_claim; zeroed: none */
};

struct list_file {
    uint8_t *bytes; /* malloc'd; NULL where they lie in the manifest entry's data */
    size_t size;
};

struct list_entry {
    /* its fingers point into what follows; those without a template are not searchable */
    struct manifest_entry read;
    struct enrolment enrolments[WATCHLIST_FINGERS_MAX];
    struct list_file files[WATCHLIST_FINGERS_MAX];
    uint64_t number;
    uint64_t bytes;      /* of its files */
    uint32_t searchable; /* fingers with a template */
    struct list_findings findings;
};

/* Reads it; what is wrong with it are findings, no failure. NO_MEMORY and those of locked memory, where nothing can be said of it.
 * *entry is malloc'd, NULL on failure. */
enum reason list_entry_read(const struct list_source *source, const struct list_rules *rules,
    struct list_entry **entry, struct failure *failure);

/* Adds a fault of the entry: its case number came before. */
void list_entry_came_before(struct list_entry *entry);

/* Wipes and frees; takes NULL. */
void list_entry_destroy(struct list_entry *entry);

#endif
