#include "store/manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/base64.h"
#include "base/locked_memory.h"

/* Reading one object: the first thing wrong stays in failure, and everything after it is not looked at. */
struct field_reader {
    json_t *object;
    const char *subject;
    size_t taken; /* keys that were known */
    enum reason reason;
    struct failure *failure;
};

static void refuse(struct field_reader *reader, const char *key, const char *why)
{
    if (reader->reason == REASON_DONE)
        reader->reason =
            failure_set(reader->failure, REASON_MANIFEST_REFUSED, reader->subject, "%s: %s", key, why);
}

static json_t *take(struct field_reader *reader, const char *key)
{
    json_t *value = json_object_get(reader->object, key);
    reader->taken += value != NULL;
    return value;
}

/* Without control characters: such a text could pretend to be several lines on an officer's screen. */
static bool is_plain(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return false;
    return true;
}

static const char *take_text(struct field_reader *reader, const char *key, size_t most)
{
    json_t *value = take(reader, key);
    if (!json_is_string(value))
        refuse(reader, key, value == NULL ? "it is missing" : "not a text");
    else if (json_string_length(value) == 0)
        refuse(reader, key, "it is empty");
    else if (json_string_length(value) > most)
        refuse(reader, key, "it is too long");
    else if (!is_plain(json_string_value(value)))
        refuse(reader, key, "it has control characters");
    return json_string_value(value);
}

static bool is_date(const char *text)
{
    static const unsigned days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (strlen(text) != 10 || strspn(text, "0123456789-") != 10)
        return false;
    for (size_t i = 0; i < 10; i++)
        if ((text[i] == '-') != (i == 4 || i == 7))
            return false;
    unsigned long year = strtoul(text, NULL, 10), month = strtoul(text + 5, NULL, 10),
                  day = strtoul(text + 8, NULL, 10);
    if (month < 1 || month > 12 || day < 1)
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= days[month - 1] + (month == 2 && leap);
}

static const char *take_date(struct field_reader *reader, const char *key)
{
    const char *text = take_text(reader, key, 10);
    if (reader->reason == REASON_DONE && !is_date(text))
        refuse(reader, key, "not a date of the form YYYY-MM-DD");
    return text;
}

static void refuse_unknown_keys(struct field_reader *reader)
{
    if (reader->reason == REASON_DONE && json_object_size(reader->object) != reader->taken)
        refuse(reader, "keys", "there is one that a manifest does not have");
}

/* A name below the manifest's folder: nothing that leads out of it. */
static bool is_file_beside(const char *file)
{
    if (file[0] == '/' || strlen(file) > MANIFEST_FILE_MAX)
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
    const char *text = take_text(reader, "data", MANIFEST_BYTES_MAX);
    if (reader->reason != REASON_DONE)
        return;
    size_t capacity = base64_decoded_limit(strlen(text));
    if (reader->reason == REASON_DONE)
        reader->reason = locked_memory_init(&finger->data, capacity > 0 ? capacity : 1, reader->failure);
    if (reader->reason == REASON_DONE &&
        !base64_decode(text, strlen(text), finger->data.bytes, capacity, &finger->data_size))
        refuse(reader, "data", "not canonical base64");
}

static enum reason parse_finger(json_t *object, enum manifest_form form, const char *subject,
    struct manifest_finger *finger, enum finger_position *position, struct failure *failure)
{
    struct field_reader reader = {.object = object, .subject = subject, .failure = failure};
    if (!json_is_object(object))
        refuse(&reader, "fingers", "one of them is not an object");
    const char *name = take_text(&reader, "position", 32);
    if (reader.reason == REASON_DONE && !finger_position_parse(name, position))
        refuse(&reader, "position", "not a finger");
    json_t *ppi = take(&reader, "ppi");
    if (ppi != NULL &&
        (!json_is_integer(ppi) || json_integer_value(ppi) < 1 || json_integer_value(ppi) > 10000))
        refuse(&reader, "ppi", "not a resolution in pixels per inch");
    finger->ppi = (uint32_t)json_integer_value(ppi);
    if (form == MANIFEST_WITH_DATA) {
        take_data(&reader, finger);
    } else {
        finger->file = take_text(&reader, "file", MANIFEST_FILE_MAX);
        if (reader.reason == REASON_DONE && !is_file_beside(finger->file))
            refuse(&reader, "file", "it must lie in the manifest's folder");
    }
    refuse_unknown_keys(&reader);
    return reader.reason;
}

static void take_fingers(struct field_reader *reader, enum manifest_form form, struct manifest_entry *entry)
{
    json_t *list = take(reader, "fingers");
    size_t count = json_array_size(list);
    if (!json_is_array(list) || count == 0)
        refuse(reader, "fingers", "at least one is needed");
    else if (count > WATCHLIST_FINGERS_MAX)
        refuse(reader, "fingers", "there are more than ten");
    for (size_t i = 0; i < count && reader->reason == REASON_DONE; i++) {
        struct watchlist_finger *finger = &entry->entry.fingers[i];
        entry->entry.finger_count = i + 1;
        reader->reason = parse_finger(json_array_get(list, i), form, reader->subject, &entry->fingers[i],
            &finger->position, reader->failure);
        for (size_t j = 0; j < i && reader->reason == REASON_DONE; j++)
            if (finger->position != FINGER_UNKNOWN && entry->entry.fingers[j].position == finger->position)
                refuse(reader, "position", "the same finger twice");
    }
}

