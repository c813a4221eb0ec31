/* entry.h: what an entry of the evidence log says: its event, the members its body owes, its canonical bytes.
 *
 * An entry is a head that stays (entry_head.h) and a body that can be erased. Bodies are JSON objects in RFC 8785 form;
 * formats: docs/formats.md. Thread rule: any thread; what is handed in is only read.
 */
#ifndef KORDON_LOG_ENTRY_H
#define KORDON_LOG_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/boot.h"
#include "base/failure.h"
#include "json/writer.h"

/* The closed list of events (LED art. 25 and EES art. 46; L1). name as in the head's "event". */
#define LOG_EVENTS(EVENT)                                                                                    \
    EVENT(START, "start")               /* kordond began; says how it ended before */                        \
    EVENT(STOP, "stop")                 /* kordond ended in order */                                         \
    EVENT(COLLECTION, "collection")     /* a sample was captured or submitted */                             \
    EVENT(CONSULTATION, "consultation") /* a comparison or a look at the list, with its outcome */           \
    EVENT(ALTERATION, "alteration")     /* the watchlist was changed */                                      \
    EVENT(DISCLOSURE, "disclosure")     /* data left the machine */                                          \
    EVENT(COMBINATION, "combination")                                                                        \
    EVENT(ERASURE, "erasure")             /* a record or a body was erased */                                \
    EVENT(DECISION, "decision")           /* an examiner's verdict */                                        \
    EVENT(CONFIGURATION, "configuration") /* what is in force was changed or accepted */                     \
    EVENT(KEY, "key")                     /* a key was made, rotated, destroyed */                           \
    EVENT(MODE, "mode")                   /* identification armed or refused, fallback, suspension */        \
    EVENT(ACCESS, "access")       /* the log itself was read or exported (L4), or access was denied */       \
    EVENT(FAULT, "fault")         /* a scanner misbehaved, storage failed */                                 \
    EVENT(SELF_TEST, "self_test") /* whether this post compares as it was proven to (Q5) */

enum log_event {
#define LOG_EVENT_ENUM(event, name) LOG_EVENT_##event,
    LOG_EVENTS(LOG_EVENT_ENUM)
#undef LOG_EVENT_ENUM
        LOG_EVENT_COUNT
};
const char *log_event_name(enum log_event event);

/* The event of that name; false where there is none. */
bool log_event_parse(const char *name, size_t size, enum log_event *event);

/* Sets of events: a bit each. */
#define LOG_EVENT_BIT(event) (UINT32_C(1) << (event))
#define LOG_EVENTS_TEXT_SIZE 256 /* room for the names of all of them */
_Static_assert(LOG_EVENT_COUNT <= 32, "a bit for each event");

/* The names in LOG_EVENTS' order, divided by commas. Returns text. */
char *log_events_format(uint32_t events, char text[static LOG_EVENTS_TEXT_SIZE]);

/* Reads one name or more divided by commas, each once, in any order. BAD_ARGUMENT names the one that is wrong. *events is
 * 0 unless DONE. */
enum reason log_events_parse(const char *text, size_t size, uint32_t *events, struct failure *failure);

#define LOG_BODY_MAX (256 << 10) /* bytes of a body in canonical form */

#define LOG_BODY_STEP      ((size_t)4 << 10) /* bodies of transactions' ends have a multiple of so many bytes */
#define LOG_BODY_LEAST_MAX ((size_t)32 << 10)
#define LOG_BODY_PADDING   "padding" /* the member that sees to it */

/* An entry to be written. body: a JSON object of strings, integers (|n| < 2^53), booleans, arrays and
 * objects; borrowed; NULL is one that there was no memory to make. Events have mandatory body keys (entry.c's table; L2, L3): always "actor" and "role"; for
 * consultation and disclosure also "purpose", "legal_basis", "justification". */
struct log_draft {
    enum log_event event;
    json_t *body;
};

/* The policy under which something was done. */
struct log_policy {
    char hash[65]; /* SHA-256 of its text, lower hex; "": there is none */
    uint32_t version;
};

/* Sets "policy": {"hash", "version"} of a body; nothing where there is none. */
void log_write_policy(struct json_writer *body, const struct log_policy *policy);

/* H5: the member, and its value, by which the body of an access entry says that no body about a match that was open then was among what was shown. */
#define LOG_WITHHELD           "withheld"
#define LOG_WITHHELD_REFERRALS "open referrals"

/* The member that names the events whose bodies an export leaves out: all others are in it. */
#define LOG_WITHHELD_EVENTS "withheld_events"

/* Whether that member of a head or a body is that text. */
bool log_says(const json_t *part, const char *key, const char *value);

/* Whether an entry as it is read, {"head", "body", ...}, is of that event. */
bool log_entry_is(const json_t *entry, enum log_event event);

/* Whether the body of an access entry says that he was shown bodies of the log, those about open matches among them. */
bool log_access_shows_referrals(const json_t *body);

/* The same of what that transaction came to, which has the machine's score. */
bool log_access_shows_result(const json_t *body, const char *transaction);

/* What every body carries beside its draft's members. */
struct log_environment {
    char build[128];          /* the software's build id */
    char configuration[65];   /* SHA-256 of the configuration in force, lower hex; may be empty */
    bool demonstration;       /* the configuration claims nothing of who is who; said where it is so */
    struct log_policy policy; /* in force; a draft that says under which it was decided is left as it is */
    char boot[BOOT_ID_SIZE];  /* the boot id */
};

/* A copy of the draft's body with the environment and the ms since boot ("mono"). BAD_VALUE names the member that is
 * missing; NO_MEMORY. The caller decrefs. */
enum reason log_body_begin(const struct log_environment *environment, const struct log_draft *draft,
    json_t **body, struct failure *failure);

/* Sets the member LOG_BODY_PADDING, of '0's, so that the body's canonical form has at least so many bytes, up to LOG_BODY_LEAST_MAX, and a multiple of
 * LOG_BODY_STEP: what came of a transaction does not show by the entry's size. BAD_VALUE where it has no canonical form; NO_MEMORY. */
enum reason log_body_pad(json_t *body, size_t least, struct failure *failure);

/* The body's canonical bytes, malloc'd. BAD_VALUE for what has no canonical form here or is too long. */
enum reason log_body_bytes(const json_t *body, char **bytes, size_t *size, struct failure *failure);

#endif
