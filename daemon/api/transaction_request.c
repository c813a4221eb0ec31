#include "daemon/api/transaction_request.h"

#include <string.h>

#include "base/day.h"
#include "json/fields.h"

static void read_kind(struct json_fields *fields, struct transaction_request *request)
{
    static const enum transaction_kind kinds[] = {
        TRANSACTION_IDENTIFICATION, TRANSACTION_VERIFICATION, TRANSACTION_BOTH};
    const char *name = json_fields_borrow(fields, "kind", JSON_REQUIRED, REQUEST_NAME_SIZE);
    for (size_t i = 0; name != NULL && i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(name, transaction_kind_name(kinds[i])) == 0)
            request->kind = kinds[i];
    if (name != NULL && request->kind == 0)
        json_fields_refuse(fields, "kind", N_("must be identification, verification or both"));
}

static void read_age_band(struct json_fields *fields, struct transaction_request *request)
{
    const char *name = json_fields_borrow(fields, "age_band", JSON_OPTIONAL, REQUEST_NAME_SIZE);
    if (name != NULL && !age_band_parse(name, &request->age_band)) {
        struct word_list words = {0};
        age_band_list(&words);
        json_fields_refuse_word(fields, "age_band", &words);
    }
    request->age_band_said = name != NULL;
}

static void read_traveller_group(struct json_fields *fields, struct transaction_request *request)
{
    const char *name = json_fields_borrow(fields, "traveller_group", JSON_OPTIONAL, REQUEST_NAME_SIZE);
    if (name != NULL && !traveller_group_parse(name, &request->traveller_group)) {
        struct word_list words = {0};
        traveller_group_list(&words);
        json_fields_refuse_word(fields, "traveller_group", &words);
    }
}

static void read_document(struct json_fields *fields, struct request_document *document)
{
    struct json_fields nested;
    if (!json_fields_enter(fields, "document", &nested))
        return;
    json_fields_text(&nested, "issuer", JSON_REQUIRED, document->issuer, sizeof document->issuer);
    json_fields_text(&nested, "number", JSON_REQUIRED, document->number, sizeof document->number);
    json_fields_leave(fields, &nested);
}

/* Whether there is such a case is nobody's to learn here. */
static void read_redress(struct json_fields *fields, struct request_document *document)
{
    const char *typed = json_fields_borrow(fields, "redress", JSON_OPTIONAL, REDRESS_TYPED_MAX);
    if (typed != NULL && !redress_number_parse(typed, strlen(typed), document->redress))
        json_fields_refuse(
            fields, "redress", N_("is no case number: compare it letter by letter with what was printed"));
}

static void read_exception_words(struct json_fields *fields, struct exception_request *exception)
{
    const char *kind = json_fields_borrow(fields, "kind", JSON_REQUIRED, REQUEST_NAME_SIZE);
    const char *reason = json_fields_borrow(fields, "reason", JSON_OPTIONAL, REQUEST_NAME_SIZE);
    const char *due = json_fields_borrow(fields, "due", JSON_OPTIONAL, DAY_TEXT_SIZE);
    exception->due_said = due != NULL;
    json_fields_text(fields, "text", JSON_OPTIONAL, exception->text, sizeof exception->text);
    if (kind != NULL && !exception_kind_parse(kind, &exception->kind)) {
        struct word_list words = {0};
        exception_list_kinds(&words);
        json_fields_refuse_word(fields, "kind", &words);
    }
    if (reason != NULL && !exception_reason_parse(reason, &exception->reason)) {
        struct word_list words = {0};
        exception_list_reasons(exception->kind, &words);
        json_fields_refuse_word(fields, "reason", &words);
    }
    if (due != NULL && !day_parse(due, &exception->due_day))
        json_fields_refuse(fields, "due", N_("must be a day, YYYY-MM-DD"));
}

static void read_exception(struct json_fields *fields, struct exception_request *exception)
{
    struct json_fields nested;
    if (!json_fields_enter(fields, "exception", &nested))
        return;
    read_exception_words(&nested, exception);
    json_fields_leave(fields, &nested);
}

