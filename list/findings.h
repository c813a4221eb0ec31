/* findings.h: what is wrong with the entries of a list, and what must be said of those that are taken: all in one pass, each with the
 * entry's number, its case number and the field. Both doors, kordond's and kordonctl's, tell them in the same words.
 *
 * Case numbers belong to identities: findings go to whoever brings the list, never into the log. Thread rule: structs that were
 * added to each other belong to one thread.
 */
#ifndef KORDON_LIST_FINDINGS_H
#define KORDON_LIST_FINDINGS_H

#include <stdint.h>

#include <jansson.h>

#include "base/failure.h"

#define LIST_FINDINGS_MAX 1000 /* kept of each kind; further ones are counted */

/* Zeroed means none. Objects in the arrays: "entry" (number in the manifest, from 1), "case_number" ("" where it could not be read),
 * "field", and of a fault "reason", "text", "detail", "remedy", of a note "text". */
struct list_findings {
    json_t *faults, *notes; /* NULL where there are none */
    uint64_t fault_count, note_count;
    uint64_t faulty_entries;
    struct failure first; /* fault; its subject is the field */
};

/* Whose finding it is. */
struct list_place {
    uint64_t entry;
    const char *case_number; /* NULL: unknown */
    const char *field;
};

/* What can't be kept for want of memory is counted all the same. */
void list_findings_fault(
    struct list_findings *findings, const struct list_place *place, const struct failure *failure);
void list_findings_note(struct list_findings *findings, const struct list_place *place, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

/* Adds what other holds behind what findings holds; both then have it. */
void list_findings_add(struct list_findings *findings, const struct list_findings *other);

/* Adds what was found elsewhere: arrays as above, either may be NULL. */
void list_findings_add_json(struct list_findings *findings, json_t *faults, json_t *notes);

/* In the entries' order. */
void list_findings_sort(struct list_findings *findings);

/* The failure of a list with faults: MANIFEST_REFUSED that says how many there are. subject: the manifest's name or "watchlist". */
enum reason list_findings_refuse(
    const struct list_findings *findings, const char *subject, struct failure *failure);

void list_findings_finish(struct list_findings *findings);

#endif
