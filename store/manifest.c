#include "store/manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "base/locked_memory.h"
#include "base/text.h"
#include "crypto/base64.h"

#define KEYS_MAX 16 /* that an object of a manifest may have */

/* Reading one object: everything that is wrong is told, and reading goes on. */
struct field_reader {
    json_t *object;
    const char *place; /* what holds the key: "", "fingers[2]" */
    const char *known[KEYS_MAX];
    size_t known_count;
    const struct manifest_faults *faults;
    enum reason reason; /* the first */
};

static void tell(struct field_reader *reader, const char *key, const struct failure *failure)
{
    char field[128];
    snprintf(field, sizeof field, "%s%s%s", reader->place,
        reader->place[0] != '\0' && key[0] != '\0' ? "." : "", key);
    reader->faults->found(reader->faults->context, field, failure);
    if (reader->reason == REASON_DONE)
        reader->reason = failure->reason;
}

static void refuse(struct field_reader *reader, const char *key, const char *why)
{
    struct failure failure = {0};
    failure_set(&failure, REASON_MANIFEST_REFUSED, NULL, "%s", why);
    tell(reader, key, &failure);
}

static json_t *take(struct field_reader *reader, const char *key)
{
    if (reader->known_count < KEYS_MAX)
        reader->known[reader->known_count++] = key;
    return json_object_get(reader->object, key);
}

/* False, and told, where a character could reorder, break or hide a part of an officer's line. */
static bool check_plain(struct field_reader *reader, const char *key, json_t *value)
{
    const struct text text = {json_string_value(value), json_string_length(value)};
    struct text_harm harm;
    char why[TEXT_HARM_WHY_SIZE];
    if (!text_find_harm(text, &harm))
        return true;
    refuse(reader, key, text_harm_why(&harm, why));
    return false;
}

/* A text that may be kept; NULL, and told, where it may not. */
static const char *take_text(struct field_reader *reader, const char *key, size_t most)
{
    json_t *value = take(reader, key);
    if (!json_is_string(value))
        refuse(reader, key, value == NULL ? "it is missing" : "not a text");
    else if (json_string_length(value) == 0)
        refuse(reader, key, "it is empty");
    else if (json_string_length(value) > most)
        refuse(reader, key, "it is too long");
    else if (check_plain(reader, key, value))
        return json_string_value(value);
    return NULL;
}

static const char *take_date(struct field_reader *reader, const char *key)
{
    const char *text = take_text(reader, key, DAY_TEXT_SIZE - 1);
    int32_t day;
    if (text == NULL || day_parse(text, &day))
        return text;
    refuse(reader, key, "not a date of the form YYYY-MM-DD");
    return NULL;
}

static bool is_known(const struct field_reader *reader, const char *key)
{
    for (size_t i = 0; i < reader->known_count; i++)
        if (strcmp(reader->known[i], key) == 0)
            return true;
    return false;
}

