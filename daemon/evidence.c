#include "daemon/evidence.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/guard.h"

#define DENIAL_PERIOD_MS 10000

json_t *evidence_body(const struct kordond *kordond, const char *actor, const char *role)
{
    return json_pack(
        "{s:s, s:s, s:s}", "actor", actor, "role", role, "unit", kordond->configuration->log.unit);
}

json_t *evidence_body_of(
    const struct kordond *kordond, const struct principal *principal, const char *officer, enum role role)
{
    json_t *body = evidence_body(kordond, officer != NULL ? officer : principal->name, role_name(role));
    if (officer != NULL)
        evidence_text(body, "terminal", principal->name);
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

void evidence_written(struct kordond *kordond, const struct journal_entry *entry)
{
    if (entry->reason != REASON_DONE) {
        metric_add(&kordond->metrics, METRIC_ENTRY_FAILURES, 1);
        char line[600];
        fprintf(stderr, "kordond: log entry %s: %s\n", log_event_name(entry->event),
            failure_line(&entry->failure, line, sizeof line));
        if (guard_is_evidence(entry->reason))
            guard_lock(kordond, &entry->failure);
        return;
    }
    metric_add(&kordond->metrics, METRIC_ENTRIES, 1);
}

struct note {
    struct journal_entry entry;
    struct kordond *kordond;
};

static void on_note_written(struct journal_entry *entry)
{
    struct note *note = (struct note *)entry;
    evidence_written(note->kordond, entry);
    note->kordond->entries_pending--;
    uv_async_send(&note->kordond->stop_step);
    journal_entry_finish(entry);
    free(note);
}

void evidence_note(struct kordond *kordond, enum log_event event, json_t *body)
{
    /* A locked state takes no entry; the reason was said where it was locked. */
    struct note *note =
        kordond->locked.reason == REASON_DONE && kordond->journal != NULL ? calloc(1, sizeof *note) : NULL;
    if (note == NULL) {
        metric_add(&kordond->metrics, METRIC_ENTRY_FAILURES, 1);
        json_decref(body);
        return;
    }
    note->kordond = kordond;
    note->entry.event = event;
    note->entry.body = body;
    note->entry.written = on_note_written;
    kordond->entries_pending++;
    journal_thread_append(kordond->journal, &note->entry);
}

void evidence_say_denials(struct kordond *kordond)
{
    json_t *body = kordond->denial;
    if (body == NULL || kordond->locked.reason != REASON_DONE)
        return;
    evidence_integer(body, "count", (int64_t)kordond->denials_unsaid);
    kordond->denial = NULL;
    kordond->denials_unsaid = 0;
    evidence_note(kordond, LOG_EVENT_ACCESS, body);
}

void evidence_note_denial(struct kordond *kordond, const struct http_request *request, const char *route)
{
    metric_add(&kordond->metrics, METRIC_ACCESS_DENIED, 1);
    kordond->denials_unsaid++;
    uint64_t now = uv_now(&kordond->loop);
    if (kordond->denial_noted_ms != 0 && now - kordond->denial_noted_ms < DENIAL_PERIOD_MS)
        return; /* the next entry says how many there were */
    char roles[128];
    json_t *body = evidence_body(kordond, request->principal.name,
        request->principal.roles != 0 ? principal_roles_text(request->principal.roles, roles, sizeof roles)
                                      : "none");
    evidence_text(body, "denied", route);
    evidence_text(body, "method", http_method_name(request->method));
    kordond->denial_noted_ms = now;
    json_decref(kordond->denial);
    kordond->denial = body;
    if (kordond->locked.reason != REASON_DONE)
        fprintf(stderr, "kordond: denied while locked: %s %s to %s\n", http_method_name(request->method),
            route, request->principal.name);
    evidence_say_denials(kordond);
}
