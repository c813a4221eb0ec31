/* self_test.c: somebody asks whether this post still compares as it was proven to. */
#include <stdlib.h>

#include "base/instant.h"
#include "daemon/api/call.h"
#include "daemon/api/routes.h"
#include "daemon/lifecycle.h"
#include "json/fields.h"
#include "json/writer.h"

struct self_test_step {
    struct self_test_waiter waiter; /* first: the waiter is the step */
    struct call call;
};

static json_t *answer_of(
    const struct kordond *kordond, const struct self_test_result *result, uint64_t seq, bool reads_log)
{
    char text[INSTANT_TEXT_SIZE];
    struct json_writer json;
    json_writer_object(&json);
    if (reads_log)
        json_write_integer(&json, "seq", (int64_t)seq);
    json_write_text(&json, "ended", instant_format(result->ended_ms, text));
    json_write_text(&json, "by", result->by);
    json_write_text(&json, "build", kordond->build);
    self_test_result_add(&json, result);
    json_write_text(&json, "mode", mode_name(kordond->mode.word));
    return json_writer_end(&json);
}

static void on_told(struct self_test_waiter *waiter, const struct self_test_result *result, uint64_t seq,
    const struct failure *failure)
{
    struct self_test_step *step = (struct self_test_step *)waiter;
    if (failure != NULL) {
        call_fail(&step->call, failure);
    } else {
        lifecycle_look(step->call.kordond); /* the mode that is told is the one that follows from it */
        call_answer(&step->call, 200, answer_of(step->call.kordond, result, seq, step->call.reads_log));
    }
    free(step);
}

#define OFFICER_SIZE 256

/* Nothing need be said. */
static enum reason parse(
    const struct http_request *request, char officer[static OFFICER_SIZE], struct failure *failure)
{
    struct json_fields fields;
    officer[0] = '\0';
    if (request->body_size == 0)
        return REASON_DONE;
    json_fields_parse(&fields, request->body.bytes, request->body_size, failure);
    json_fields_text(&fields, "officer",
        json_fields_any(&fields, "officer") != NULL ? JSON_REQUIRED : JSON_OPTIONAL, officer, OFFICER_SIZE);
    return json_fields_end(&fields);
}

static enum role role_used(unsigned roles)
{
    return (roles & ROLE_TERMINAL) != 0     ? ROLE_TERMINAL
           : (roles & ROLE_SUPERVISOR) != 0 ? ROLE_SUPERVISOR
                                            : ROLE_ADMINISTRATOR;
}

static enum reason begin(struct kordond *kordond, const struct http_request *request,
    struct self_test_waiter *waiter, struct failure *failure)
{
    char officer[OFFICER_SIZE];
    TRY(parse(request, officer, failure));
    if (officer[0] != '\0')
        TRY(register_check_officer(kordond->transactions.staff, officer, failure));
    const struct self_test_request wanted = {.trigger = SELF_TEST_ON_DEMAND,
        .principal = &request->principal,
        .role = role_used(request->principal.roles),
        .officer = officer[0] != '\0' ? officer : NULL};
    return self_test_begin(&kordond->mode.self_test, &wanted, waiter, failure);
}

void handle_self_test(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    struct self_test_step *step = calloc(1, sizeof *step);
    if (step == NULL) {
        reply_refuse(request, REASON_NO_MEMORY, "self-test", NULL);
        return;
    }
    step->waiter.told = on_told;
    call_start(&step->call, kordond, request);
    if (begin(kordond, request, &step->waiter, &failure) == REASON_DONE)
        return;
    call_refuse(&step->call, &failure);
    free(step);
}