static void read_traveller(struct json_fields *fields, struct transaction_request *request)
{
    read_traveller_group(fields, request);
    read_age_band(fields, request);
    request->accompanied = json_fields_boolean(fields, "accompanied", JSON_OPTIONAL, false);
    read_document(fields, &request->document);
    read_redress(fields, &request->document);
    json_fields_text(fields, "case_number", JSON_OPTIONAL, request->case_number, sizeof request->case_number);
    read_exception(fields, &request->exception);
}

static bool parse_position(const char *name, enum finger_position *position)
{
    return name != NULL && finger_position_parse(name, position);
}

/* Gives their number. */
static size_t read_fingers(
    struct json_fields *fields, const char *key, enum finger_position positions[static REQUEST_FINGERS_MAX])
{
    json_t *list = json_fields_array(fields, key, JSON_OPTIONAL, REQUEST_FINGERS_MAX);
    size_t count = 0;
    while (count < json_array_size(list)) {
        if (!parse_position(json_string_value(json_array_get(list, count)), &positions[count])) {
            json_fields_refuse(fields, key, N_("must be finger positions"));
            return 0;
        }
        count++;
    }
    return count;
}

static size_t read_missing(
    struct json_fields *fields, const char *key, enum finger_position positions[static REQUEST_FINGERS_MAX])
{
    size_t count = read_fingers(fields, key, positions);
    for (size_t i = 0; i < count; i++)
        if (positions[i] == FINGER_UNKNOWN)
            json_fields_refuse(fields, key, "must say which");
    return count;
}

enum reason missing_fingers_parse(const void *bytes, size_t size,
    enum finger_position missing[static REQUEST_FINGERS_MAX], size_t *count, struct failure *failure)
{
    struct json_fields fields;
    json_fields_parse(&fields, bytes, size, failure);
    *count = read_missing(&fields, "fingers", missing);
    if (*count == 0)
        json_fields_refuse(&fields, "fingers", "must name those that are missing");
    return json_fields_end(&fields);
}

enum reason transaction_request_parse(
    const void *bytes, size_t size, struct transaction_request *request, struct failure *failure)
{
    *request = (struct transaction_request){0};
    struct json_fields fields;
    json_fields_parse(&fields, bytes, size, failure);
    read_kind(&fields, request);
    json_fields_text(&fields, "purpose", JSON_REQUIRED, request->purpose, sizeof request->purpose);
    json_fields_text(
        &fields, "legal_basis", JSON_REQUIRED, request->legal_basis, sizeof request->legal_basis);
    json_fields_text(
        &fields, "justification", JSON_OPTIONAL, request->justification, sizeof request->justification);
    json_fields_text(&fields, "officer", JSON_REQUIRED, request->officer, sizeof request->officer);
    read_traveller(&fields, request);
    request->finger_count = read_fingers(&fields, "fingers", request->fingers);
    request->missing_count = read_missing(&fields, "missing_fingers", request->missing);
    return json_fields_end(&fields);
}

enum reason exception_request_parse(
    const void *bytes, size_t size, struct exception_request *request, struct failure *failure)
{
    *request = (struct exception_request){0};
    struct json_fields fields;
    json_fields_parse(&fields, bytes, size, failure);
    read_exception_words(&fields, request);
    return json_fields_end(&fields);
}

enum reason capture_request_parse(
    const void *bytes, size_t size, struct capture_request *request, struct failure *failure)
{
    *request = (struct capture_request){.next_finger = true};
    if (size == 0)
        return REASON_DONE;
    struct json_fields fields;
    json_fields_parse(&fields, bytes, size, failure);
    json_fields_text(&fields, "scanner", JSON_OPTIONAL, request->scanner, sizeof request->scanner);
    const char *position = json_fields_borrow(&fields, "position", JSON_OPTIONAL, REQUEST_NAME_SIZE);
    if (position != NULL && !parse_position(position, &request->position))
        json_fields_refuse(&fields, "position", N_("must be a finger position"));
    request->next_finger = position == NULL;
    request->timeout_ms = (uint32_t)json_fields_integer(&fields, "timeout_ms", JSON_OPTIONAL, 100, 600000, 0);
    return json_fields_end(&fields);
}
