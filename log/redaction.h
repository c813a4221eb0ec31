/* redaction.h: which bodies an export withholds, said and signed by the log itself.
 *
 *     kordon-redaction/v1
 *     <origin>
 *     <size>
 *     <root in base64>
 *     events <names of the events whose bodies are withheld: in LOG_EVENTS' order, divided by commas>
 *     <seq>            or <first>-<last>; ascending, a line each, as few lines as can say it
 *
 * in a signed note by the log's key (crypto/note.h). The statement is about the tree of one checkpoint and about all of it:
 * every entry of a named event is listed, whether its body is there or was erased, so that nobody chooses single bodies to
 * be silent about. An export without the statement, or with one of another tree, withholds nothing: what is missing there
 * is missing. Thread rule: any thread; that of the source and the key given.
 */
#ifndef KORDON_LOG_REDACTION_H
#define KORDON_LOG_REDACTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "crypto/checkpoint.h"
#include "crypto/log_key.h"
#include "log/entry.h"
#include "log/seq_range.h"
#include "log/source.h"

#define REDACTION_FILE     "redaction"        /* its name beside the checkpoint */
#define REDACTION_NOTE_MAX ((size_t)64 << 20) /* bytes of the note: some 4 million lines */

struct redaction {
    struct checkpoint tree;   /* origin, size and root that it is about */
    uint32_t events;          /* bits of the events whose bodies are withheld; at least one */
    struct seq_ranges ranges; /* ascending, with at least one entry between two of them */
};

/* Reads a note of length bytes without checking any signature; nothing in it may be believed. LOG_BROKEN says what is
 * malformed; NO_MEMORY. *redaction is zeroed unless DONE; release it with redaction_finish. */
enum reason redaction_parse(
    const char *note, size_t length, struct redaction *redaction, struct failure *failure);

/* Reads a note and checks that it is by the log's key and about this key's log: SIGNATURE_BROKEN, LOG_BROKEN, NO_MEMORY,
 * BAD_ARGUMENT (a witness's key). As above. */
enum reason redaction_verify(const char *note, size_t length, const struct verifier_key *key,
    struct redaction *redaction, struct failure *failure);
void redaction_finish(struct redaction *redaction); /* takes a zeroed struct */

/* What comes of transactions, and what the second line makes of it. Who withholds any of these bodies withholds them all: a choice would tell somebody who
 * may not know of discreet alerts. */
#define REDACTION_OF_MATCHES (LOG_EVENT_BIT(LOG_EVENT_CONSULTATION) | LOG_EVENT_BIT(LOG_EVENT_DECISION))

/* Whether the bodies of just these events may be withheld. BAD_ARGUMENT says why not. */
enum reason redaction_check_events(uint32_t events, struct failure *failure);

/* Whether entry seq is listed. */
bool redaction_lists(const struct redaction *redaction, uint64_t seq);

/* Writes the text that is to be signed: *text is malloc'd, with a zero byte behind its *length bytes and room for
 * NOTE_SIGNATURE_ROOM more, and the caller's to free. TOO_LARGE, NO_MEMORY. */
enum reason redaction_format(
    const struct redaction *redaction, char **text, size_t *length, struct failure *failure);

/* Makes the signed note for the tree of the source's checkpoint: reads all heads, and signs only where the root computed
 * from them is the one that the checkpoint was signed for by this very key. events: that may be withheld. *note is malloc'd
 * text, the caller's to free. BAD_ARGUMENT (redaction_check_events()), LOG_BROKEN (root), ENTRY_BROKEN (a head), TOO_LARGE, NO_MEMORY,
 * checkpoint_verify's and the source's reasons. */
enum reason log_redaction_make(
    struct log_source source, struct log_key *key, uint32_t events, char **note, struct failure *failure);

#endif
