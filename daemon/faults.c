#include "daemon/faults.h"
#include "json/writer.h"

/* A text that is not there is left out: the watcher is no reader, and has neither id nor driver. */
static const char *or_nothing(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

/* What a child sent is not repeated in the log. */
static void note(struct evidence *evidence, const struct scanner_info *info)
{
    struct json_writer body;
    json_writer_over(&body, evidence_body(evidence, "kordond", "system"));
    json_write_text_if(&body, "scanner", or_nothing(info->id));
    json_write_text_if(&body, "driver", or_nothing(info->driver));
    evidence_write_failure(&body, &info->failure);
    evidence_note(evidence, LOG_EVENT_FAULT, json_writer_end(&body));
}

static void on_event(struct event_listener *listener, const struct event *event)
{
    const struct faults *faults = (const struct faults *)listener;
    if (event->type != EVENT_SCANNER)
        return;
    switch (event->scanner.type) {
    case SCANNER_EVENT_MISBEHAVED:
    case SCANNER_EVENT_WATCHER: /* without it no reader is found: that matters as much */
        metric_add(faults->evidence->metrics, METRIC_SCANNER_FAULTS, 1);
        note(faults->evidence, event->scanner.info);
        break;
    case SCANNER_EVENT_FAILED:
        metric_add(faults->evidence->metrics, METRIC_SCANNER_FAULTS, 1);
        break;
    case SCANNER_EVENT_ADDED:
    case SCANNER_EVENT_REMOVED:
    case SCANNER_EVENT_STATE:
    case SCANNER_EVENT_FINGER:
    case SCANNER_EVENT_WATCHING:
    case SCANNER_EVENT_COUNT:
        break;
    }
}

void faults_init(struct faults *faults, struct events *events, struct evidence *evidence)
{
    faults->evidence = evidence;
    faults->listener.told = on_event;
    events_subscribe(events, &faults->listener);
}
