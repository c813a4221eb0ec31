/* evidence.h: what the daemon says in the log, and how it gets there.
 *
 * One function for each kind of entry builds its body; no body holds biometric data, nor anything by which a
 * traveller who matched nothing could be found again (L6). Loop's thread.
 */
#ifndef KORDON_DAEMON_EVIDENCE_H
#define KORDON_DAEMON_EVIDENCE_H

#include <jansson.h>

#include "daemon/kordond.h"

/* A body with actor, role and unit. role: as in principal_roles_text(). */
json_t *evidence_body(const struct kordond *kordond, const char *actor, const char *role);

/* The same for an API caller: officer may be NULL, then the peer is the actor. role is the role used. */
json_t *evidence_body_of(
    const struct kordond *kordond, const struct principal *principal, const char *officer, enum role role);

/* Adds a text, which is left out where it is NULL; an integer; a failure as reason, subject and detail. */
void evidence_text(json_t *body, const char *key, const char *value);
void evidence_integer(json_t *body, const char *key, int64_t value);
void evidence_failure(json_t *body, const struct failure *failure);

/* Appends an entry nobody waits for; body is taken over. A failure is counted and said on standard error. */
void evidence_note(struct kordond *kordond, enum log_event event, json_t *body);

/* After each entry that came back: counts it; locks kordond where it shows that the state was altered or lost. */
void evidence_written(struct kordond *kordond, const struct journal_entry *entry);

/* Notes a denied request (L4), at most one entry in DENIAL_PERIOD_MS, which says how many it stands for. route:
 * the path's pattern, so that no id gets into the log by being asked for. While kordond is locked it is said on standard error and
 * kept for evidence_say_denials(). */
void evidence_note_denial(struct kordond *kordond, const struct http_request *request, const char *route);

/* Says in the log what was denied while it took no entry, when it takes them again. */
void evidence_say_denials(struct kordond *kordond);

#endif
