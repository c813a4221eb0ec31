/* command_watchlist_import.c: a manifest becomes the list in force, through kordond or, without one, in the
 * state directory itself; whole or not at all. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "crypto/base64.h"
#include "base/locked_memory.h"
#include "sample/sample.h"
#include "store/manifest.h"
#include "store/watchlist.h"
#include "tools/kordonctl/client.h"
#include "tools/kordonctl/enrol.h"
#include "tools/kordonctl/kordonctl.h"

#define DEFAULT_JUSTIFICATION "a new version of the list was issued"

/* The manifest and the folder that its files lie in. */
struct list_file {
    const char *path;
    struct manifest manifest;
};

static enum reason read_list(const char *path, struct list_file *list, struct failure *failure)
{
    uint8_t *bytes;
    size_t size;
    *list = (struct list_file){.path = path};
    enum reason reason = file_read(path, MANIFEST_BYTES_MAX, &bytes, &size, failure);
    if (reason != REASON_DONE)
        return reason;
    reason = manifest_parse(path, bytes, size, &list->manifest, failure);
    memory_wipe(bytes, size);
    free(bytes);
    return reason;
}

/* Reads a finger's file from beside the manifest; *bytes is malloc'd, the caller's to wipe and free. */
static enum reason read_finger(const struct list_file *list, const struct manifest_finger *finger,
    uint8_t **bytes, size_t *size, struct failure *failure)
{
    char path[PATH_MAX];
    const char *slash = strrchr(list->path, '/');
    int folder = slash != NULL ? (int)(slash - list->path + 1) : 0;
    *bytes = NULL;
    *size = 0;
    if (snprintf(path, sizeof path, "%.*s%s", folder, list->path, finger->file) >= (int)sizeof path)
        return failure_set(failure, REASON_BAD_VALUE, finger->file, "the path is too long");
    return file_read(path, SAMPLE_FILE_BYTES_MAX, bytes, size, failure);
}

/* Names the entry by its number (from 1) and the file, never by what it says of a person; keeps the cause's
 * words. file NULL: the entry as a whole. */
static enum reason refuse_entry(size_t index, const char *file, struct failure *failure)
{
    const struct failure cause = *failure;
    char entry[48];
    snprintf(entry, sizeof entry, "entry %zu", index + 1);
    return failure_set(failure, REASON_MANIFEST_REFUSED, entry, "%.100s%s%s%s%s",
        file != NULL ? file : cause.subject, file != NULL || cause.subject[0] != '\0' ? ": " : "",
        reason_text(cause.reason), cause.detail[0] != '\0' ? ": " : "", cause.detail);
}

/* --- without a daemon */

/* What one entry's fingers need while the store takes them; wiped after each entry. */
struct enrolled_fingers {
    struct matcher_template templates[WATCHLIST_FINGERS_MAX];
    uint8_t *files[WATCHLIST_FINGERS_MAX];
    size_t sizes[WATCHLIST_FINGERS_MAX];
};

static void wipe_fingers(struct enrolled_fingers *fingers)
{
    for (size_t i = 0; i < WATCHLIST_FINGERS_MAX; i++) {
        if (fingers->files[i] != NULL)
            memory_wipe(fingers->files[i], fingers->sizes[i]);
        free(fingers->files[i]);
    }
    memory_wipe(fingers, sizeof *fingers);
}

static enum reason enrol_entry(const struct session *session, const struct list_file *list, size_t index,
    struct manifest_entry *read, struct enrolled_fingers *fingers, struct failure *failure)
{
    for (size_t i = 0; i < read->entry.finger_count; i++) {
        struct watchlist_finger *finger = &read->entry.fingers[i];
        enum reason reason =
            read_finger(list, &read->fingers[i], &fingers->files[i], &fingers->sizes[i], failure);
        if (reason == REASON_DONE)
            reason = enrol_finger(fingers->files[i], fingers->sizes[i], read->fingers[i].ppi,
                &finger->position, session->configuration.policy.minimum_quality, &fingers->templates[i],
                &finger->quality, failure);
        if (reason != REASON_DONE)
            return refuse_entry(index, read->fingers[i].file, failure);
        finger->template_bytes = fingers->templates[i].bytes;
        finger->template_size = fingers->templates[i].size;
        finger->original_bytes = fingers->files[i];
        finger->original_size = fingers->sizes[i];
    }
    return REASON_DONE;
}

