/* referral_acts.c: what people do to a referral; each is answered when its entry is durable, with the referral as they are shown it then. */
#include <stdlib.h>
#include <string.h>

#include "base/language.h"
#include "daemon/api/personal_act.h"
#include "daemon/api/referral_call.h"
#include "daemon/api/referral_json.h"
#include "daemon/api/routes.h"
#include "daemon/referrals/verbs.h"
#include "json/fields.h"

struct referral_step {
    struct referral_waiter waiter; /* first: the waiter is the step */
    struct personal_act act;
    char id[REFERRAL_ID_SIZE];
};

/* What the body says; not each act has each. */
struct said {
    char to[PRINCIPAL_NAME_SIZE]; /* or whose seat it is */
    enum probe_judgement judgement;
    enum referral_verdict verdict;
    uint32_t candidate;
    enum entry_since since;
    char reason[REFERRAL_TEXT_SIZE];
#define SAID_TEXT(name) char report_##name[REFERRAL_TEXT_SIZE];
    REFERRAL_REPORT_TEXTS(SAID_TEXT)
#undef SAID_TEXT
};

/* --- Done ------------------------------------------------------------------------------------------------------ */

/* By his act it may have become one that he knows nothing of any more. */
static json_t *answer_json(const struct referral_step *step)
{
    struct referral_view view;
    struct json_writer json;
    const struct referral *referral =
        referral_look_up(step->act.call.kordond, &step->act.principal, step->id, &view);
    if (referral != NULL)
        return referral_json(&step->act.call.kordond->referrals, referral, &view);
    json_writer_object(&json);
    json_write_text(&json, "referral", step->id);
    return json_writer_end(&json);
}

/* Whose letters are void from now on. */
static json_t *told_json(const struct referral_step *step)
{
    const struct redress_marks *removed = &step->waiter.redress_removed;
    struct json_writer json;
    json_writer_over(&json, answer_json(step));
    if (removed->count > 0)
        json_write_value(&json, "redress_removed", redress_marks_json(removed));
    return json_writer_end(&json);
}

static void on_told(struct referral_waiter *waiter, const struct failure *failure)
{
    struct referral_step *step = (struct referral_step *)waiter;
    if (failure != NULL)
        personal_act_fail(&step->act, failure);
    else
        call_answer(&step->act.call, 200, told_json(step));
    free(step);
}

/* --- Begun ----------------------------------------------------------------------------------------------------- */

/* read: what the body says, NULL: there is none. begin: the verb. */
struct act_kind {
    void (*read)(struct json_fields *fields, struct said *said);
    enum reason (*begin)(const struct referral_verb *verb, const struct said *said, struct failure *failure);
};

static enum reason read_body(const struct act_kind *kind, const struct http_request *request,
    struct said *said, struct failure *failure)
{
    struct json_fields fields;
    memset(said, 0, sizeof *said);
    if (kind->read == NULL)
        return REASON_DONE;
    json_fields_parse(&fields, request->body.bytes, request->body_size, failure);
    kind->read(&fields, said);
    return json_fields_end(&fields);
}

static void begin(struct kordond *kordond, struct http_request *request, const struct act_kind *kind,
    const struct said *said, struct referral_step *step)
{
    struct failure failure = {0};
    step->waiter.told = on_told;
    personal_act_start(&step->act, kordond, request);
    const struct referral_verb verb = {.referrals = &kordond->referrals,
        .by = &step->act.principal,
        .id = step->id,
        .waiter = &step->waiter};
    if (kind->begin(&verb, said, &failure) == REASON_DONE)
        return;
    personal_act_refuse(&step->act, &failure);
    free(step);
}

static void act_on(struct kordond *kordond, struct http_request *request, const struct act_kind *kind)
{
    struct failure failure = {0};
    struct said said;
    struct referral_step *step = calloc(1, sizeof *step);
    if (step == NULL) {
        reply_refuse(request, REASON_NO_MEMORY, "referral", NULL);
        return;
    }
    enum reason reason = path_referral(request, step->id, &failure);
    if (reason == REASON_DONE)
        reason = read_body(kind, request, &said, &failure);
    if (reason != REASON_DONE) {
        reply_failure(request, &failure);
        free(step);
        return;
    }
    begin(kordond, request, kind, &said, step);
    memory_wipe(&said, sizeof said);
}

/* --- Seats ----------------------------------------------------------------------------------------------------- */

static enum reason take(const struct referral_verb *verb, const struct said *said, struct failure *failure)
{
    (void)said;
    return referral_take(verb, failure);
}

void handle_referral_take(struct kordond *kordond, struct http_request *request)
{
    act_on(kordond, request, &(struct act_kind){NULL, take});
}

static enum reason give_back(
    const struct referral_verb *verb, const struct said *said, struct failure *failure)
{
    (void)said;
    return referral_give_back(verb, failure);
}

void handle_referral_give_back(struct kordond *kordond, struct http_request *request)
{
    act_on(kordond, request, &(struct act_kind){NULL, give_back});
}

static void read_to(struct json_fields *fields, struct said *said)
{
    json_fields_text(fields, "to", JSON_REQUIRED, said->to, sizeof said->to);
}

