#include "daemon/entry_request.h"

#include <string.h>

#include "crypto/base64.h"
#include "daemon/json_fields.h"
#include "matcher/matcher.h"

#define PURPOSE_BYTES_MAX 127
#define FILE_TEXT_MAX     (64u << 20)

static bool is_date(const char *text)
{
    if (strlen(text) != 10)
        return false;
    for (int i = 0; i < 10; i++)
        if (i == 4 || i == 7 ? text[i] != '-' : text[i] < '0' || text[i] > '9')
            return false;
    return true;
}

static const char *read_date(struct json_fields *fields, const char *key)
{
    const char *text = json_fields_borrow(fields, key, JSON_REQUIRED, WATCHLIST_TEXT_MAX);
    if (text != NULL && !is_date(text))
        json_fields_refuse(fields, key, "must be a date, YYYY-MM-DD");
    return text;
}

static void read_purposes(struct json_fields *fields, struct watchlist_entry *entry)
{
    json_t *list = json_fields_array(fields, "purposes", JSON_REQUIRED, WATCHLIST_PURPOSES_MAX);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *purpose = json_string_value(json_array_get(list, i));
        if (purpose == NULL || purpose[0] == '\0' || strlen(purpose) > PURPOSE_BYTES_MAX) {
            json_fields_refuse(fields, "purposes", "must be a list of short texts");
            return;
        }
        entry->purposes[entry->purpose_count++] = purpose;
    }
    if (list != NULL && entry->purpose_count == 0)
        json_fields_refuse(fields, "purposes", "is empty: nobody could ever see the alert");
}

static void read_texts(struct json_fields *fields, struct watchlist_entry *entry)
{
    entry->case_number = json_fields_borrow(fields, "case_number", JSON_REQUIRED, WATCHLIST_TEXT_MAX);
    entry->name = json_fields_borrow(fields, "name", JSON_REQUIRED, WATCHLIST_TEXT_MAX);
    entry->action = json_fields_borrow(fields, "action", JSON_REQUIRED, WATCHLIST_TEXT_MAX);
    entry->instruction = json_fields_borrow(fields, "instruction", JSON_REQUIRED, WATCHLIST_TEXT_MAX);
    entry->legal_basis = json_fields_borrow(fields, "legal_basis", JSON_REQUIRED, WATCHLIST_TEXT_MAX);
    entry->authority = json_fields_borrow(fields, "authority", JSON_REQUIRED, WATCHLIST_TEXT_MAX);
    entry->entered = read_date(fields, "entered");
    entry->expires = read_date(fields, "expires");
    const char *category = json_fields_borrow(fields, "category", JSON_REQUIRED, WATCHLIST_TEXT_MAX);
    if (category != NULL && !watchlist_category_parse(category, &entry->category))
        json_fields_refuse(fields, "category", "is no alert category");
}

static enum reason read_data(const char *text, struct entry_file *file, struct failure *failure)
{
    size_t length = strlen(text);
    size_t capacity = base64_decoded_limit(length);
    if (capacity == 0)
        return failure_set(failure, REASON_BAD_VALUE, "data", "is no base64");
    enum reason reason = locked_memory_init(&file->bytes, capacity, failure);
    if (reason == REASON_DONE && !base64_decode(text, length, file->bytes.bytes, capacity, &file->size))
        reason = failure_set(failure, REASON_BAD_VALUE, "data", "is no base64");
    return reason;
}

static enum reason read_file(json_t *json, struct entry_file *file, struct failure *failure)
{
    struct json_fields fields;
    json_fields_over(&fields, json, "fingers", failure);
    const char *position = json_fields_borrow(&fields, "position", JSON_REQUIRED, 32);
    if (position != NULL && !finger_position_parse(position, &file->position))
        json_fields_refuse(&fields, "position", "is no finger position");
    file->ppi =
        (uint32_t)json_fields_integer(&fields, "ppi", JSON_OPTIONAL, MATCHER_PPI_MIN, MATCHER_PPI_MAX, 0);
    const char *data = json_fields_borrow(&fields, "data", JSON_REQUIRED, FILE_TEXT_MAX);
    enum reason reason = json_fields_end(&fields);
    if (reason == REASON_DONE)
        reason = read_data(data, file, failure);
    return reason;
}

static enum reason read_files(json_t *list, struct entry_request *request, struct failure *failure)
{
    if (json_array_size(list) == 0)
        return failure_set(failure, REASON_BAD_VALUE, "fingers", "is empty: the alert could never be found");
    for (size_t i = 0; i < json_array_size(list); i++) {
        enum reason reason =
            read_file(json_array_get(list, i), &request->files[request->file_count++], failure);
        if (reason != REASON_DONE)
            return reason;
    }
    return REASON_DONE;
}

enum reason entry_request_parse(
    const void *bytes, size_t size, struct entry_request *request, struct failure *failure)
{
    *request = (struct entry_request){0};
    struct json_fields fields;
    json_fields_parse(&fields, bytes, size, failure);
    /* The texts are used after the reading ends, so the object is the request's. */
    fields.owned = false;
    request->json = fields.object;
    read_texts(&fields, &request->entry);
    read_purposes(&fields, &request->entry);
    json_t *files = json_fields_array(&fields, "fingers", JSON_REQUIRED, WATCHLIST_FINGERS_MAX);
    enum reason reason = json_fields_end(&fields);
    return reason == REASON_DONE ? read_files(files, request, failure) : reason;
}

void entry_request_finish(struct entry_request *request)
{
    for (size_t i = 0; i < WATCHLIST_FINGERS_MAX; i++)
        locked_memory_finish(&request->files[i].bytes);
    json_decref(request->json);
    *request = (struct entry_request){0};
}
