#include "daemon/evidence.h"

#include <stdio.h>
#include <stdlib.h>

#define DENIAL_PERIOD_MS 10000

void evidence_finish(struct evidence *evidence)
{
    json_decref(evidence->denial);
    evidence->denial = NULL;
}

/* --- Bodies */

json_t *evidence_body(const struct evidence *evidence, const char *actor, const char *role)
{
    return json_pack("{s:s, s:s, s:s}", "actor", actor, "role", role, "unit", evidence->unit);
}

json_t *evidence_body_of(
    const struct evidence *evidence, const struct principal *principal, const char *officer, enum role role)
{
    json_t *body = evidence_body(evidence, principal->name, role_name(role));
    evidence_integer(body, "actor_uid", principal->uid);
    evidence_text(body, "officer", officer);
    return body;
}

void evidence_text(json_t *body, const char *key, const char *value)
{
    if (value != NULL)
        json_object_set_new(body, key, json_string(value));
}

void evidence_integer(json_t *body, const char *key, int64_t value)
{
    json_object_set_new(body, key, json_integer(value));
}

void evidence_failure(json_t *body, const struct failure *failure)
{
    json_object_set_new(body, "reason", json_string(reason_name(failure->reason)));
    if (failure->subject[0] != '\0')
        json_object_set_new(body, "subject", json_string(failure->subject));
    if (failure->detail[0] != '\0')
        json_object_set_new(body, "detail", json_string(failure->detail));
}

/* --- Entries */

void evidence_append(struct evidence *evidence, struct journal_entry *entry)
{
    journal_thread_append(evidence->workers->journal, entry);
}

bool evidence_is_broken(enum reason reason)
{
    return reason_class(reason) == REASON_CLASS_EVIDENCE_BROKEN || reason == REASON_STATE_LOST;
}

void evidence_written(struct evidence *evidence, const struct journal_entry *entry)
{
    if (entry->reason == REASON_DONE) {
        metric_add(evidence->metrics, METRIC_ENTRIES, 1);
        return;
    }
    metric_add(evidence->metrics, METRIC_ENTRY_FAILURES, 1);
    char line[600];
    fprintf(stderr, "kordond: log entry %s: %s\n", log_event_name(entry->event),
        failure_line(&entry->failure, line, sizeof line));
    if (evidence_is_broken(entry->reason))
        evidence->broken(evidence->data, &entry->failure);
}

struct note {
    struct journal_entry entry; /* first: the entry is the note */
    struct evidence *evidence;
};

static void on_note_written(struct journal_entry *entry)
{
    struct note *note = (struct note *)entry;
    struct evidence *evidence = note->evidence;
    evidence_written(evidence, entry);
    journal_entry_finish(entry);
    free(note);
    evidence->pending--;
    work_end(evidence->work);
}

void evidence_note(struct evidence *evidence, enum log_event event, json_t *body)
{
    /* A locked state takes no entry; the reason was said where it was locked. */
    bool taken = evidence->locked->reason == REASON_DONE && evidence->workers->journal != NULL;
    struct note *note = taken ? calloc(1, sizeof *note) : NULL;
    if (note == NULL) {
        metric_add(evidence->metrics, METRIC_ENTRY_FAILURES, 1);
        json_decref(body);
        return;
    }
    note->evidence = evidence;
    note->entry.event = event;
    note->entry.body = body;
    note->entry.written = on_note_written;
    evidence->pending++;
    work_begin(evidence->work);
    evidence_append(evidence, &note->entry);
}

/* --- Denials */

void evidence_say_denials(struct evidence *evidence)
{
    json_t *body = evidence->denial;
    if (body == NULL || evidence->locked->reason != REASON_DONE)
        return;
    evidence_integer(body, "count", (int64_t)evidence->denials_unsaid);
    evidence->denial = NULL;
    evidence->denials_unsaid = 0;
    evidence_note(evidence, LOG_EVENT_ACCESS, body);
}

void evidence_note_denial(struct evidence *evidence, const struct denial *denial)
{
    const struct principal *principal = denial->principal;
    metric_add(evidence->metrics, METRIC_ACCESS_DENIED, 1);
    evidence->denials_unsaid++;
    uint64_t now = uv_now(evidence->loop);
    if (evidence->denial_noted_ms != 0 && now - evidence->denial_noted_ms < DENIAL_PERIOD_MS)
        return; /* the next entry says how many there were */
    char roles[128];
    json_t *body = evidence_body(evidence, principal->name,
        principal->roles != 0 ? principal_roles_text(principal->roles, roles, sizeof roles) : "none");
    evidence_text(body, "denied", denial->route);
    evidence_text(body, "method", denial->method);
    evidence->denial_noted_ms = now;
    json_decref(evidence->denial);
    evidence->denial = body;
    if (evidence->locked->reason != REASON_DONE)
        fprintf(stderr, "kordond: denied while locked: %s %s to %s\n", denial->method, denial->route,
            principal->name);
    evidence_say_denials(evidence);
}
