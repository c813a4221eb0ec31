#include "daemon/acceptance.h"

#include <stdlib.h>

#include "daemon/lifecycle.h"
#include "json/writer.h"

struct acceptance {
    struct journal_job job; /* first: the job is the acceptance */
    struct kordond *kordond;
    struct acceptance_waiter *waiter;
    enum reason (*accept)(struct store *store, const struct log_draft *draft, struct journal_outcome *outcome,
        struct failure *failure);
    json_t *body;
    struct journal_outcome outcome;
};

static void end(struct acceptance *acceptance, const struct failure *failure)
{
    struct kordond *kordond = acceptance->kordond;
    acceptance->waiter->told(acceptance->waiter, &acceptance->outcome, failure);
    json_decref(acceptance->body);
    journal_outcome_finish(&acceptance->outcome);
    free(acceptance);
    work_end(&kordond->work);
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
    bool waiting = kordond->guard.locked.reason != REASON_DONE && kordond->workers.search == NULL;
    if (!waiting || kordond->phase != KORDOND_RUNNING)
        end(acceptance, NULL);
    else
        lifecycle_resume(kordond, on_resumed, acceptance);
}

/* A locked state takes no entry but the one that ends this very lock. What could not be proven nobody can accept. */
static bool may_accept(const struct guard *guard, enum accepted accepted)
{
    return guard->locked.reason == REASON_DONE ||
           (guard_is_locked_by_anchor(guard) && accepted == ACCEPTED_ANCHOR);
}

enum reason acceptance_start(struct kordond *kordond, const struct principal *principal,
    enum accepted accepted, const char *justification, struct acceptance_waiter *waiter,
    struct failure *failure)
{
    if (kordond->phase != KORDOND_RUNNING)
        return failure_set(failure, REASON_STOPPING, NULL, NULL);
    if (!may_accept(&kordond->guard, accepted)) {
        *failure = kordond->guard.locked;
        return failure->reason;
    }
    struct acceptance *acceptance = calloc(1, sizeof *acceptance);
    if (acceptance == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "state", NULL);
    acceptance->kordond = kordond;
    acceptance->waiter = waiter;
    acceptance->accept = accepted == ACCEPTED_ANCHOR ? store_accept_anchor : store_accept_clock;
    struct json_writer body;
    json_writer_over(&body, evidence_body_of(&kordond->evidence, principal, NULL, ROLE_SUPERVISOR));
    json_write_text(&body, "justification", justification);
    acceptance->body = json_writer_end(&body);
    acceptance->job.run = run;
    acceptance->job.done = done;
    work_begin(&kordond->work);
    journal_thread_run(kordond->workers.journal, &acceptance->job);
    return REASON_DONE;
}
