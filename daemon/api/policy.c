/* policy.c: the policy in the state. */
#include <stdlib.h>

#include "daemon/api/recorded_reading.h"
#include "daemon/api/routes.h"
#include "json/writer.h"
#include "store/policy_change.h"

struct look {
    struct recorded_reading base; /* first: the base's job is the look */
    struct policy_text found;
};

static enum reason look_run(struct reader_job *job, struct store *store, struct failure *failure)
{
    return policy_text_read(store, &((struct look *)job)->found, failure);
}

static json_t *found_json(const struct policy_text *found)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "hash", found->hash);
    json_write_text(&json, "text", found->text);
    return json_writer_end(&json);
}

static void look_done(struct reader_job *job)
{
    struct look *look = (struct look *)job;
    if (job->reason == REASON_DONE)
        call_answer(&look->base.call, 200, found_json(&look->found));
    else
        call_fail(&look->base.call, &job->failure);
    policy_text_finish(&look->found);
    recorded_reading_end(&look->base);
    free(look);
}

void handle_policy_show(struct kordond *kordond, struct http_request *request)
{
    struct look *look = calloc(1, sizeof *look);
    if (look == NULL) {
        reply_refuse(request, REASON_NO_MEMORY, "policy", NULL);
        return;
    }
    look->base.job.run = look_run;
    look->base.job.done = look_done;
    unrecorded_reading_start(&look->base, kordond, request);
}
