/* revocation_marks.h: the newest revocation list that was seen of each client authority, kept in the state: so an older one is known for what it is
 * also behind a restart. Who writes the post's files could otherwise put an old list back, and let in who was revoked since.
 *
 * An authority is known by its name and key. What was seen of one stays when the configuration no longer names it. Any thread but where said.
 */
#ifndef KORDON_DAEMON_REVOCATION_MARKS_H
#define KORDON_DAEMON_REVOCATION_MARKS_H

#include "daemon/http/tls_context.h"
#include "json/writer.h"
#include "store/document.h"
#include "store/journal.h"

#define REVOCATION_MARKS_MAX 64

struct revocation_mark {
    struct tls_list_mark seen;
    bool gave_up; /* the configuration said that its authority has no list any more */
};

struct revocation_marks {
    size_t count;
    struct revocation_mark list[REVOCATION_MARKS_MAX];
};

/* What raising them changed, at most twice; begins zeroed. */
struct revocation_raise {
    bool raised; /* anything */
    size_t dropped_count;
    struct tls_list_mark dropped[2 * CONFIG_AUTHORITIES_MAX]; /* to make room */
};

/* The state's; none where it has no such document. Of the thread that owns the store. BAD_VALUE; document_read()'s reasons. */
enum reason revocation_marks_read(
    struct store *store, struct revocation_marks *marks, struct failure *failure);

/* The document read: BAD_VALUE. */
enum reason revocation_marks_parse(
    const char *text, size_t size, struct revocation_marks *marks, struct failure *failure);

/* Raises marks to the lists of context, and adds to *raise what that changed. CONFIGURATION_BAD names the authority whose list is older
 * than the one seen (a lower number or none any more, or an earlier time), or that has none by its configuration, which does not say that this is
 * meant. On failure marks are not to be used. A list of a time to come is not seen yet: so it is asked again when time has passed. Where there is no
 * room the oldest mark of an authority that the configuration does not name is dropped. */
enum reason revocation_marks_raise(struct revocation_marks *marks, const struct tls_context *context,
    struct revocation_raise *raise, struct failure *failure);

/* Whether each list of context that in_force has not has begun to hold: a reload must not put one in force by which nobody of its authority is let in.
 * CONFIGURATION_BAD names the authority. */
enum reason revocation_lists_check_begun(
    const struct tls_context *context, const struct tls_context *in_force, struct failure *failure);

/* What an entry says of it: "revocation_lists": [{"authority": name, "number": hex, "this_update": seconds}, {"authority": name, "given_up": true}], and
 * where marks were dropped "revocation_lists_forgotten", by the authority's digest in place of its name. */
void revocation_raise_tell(
    struct json_writer *body, const struct tls_context *context, const struct revocation_raise *raise);

/* Marks on their way into the state; zeroed: none. Stays where it is until the entry was written. */
struct revocation_change {
    char *text;
    struct document_change document; /* private, as what follows */
    struct journal_change change;
};

/* What becomes durable with an entry; NULL without memory. Once. */
const struct journal_change *revocation_change_put(
    struct revocation_change *change, const struct revocation_marks *marks);

/* Takes a zeroed struct. */
void revocation_change_finish(struct revocation_change *change);

#endif
