/* prepare.c: what the list is under another policy is built and proven beside the set in force, and put in force with the policy. */
#include "daemon/list/list.h"

static void end(struct list_preparation *preparation)
{
    struct list *list = preparation->list;
    list_turn_end(list);
    work_end(list->work);
}

static void fail(struct list_preparation *preparation, const struct failure *failure)
{
    end(preparation);
    preparation->told(preparation, failure); /* its memory may be gone */
}

static enum reason run_build(struct reader_job *job, struct store *store, struct failure *failure)
{
    struct list_preparation *preparation = job->data;
    struct reference_source source;
    TRY(reference_source_installed(store, &source, failure));
    return list_build(&preparation->plan, &source, &preparation->set, failure);
}

static void on_built(struct reader_job *job)
{
    struct list_preparation *preparation = job->data;
    struct list *list = preparation->list;
    if (job->reason == REASON_DONE) {
        preparation->told(preparation, NULL);
        return;
    }
    /* What was found altered ends the set in force, too. */
    if (evidence_is_broken(job->failure.reason))
        list_put_in_force(list, NULL, &job->failure);
    const struct failure failure = job->failure;
    fail(preparation, &failure);
}

static void begin(struct list_turn *turn)
{
    struct list_preparation *preparation =
        (struct list_preparation *)((char *)turn - offsetof(struct list_preparation, turn));
    struct list *list = preparation->list;
    struct failure failure = {0};
    if (list->stopping || list->workers->reader == NULL) {
        failure_set(&failure, REASON_STOPPING, NULL, NULL);
        fail(preparation, &failure);
    } else if (list->set != NULL &&
               list_purposes_equal(opened_list_purposes(list->set), &preparation->plan.purposes)) {
        preparation->told(preparation, NULL);
    } else {
        preparation->job = (struct reader_job){.run = run_build, .done = on_built, .data = preparation};
        store_reader_run(list->workers->reader, &preparation->job);
    }
}

enum reason list_prepare_policy(struct list *list, const struct policy *candidate,
    struct list_preparation *preparation, struct failure *failure)
{
    if (list->stopping || list->workers->reader == NULL)
        return failure_set(failure, REASON_STOPPING, NULL, NULL);
    preparation->list = list;
    preparation->plan = list_plan_of(list->configuration, candidate, 1);
    preparation->set = NULL;
    work_begin(list->work);
    list_turn_wait(list, &preparation->turn, begin);
    return REASON_DONE;
}

void list_swap_prepared(struct list_preparation *preparation)
{
    struct list *list = preparation->list;
    if (preparation->set != NULL)
        list_put_in_force(list, preparation->set, NULL);
    else /* its limits of age may be others */
        events_publish(list->events, &(struct event){.type = EVENT_LIST});
    preparation->set = NULL;
    end(preparation);
}

void list_drop_prepared(struct list_preparation *preparation)
{
    if (preparation->set != NULL)
        list_destroy_set(preparation->list, preparation->set);
    preparation->set = NULL;
    end(preparation);
}
