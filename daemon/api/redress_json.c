#include "daemon/api/redress_json.h"

#include <stdio.h>
#include <string.h>

#include "base/day.h"
#include "daemon/api/recorded.h"
#include "daemon/transactions/fingers.h"
#include "daemon/transactions/redress_number.h"
#include "policy/fingers.h"

enum reason path_redress(struct kordond *kordond, const struct http_request *request,
    uint8_t key[static CASE_RECORD_KEY_BYTES], struct failure *failure)
{
    const struct document_secrets *secrets = kordond->transactions.document_secrets.bytes;
    char number[REDRESS_NUMBER_SIZE];
    if (!redress_number_parse(request->parameter, request->parameter_size, number))
        return failure_set(failure, REASON_REDRESS_NOT_FOUND, "redress", NULL);
    if (secrets == NULL)
        return failure_set(failure, REASON_KEY_MISSING, "redress", NULL);
    enum reason reason = redress_number_key(secrets->redress, number, key, failure);
    memory_wipe(number, sizeof number);
    return reason;
}

/* One in 150 million of what the log calls cases by could be a number as well, and is taken for one. */
enum reason path_redress_or_mark(struct kordond *kordond, const struct http_request *request,
    uint8_t key[static CASE_RECORD_KEY_BYTES], bool *marked, struct failure *failure)
{
    enum reason reason = path_redress(kordond, request, key, failure);
    *marked = reason == REASON_REDRESS_NOT_FOUND && may_read_log(&request->principal) &&
              redress_mark_parse(request->parameter, request->parameter_size, key);
    return *marked ? REASON_DONE : reason;
}

void redress_write(struct json_writer *json, const struct redress_case *of)
{
    char mark[REDRESS_MARK_SIZE], day[DAY_TEXT_SIZE];
    json_write_text(json, "case", redress_mark(of->key, mark));
    json_write_text(json, "referral", of->referral);
    json_write_text(json, "purpose", of->purpose);
    json_write_text(json, "legal_basis", of->legal_basis);
    json_write_integer(json, "since_ms", of->since_ms);
    json_write_text(json, "until", day_format(of->until_day, day));
    json_write_boolean(json, "consent", of->consent);
    json_write_text(json, "by", of->by);
    json_write_text(json, "reason", of->reason);
    json_write_value(json, "references", redress_references_json(of));
    json_write_value(json, "fingers", redress_fingers_json(of));
    json_write_integer(json, "refused", of->refused);
    json_write_value(json, "log", redress_log_json(of));
}

/* --- What a crossing takes ------------------------------------------------------------------------------------- */

/* Those that are asked for where each capture succeeds, but for some. */
static json_t *asked_json(const struct transaction_fingers *fingers, uint32_t but)
{
    struct json_writer list;
    json_writer_array(&list);
    for (size_t i = 0; i < fingers->count && i < fingers->wanted; i++)
        if ((but & 1u << fingers->order[i]) == 0)
            json_append_text(&list, finger_position_name(fingers->order[i]));
    return json_writer_end(&list);
}

static json_t *needed_json(const char *purpose, const struct transaction_fingers *fingers, uint32_t kept)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "purpose", purpose);
    json_write_value(&json, "fingers", asked_json(fingers, 0));
    json_write_value(&json, "missing", asked_json(fingers, kept));
    return json_writer_end(&json);
}

/* Of a traveller who has all of his fingers, and of whom the terminal names none; in a demonstration any is as good. */
static bool is_asked_for(
    const struct kordond *kordond, const struct policy_purpose *purpose, struct transaction_fingers *fingers)
{
    struct transaction_request request = {.kind = TRANSACTION_IDENTIFICATION};
    struct failure ignored;
    snprintf(request.purpose, sizeof request.purpose, "%s", purpose->name);
    return (purpose->comparisons & POLICY_IDENTIFICATION) != 0 && purpose->categories != 0 &&
           transactions_choose_fingers(&kordond->transactions, &request, fingers, &ignored) == REASON_DONE &&
           !fingers->any;
}

static uint32_t asked(const struct transaction_fingers *fingers)
{
    return policy_fingers_asked(fingers->order, fingers->count, fingers->wanted);
}

bool redress_write_needed(
    struct json_writer *json, const struct kordond *kordond, const struct redress_case *of, uint32_t kept)
{
    const struct policy *policy = kordond->policy.policy;
    struct transaction_fingers fingers;
    struct json_writer list;
    bool missing = false;
    if (!of->consent || policy == NULL)
        return false;
    json_writer_array(&list);
    for (size_t i = 0; i < policy->purpose_count; i++) {
        const struct policy_purpose *purpose = &policy->purposes[i];
        if (!is_asked_for(kordond, purpose, &fingers))
            continue;
        json_append_value(&list, needed_json(purpose->name, &fingers, kept));
        missing = missing || (strcmp(purpose->name, of->purpose) == 0 && (asked(&fingers) & ~kept) != 0);
    }
    json_write_value(json, "needed", json_writer_end(&list));
    return missing;
}

void redress_write_replaced(struct json_writer *json, const struct redress_change *change)
{
    if (change->replaced.count > 0)
        json_write_value(json, "replaced", redress_marks_json(&change->replaced));
}

/* --- To those who verify a match ------------------------------------------------------------------------------- */

bool redress_was_shown(const struct referral_opening *opening)
{
    static const uint8_t none[CASE_RECORD_KEY_BYTES];
    return memcmp(opening->redress_key, none, sizeof none) != 0;
}

static const struct redress_entry *entry_of(const struct redress_case *of, const struct watchlist_id *id)
{
    for (size_t i = 0; i < of->entry_count; i++)
        if (watchlist_id_compare(&of->entries[i].entry.id, id) == 0)
            return &of->entries[i];
    return NULL;
}

static void write_found(struct json_writer *json, struct store *store, const struct redress_case *of,
    const struct referral_opening *opening, uint32_t rank)
{
    struct failure ignored; /* one that can't be read is not known to say what it said */
    const struct redress_entry *entry = entry_of(of, &opening->identification.candidates[rank - 1].id);
    char mark[REDRESS_MARK_SIZE], day[DAY_TEXT_SIZE];
    json_write_text(json, "found", entry != NULL ? "told_apart" : "of_other_entries");
    json_write_text(json, "case", redress_mark(of->key, mark));
    json_write_text(json, "since", day_format(day_of_ms(of->since_ms), day));
    json_write_text(json, "until", day_format(of->until_day, day));
    json_write_boolean(json, "over", redress_is_over(of, day_of_ms(store_now_ms())));
    json_write_boolean(json, "same_document",
        equal_in_constant_time(of->document, opening->document_key, sizeof of->document));
    if (entry != NULL)
        json_write_boolean(
            json, "entry_unchanged", redress_check_entries(store, entry, 1, &ignored) == REASON_DONE);
}

json_t *redress_told_json(struct store *store, const struct referral_opening *opening, uint32_t rank)
{
    struct redress_case of;
    struct failure why = {0};
    struct json_writer json;
    enum reason reason = redress_case_find(store, opening->redress_key, &of, &why);
    json_writer_object(&json);
    if (reason == REASON_DONE)
        write_found(&json, store, &of, opening, rank);
    else
        json_write_text(&json, "found", reason == REASON_REDRESS_NOT_FOUND ? "not_known" : "unreadable");
    memory_wipe(&of, sizeof of);
    return json_writer_end(&json);
}
