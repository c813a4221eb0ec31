#include "daemon/evidence.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/identity.h"
#include "base/say.h"

#define DENIAL_PERIOD_MS 10000

void evidence_finish(struct evidence *evidence)
{
    for (size_t i = 0; i < DENIED_MAX; i++) {
        json_decref(evidence->denied[i].body);
        evidence->denied[i].body = NULL;
    }
}

/* --- Bodies */

json_t *evidence_body(const struct evidence *evidence, const char *actor, const char *role)
{
    struct json_writer body;
    json_writer_object(&body);
    json_write_text(&body, "actor", actor);
    json_write_text(&body, "role", role);
    json_write_text(&body, "unit", evidence->unit);
    return json_writer_end(&body);
}

static void write_proof(struct json_writer *body, const struct principal *principal)
{
    json_write_text(body, "actor_proof", principal->proven_by);
    if (principal->proof == PRINCIPAL_BY_SOCKET)
        json_write_integer(body, "actor_uid", principal->uid);
}

json_t *evidence_body_of(
    const struct evidence *evidence, const struct principal *principal, const char *officer, enum role role)
{
    struct json_writer body;
    json_writer_over(&body, evidence_body(evidence, principal->name, role_name(role)));
    write_proof(&body, principal);
    json_write_text_if(&body, "officer", officer);
    if (officer != NULL)
        json_write_boolean(
            &body, "officer_registered", register_find_person(evidence->staff, officer) != NULL);
    return json_writer_end(&body);
}

const char *evidence_identity_of(const json_t *body, char text[static PRINCIPAL_IDENTITY_SIZE])
{
    const char *actor = json_string_value(json_object_get(body, "actor"));
    const json_t *uid = json_object_get(body, "actor_uid");
    text[0] = '\0';
    if (actor != NULL && (identity_is_registered(actor) || identity_is(actor, IDENTITY_CERTIFICATE)))
        snprintf(text, PRINCIPAL_IDENTITY_SIZE, "%s", actor);
    else if (json_is_integer(uid))
        snprintf(text, PRINCIPAL_IDENTITY_SIZE, IDENTITY_UID "%" PRIu32, (uint32_t)json_integer_value(uid));
    return text;
}

void evidence_write_failure(struct json_writer *body, const struct failure *failure)
{
    json_write_text(body, "reason", reason_name(failure->reason));
    if (failure->subject[0] != '\0')
        json_write_text(body, "subject", failure->subject);
    if (failure->detail[0] != '\0')
        json_write_text(body, "detail", failure->detail);
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

/* What the disk or the database refused; a lack of memory is not theirs. */
static bool is_of_storage(enum reason reason)
{
    return reason == REASON_DISK_FULL || reason == REASON_FILE_ERROR || reason == REASON_STORE_ERROR;
}

void evidence_written(struct evidence *evidence, const struct journal_entry *entry)
{
    if (is_of_storage(entry->reason)) {
        evidence->storage = entry->failure;
        evidence->storage_ms = uv_now(evidence->loop);
    }
    if (entry->reason == REASON_DONE) {
        evidence->storage = (struct failure){0};
        metric_add(evidence->metrics, METRIC_ENTRIES, 1);
        return;
    }
    metric_add(evidence->metrics, METRIC_ENTRY_FAILURES, 1);
    char line[600];
    say(SAY_ERROR, "log entry %s: %s", log_event_name(entry->event),
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

static bool takes_entries(const struct evidence *evidence)
{
    return evidence->locked->reason == REASON_DONE;
}

static void say_denied(struct evidence *evidence, struct denied *denied)
{
    struct json_writer body;
    if (denied->body == NULL)
        return;
    json_writer_over(&body, denied->body);
    json_write_integer(&body, "count", (int64_t)denied->unsaid);
    denied->body = NULL;
    denied->unsaid = 0;
    evidence_note(evidence, LOG_EVENT_ACCESS, json_writer_end(&body));
}

/* Whether it is time for the principal's next entry, which is then accounted for. */
static bool is_due(struct evidence *evidence, struct denied *denied)
{
    struct failure failure;
    uint64_t now = uv_now(evidence->loop);
    bool early = denied->noted_ms != 0 && now - denied->noted_ms < DENIAL_PERIOD_MS;
    if (denied->body == NULL || early ||
        quota_spend_entry(evidence->quota, &denied->principal, now, &failure) != REASON_DONE)
        return false;
    denied->noted_ms = now;
    return true;
}

void evidence_say_denials(struct evidence *evidence)
{
    for (size_t i = 0; i < DENIED_MAX && takes_entries(evidence); i++)
        say_denied(evidence, &evidence->denied[i]);
}

void evidence_look(struct evidence *evidence)
{
    for (size_t i = 0; i < DENIED_MAX && takes_entries(evidence); i++)
        if (is_due(evidence, &evidence->denied[i]))
            say_denied(evidence, &evidence->denied[i]);
}

/* The principal's row. If it has none: of the rows about which all is said, the one for the longest time. If there is none: the last,
 * which is shared, so that nobody fills the log by coming as ever another principal. */
static struct denied *denied_of(struct evidence *evidence, const struct principal *principal)
{
    struct denied *free = NULL;
    for (size_t i = 0; i < DENIED_MAX - 1; i++) {
        struct denied *each = &evidence->denied[i];
        if (principal_is(&each->principal, principal))
            return each;
        if (each->body == NULL && (free == NULL || each->noted_ms < free->noted_ms))
            free = each;
    }
    if (free == NULL)
        return &evidence->denied[DENIED_MAX - 1];
    *free = (struct denied){.principal = *principal};
    return free;
}

static json_t *denial_body(
    const struct evidence *evidence, const struct principal *principal, const struct denial *denial)
{
    char roles[128];
    bool one = principal->proof != PRINCIPAL_UNPROVEN;
    struct json_writer body;
    json_writer_over(&body,
        evidence_body(evidence, one ? principal->name : "others",
            principal->roles != 0 ? principal_roles_text(principal->roles, roles, sizeof roles) : "none"));
    if (one)
        write_proof(&body, principal);
    json_write_text_if(&body, "why", principal->objection);
    json_write_text(&body, "denied", denial->route);
    json_write_text(&body, "method", denial->method);
    return json_writer_end(&body);
}

void evidence_note_denial(struct evidence *evidence, const struct denial *denial)
{
    struct denied *denied = denied_of(evidence, denial->principal);
    metric_add(evidence->metrics, METRIC_ACCESS_DENIED, 1);
    denied->unsaid++;
    json_decref(denied->body);
    denied->body = denial_body(evidence, &denied->principal, denial);
    if (!is_due(evidence, denied))
        return; /* a later entry says how many there were */
    if (takes_entries(evidence))
        say_denied(evidence, denied);
    else
        say(SAY_WARNING, "denied while locked: %s %s to %s", denial->method, denial->route,
            denial->principal->name);
}
