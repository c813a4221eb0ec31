/* figures.c: a month's figures, counted page by page, so that the reading thread serves others in between. */
#include <stdlib.h>

#include "daemon/api/log_access.h"
#include "daemon/api/routes.h"
#include "daemon/api/state_reading.h"
#include "log/figures.h"
#include "retention/reading.h"

struct figures_reading {
    struct state_reading base; /* first: the base's job is the reading */
    struct journal_search search;
    struct log_figures figures;
    bool sized; /* of how many entries they are is known */
};

static enum reason read_page(struct reader_job *job, struct store *store, struct failure *failure)
{
    struct figures_reading *reading = (struct figures_reading *)job;
    struct journal_search *search = &reading->search;
    json_t *entry;
    size_t i;
    if (!reading->sized)
        TRY(journal_newest_size(store, &search->size, failure));
    reading->sized = true;
    enum reason reason = retention_search(store, search, failure);
    json_array_foreach(search->entries, i, entry) log_figures_add_entry(&reading->figures, entry);
    json_decref(search->entries);
    search->entries = NULL;
    search->begins_behind = true;
    search->after = search->looked;
    return reason;
}

static void end(struct figures_reading *reading)
{
    state_reading_end(&reading->base);
    log_figures_finish(&reading->figures);
    free(reading);
}

static void on_page(struct reader_job *job)
{
    struct figures_reading *reading = (struct figures_reading *)job;
    struct call *call = &reading->base.call;
    struct store_reader *reader = call->kordond->workers.reader;
    if (job->reason == REASON_DONE && reading->search.more && call->request != NULL && reader != NULL) {
        store_reader_run(reader, job);
        return;
    }
    if (job->reason == REASON_DONE && reading->search.more)
        job->reason = failure_set(&job->failure, REASON_STOPPING, NULL, NULL);
    if (job->reason != REASON_DONE)
        call_fail(call, &job->failure);
    else
        call_answer(call, 200, log_figures_json(&reading->figures, reading->search.size));
    end(reading);
}

static json_t *access_body(const struct kordond *kordond, const struct http_request *request)
{
    struct json_writer body;
    log_access_begin(&body, kordond, request, "figures");
    json_write_text(&body, "month", http_request_query(request, "month"));
    return json_writer_end(&body);
}

static enum reason make_reading(
    const struct http_request *request, struct figures_reading **made, struct failure *failure)
{
    const char *month = http_request_query(request, "month");
    struct figures_reading *reading = *made = calloc(1, sizeof *reading);
    if (reading == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "figures", NULL);
    enum reason reason = log_figures_init(&reading->figures, month != NULL ? month : "", failure);
    if (reason == REASON_BAD_VALUE)
        reason = failure->reason = REASON_BAD_REQUEST;
    reading->search.limit = JOURNAL_SEARCH_LOOKS;
    reading->search.filter.events = FIGURES_EVENTS;
    reading->search.filter.since_ms = reading->figures.since_ms;
    reading->search.filter.until_ms = reading->figures.until_ms;
    reading->base.job.run = read_page;
    reading->base.job.done = on_page;
    return reason;
}

void handle_figures(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    struct figures_reading *reading;
    if (make_reading(request, &reading, &failure) != REASON_DONE) {
        free(reading);
        reply_failure(request, &failure);
        return;
    }
    state_reading_start_recorded(
        &reading->base, kordond, request, LOG_EVENT_ACCESS, access_body(kordond, request));
}
