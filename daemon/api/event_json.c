#include "daemon/api/event_json.h"

#include "daemon/api/degraded_json.h"
#include "daemon/api/guidance_json.h"
#include "daemon/api/list_json.h"
#include "daemon/referrals/referrals.h"
#include "daemon/transactions/transaction.h"
#include "json/writer.h"
#include "list/describe.h"

static json_t *transaction_event_json(const struct transaction *transaction)
{
    struct json_writer writer;
    json_writer_object(&writer);
    json_write_text(&writer, "transaction", transaction->id);
    json_write_text(&writer, "state", transaction_state_name(transaction->state));
    return json_writer_end(&writer);
}

static json_t *guidance_event_json(const struct transaction *transaction)
{
    struct json_writer writer;
    json_writer_object(&writer);
    json_write_text(&writer, "transaction", transaction->id);
    guidance_add(&writer, transaction);
    return json_writer_end(&writer);
}

/* {key: null}: there is none. */
static json_t *none_json(const char *key)
{
    struct json_writer writer;
    json_writer_object(&writer);
    json_write_null(&writer, key);
    return json_writer_end(&writer);
}

static json_t *list_event_json(const struct kordond *kordond)
{
    const struct opened_list *set = kordond->list.set;
    return set != NULL ? list_describe_set(set) : none_json("list");
}

static json_t *import_event_json(const struct list_import *import)
{
    return import != NULL ? import_json(import) : none_json("import");
}

json_t *event_mode_json(const struct kordond *kordond)
{
    const struct mode *mode = &kordond->mode;
    struct json_writer writer;
    json_writer_object(&writer);
    json_write_text(&writer, "mode", mode_name(mode->word));
    json_write_value(&writer, "degraded", degraded_json(&mode->degraded));
    if (mode->word != MODE_ARMED)
        json_write_text(&writer, "why", reason_name(mode->why.reason));
    else
        json_write_integer(&writer, "armed_from_fingers", mode->armed_from_fingers);
    return json_writer_end(&writer);
}

static json_t *scanner_event_json(enum scanner_event_type type, const struct scanner_info *info)
{
    struct json_writer writer;
    json_writer_object(&writer);
    json_write_text(&writer, "scanner", info->id);
    json_write_text(&writer, "event", scanner_event_name(type));
    json_write_text(&writer, "state", scanner_state_name(info->state));
    json_write_boolean(&writer, "finger_needed", info->finger_needed);
    json_write_boolean(&writer, "finger_present", info->finger_present);
    if (info->failure.reason != REASON_DONE)
        json_write_text(&writer, "reason", reason_name(info->failure.reason));
    return json_writer_end(&writer);
}

/* What anybody who may see it is shown of it. */
static json_t *referral_event_json(const struct referral *referral)
{
    struct json_writer writer;
    json_writer_object(&writer);
    json_write_text(&writer, "referral", referral->of.id);
    json_write_text(&writer, "state", referral_state_shown(referral->course.state));
    json_write_text(&writer, "route", referral_route_name(referral->course.route));
    json_write_text(
        &writer, "urgency", referral_is_immediate(referral->of.categories) ? "immediate" : "normal");
    json_write_boolean(&writer, "overdue", referral->told_overdue);
    return json_writer_end(&writer);
}

static json_t *places_event_json(const struct kordond *kordond)
{
    struct json_writer writer;
    json_writer_object(&writer);
    json_write_integer(&writer, "places", kordond->guard.store.probe_slots_free);
    json_write_boolean(&writer, "few", kordond->guard.places.few);
    return json_writer_end(&writer);
}

struct event_message event_message(const struct kordond *kordond, const struct event *event)
{
    switch (event->type) {
    case EVENT_SCANNER:
        return (struct event_message){
            "scanner", ROLE_ANY, NULL, scanner_event_json(event->scanner.type, event->scanner.info), NULL};
    case EVENT_TRANSACTION:
        return (struct event_message){"transaction", ROLE_SUPERVISOR, &event->transaction->owner,
            transaction_event_json(event->transaction), NULL};
    case EVENT_GUIDANCE: /* for whoever has the finger taken, and nobody else */
        return (struct event_message){
            "guidance", 0, &event->transaction->owner, guidance_event_json(event->transaction), NULL};
    case EVENT_LIST:
        return (struct event_message){"list",
            ROLE_EXAMINER | ROLE_PROTECTION_OFFICER | ROLE_SUPERVISOR | ROLE_ADMINISTRATOR, NULL,
            list_event_json(kordond), NULL};
    case EVENT_IMPORT:
        return (struct event_message){
            "import", ROLE_SUPERVISOR | ROLE_ADMINISTRATOR, NULL, import_event_json(event->import), NULL};
    case EVENT_REFERRAL:
        return (struct event_message){
            "referral", 0, NULL, referral_event_json(event->referral), event->referral};
    case EVENT_REFERRAL_PLACES:
        return (struct event_message){
            "referral_places", ROLE_SUPERVISOR, NULL, places_event_json(kordond), NULL};
    case EVENT_MODE:
        break;
    }
    return (struct event_message){"mode", ROLE_ANY, NULL, event_mode_json(kordond), NULL};
}

bool event_message_is_for(const struct event_message *message, const struct principal *principal)
{
    if (message->referral != NULL) {
        return referral_is_told_to(
            &message->referral->of, &message->referral->course, principal, store_now_ms());
    }
    bool owns = message->owner != NULL && principal_is(message->owner, principal) &&
                (principal->roles & ROLE_TERMINAL) != 0;
    return (principal->roles & message->roles) != 0 || owns;
}