static enum reason add_entries(const struct session *session, const struct list_file *list,
    struct watchlist_import *import, struct failure *failure)
{
    struct enrolled_fingers *fingers = calloc(1, sizeof *fingers);
    enum reason reason =
        fingers != NULL ? REASON_DONE : failure_set(failure, REASON_NO_MEMORY, "fingers", NULL);
    for (size_t i = 0; i < list->manifest.count && reason == REASON_DONE; i++) {
        struct manifest_entry read;
        reason = manifest_entry(&list->manifest, i, &read, failure);
        if (reason != REASON_DONE)
            break;
        reason = enrol_entry(session, list, i, &read, fingers, failure);
        if (reason == REASON_DONE)
            reason = watchlist_import_add(import, &read.entry, 1, failure);
        manifest_entry_finish(&read);
        wipe_fingers(fingers);
    }
    free(fingers);
    return reason;
}

static enum reason import_into_store(
    struct session *session, const struct list_file *list, json_t **result, struct failure *failure)
{
    const struct manifest *manifest = &list->manifest;
    struct watchlist_import *import;
    struct journal_outcome outcome = {0};
    const struct watchlist_import_options options = {
        .list_name = manifest->list, .list_version = manifest->version};
    enum reason reason = watchlist_import_begin(session->store, &options, &import, failure);
    if (reason != REASON_DONE)
        return reason;
    reason = add_entries(session, list, import, failure);
    if (reason != REASON_DONE) {
        watchlist_import_cancel(import);
        (void)watchlist_sweep_all(session->store, NULL);
        return reason;
    }
    json_t *body = session_journal_body(session);
    json_object_set_new(body, "justification",
        json_string(session_option(session, OPTION_JUSTIFICATION, DEFAULT_JUSTIFICATION)));
    const struct log_draft draft = {.event = LOG_EVENT_ALTERATION, .body = body};
    reason = watchlist_import_commit(import, &draft, &outcome, failure);
    (void)watchlist_sweep_all(session->store, NULL); /* what is left is swept at the next change or start */
    json_decref(body);
    if (reason == REASON_DONE)
        *result = json_pack("{s:s,s:I,s:I,s:I,s:s}", "list", manifest->list, "version",
            (json_int_t)manifest->version, "entries", (json_int_t)manifest->count, "seq",
            (json_int_t)outcome.seq, "receipt", outcome.receipt);
    journal_outcome_finish(&outcome);
    return reason;
}

/* --- through kordond */

/* A finger with its file's bytes as base64 in "data"; new reference. */
static enum reason finger_json(const struct list_file *list, const struct manifest_finger *finger,
    enum finger_position position, json_t **object, struct failure *failure)
{
    uint8_t *bytes;
    size_t size;
    *object = NULL;
    enum reason reason = read_finger(list, finger, &bytes, &size, failure);
    if (reason != REASON_DONE)
        return reason;
    char *text = malloc(BASE64_LENGTH(size) + 1);
    if (text != NULL) {
        size_t length = base64_encode(bytes, size, text);
        *object = json_pack("{s:s,s:s}", "position", finger_position_name(position), "data", text);
        if (finger->ppi != 0)
            json_object_set_new(*object, "ppi", json_integer(finger->ppi));
        memory_wipe(text, length);
    }
    free(text);
    memory_wipe(bytes, size);
    free(bytes);
    return *object != NULL ? REASON_DONE : failure_set(failure, REASON_NO_MEMORY, finger->file, NULL);
}

