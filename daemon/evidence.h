/* evidence.h: what kordond says in the log, and how it gets there.
 *
 * Rooms build a body by these functions and append it; no body holds biometric data, nor anything by which a
 * traveller who matched nothing could be found again (L6). Loop's thread.
 */
#ifndef KORDON_DAEMON_EVIDENCE_H
#define KORDON_DAEMON_EVIDENCE_H

#include <jansson.h>
#include <uv.h>

#include "daemon/metrics.h"
#include "daemon/principal.h"
#include "daemon/quota.h"
#include "daemon/register.h"
#include "daemon/threads/journal_thread.h"
#include "daemon/work.h"
#include "daemon/workers.h"
#include "json/writer.h"

/* What one principal was denied; private. */
struct denied {
    struct principal principal; /* unproven: the row is free; the last one is shared by all who have none */
    uint64_t noted_ms;          /* loop time of the last entry about it */
    uint64_t unsaid;            /* since then */
    json_t *body;               /* of the next entry; NULL: all is said */
};

#define DENIED_MAX 64

/* Filled in before the first call; the rest is private. */
struct evidence {
    const char *unit;                   /* the authority's, in every body */
    const struct staff_register *staff; /* that is in force: which officers it has */
    const struct workers *workers;
    struct metrics *metrics;
    struct quota *quota; /* of entries, which denials are spent from */
    struct work *work;
    const uv_loop_t *loop;
    const struct failure *locked; /* where its reason is not DONE no entry is taken */
    /* An entry came back with a reason that says that the state was altered or lost. */
    void (*broken)(void *data, const struct failure *failure);
    /* The roles that he holds now, who asked some time ago: none where what proved him then proves him no more. */
    unsigned (*roles_now)(void *data, const struct principal *principal);
    void *data;
    struct failure
        storage; /* why the last entry could not be made durable, where the machine failed; DONE: it was */
    uint64_t storage_ms; /* loop time of that */
    uint32_t pending;    /* entries of our own (nobody's step) on their way */
    struct denied denied[DENIED_MAX];
};

void evidence_finish(struct evidence *evidence);

/* A body with actor, role and unit. role: as in principal_roles_text(). */
json_t *evidence_body(const struct evidence *evidence, const char *actor, const char *role);

/* The same for an API caller, who is the actor, with what proved it. officer: whom he says he acts for, recorded as said, and whether the
 * register knows him (T8); may be NULL. role is the role used. NULL without memory for all of it. */
json_t *evidence_body_of(
    const struct evidence *evidence, const struct principal *principal, const char *officer, enum role role);

/* principal_identity() of the actor of a body that evidence_body_of() began; "" where it does not say who it was. Returns text. Any thread. */
const char *evidence_identity_of(const json_t *body, char text[static PRINCIPAL_IDENTITY_SIZE]);

/* A failure as "reason", "subject" and "detail", which are left out where they say nothing. */
void evidence_write_failure(struct json_writer *body, const struct failure *failure);

/* Appends an entry nobody waits for; body is taken over. A failure is counted and said on standard error. */
void evidence_note(struct evidence *evidence, enum log_event event, json_t *body);

/* Appends the entry of a step, in the step's memory; entry->written comes once, and calls evidence_written(). */
void evidence_append(struct evidence *evidence, struct journal_entry *entry);

/* For each entry that came back: counts it, and calls broken() where its reason says that the state was altered or lost. */
void evidence_written(struct evidence *evidence, const struct journal_entry *entry);

/* Whether a reason says that the state was altered or lost. */
bool evidence_is_broken(enum reason reason);

/* What was asked for and denied. route: the path's pattern, so that no id gets into the log by being asked for. */
struct denial {
    const struct principal *principal;
    const char *method, *route;
};

/* Notes a denied request (L4). The denials of one principal make one entry in some seconds at most, which counts them; so nobody's
 * denials hide another's. While no entry is taken they are said on standard error and kept for evidence_say_denials(). */
void evidence_note_denial(struct evidence *evidence, const struct denial *denial);

/* Says in the log what was denied and not said yet: when entries are taken again, and at the end. */
void evidence_say_denials(struct evidence *evidence);

/* Says in the log which denials are due; to be called about each second. */
void evidence_look(struct evidence *evidence);

#endif
