#include "store/manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "base/locked_memory.h"
#include "crypto/base64.h"
#include "json/fields.h"
#include "json/parse.h"

/* A text that may be kept; NULL, and told, where it may not. */
static const char *take_text(struct json_fields *fields, const char *key, size_t most)
{
    return json_fields_borrow(fields, key, JSON_REQUIRED, most);
}

static const char *take_date(struct json_fields *fields, const char *key)
{
    const char *text = take_text(fields, key, DAY_TEXT_SIZE - 1);
    int32_t day;
    if (text == NULL || day_parse(text, &day))
        return text;
    json_fields_refuse(fields, key, "not a date of the form YYYY-MM-DD");
    return NULL;
}

/* A name below the manifest's folder: nothing that leads out of it. */
static bool is_file_beside(const char *file)
{
    if (file[0] == '/' || strchr(file, '\\') != NULL || strlen(file) > MANIFEST_FILE_MAX)
        return false;
    for (const char *part = file; part != NULL; part = strchr(part, '/')) {
        part += *part == '/';
        if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0'))
            return false;
    }
    return true;
}

static void take_data(struct json_fields *fields, struct manifest_finger *finger)
{
    struct failure failure = {0};
    const char *text = take_text(fields, "data", MANIFEST_BYTES_MAX);
    if (text == NULL)
        return;
    size_t capacity = base64_decoded_limit(strlen(text));
    if (locked_memory_init(&finger->data, capacity > 0 ? capacity : 1, &failure) != REASON_DONE)
        json_fields_fail(fields, "data", &failure);
    else if (!base64_decode(text, strlen(text), finger->data.bytes, capacity, &finger->data_size))
        json_fields_refuse(fields, "data", "not canonical base64");
}

static void parse_finger(struct json_fields *fields, enum manifest_form form, struct manifest_finger *finger,
    enum finger_position *position)
{
    const char *name = take_text(fields, "position", 32);
    if (name != NULL && !finger_position_parse(name, position))
        json_fields_refuse(fields, "position",
            "not a finger: right_thumb to right_little, left_thumb to left_little, or unknown");
    finger->ppi = (uint32_t)json_fields_integer(fields, "ppi", JSON_OPTIONAL, 1, 10000, 0);
    bool named = form == MANIFEST_WITH_FILES || json_object_get(fields->object, "file") != NULL;
    finger->file = named ? take_text(fields, "file", MANIFEST_FILE_MAX) : NULL;
    if (form == MANIFEST_WITH_DATA) {
        take_data(fields, finger);
    } else if (finger->file != NULL && !is_file_beside(finger->file)) {
        json_fields_refuse(fields, "file",
            strchr(finger->file, '\\') != NULL ? "write / between folder and file, not \\"
                                               : "it must lie in the manifest's folder");
        finger->file = NULL;
    }
}

static bool is_there_before(const struct watchlist_entry *entry, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (entry->fingers[index].position != FINGER_UNKNOWN &&
            entry->fingers[i].position == entry->fingers[index].position)
            return true;
    return false;
}

static void take_fingers(struct json_fields *fields, enum manifest_form form, struct manifest_entry *entry)
{
    json_t *list = json_fields_any(fields, "fingers");
    size_t count = json_array_size(list);
    if (!json_is_array(list) || count == 0)
        json_fields_refuse(fields, "fingers", "a list of at least one is needed");
    else if (count > WATCHLIST_FINGERS_MAX)
        json_fields_refuse(fields, "fingers", "there are more than ten");
    for (size_t i = 0; i < count && i < WATCHLIST_FINGERS_MAX; i++) {
        char place[32];
        snprintf(place, sizeof place, "fingers[%zu]", i);
        const struct json_telling telling = {fields->faults, REASON_MANIFEST_REFUSED, place, place};
        struct json_fields finger;
        json_fields_tell(&finger, json_array_get(list, i), &telling);
        parse_finger(&finger, form, &entry->fingers[i], &entry->entry.fingers[i].position);
        if (is_there_before(&entry->entry, i))
            json_fields_refuse(&finger, "position", "the same finger twice");
        entry->entry.finger_count = i + 1;
        enum reason reason = json_fields_end(&finger);
        if (fields->reason == REASON_DONE)
            fields->reason = reason;
    }
}

static void take_purposes(struct json_fields *fields, struct watchlist_entry *entry)
{
    json_t *list = json_fields_any(fields, "purposes");
    size_t count = json_array_size(list);
    if (!json_is_array(list) || count == 0)
        json_fields_refuse(fields, "purposes", "a list of at least one is needed");
    else if (count > WATCHLIST_PURPOSES_MAX)
        json_fields_refuse(fields, "purposes", "there are too many");
    for (size_t i = 0; i < count && i < WATCHLIST_PURPOSES_MAX; i++) {
        json_t *value = json_array_get(list, i);
        if (!json_is_string(value) || json_string_length(value) == 0 ||
            json_string_length(value) > WATCHLIST_PURPOSE_MAX)
            json_fields_refuse(fields, "purposes", "one of them is not a text of 1 to 64 bytes");
        else if (json_fields_check_harmless(fields, "purposes", value))
            entry->purposes[entry->purpose_count++] = json_string_value(value);
    }
}

static void refuse_category(struct json_fields *fields)
{
    char why[300] = "it is none of:";
    for (int i = 0; i < ALERT_CATEGORY_COUNT; i++) {
        size_t used = strlen(why);
        snprintf(why + used, sizeof why - used, "%s %s", i > 0 ? "," : "",
            alert_category_name((enum alert_category)i));
    }
    json_fields_refuse(fields, "category", why);
}

