#include "list/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "json/writer.h"

#define NOTE_SIZE 512

static void begin(struct json_writer *writer, const struct list_place *place)
{
    json_writer_object(writer);
    json_write_integer(writer, "entry", (int64_t)place->entry);
    json_write_text(writer, "case_number", place->case_number != NULL ? place->case_number : "");
    json_write_text(writer, "field", place->field);
}

/* finding is taken over. One that could not be made, and what there is no memory to keep, is among those that are counted only. */
static void keep(json_t **array, json_t *finding)
{
    struct json_writer writer;
    if (*array == NULL)
        *array = json_array();
    if (*array == NULL || finding == NULL || json_array_size(*array) >= LIST_FINDINGS_MAX) {
        json_decref(finding);
        return;
    }
    json_writer_over(&writer, json_incref(*array));
    json_append_value(&writer, finding);
    json_writer_close(&writer, NULL, NULL);
}

void list_findings_fault(
    struct list_findings *findings, const struct list_place *place, const struct failure *failure)
{
    struct json_writer fault;
    begin(&fault, place);
    json_write_text(&fault, "reason", reason_name(failure->reason));
    json_write_text(&fault, "text", reason_text(failure->reason));
    json_write_text(&fault, "detail", failure->detail);
    json_write_text(&fault, "remedy", reason_remedy(failure->reason));
    if (findings->fault_count++ == 0)
        failure_set(&findings->first, failure->reason, place->field, "%s", failure->detail);
    findings->faulty_entries = findings->faulty_entries > 0 ? findings->faulty_entries : 1;
    keep(&findings->faults, json_writer_end(&fault));
}

void list_findings_note(
    struct list_findings *findings, const struct list_place *place, const char *format, ...)
{
    char text[NOTE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    struct json_writer note;
    begin(&note, place);
    json_write_text(&note, "text", text);
    findings->note_count++;
    keep(&findings->notes, json_writer_end(&note));
}

static void add(json_t **array, json_t *other)
{
    size_t i;
    json_t *finding;
    json_array_foreach(other, i, finding) keep(array, json_incref(finding));
}

void list_findings_add(struct list_findings *findings, const struct list_findings *other)
{
    if (findings->fault_count == 0)
        findings->first = other->first;
    add(&findings->faults, other->faults);
    add(&findings->notes, other->notes);
    findings->fault_count += other->fault_count;
    findings->note_count += other->note_count;
    findings->faulty_entries += other->faulty_entries;
}

static uint64_t entry_of(const json_t *finding)
{
    return (uint64_t)json_integer_value(json_object_get(finding, "entry"));
}

/* How many entries have faults, which come one behind the other. */
static uint64_t count_entries(const json_t *faults)
{
    uint64_t count = 0, last = 0;
    size_t i;
    json_t *fault;
    json_array_foreach(faults, i, fault)
    {
        count += count == 0 || entry_of(fault) != last;
        last = entry_of(fault);
    }
    return count;
}

void list_findings_add_json(struct list_findings *findings, json_t *faults, json_t *notes)
{
    const struct list_findings other = {.faults = faults,
        .notes = notes,
        .fault_count = json_array_size(faults),
        .note_count = json_array_size(notes),
        .faulty_entries = count_entries(faults)};
    list_findings_add(findings, &other);
}

/* One of an array, with the place it had in it, so that those of one entry keep their order. */
struct placed_finding {
    json_t *finding;
    size_t place;
};

static int compare_findings(const void *a, const void *b)
{
    const struct placed_finding *one = a, *other = b;
    uint64_t entry = entry_of(one->finding), other_entry = entry_of(other->finding);
    if (entry != other_entry)
        return entry < other_entry ? -1 : 1;
    return one->place < other->place ? -1 : 1;
}

/* Without memory they stay in the order in which they were found. */
static void sort(json_t *array)
{
    size_t count = json_array_size(array);
    struct placed_finding *placed = count > 1 ? calloc(count, sizeof *placed) : NULL;
    if (placed == NULL)
        return;
    for (size_t i = 0; i < count; i++)
        placed[i] = (struct placed_finding){json_incref(json_array_get(array, i)), i};
    qsort(placed, count, sizeof *placed, compare_findings);
    for (size_t i = 0; i < count; i++)
        json_array_set_new(array, i, placed[i].finding);
    free(placed);
}

void list_findings_sort(struct list_findings *findings)
{
    sort(findings->faults);
    sort(findings->notes);
}

enum reason list_findings_refuse(
    const struct list_findings *findings, const char *subject, struct failure *failure)
{
    unsigned long long faults = findings->fault_count, entries = findings->faulty_entries;
    return failure_set(failure, REASON_MANIFEST_REFUSED, subject, "%llu %s in %llu %s", faults,
        counted(faults, "fault", "faults"), entries, counted(entries, "entry", "entries"));
}

void list_findings_finish(struct list_findings *findings)
{
    json_decref(findings->faults);
    json_decref(findings->notes);
    *findings = (struct list_findings){0};
}
