#include "daemon/faults.h"

/* A child that sent what it must not is a matter for the log; what it sent is not repeated there. */
static void note(struct evidence *evidence, const struct scanner_info *info)
{
    metric_add(evidence->metrics, METRIC_SCANNER_FAULTS, 1);
    json_t *body = evidence_body(evidence, "kordond", "system");
    evidence_text(body, "scanner", info->id);
    evidence_text(body, "driver", info->driver);
    evidence_failure(body, &info->failure);
    evidence_note(evidence, LOG_EVENT_FAULT, body);
}

static void on_event(struct event_listener *listener, const struct event *event)
{
    const struct faults *faults = (const struct faults *)listener;
    if (event->type == EVENT_SCANNER && event->scanner.type == SCANNER_EVENT_MISBEHAVED)
        note(faults->evidence, event->scanner.info);
}

void faults_init(struct faults *faults, struct events *events, struct evidence *evidence)
{
    faults->evidence = evidence;
    faults->listener.told = on_event;
    events_subscribe(events, &faults->listener);
}
