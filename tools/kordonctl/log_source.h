/* log_source.h: the log's files read from kordond, for the verifier and the exporter (log/source.h). */
#ifndef KORDON_TOOLS_KORDONCTL_LOG_SOURCE_H
#define KORDON_TOOLS_KORDONCTL_LOG_SOURCE_H

#include <stdint.h>

#include "log/source.h"

struct client;

/* The tree is that of the first checkpoint read: the log may grow meanwhile. size 0: none read yet. */
struct log_client_source {
    struct client *client;
    uint64_t size;
    char *checkpoint; /* the first one read; owned */
};

/* The source's context is the caller's struct, which must outlive it. */
struct log_source log_source_client(struct log_client_source *source, struct client *client);
void log_client_source_finish(struct log_client_source *source);

#endif
