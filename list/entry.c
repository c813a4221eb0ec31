#include "list/entry.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/word_list.h"

/* What reading one entry shares. */
struct entry_reading {
    struct list_entry *entry;
    const struct list_source *source;
    const struct list_rules *rules;
    struct failure *failure;
    enum reason reason; /* why nothing can be said of the entry: of this machine, not of the list */
};

/* What this machine lacks is no fault of the list. */
static bool is_of_this_machine(enum reason reason)
{
    return reason == REASON_NO_MEMORY || reason == REASON_MEMLOCK_LIMIT || reason == REASON_SYSTEM_ERROR ||
           reason == REASON_INTERNAL_ERROR || reason == REASON_WORKSPACE_TOO_SMALL;
}

static void find_fault(struct entry_reading *reading, const char *field, const struct failure *failure)
{
    if (is_of_this_machine(failure->reason)) {
        if (reading->reason == REASON_DONE && reading->failure != NULL)
            *reading->failure = *failure;
        reading->reason = failure->reason;
        return;
    }
    const struct list_place place = {reading->entry->number, reading->entry->read.entry.case_number, field};
    list_findings_fault(&reading->entry->findings, &place, failure);
}

static void on_manifest_fault(void *context, const char *field, const struct failure *failure)
{
    find_fault(context, field, failure);
}

/* "right_index, prints/1.png": what the person calls the finger, and the file. */
static const char *finger_field(const struct entry_reading *reading, size_t index, char *text, size_t size)
{
    const struct manifest_entry *read = &reading->entry->read;
    const char *file = read->fingers[index].file;
    snprintf(text, size, "%s%s%.200s", finger_position_name(read->entry.fingers[index].position),
        file != NULL ? ", " : "", file != NULL ? file : "");
    return text;
}

static enum reason read_file(
    const struct entry_reading *reading, size_t index, struct list_file *file, struct failure *failure)
{
    const struct manifest_finger *finger = &reading->entry->read.fingers[index];
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s%s", reading->source->folder, finger->file) >= (int)sizeof path)
        return failure_set(failure, REASON_BAD_VALUE, finger->file, "the path is too long");
    return file_read(path, reading->rules->file_bytes_max, &file->bytes, &file->size, failure);
}

/* The finger's file: the bytes that were sent, or those beside the manifest. */
static enum reason get_file(
    struct entry_reading *reading, size_t index, const uint8_t **bytes, size_t *size, struct failure *failure)
{
    const struct manifest_finger *finger = &reading->entry->read.fingers[index];
    struct list_file *file = &reading->entry->files[index];
    enum reason reason = REASON_DONE;
    if (reading->source->form == MANIFEST_WITH_FILES)
        reason = read_file(reading, index, file, failure);
    *bytes = file->bytes != NULL ? file->bytes : finger->data.bytes;
    *size = file->bytes != NULL ? file->size : finger->data_size;
    if (reason == REASON_DONE && *size > reading->rules->file_bytes_max)
        reason = failure_set(
            failure, REASON_TOO_LARGE, NULL, "%zu bytes; at most %zu", *size, reading->rules->file_bytes_max);
    return reason;
}

static void say_notes(struct entry_reading *reading, const char *field, const struct enrolment *enrolment)
{
    const struct list_place place = {reading->entry->number, reading->entry->read.entry.case_number, field};
    for (size_t i = 0; i < enrolment->note_count; i++)
        list_findings_note(&reading->entry->findings, &place, "%s", enrolment->notes[i]);
}

static bool is_too_poor(enum reason reason)
{
    return reason == REASON_SAMPLE_TOO_POOR || reason == REASON_SAMPLE_TOO_SMALL;
}

static void list_unsearchable(struct entry_reading *reading, const char *field, const struct failure *failure)
{
    const struct list_place place = {reading->entry->number, reading->entry->read.entry.case_number, field};
    list_findings_note(&reading->entry->findings, &place, "listed as not searchable: %s%s%s",
        reason_text(failure->reason), failure->detail[0] != '\0' ? ": " : "", failure->detail);
}

