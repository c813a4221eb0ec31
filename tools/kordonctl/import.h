/* import.h: a manifest on its way to become the list in force, through kordond (import_daemon.c) or, without one, in the state directory
 * itself (import_store.c); with the same checks and the same answers.
 *
 * Thread rule: one thread. Manifest, files and templates are wiped when the run ends.
 */
#ifndef KORDON_TOOLS_KORDONCTL_IMPORT_H
#define KORDON_TOOLS_KORDONCTL_IMPORT_H

#include "list/change.h"
#include "store/manifest.h"
#include "tools/kordonctl/kordonctl.h"

#define IMPORT_JUSTIFICATION "a new version of the list was issued"

/* A bar on the terminal, where standard error is one. */
struct progress {
    bool shown;
    uint64_t entries, bytes; /* of the whole; bytes 0: not known */
    uint64_t began_ms, drawn_ms;
};
void progress_start(
    struct progress *progress, const struct session *session, uint64_t entries, uint64_t bytes);
void progress_show(struct progress *progress, const struct list_change *change);
void progress_say(struct progress *progress, const char *what); /* instead of the bar */
void progress_end(struct progress *progress);

struct import_run {
    struct session *session;
    const char *path;   /* of the manifest */
    const char *folder; /* that its files lie in, with the slash; "" */
    struct manifest manifest;
    struct list_rules rules;
    struct locked_memory workspace; /* for records */
    struct list_change change;      /* what came so far, and what was found wrong with it */
    struct progress progress;
    json_t *answer; /* what is in force, or would be */
    json_t *
        duplicates; /* in it, as far as they are known; NULL: kordond is asked, or they could not be looked for */
    struct failure duplicates_failure; /* why they could not */
};

/* The entry of that index, as it is read. */
struct list_source import_source(const struct import_run *run, size_t index);

/* CANCELLED where somebody pressed Ctrl-C; asked between entries. */
enum reason import_check_going(struct failure *failure);

enum reason import_through_daemon(struct import_run *run, struct failure *failure);
enum reason import_into_store(struct import_run *run, struct failure *failure);

#endif
