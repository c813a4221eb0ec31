/* entry.c: events by name, the body's mandatory members and its canonical bytes (RFC 8785). */
#include "log/entry.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/locked_memory.h"
#include "json/text.h"
#include "json/writer.h"

const char *log_event_name(enum log_event event)
{
    static const char *const names[] = {
#define EVENT_NAME(event, name) name,
        LOG_EVENTS(EVENT_NAME)
#undef EVENT_NAME
    };
    return (unsigned)event < LOG_EVENT_COUNT ? names[event] : "";
}

bool log_event_parse(const char *name, size_t size, enum log_event *event)
{
    for (unsigned i = 0; i < LOG_EVENT_COUNT; i++) {
        const char *known = log_event_name((enum log_event)i);
        if (strlen(known) == size && memcmp(known, name, size) == 0) {
            *event = (enum log_event)i;
            return true;
        }
    }
    return false;
}

char *log_events_format(uint32_t events, char text[static LOG_EVENTS_TEXT_SIZE])
{
    size_t used = 0;
    text[0] = '\0';
    for (unsigned i = 0; i < LOG_EVENT_COUNT; i++)
        if ((events & LOG_EVENT_BIT(i)) != 0)
            used += (size_t)snprintf(text + used, LOG_EVENTS_TEXT_SIZE - used, "%s%s", used > 0 ? "," : "",
                log_event_name((enum log_event)i));
    return text;
}

static enum reason refuse_event(const char *text, size_t size, struct failure *failure)
{
    char all[LOG_EVENTS_TEXT_SIZE];
    return failure_set(failure, REASON_BAD_ARGUMENT, "events",
        "\"%.*s\" is no event of the log; they are: %s", (int)(size < 40 ? size : 40), text,
        log_events_format(LOG_EVENT_BIT(LOG_EVENT_COUNT) - 1, all));
}

enum reason log_events_parse(const char *text, size_t size, uint32_t *events, struct failure *failure)
{
    uint32_t found = 0;
    *events = 0;
    for (size_t start = 0, end; start <= size; start = end + 1) {
        const char *comma = start < size ? memchr(text + start, ',', size - start) : NULL;
        end = comma != NULL ? (size_t)(comma - text) : size;
        enum log_event event;
        if (!log_event_parse(text + start, end - start, &event))
            return refuse_event(text + start, end - start, failure);
        if ((found & LOG_EVENT_BIT(event)) != 0)
            return failure_set(
                failure, REASON_BAD_ARGUMENT, "events", "%s stands there twice", log_event_name(event));
        found |= LOG_EVENT_BIT(event);
    }
    *events = found;
    return REASON_DONE;
}

#define INTEGER_MAX ((json_int_t)1 << 53)
#define DEPTH_MAX   16

/* Members that an event's body must have, none of them empty (L1, L2, L3). */
static const struct duty {
    enum log_event event;
    const char *members[6];
} duties[] = {
    {LOG_EVENT_CONSULTATION, {"purpose", "legal_basis", "justification"}},
    {LOG_EVENT_DISCLOSURE, {"purpose", "legal_basis", "justification", "recipients"}},
    {LOG_EVENT_ERASURE, {"justification"}},
};

static enum reason check_member(const json_t *body, const char *member, struct failure *failure)
{
    const json_t *value = json_object_get(body, member);
    if (value == NULL || (json_is_string(value) && json_string_length(value) == 0))
        return failure_set(failure, REASON_BAD_VALUE, "log entry", "it has no \"%s\"", member);
    return REASON_DONE;
}

static enum reason check_members(const struct log_draft *draft, struct failure *failure)
{
    enum reason reason = check_member(draft->body, "actor", failure);
    if (reason == REASON_DONE)
        reason = check_member(draft->body, "role", failure);
    for (size_t i = 0; i < sizeof duties / sizeof duties[0]; i++)
        for (size_t j = 0; duties[i].event == draft->event && duties[i].members[j] != NULL; j++)
            if (reason == REASON_DONE)
                reason = check_member(draft->body, duties[i].members[j], failure);
    return reason;
}

/* What RFC 8785 and jansson's sorted, compact form agree on: ASCII keys, integers, no reals. */
static enum reason check_canonical(const json_t *value, const char *key, int depth, struct failure *failure)
{
    enum reason reason = REASON_DONE;
    if (json_is_real(value) || (json_is_integer(value) && llabs(json_integer_value(value)) >= INTEGER_MAX))
        return failure_set(
            failure, REASON_BAD_VALUE, "log entry", "\"%s\" is not an integer below 2^53", key);
    if (depth > DEPTH_MAX)
        return failure_set(failure, REASON_BAD_VALUE, "log entry", "\"%s\" is nested too deeply", key);
    if (json_is_array(value))
        for (size_t i = 0; i < json_array_size(value) && reason == REASON_DONE; i++)
            reason = check_canonical(json_array_get(value, i), key, depth + 1, failure);
    if (!json_is_object(value))
        return reason;
    for (void *at = json_object_iter((json_t *)(uintptr_t)value); at != NULL && reason == REASON_DONE;
         at = json_object_iter_next((json_t *)(uintptr_t)value, at)) {
        const char *name = json_object_iter_key(at);
        for (const char *c = name; *c != '\0'; c++)
            if (*c < 0x20 || *c > 0x7e)
                return failure_set(failure, REASON_BAD_VALUE, "log entry", "a key is not ASCII");
        reason = check_canonical(json_object_iter_value(at), name, depth + 1, failure);
    }
    return reason;
}

