/* log_source.h: the session's log as a source for the verifier and the exporter (log/source.h): kordond's where it answers,
 * or else the open store's. */
#ifndef KORDON_TOOLS_KORDONCTL_LOG_SOURCE_H
#define KORDON_TOOLS_KORDONCTL_LOG_SOURCE_H

#include <stdint.h>

#include "log/source.h"
#include "tools/kordonctl/kordonctl.h"

/* What the files are read for. Where bodies are handed out, one that was erased and put back is refused (retention/reading.h); the verifier finds it
 * itself, and all else that is wrong beside it. kordond refuses it either way. */
enum log_source_use { LOG_SOURCE_JUDGED, LOG_SOURCE_HANDED_OUT };

/* The tree is that of the first checkpoint read: the log may grow meanwhile. size 0: none read yet. */
struct log_session_source {
    struct session *session;
    enum log_source_use use;
    uint32_t events; /* what the redaction is asked for; 0: there is none */
    uint64_t size;
    char *checkpoint; /* the first one read from kordond; owned */
};

/* The source's context is the caller's struct, which must outlive it. events: of those the log is asked to say that their
 * bodies are withheld (LOG_EVENT_BIT of each); leaving them out is log_source_withholding's part. */
struct log_source log_source_session(
    struct log_session_source *source, struct session *session, enum log_source_use use, uint32_t events);
void log_session_source_finish(struct log_session_source *source); /* takes a zeroed struct */

#endif
