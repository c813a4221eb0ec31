#include "tools/kordonctl/log_source.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/kordonctl/client.h"

/* The second line of a checkpoint is the tree's size; whoever reads the checkpoint checks its signature. */
static uint64_t size_said(const char *checkpoint)
{
    const char *line = strchr(checkpoint, '\n');
    return line != NULL ? strtoull(line + 1, NULL, 10) : 0;
}

static enum reason copy_checkpoint(
    const char *checkpoint, uint8_t **bytes, size_t *size, struct failure *failure)
{
    *size = strlen(checkpoint);
    *bytes = (uint8_t *)strdup(checkpoint);
    return *bytes != NULL ? REASON_DONE : failure_set(failure, REASON_NO_MEMORY, "checkpoint", NULL);
}

static enum reason read_file(
    void *context, const char *path, uint8_t **bytes, size_t *size, struct failure *failure)
{
    struct log_client_source *source = context;
    char request_path[1024];
    bool is_checkpoint = strcmp(path, "checkpoint") == 0;
    if (is_checkpoint && source->checkpoint != NULL)
        return copy_checkpoint(source->checkpoint, bytes, size, failure);
    int length = snprintf(request_path, sizeof request_path, "/v1/log/files/%s", path);
    if (source->size > 0 && length > 0 && (size_t)length < sizeof request_path)
        snprintf(request_path + length, sizeof request_path - (size_t)length, "?size=%llu",
            (unsigned long long)source->size);
    struct client_request request = {.method = "GET", .path = request_path};
    enum reason reason = client_send(source->client, &request, bytes, size, failure);
    if (reason_class(reason) == REASON_CLASS_NOT_FOUND)
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

struct log_source log_source_client(struct log_client_source *source, struct client *client)
{
    *source = (struct log_client_source){.client = client};
    return (struct log_source){.read = read_file, .context = source};
}

void log_client_source_finish(struct log_client_source *source)
{
    free(source->checkpoint);
    *source = (struct log_client_source){0};
}