void log_write_policy(struct json_writer *body, const struct log_policy *policy)
{
    struct json_writer value;
    if (policy->hash[0] == '\0')
        return;
    json_writer_object(&value);
    json_write_text(&value, "hash", policy->hash);
    json_write_integer(&value, "version", policy->version);
    json_write_value(body, "policy", json_writer_end(&value));
}

enum reason log_body_begin(const struct log_environment *environment, const struct log_draft *draft,
    json_t **body, struct failure *failure)
{
    *body = NULL;
    if (draft->body == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "log entry", NULL);
    if (!json_is_object(draft->body) || (unsigned)draft->event >= LOG_EVENT_COUNT)
        return failure_set(failure, REASON_BAD_VALUE, "log entry", "it is not an event with an object");
    TRY(check_members(draft, failure));
    struct json_writer writer;
    json_writer_over(&writer, json_deep_copy(draft->body));
    json_write_integer(&writer, "mono", boot_elapsed_ms());
    json_write_text(&writer, "boot", environment->boot);
    json_write_text(&writer, "build", environment->build);
    json_write_text(&writer, "config", environment->configuration);
    if (environment->demonstration)
        json_write_boolean(&writer, "demonstration", true);
    if (json_object_get(draft->body, "policy") == NULL)
        log_write_policy(&writer, &environment->policy);
    *body = json_writer_end(&writer);
    return *body != NULL ? REASON_DONE : failure_set(failure, REASON_NO_MEMORY, "log entry", NULL);
}

enum reason log_body_bytes(const json_t *body, char **bytes, size_t *size, struct failure *failure)
{
    *bytes = NULL;
    *size = 0;
    TRY(check_canonical(body, "body", 0, failure));
    /* Not json_dumps(), which leaves keys out where its text can't grow. */
    *bytes = json_text(body, size);
    if (*bytes == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "log entry", NULL);
    if (*size <= LOG_BODY_MAX)
        return REASON_DONE;
    free(*bytes);
    *bytes = NULL;
    return failure_set(failure, REASON_BAD_VALUE, "log entry",
        "its body has %zu bytes, at most %d are allowed", *size, LOG_BODY_MAX);
}

bool log_says(const json_t *part, const char *key, const char *value)
{
    const char *said = json_string_value(json_object_get(part, key));
    return said != NULL && strcmp(said, value) == 0;
}

bool log_entry_is(const json_t *entry, enum log_event event)
{
    return log_says(json_object_get(entry, "head"), "event", log_event_name(event));
}

bool log_access_shows_referrals(const json_t *body)
{
    return (log_says(body, "read", "entries") || log_says(body, "read", "receipt") ||
               log_says(body, "read", "files")) &&
           !log_says(body, LOG_WITHHELD, LOG_WITHHELD_REFERRALS);
}

bool log_access_shows_result(const json_t *body, const char *transaction)
{
    return log_says(body, "read", "transaction") && log_says(body, "asked_for", transaction) &&
           !log_says(body, LOG_WITHHELD, LOG_WITHHELD_REFERRALS);
}

/* Bytes of the canonical form with a member of that many '0's. */
static enum reason set_padding(json_t *body, const char *zeros, size_t *size, struct failure *failure)
{
    char *bytes;
    struct json_writer writer;
    json_writer_over(&writer, json_incref(body));
    json_write_text(&writer, LOG_BODY_PADDING, zeros);
    TRY(json_writer_close(&writer, "log entry", failure));
    TRY(log_body_bytes(body, &bytes, size, failure));
    memory_wipe(bytes, *size);
    free(bytes);
    return REASON_DONE;
}

enum reason log_body_pad(json_t *body, size_t least, struct failure *failure)
{
    char zeros[LOG_BODY_LEAST_MAX + LOG_BODY_STEP];
    size_t size;
    TRY(set_padding(body, "", &size, failure));
    size_t whole = size > least ? size : least < LOG_BODY_LEAST_MAX ? least : LOG_BODY_LEAST_MAX;
    whole += (LOG_BODY_STEP - whole % LOG_BODY_STEP) % LOG_BODY_STEP;
    memset(zeros, '0', whole - size);
    zeros[whole - size] = '\0';
    return set_padding(body, zeros, &size, failure);
}