static void take_template(struct entry_reading *reading, size_t index)
{
    struct enrolment *enrolment = &reading->entry->enrolments[index];
    struct watchlist_finger *finger = &reading->entry->read.entry.fingers[index];
    const struct matcher_template *template = locked_template_get(&enrolment->fingers[0]);
    finger->position = enrolment->fingers[0].position;
    finger->quality = enrolment->fingers[0].report.quality;
    finger->template_bytes = template->bytes;
    finger->template_size = template->size;
    reading->entry->searchable++;
}

/* Whether two fingers of the entry come from one file. */
static bool is_same_file(const struct entry_reading *reading, size_t one, size_t other)
{
    const struct manifest_finger *a = &reading->entry->read.fingers[one];
    const struct manifest_finger *b = &reading->entry->read.fingers[other];
    if (reading->source->form == MANIFEST_WITH_FILES)
        return a->file != NULL && b->file != NULL && strcmp(a->file, b->file) == 0;
    return a->data_size > 0 && a->data_size == b->data_size &&
           memcmp(a->data.bytes, b->data.bytes, a->data_size) == 0;
}

/* The positions of the entry's other fingers that come from the same file, a bit each. */
static uint32_t listed_too(const struct entry_reading *reading, size_t index)
{
    const struct watchlist_entry *entry = &reading->entry->read.entry;
    uint32_t positions = 0;
    for (size_t i = 0; i < entry->finger_count; i++)
        if (i != index && is_same_file(reading, index, i))
            positions |= UINT32_C(1) << entry->fingers[i].position;
    return positions;
}

static void enrol_finger(struct entry_reading *reading, size_t index)
{
    struct enrolment *enrolment = &reading->entry->enrolments[index];
    struct watchlist_finger *finger = &reading->entry->read.entry.fingers[index];
    const struct enrol_claim claim = {.position = finger->position,
        .ppi = reading->entry->read.fingers[index].ppi,
        .records = true,
        .workspace = reading->source->workspace,
        .listed_too = listed_too(reading, index),
        .least_quality = reading->rules->least_quality};
    struct failure failure = {0};
    char field[256];
    const uint8_t *bytes;
    size_t size;
    finger_field(reading, index, field, sizeof field);
    enum reason reason = get_file(reading, index, &bytes, &size, &failure);
    if (reason == REASON_DONE) {
        finger->original_bytes = bytes;
        finger->original_size = size;
        reading->entry->bytes += size;
        reason = enrol_file(bytes, size, &claim, enrolment, &failure);
    }
    if (reason == REASON_DONE) {
        say_notes(reading, field, enrolment);
        take_template(reading, index);
    } else if (is_too_poor(reason) && reading->rules->list_poor_prints) {
        list_unsearchable(reading, field, &failure);
    } else {
        find_fault(reading, field, &failure);
    }
}

static bool has_file(const struct entry_reading *reading, size_t index)
{
    const struct manifest_finger *finger = &reading->entry->read.fingers[index];
    return reading->source->form == MANIFEST_WITH_FILES ? finger->file != NULL : finger->data_size > 0;
}

static bool is_same_print(const struct watchlist_finger *one, const struct watchlist_finger *other)
{
    return one->template_size > 0 && one->template_size == other->template_size &&
           memcmp(one->template_bytes, other->template_bytes, one->template_size) == 0;
}

/* One picture under two names: which of them is wrong only the list's authority knows. Both are taken, so that the person is found. */
static void tell_prints_listed_twice(struct entry_reading *reading)
{
    const struct watchlist_entry *entry = &reading->entry->read.entry;
    char field[256];
    for (size_t i = 1; i < entry->finger_count; i++)
        for (size_t k = 0; k < i; k++) {
            const struct list_place place = {
                reading->entry->number, entry->case_number, finger_field(reading, i, field, sizeof field)};
            if (is_same_print(&entry->fingers[k], &entry->fingers[i]))
                list_findings_note(&reading->entry->findings, &place,
                    "it is the same print as %s: one finger is listed as two",
                    finger_position_name(entry->fingers[k].position));
        }
}

