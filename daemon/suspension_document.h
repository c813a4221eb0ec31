/* suspension_document.h: what the state keeps of suspensions of capture, so that a restart forgets none. Any thread but where said. */
#ifndef KORDON_DAEMON_SUSPENSION_DOCUMENT_H
#define KORDON_DAEMON_SUSPENSION_DOCUMENT_H

#include "daemon/suspension_clock.h"
#include "daemon/threads/journal_thread.h"
#include "store/document.h"

/* The record as text, malloc'd; NULL without memory. And read again: BAD_VALUE. */
char *suspension_record_text(const struct suspension_record *record);
enum reason suspension_record_parse(
    const char *text, size_t size, struct suspension_record *record, struct failure *failure);

/* The state's record; zeroed where there is none. Of the thread that owns the store. BAD_VALUE; document_read()'s reasons. */
enum reason suspension_read(struct store *store, struct suspension_record *record, struct failure *failure);

/* What becomes durable with an entry; zeroed: nothing. Stays where it is until the entry was written. */
struct suspension_change {
    char *text;
    struct document_change document; /* private, as what follows */
    struct journal_change change;
};

/* Takes a copy; false without memory. */
bool suspension_change_put(struct suspension_change *change, const char *text);

/* The entry makes it durable, if there is something. */
void suspension_change_join(struct suspension_change *change, struct journal_entry *entry);

void suspension_change_finish(struct suspension_change *change);

#endif