static void take_purposes(struct field_reader *reader, struct watchlist_entry *entry)
{
    json_t *list = take(reader, "purposes");
    size_t count = json_array_size(list);
    if (!json_is_array(list) || count == 0)
        refuse(reader, "purposes", "at least one is needed");
    else if (count > WATCHLIST_PURPOSES_MAX)
        refuse(reader, "purposes", "there are too many");
    for (size_t i = 0; i < count && reader->reason == REASON_DONE; i++) {
        json_t *value = json_array_get(list, i);
        if (!json_is_string(value) || json_string_length(value) == 0 ||
            json_string_length(value) > WATCHLIST_PURPOSE_MAX || !is_plain(json_string_value(value)))
            refuse(reader, "purposes", "one of them is not a plain text of 1 to 64 bytes");
        entry->purposes[i] = json_string_value(value);
        entry->purpose_count = i + 1;
    }
}

enum reason manifest_entry_parse(json_t *object, enum manifest_form form, const char *subject,
    struct manifest_entry *entry, struct failure *failure)
{
    *entry = (struct manifest_entry){0};
    struct field_reader reader = {.object = object, .subject = subject, .failure = failure};
    if (!json_is_object(object))
        refuse(&reader, "entry", "not an object");
    struct watchlist_entry *read = &entry->entry;
    read->case_number = take_text(&reader, "case_number", WATCHLIST_TEXT_MAX);
    read->name = take_text(&reader, "name", WATCHLIST_TEXT_MAX);
    const char *category = take_text(&reader, "category", 64);
    if (reader.reason == REASON_DONE && !watchlist_category_parse(category, &read->category))
        refuse(&reader, "category", "not one that kordon knows");
    read->action = take_text(&reader, "action", WATCHLIST_TEXT_MAX);
    read->instruction = take_text(&reader, "instruction", WATCHLIST_TEXT_MAX);
    read->legal_basis = take_text(&reader, "legal_basis", WATCHLIST_TEXT_MAX);
    read->authority = take_text(&reader, "authority", WATCHLIST_TEXT_MAX);
    read->entered = take_date(&reader, "entered");
    read->expires = take_date(&reader, "expires");
    if (reader.reason == REASON_DONE && strcmp(read->entered, read->expires) > 0)
        refuse(&reader, "expires", "it lies before \"entered\"");
    take_purposes(&reader, read);
    take_fingers(&reader, form, entry);
    refuse_unknown_keys(&reader);
    if (reader.reason != REASON_DONE)
        manifest_entry_finish(entry);
    return reader.reason;
}

void manifest_entry_finish(struct manifest_entry *entry)
{
    for (size_t i = 0; i < WATCHLIST_FINGERS_MAX; i++)
        locked_memory_finish(&entry->fingers[i].data);
    *entry = (struct manifest_entry){0};
}

enum reason manifest_entry(
    const struct manifest *manifest, size_t index, struct manifest_entry *entry, struct failure *failure)
{
    char subject[64];
    snprintf(subject, sizeof subject, "entry %zu", index + 1);
    json_t *entries = json_object_get(manifest->root, "entries");
    return manifest_entry_parse(json_array_get(entries, index), MANIFEST_WITH_FILES, subject, entry, failure);
}

/* Every entry is one that manifest_entry() will accept later, and no case number comes twice. */
static enum reason check_entries(const struct manifest *manifest, struct failure *failure)
{
    json_t *seen = json_object();
    enum reason reason =
        seen != NULL ? REASON_DONE : failure_set(failure, REASON_NO_MEMORY, "manifest", NULL);
    for (size_t i = 0; i < manifest->count && reason == REASON_DONE; i++) {
        struct manifest_entry entry;
        reason = manifest_entry(manifest, i, &entry, failure);
        if (reason != REASON_DONE)
            break;
        char subject[64];
        snprintf(subject, sizeof subject, "entry %zu", i + 1);
        if (json_object_get(seen, entry.entry.case_number) != NULL)
            reason = failure_set(
                failure, REASON_MANIFEST_REFUSED, subject, "case_number: an entry before it has the same");
        else if (json_object_set_new(seen, entry.entry.case_number, json_true()) != 0)
            reason = failure_set(failure, REASON_NO_MEMORY, "manifest", NULL);
        manifest_entry_finish(&entry);
    }
    json_decref(seen);
    return reason;
}

static enum reason read_root(const char *name, struct manifest *manifest, struct failure *failure)
{
    struct field_reader reader = {.object = manifest->root, .subject = name, .failure = failure};
    if (!json_is_object(manifest->root))
        refuse(&reader, "manifest", "not an object");
    manifest->list = take_text(&reader, "list", 255);
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

enum reason manifest_parse(
    const char *name, const uint8_t *bytes, size_t size, struct manifest *manifest, struct failure *failure)
{
    *manifest = (struct manifest){0};
    if (size > MANIFEST_BYTES_MAX)
        return failure_set(
            failure, REASON_TOO_LARGE, name, "%zu bytes, at most %u are allowed", size, MANIFEST_BYTES_MAX);
    json_error_t error;
    manifest->root = json_loadb((const char *)bytes, size, JSON_REJECT_DUPLICATES, &error);
    if (manifest->root == NULL)
        return failure_set(
            failure, REASON_BAD_JSON, name, "line %d, column %d: %s", error.line, error.column, error.text);
    enum reason reason = read_root(name, manifest, failure);
    if (reason == REASON_DONE)
        reason = check_entries(manifest, failure);
    if (reason != REASON_DONE)
        manifest_finish(manifest);
    return reason;
}

void manifest_finish(struct manifest *manifest)
{
    json_decref(manifest->root);
    *manifest = (struct manifest){0};
}