static enum reason hand_over(
    const struct referral_verb *verb, const struct said *said, struct failure *failure)
{
    return referral_hand_over(verb, said->to, failure);
}

void handle_referral_hand_over(struct kordond *kordond, struct http_request *request)
{
    act_on(kordond, request, &(struct act_kind){read_to, hand_over});
}

static void read_holder(struct json_fields *fields, struct said *said)
{
    json_fields_text(fields, "holder", JSON_REQUIRED, said->to, sizeof said->to);
    json_fields_text(fields, "reason", JSON_REQUIRED, said->reason, sizeof said->reason);
}

static enum reason free_seat(
    const struct referral_verb *verb, const struct said *said, struct failure *failure)
{
    return referral_free_seat(verb, said->to, said->reason, failure);
}

void handle_referral_free_seat(struct kordond *kordond, struct http_request *request)
{
    act_on(kordond, request, &(struct act_kind){read_holder, free_seat});
}

/* --- Judging --------------------------------------------------------------------------------------------------- */

static void read_judgement(struct json_fields *fields, struct said *said)
{
    const char *judgement = json_fields_borrow(fields, "judgement", JSON_REQUIRED, REFERRAL_TEXT_SIZE);
    if (judgement != NULL && !probe_judgement_parse(judgement, &said->judgement))
        json_fields_refuse(fields, "judgement", N_("write usable, limited or not_usable"));
    json_fields_text(fields, "reason", JSON_OPTIONAL, said->reason, sizeof said->reason);
}

static enum reason judge_probe(
    const struct referral_verb *verb, const struct said *said, struct failure *failure)
{
    return referral_judge_probe(verb, said->judgement, said->reason, failure);
}

void handle_referral_judge_probe(struct kordond *kordond, struct http_request *request)
{
    act_on(kordond, request, &(struct act_kind){read_judgement, judge_probe});
}

static void read_verdict(struct json_fields *fields, struct said *said)
{
    const char *verdict = json_fields_borrow(fields, "verdict", JSON_REQUIRED, REFERRAL_TEXT_SIZE);
    if (verdict != NULL && !referral_verdict_parse(verdict, &said->verdict))
        json_fields_refuse(fields, "verdict", N_("write hit, false_positive or inconclusive"));
    json_fields_text(fields, "reason", JSON_REQUIRED, said->reason, sizeof said->reason);
    said->candidate =
        (uint32_t)json_fields_integer(fields, "candidate", JSON_OPTIONAL, 1, MATCHER_CANDIDATES_MAX, 0);
    const char *since = json_fields_borrow(fields, "entry_since", JSON_OPTIONAL, REFERRAL_TEXT_SIZE);
    if (since != NULL && !entry_since_parse(since, &said->since))
        json_fields_refuse(fields, "entry_since", N_("write changed or gone"));
}

static struct referral_saying saying_of(const struct said *said)
{
    return (struct referral_saying){
        .verdict = said->verdict, .candidate = said->candidate, .why = said->reason, .since = said->since};
}

static enum reason give_verdict(
    const struct referral_verb *verb, const struct said *said, struct failure *failure)
{
    const struct referral_saying saying = saying_of(said);
    return referral_give_verdict(verb, &saying, failure);
}

void handle_referral_verdict(struct kordond *kordond, struct http_request *request)
{
    act_on(kordond, request, &(struct act_kind){read_verdict, give_verdict});
}

static enum reason override(
    const struct referral_verb *verb, const struct said *said, struct failure *failure)
{
    const struct referral_saying saying = saying_of(said);
    return referral_override(verb, &saying, failure);
}

void handle_referral_override(struct kordond *kordond, struct http_request *request)
{
    act_on(kordond, request, &(struct act_kind){read_verdict, override});
}

static enum reason correct(const struct referral_verb *verb, const struct said *said, struct failure *failure)
{
    const struct referral_saying saying = saying_of(said);
    return referral_correct(verb, &saying, failure);
}

void handle_referral_correction(struct kordond *kordond, struct http_request *request)
{
    act_on(kordond, request, &(struct act_kind){read_verdict, correct});
}

/* --- What the second line hears -------------------------------------------------------------------------------- */

static void read_report(struct json_fields *fields, struct said *said)
{
#define READ_TEXT(name)                                                                                      \
    json_fields_text(fields, #name, JSON_OPTIONAL, said->report_##name, sizeof said->report_##name);
    REFERRAL_REPORT_TEXTS(READ_TEXT)
#undef READ_TEXT
}

static enum reason report(const struct referral_verb *verb, const struct said *said, struct failure *failure)
{
#define REPORT_TEXT(name) .name = said->report_##name,
    const struct referral_report report = {REFERRAL_REPORT_TEXTS(REPORT_TEXT)};
#undef REPORT_TEXT
    return referral_report(verb, &report, failure);
}

void handle_referral_report(struct kordond *kordond, struct http_request *request)
{
    act_on(kordond, request, &(struct act_kind){read_report, report});
}

static enum reason claim_protection(
    const struct referral_verb *verb, const struct said *said, struct failure *failure)
{
    (void)said;
    return referral_claim_protection(verb, failure);
}

void handle_referral_protection_claim(struct kordond *kordond, struct http_request *request)
{
    act_on(kordond, request, &(struct act_kind){NULL, claim_protection});
}