static void read_entry(struct json_fields *fields, enum manifest_form form, struct manifest_entry *entry)
{
    struct watchlist_entry *read = &entry->entry;
    read->case_number = take_text(fields, "case_number", WATCHLIST_TEXT_MAX);
    read->name = take_text(fields, "name", WATCHLIST_TEXT_MAX);
    const char *category = take_text(fields, "category", 64);
    if (category != NULL && !alert_category_parse(category, &read->category))
        refuse_category(fields);
    read->action = take_text(fields, "action", WATCHLIST_TEXT_MAX);
    read->instruction = take_text(fields, "instruction", WATCHLIST_TEXT_MAX);
    read->legal_basis = take_text(fields, "legal_basis", WATCHLIST_TEXT_MAX);
    read->authority = take_text(fields, "authority", WATCHLIST_TEXT_MAX);
    read->entered = take_date(fields, "entered");
    read->expires = take_date(fields, "expires");
    if (read->entered != NULL && read->expires != NULL && strcmp(read->entered, read->expires) > 0)
        json_fields_refuse(fields, "expires", "it lies before \"entered\"");
    take_purposes(fields, read);
    take_fingers(fields, form, entry);
}

enum reason manifest_entry_parse(
    json_t *object, enum manifest_form form, const struct json_faults *faults, struct manifest_entry *entry)
{
    *entry = (struct manifest_entry){0};
    const struct json_telling telling = {faults, REASON_MANIFEST_REFUSED, "entry", ""};
    struct json_fields fields;
    json_fields_tell(&fields, object, &telling);
    read_entry(&fields, form, entry);
    return json_fields_end(&fields);
}

void manifest_entry_finish(struct manifest_entry *entry)
{
    for (size_t i = 0; i < WATCHLIST_FINGERS_MAX; i++)
        locked_memory_finish(&entry->fingers[i].data);
    *entry = (struct manifest_entry){0};
}

json_t *manifest_entry_object(const struct manifest *manifest, size_t index)
{
    return json_array_get(json_object_get(manifest->root, "entries"), index);
}

/* Of the root's faults the first is told: without a root nothing else can be read. */
struct root_fault {
    const char *name;
    struct failure *failure;
    bool found;
};

static void take_root_fault(void *context, const char *field, const struct failure *failure)
{
    struct root_fault *fault = context;
    if (!fault->found)
        failure_set(fault->failure, failure->reason, fault->name, "%s: %s", field, failure->detail);
    fault->found = true;
}

static enum reason read_root(const char *name, struct manifest *manifest, struct failure *failure)
{
    struct root_fault fault = {name, failure, false};
    const struct json_faults faults = {take_root_fault, &fault};
    const struct json_telling telling = {&faults, REASON_MANIFEST_REFUSED, "manifest", ""};
    struct json_fields fields;
    json_fields_tell(&fields, manifest->root, &telling);
    manifest->list = take_text(&fields, "list", WATCHLIST_NAME_SIZE - 1);
    manifest->version =
        (uint64_t)json_fields_integer(&fields, "version", JSON_REQUIRED, 1, ((json_int_t)1 << 53) - 1, 0);
    json_t *entries = json_fields_array(&fields, "entries", JSON_REQUIRED, MANIFEST_ENTRIES_MAX);
    manifest->count = json_array_size(entries);
    return json_fields_end(&fields);
}

/* Windows' editors write marks before the text: that of UTF-8 says nothing, those of UTF-16 say that it must be saved anew. */
static enum reason skip_byte_order_mark(
    const char *name, const uint8_t **bytes, size_t *size, struct failure *failure)
{
    if (*size >= 3 && memcmp(*bytes, "\xef\xbb\xbf", 3) == 0) {
        *bytes += 3;
        *size -= 3;
    } else if (*size >= 2 && (memcmp(*bytes, "\xff\xfe", 2) == 0 || memcmp(*bytes, "\xfe\xff", 2) == 0)) {
        return failure_set(
            failure, REASON_BAD_JSON, name, "it begins with the byte order mark of UTF-16: save it as UTF-8");
    }
    return REASON_DONE;
}

enum reason manifest_parse(
    const char *name, const uint8_t *bytes, size_t size, struct manifest *manifest, struct failure *failure)
{
    *manifest = (struct manifest){0};
    if (size > MANIFEST_BYTES_MAX)
        return failure_set(
            failure, REASON_TOO_LARGE, name, "%zu bytes, at most %u are allowed", size, MANIFEST_BYTES_MAX);
    TRY(skip_byte_order_mark(name, &bytes, &size, failure));
    json_error_t error;
    enum reason reason = json_parse(bytes, size, &manifest->root, &error);
    if (reason == REASON_NO_MEMORY)
        return failure_set(failure, reason, name, NULL);
    if (reason != REASON_DONE && json_error_code(&error) == json_error_invalid_utf8)
        return failure_set(failure, reason, name, "line %d: it is not UTF-8: save it as UTF-8", error.line);
    if (reason != REASON_DONE)
        return failure_set(
            failure, reason, name, "line %d, column %d: %s", error.line, error.column, error.text);
    reason = read_root(name, manifest, failure);
    if (reason != REASON_DONE)
        manifest_finish(manifest);
    return reason;
}

void manifest_finish(struct manifest *manifest)
{
    json_decref(manifest->root);
    *manifest = (struct manifest){0};
}
