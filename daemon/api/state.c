/* state.c: what a supervisor accepts against the evidence: another anchor, the clock's time. */
#include <stdlib.h>
#include <string.h>

#include "daemon/api/events.h"
#include "daemon/api/reply.h"
#include "daemon/api/routes.h"
#include "daemon/evidence.h"
#include "daemon/guard.h"
#include "daemon/json_fields.h"
#include "daemon/service.h"

#define WORD_SIZE          16
#define JUSTIFICATION_SIZE 512

struct acceptance {
    struct journal_job job; /* first: the job is the acceptance */
    struct kordond *kordond;
    struct http_request *request; /* NULL: its client is gone */
    enum reason (*accept)(struct store *store, const struct log_draft *draft, struct journal_outcome *outcome,
        struct failure *failure);
    json_t *body;
    struct journal_outcome outcome;
};

static void on_client_gone(struct http_request *request)
{
    ((struct acceptance *)request->data)->request = NULL;
}

static void end(struct acceptance *acceptance, const struct failure *failure)
{
    struct kordond *kordond = acceptance->kordond;
    struct http_request *request = acceptance->request;
    if (request != NULL && failure != NULL)
        reply_failure(request, failure);
    else if (request != NULL)
        reply_json(request, 200,
            json_pack("{s:I, s:s, s:s}", "seq", (json_int_t)acceptance->outcome.seq, "receipt",
                acceptance->outcome.receipt != NULL ? acceptance->outcome.receipt : "", "mode",
                mode_name(kordond->mode)));
    json_decref(acceptance->body);
    journal_outcome_finish(&acceptance->outcome);
    free(acceptance);
    kordond->list_jobs--;
    uv_async_send(&kordond->stop_step);
}

static void on_resumed(void *data, const struct failure *failure)
{
    end(data, failure);
}

static enum reason run(struct journal_job *job, struct store *store, struct failure *failure)
{
    struct acceptance *acceptance = (struct acceptance *)job;
    const struct log_draft draft = {LOG_EVENT_CONFIGURATION, acceptance->body};
    return acceptance->accept(store, &draft, &acceptance->outcome, failure);
}

static void done(struct journal_job *job)
{
    struct acceptance *acceptance = (struct acceptance *)job;
    struct kordond *kordond = acceptance->kordond;
    if (job->reason != REASON_DONE) {
        end(acceptance, &job->failure);
        return;
    }
    metric_add(&kordond->metrics, METRIC_ENTRIES, 1);
    bool waiting = kordond->locked.reason != REASON_DONE && kordond->search == NULL;
    if (!waiting || kordond->phase != KORDOND_RUNNING)
        end(acceptance, NULL);
    else
        service_resume(kordond, on_resumed, acceptance);
}

/* A locked state takes no entry but the one that ends this very lock. What could not be proven nobody can accept. */
static bool may_accept(const struct kordond *kordond, const char *what)
{
    switch (kordond->locked.reason) {
    case REASON_DONE:
        return true;
    case REASON_ANCHOR_MISSING:
    case REASON_ANCHOR_BROKEN:
    case REASON_ANCHOR_AHEAD:
    case REASON_ANCHOR_FORKED:
        return strcmp(what, "anchor") == 0;
    default:
        return false;
    }
}

static void start(
    struct kordond *kordond, struct http_request *request, const char *what, const char *justification)
{
    struct failure failure = {0};
    struct acceptance *acceptance = NULL;
    if (strcmp(what, "anchor") != 0 && strcmp(what, "clock") != 0)
        failure_set(&failure, REASON_BAD_REQUEST, "what", "anchor or clock");
    else if (kordond->phase != KORDOND_RUNNING)
        failure_set(&failure, REASON_STOPPING, NULL, NULL);
    else if (!may_accept(kordond, what))
        failure = kordond->locked;
    else if ((acceptance = calloc(1, sizeof *acceptance)) == NULL)
        failure_set(&failure, REASON_NO_MEMORY, "state", NULL);
    if (acceptance == NULL) {
        reply_failure(request, &failure);
        return;
    }
    acceptance->kordond = kordond;
    acceptance->request = request;
    acceptance->accept = what[0] == 'a' ? store_accept_anchor : store_accept_clock;
    acceptance->body = evidence_body_of(kordond, &request->principal, NULL, ROLE_SUPERVISOR);
    evidence_text(acceptance->body, "justification", justification);
    acceptance->job.run = run;
    acceptance->job.done = done;
    request->data = acceptance;
    request->gone = on_client_gone;
    kordond->list_jobs++;
    journal_thread_run(kordond->journal, &acceptance->job);
}

void handle_state_accept(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    struct json_fields fields;
    char what[WORD_SIZE], justification[JUSTIFICATION_SIZE];
    json_fields_parse(&fields, request->body.bytes, request->body_size, &failure);
    json_fields_text(&fields, "what", JSON_REQUIRED, what, sizeof what);
    json_fields_text(&fields, "justification", JSON_REQUIRED, justification, sizeof justification);
    if (json_fields_end(&fields) != REASON_DONE)
        reply_failure(request, &failure);
    else
        start(kordond, request, what, justification);
}
