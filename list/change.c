#include "list/change.h"

#include <stdio.h>

#include "list/describe.h"

enum reason list_change_init(
    struct list_change *change, const struct list_request *request, struct failure *failure)
{
    *change = (struct list_change){.request = *request};
    return case_numbers_create(&change->case_numbers, failure);
}

void list_change_finish(struct list_change *change)
{
    case_numbers_destroy(change->case_numbers);
    list_findings_finish(&change->findings);
    *change = (struct list_change){0};
}

struct watchlist_import_options list_change_options(const struct list_change *change)
{
    return (struct watchlist_import_options){.list_name = change->request.list_name,
        .list_version = change->request.list_version,
        .replace_list = change->request.replace_list,
        .allow_empty = change->request.allow_empty};
}

enum reason list_change_take(struct list_change *change, struct list_entry *entry, bool keeps_faults,
    bool *sound, struct failure *failure)
{
    const struct watchlist_entry *read = &entry->read.entry;
    bool before = false, counted = keeps_faults || entry->findings.fault_count == 0;
    *sound = false;
    TRY(counted && read->case_number != NULL
            ? case_numbers_add(change->case_numbers, read->case_number, &before, failure)
            : REASON_DONE);
    if (before)
        list_entry_came_before(entry);
    *sound = entry->findings.fault_count == 0;
    if (!*sound && !keeps_faults)
        return REASON_DONE;
    change->entries++;
    change->fingers += read->finger_count;
    change->bytes += entry->bytes;
    if (*sound)
        change->unsearchable += read->finger_count - entry->searchable;
    list_findings_add(&change->findings, &entry->findings);
    return REASON_DONE;
}

enum reason list_change_pass(struct list_change *change, const char *case_number, size_t fingers,
    uint64_t bytes, bool *before, struct failure *failure)
{
    enum reason reason = case_numbers_add(change->case_numbers, case_number, before, failure);
    if (reason != REASON_DONE || *before)
        return reason;
    change->entries++;
    change->fingers += fingers;
    change->bytes += bytes;
    return REASON_DONE;
}

enum reason list_change_check(const struct list_change *change, struct failure *failure)
{
    const struct list_request *request = &change->request;
    if (change->findings.fault_count > 0)
        return list_findings_refuse(&change->findings, request->list_name, failure);
    if (request->entries != 0 && request->entries != change->entries)
        return failure_set(failure, REASON_CONFLICTING_IMPORT, request->list_name,
            "%llu entries came where %llu were announced", (unsigned long long)change->entries,
            (unsigned long long)request->entries);
    return REASON_DONE;
}

json_t *list_change_progress(const struct list_change *change)
{
    struct json_writer writer;
    json_writer_object(&writer);
    json_write_text(&writer, "list", change->request.list_name);
    json_write_integer(&writer, "version", (int64_t)change->request.list_version);
    json_write_integer(&writer, "entries", (int64_t)change->entries);
    json_write_integer(&writer, "finger_count", (int64_t)change->fingers);
    json_write_integer(&writer, "bytes", (int64_t)change->bytes);
    json_write_integer(&writer, "entries_announced", (int64_t)change->request.entries);
    json_write_integer(&writer, "bytes_announced", (int64_t)change->request.bytes);
    json_write_integer(&writer, "fault_count", (int64_t)change->findings.fault_count);
    return json_writer_end(&writer);
}

static enum reason load_staged(const struct reference_source *source, unsigned parts,
    enum reason (*each)(void *context, const struct watchlist_entry *entry, struct failure *failure),
    void *context, struct failure *failure)
{
    return watchlist_load_staged(source->store, source->staged, parts, each, context, failure);
}

void list_change_source(const struct list_change *change, struct store *store,
    const struct watchlist_staged *staged, struct reference_source *source)
{
    *source = (struct reference_source){.load = load_staged, .store = store, .staged = staged};
    snprintf(source->summary.list_name, sizeof source->summary.list_name, "%s", change->request.list_name);
    source->summary.list_version = change->request.list_version;
    source->summary.entry_count = staged->entry_count;
    source->summary.finger_count = staged->finger_count;
}

static void write_set(struct json_writer *writer, const struct opened_list *set)
{
    const struct watchlist_summary *summary = opened_list_summary(set);
    json_write_text(writer, "list", summary->list_name);
    json_write_integer(writer, "version", (int64_t)summary->list_version);
    json_write_integer(writer, "entries", (int64_t)summary->entry_count);
    json_write_integer(writer, "fingers", (int64_t)summary->finger_count);
    list_write_counts(writer, set);
}

json_t *list_set_answer(const struct opened_list *set)
{
    struct json_writer writer;
    json_writer_object(&writer);
    write_set(&writer, set);
    return json_writer_end(&writer);
}

json_t *list_change_answer(const struct list_change *change, const struct opened_list *set)
{
    struct json_writer writer;
    json_writer_object(&writer);
    write_set(&writer, set);
    json_write_boolean(&writer, "dry_run", change->request.dry_run);
    json_write_integer(&writer, "fingers_unsearchable", (int64_t)change->unsearchable);
    json_write_value(&writer, "notes",
        change->findings.notes != NULL ? json_incref(change->findings.notes) : json_array());
    return json_writer_end(&writer);
}