/* Last: each key that nobody asked for. */
static void refuse_unknown_keys(struct field_reader *reader)
{
    const char *key;
    json_t *value;
    json_object_foreach(reader->object, key, value)
    {
        struct text_harm harm;
        char why[128];
        if (is_known(reader, key))
            continue;
        bool harmful = text_find_harm((struct text){key, strlen(key)}, &harm);
        snprintf(why, sizeof why, "a manifest has no \"%.64s\" here", harmful ? "?" : key);
        refuse(reader, "keys", why);
    }
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

static void take_data(struct field_reader *reader, struct manifest_finger *finger)
{
    struct failure failure = {0};
    const char *text = take_text(reader, "data", MANIFEST_BYTES_MAX);
    if (text == NULL)
        return;
    size_t capacity = base64_decoded_limit(strlen(text));
    if (locked_memory_init(&finger->data, capacity > 0 ? capacity : 1, &failure) != REASON_DONE)
        tell(reader, "data", &failure);
    else if (!base64_decode(text, strlen(text), finger->data.bytes, capacity, &finger->data_size))
        refuse(reader, "data", "not canonical base64");
}

static uint32_t take_ppi(struct field_reader *reader)
{
    json_t *ppi = take(reader, "ppi");
    if (ppi == NULL)
        return 0;
    json_int_t number = json_integer_value(ppi);
    if (json_is_integer(ppi) && number >= 1 && number <= 10000)
        return (uint32_t)number;
    refuse(reader, "ppi", "not a resolution in pixels per inch");
    return 0;
}

static void parse_finger(struct field_reader *reader, enum manifest_form form, struct manifest_finger *finger,
    enum finger_position *position)
{
    if (!json_is_object(reader->object)) {
        refuse(reader, "", "not an object");
        return;
    }
    const char *name = take_text(reader, "position", 32);
    if (name != NULL && !finger_position_parse(name, position))
        refuse(reader, "position",
            "not a finger: right_thumb to right_little, left_thumb to left_little, or unknown");
    finger->ppi = take_ppi(reader);
    bool named = form == MANIFEST_WITH_FILES || json_object_get(reader->object, "file") != NULL;
    finger->file = named ? take_text(reader, "file", MANIFEST_FILE_MAX) : NULL;
    if (form == MANIFEST_WITH_DATA) {
        take_data(reader, finger);
    } else if (finger->file != NULL && !is_file_beside(finger->file)) {
        refuse(reader, "file",
            strchr(finger->file, '\\') != NULL ? "write / between folder and file, not \\"
                                               : "it must lie in the manifest's folder");
        finger->file = NULL;
    }
    refuse_unknown_keys(reader);
}

static bool is_there_before(const struct watchlist_entry *entry, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (entry->fingers[index].position != FINGER_UNKNOWN &&
            entry->fingers[i].position == entry->fingers[index].position)
            return true;
    return false;
}

static void take_fingers(struct field_reader *reader, enum manifest_form form, struct manifest_entry *entry)
{
    json_t *list = take(reader, "fingers");
    size_t count = json_array_size(list);
    if (!json_is_array(list) || count == 0)
        refuse(reader, "fingers", "a list of at least one is needed");
    else if (count > WATCHLIST_FINGERS_MAX)
        refuse(reader, "fingers", "there are more than ten");
    for (size_t i = 0; i < count && i < WATCHLIST_FINGERS_MAX; i++) {
        char place[32];
        snprintf(place, sizeof place, "fingers[%zu]", i);
        struct field_reader finger = {
            .object = json_array_get(list, i), .place = place, .faults = reader->faults};
        parse_finger(&finger, form, &entry->fingers[i], &entry->entry.fingers[i].position);
        if (is_there_before(&entry->entry, i))
            refuse(&finger, "position", "the same finger twice");
        entry->entry.finger_count = i + 1;
        if (reader->reason == REASON_DONE)
            reader->reason = finger.reason;
    }
}

static void take_purposes(struct field_reader *reader, struct watchlist_entry *entry)
{
    json_t *list = take(reader, "purposes");
    size_t count = json_array_size(list);
    if (!json_is_array(list) || count == 0)
        refuse(reader, "purposes", "a list of at least one is needed");
    else if (count > WATCHLIST_PURPOSES_MAX)
        refuse(reader, "purposes", "there are too many");
    for (size_t i = 0; i < count && i < WATCHLIST_PURPOSES_MAX; i++) {
        json_t *value = json_array_get(list, i);
        if (!json_is_string(value) || json_string_length(value) == 0 ||
            json_string_length(value) > WATCHLIST_PURPOSE_MAX)
            refuse(reader, "purposes", "one of them is not a text of 1 to 64 bytes");
        else if (check_plain(reader, "purposes", value))
            entry->purposes[entry->purpose_count++] = json_string_value(value);
    }
}

static void refuse_category(struct field_reader *reader)
{
    char why[300] = "it is none of:";
    for (int i = 0; i < WATCHLIST_CATEGORY_COUNT; i++) {
        size_t used = strlen(why);
        snprintf(why + used, sizeof why - used, "%s %s", i > 0 ? "," : "",
            watchlist_category_name((enum watchlist_category)i));
    }
    refuse(reader, "category", why);
}

static void read_entry(struct field_reader *reader, enum manifest_form form, struct manifest_entry *entry)
{
    struct watchlist_entry *read = &entry->entry;
    read->case_number = take_text(reader, "case_number", WATCHLIST_TEXT_MAX);
    read->name = take_text(reader, "name", WATCHLIST_TEXT_MAX);
    const char *category = take_text(reader, "category", 64);
    if (category != NULL && !watchlist_category_parse(category, &read->category))
        refuse_category(reader);
    read->action = take_text(reader, "action", WATCHLIST_TEXT_MAX);
    read->instruction = take_text(reader, "instruction", WATCHLIST_TEXT_MAX);
    read->legal_basis = take_text(reader, "legal_basis", WATCHLIST_TEXT_MAX);
    read->authority = take_text(reader, "authority", WATCHLIST_TEXT_MAX);
    read->entered = take_date(reader, "entered");
    read->expires = take_date(reader, "expires");
    if (read->entered != NULL && read->expires != NULL && strcmp(read->entered, read->expires) > 0)
        refuse(reader, "expires", "it lies before \"entered\"");
    take_purposes(reader, read);
    take_fingers(reader, form, entry);
    refuse_unknown_keys(reader);
}

enum reason manifest_entry_parse(json_t *object, enum manifest_form form,
    const struct manifest_faults *faults, struct manifest_entry *entry)
{
    *entry = (struct manifest_entry){0};
    struct field_reader reader = {.object = object, .place = "", .faults = faults};
    if (json_is_object(object))
        read_entry(&reader, form, entry);
    else
        refuse(&reader, "entry", "not an object");
    return reader.reason;
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
    const struct manifest_faults faults = {take_root_fault, &fault};
    struct field_reader reader = {.object = manifest->root, .place = "", .faults = &faults};
    if (!json_is_object(manifest->root)) {
        refuse(&reader, "manifest", "not an object");
        return reader.reason;
    }
    manifest->list = take_text(&reader, "list", WATCHLIST_NAME_SIZE - 1);
    json_t *version = take(&reader, "version");
    json_int_t number = json_integer_value(version);
    if (!json_is_integer(version) || number < 1 || number > ((json_int_t)1 << 53) - 1)
        refuse(&reader, "version", "not a whole number above 0");
    manifest->version = (uint64_t)number;
    json_t *entries = take(&reader, "entries");
    manifest->count = json_array_size(entries);
    if (!json_is_array(entries))
        refuse(&reader, "entries", "not a list");
    else if (manifest->count > MANIFEST_ENTRIES_MAX)
        refuse(&reader, "entries", "there are too many");
    refuse_unknown_keys(&reader);
    return reader.reason;
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
    enum reason reason = skip_byte_order_mark(name, &bytes, &size, failure);
    if (reason != REASON_DONE)
        return reason;
    json_error_t error;
    manifest->root = json_loadb((const char *)bytes, size, JSON_REJECT_DUPLICATES, &error);
    if (manifest->root == NULL && json_error_code(&error) == json_error_invalid_utf8)
        return failure_set(
            failure, REASON_BAD_JSON, name, "line %d: it is not UTF-8: save it as UTF-8", error.line);
    if (manifest->root == NULL)
        return failure_set(
            failure, REASON_BAD_JSON, name, "line %d, column %d: %s", error.line, error.column, error.text);
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
