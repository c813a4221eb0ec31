#include "tools/kordonctl/log_source.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "log/entry.h"
#include "log/redaction.h"
#include "retention/reading.h"
#include "tools/kordonctl/client.h"

#define REDACTION_TIMEOUT_MS 600000 /* all heads are read for it */

/* The second line of a checkpoint is the tree's size; whoever reads the checkpoint checks its signature. */
static uint64_t size_said(const char *checkpoint)
{
    struct text text = {checkpoint, strlen(checkpoint)}, origin, size;
    uint64_t number = 0;
    if (text_take_until(&text, '\n', &origin) && text_take_until(&text, '\n', &size))
        text_number(size, UINT64_MAX, &number);
    return number;
}

static enum reason copy_checkpoint(
    const char *checkpoint, uint8_t **bytes, size_t *size, struct failure *failure)
{
    *size = strlen(checkpoint);
    *bytes = (uint8_t *)strdup(checkpoint);
    return *bytes != NULL ? REASON_DONE : failure_set(failure, REASON_NO_MEMORY, "checkpoint", NULL);
}

/* The path of a request for a file of the tree. */
static enum reason request_path(const struct log_session_source *source, const char *path,
    char text[static 1024], struct failure *failure)
{
    char number[24], events[LOG_EVENTS_TEXT_SIZE];
    snprintf(text, 1024, "/v1/log/files/%s", path);
    snprintf(number, sizeof number, "%" PRIu64, source->size);
    TRY(client_add_query(text, 1024, "size", source->size > 0 ? number : NULL, failure));
    return client_add_query(text, 1024, "withhold",
        source->events != 0 ? log_events_format(source->events, events) : NULL, failure);
}

static enum reason read_from_kordond(struct log_session_source *source, const char *path, uint8_t **bytes,
    size_t *size, struct failure *failure)
{
    char text[1024];
    bool is_checkpoint = strcmp(path, "checkpoint") == 0;
    if (is_checkpoint && source->checkpoint != NULL)
        return copy_checkpoint(source->checkpoint, bytes, size, failure);
    TRY(request_path(source, path, text, failure));
    struct client_request request = {.method = "GET",
        .path = text,
        .timeout_ms = strcmp(path, REDACTION_FILE) == 0 ? REDACTION_TIMEOUT_MS : 0};
    enum reason reason = client_send(source->session->client, &request, bytes, size, failure);
    if (reason_class(reason) == REASON_CLASS_NOT_FOUND && !is_checkpoint)
        return failure_set(failure, REASON_ENTRY_NOT_FOUND, path, NULL);
    if (reason != REASON_DONE || !is_checkpoint)
        return reason;
    source->size = size_said((char *)*bytes);
    source->checkpoint = strdup((char *)*bytes);
    if (source->checkpoint == NULL) {
        free(*bytes);
        *bytes = NULL;
        return failure_set(failure, REASON_NO_MEMORY, path, NULL);
    }
    return REASON_DONE;
}

static enum reason read_stored_file(struct log_session_source *source, const char *path, uint8_t **bytes,
    size_t *size, struct failure *failure)
{
    struct store *store = source->session->store;
    const struct log_source stored = log_source_store(store);
    const bool is_checkpoint = strcmp(path, "checkpoint") == 0;
    if (source->use == LOG_SOURCE_HANDED_OUT && !is_checkpoint)
        return retention_render(store, source->size, source->events, path, bytes, size, failure);
    TRY(stored.read(stored.context, path, bytes, size, failure));
    if (is_checkpoint)
        source->size = size_said((char *)*bytes);
    return REASON_DONE;
}

static enum reason read_from_store(struct log_session_source *source, const char *path, uint8_t **bytes,
    size_t *size, struct failure *failure)
{
    struct store *store = source->session->store;
    if (strcmp(path, REDACTION_FILE) != 0)
        return read_stored_file(source, path, bytes, size, failure);
    char *note;
    enum reason reason = journal_redaction(store, journal_size(store), source->events, &note, failure);
    if (reason == REASON_ENTRY_NOT_FOUND)
        return failure_set(failure, REASON_STATE_UNREADABLE, source->session->configuration.state.directory,
            "entries stand behind its last signature, and reading alone can't sign what is withheld: that "
            "needs kordond, "
            "or its owner");
    *bytes = (uint8_t *)note;
    *size = note != NULL ? strlen(note) : 0;
    return reason;
}

static enum reason read_file(
    void *context, const char *path, uint8_t **bytes, size_t *size, struct failure *failure)
{
    struct log_session_source *source = context;
    *bytes = NULL;
    *size = 0;
    if (source->events == 0 && strcmp(path, REDACTION_FILE) == 0)
        return failure_set(failure, REASON_ENTRY_NOT_FOUND, path, NULL);
    return source->session->client != NULL ? read_from_kordond(source, path, bytes, size, failure)
                                           : read_from_store(source, path, bytes, size, failure);
}

/* Where the store can tell what it holds behind its checkpoint, it is asked. */
static enum reason count_beyond(void *context, uint64_t size, uint64_t *count, struct failure *failure)
{
    const struct log_session_source *source = context;
    struct log_source stored = log_source_store(source->session->store);
    return stored.beyond(stored.context, size, count, failure);
}

struct log_source log_source_session(
    struct log_session_source *source, struct session *session, enum log_source_use use, uint32_t events)
{
    *source = (struct log_session_source){.session = session, .use = use, .events = events};
    bool asks = session->client == NULL && log_source_store(session->store).beyond != NULL;
    return (struct log_source){.read = read_file, .context = source, .beyond = asks ? count_beyond : NULL};
}

void log_session_source_finish(struct log_session_source *source)
{
    free(source->checkpoint);
    *source = (struct log_session_source){0};
}