/* Of the policy's purposes that the entry names, those that may not see it. */
static void list_blind(const struct list_purposes *purposes, const struct watchlist_entry *entry,
    uint64_t seen, struct word_list *blind)
{
    for (size_t i = 0; i < purposes->count; i++)
        for (size_t k = 0; k < entry->purpose_count; k++)
            if (strcmp(purposes->names[i], entry->purposes[k]) == 0 && (seen & (uint64_t)1 << i) == 0)
                word_list_add(blind, purposes->names[i]);
}

/* P8: whoever brings the list is told what of it will not be shown, and to which purposes. That it names other posts' purposes alone is
 * counted, not told: a list may be for many. */
static void judge_sight(struct entry_reading *reading)
{
    const struct watchlist_entry *entry = &reading->entry->read.entry;
    const struct list_place place = {reading->entry->number, entry->case_number, "purposes"};
    struct word_list blind = {0};
    uint64_t seen;
    if (reading->rules->purposes == NULL || reading->entry->findings.fault_count > 0)
        return;
    enum list_sight sight = list_purposes_see(
        reading->rules->purposes, entry->purposes, entry->purpose_count, entry->category, &seen);
    list_blind(reading->rules->purposes, entry, seen, &blind);
    if (sight == LIST_NOT_PERMITTED)
        list_findings_note(&reading->entry->findings, &place,
            "kept, but not searched: the policy shows %s to none of the purposes that it is listed for",
            alert_category_name(entry->category));
    else if (sight == LIST_SEEN && blind.text[0] != '\0')
        list_findings_note(&reading->entry->findings, &place,
            "not searched for %s: the policy does not show %s to them", blind.text,
            alert_category_name(entry->category));
}

enum reason list_entry_read(const struct list_source *source, const struct list_rules *rules,
    struct list_entry **entry, struct failure *failure)
{
    *entry = calloc(1, sizeof **entry);
    if (*entry == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "entry", NULL);
    (*entry)->number = source->number;
    struct entry_reading reading = {.entry = *entry, .source = source, .rules = rules, .failure = failure};
    const struct json_faults faults = {on_manifest_fault, &reading};
    manifest_entry_parse(source->object, source->form, &faults, &(*entry)->read);
    for (size_t i = 0; i < (*entry)->read.entry.finger_count && reading.reason == REASON_DONE; i++)
        if (has_file(&reading, i))
            enrol_finger(&reading, i);
    tell_prints_listed_twice(&reading);
    judge_sight(&reading);
    if (reading.reason != REASON_DONE) {
        list_entry_destroy(*entry);
        *entry = NULL;
    }
    return reading.reason;
}

void list_entry_came_before(struct list_entry *entry)
{
    const struct list_place place = {entry->number, entry->read.entry.case_number, "case_number"};
    struct failure failure = {0};
    failure_set(&failure, REASON_MANIFEST_REFUSED, NULL, "an entry before it has the same");
    list_findings_fault(&entry->findings, &place, &failure);
}

void list_entry_destroy(struct list_entry *entry)
{
    if (entry == NULL)
        return;
    for (size_t i = 0; i < WATCHLIST_FINGERS_MAX; i++) {
        enrolment_finish(&entry->enrolments[i]);
        if (entry->files[i].bytes != NULL)
            memory_wipe(entry->files[i].bytes, entry->files[i].size);
        free(entry->files[i].bytes);
    }
    manifest_entry_finish(&entry->read);
    list_findings_finish(&entry->findings);
    memory_wipe(entry, sizeof *entry);
    free(entry);
}