/* The entry's own words as the manifest has them, without fingers; new reference. */
static json_t *entry_json(const struct watchlist_entry *entry)
{
    json_t *object =
        json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:[],s:[]}", "case_number", entry->case_number,
            "name", entry->name, "category", watchlist_category_name(entry->category), "action",
            entry->action, "instruction", entry->instruction, "legal_basis", entry->legal_basis, "authority",
            entry->authority, "entered", entry->entered, "expires", entry->expires, "purposes", "fingers");
    for (size_t i = 0; i < entry->purpose_count; i++)
        json_array_append_new(json_object_get(object, "purposes"), json_string(entry->purposes[i]));
    return object;
}

static enum reason send_entry(struct session *session, const struct list_file *list, const char *path,
    size_t index, struct failure *failure)
{
    struct manifest_entry read;
    enum reason reason = manifest_entry(&list->manifest, index, &read, failure);
    if (reason != REASON_DONE)
        return reason;
    json_t *entry = entry_json(&read.entry);
    for (size_t i = 0; i < read.entry.finger_count && reason == REASON_DONE; i++) {
        json_t *finger = NULL;
        reason = finger_json(list, &read.fingers[i], read.entry.fingers[i].position, &finger, failure);
        if (reason == REASON_DONE)
            json_array_append_new(json_object_get(entry, "fingers"), finger);
        else
            refuse_entry(index, read.fingers[i].file, failure);
    }
    manifest_entry_finish(&read);
    if (reason != REASON_DONE) {
        json_decref(entry);
        return REASON_MANIFEST_REFUSED;
    }
    reason = client_put_json(session->client, "POST", path, entry, NULL, failure);
    /* A daemon that stops or forbids is no fault of the entry. */
    return reason_class(reason) == REASON_CLASS_BAD_DATA ? refuse_entry(index, NULL, failure) : reason;
}

static enum reason import_through_daemon(
    struct session *session, const struct list_file *list, json_t **result, struct failure *failure)
{
    char path[256], entries[288], commit[288];
    json_t *answer;
    enum reason reason = client_put_json(session->client, "POST", "/v1/watchlist/imports",
        json_pack("{s:s,s:I}", "list", list->manifest.list, "version", (json_int_t)list->manifest.version),
        &answer, failure);
    if (reason != REASON_DONE)
        return reason;
    const char *id = json_string_value(json_object_get(answer, "import"));
    snprintf(path, sizeof path, "/v1/watchlist/imports/%.128s", id != NULL ? id : "");
    snprintf(entries, sizeof entries, "%s/entries", path);
    snprintf(commit, sizeof commit, "%s/commit", path);
    json_decref(answer);
    for (size_t i = 0; i < list->manifest.count && reason == REASON_DONE; i++)
        reason = send_entry(session, list, entries, i, failure);
    if (reason == REASON_DONE)
        return client_put_json(session->client, "POST", commit,
            json_pack("{s:s}", "justification",
                session_option(session, OPTION_JUSTIFICATION, DEFAULT_JUSTIFICATION)),
            result, failure);
    struct failure ignored;
    struct client_request cancel = {.method = "DELETE", .path = path};
    client_send_json(session->client, &cancel, NULL, &ignored);
    return reason;
}

enum reason command_watchlist_import(struct session *session, struct failure *failure)
{
    struct list_file list;
    json_t *result = NULL;
    enum reason reason = read_list(session->arguments.words[0], &list, failure);
    if (reason != REASON_DONE)
        return reason;
    reason = session->client != NULL ? import_through_daemon(session, &list, &result, failure)
                                     : import_into_store(session, &list, &result, failure);
    if (reason == REASON_DONE && session->arguments.json)
        reason = print_json(json_incref(result), failure);
    else if (reason == REASON_DONE)
        print_line("list %s version %llu is in force: %zu people; recorded as entry %lld of the log",
            list.manifest.list, (unsigned long long)list.manifest.version, list.manifest.count,
            (long long)json_integer_value(json_object_get(result, "seq")));
    json_decref(result);
    manifest_finish(&list.manifest);
    return reason;
}
