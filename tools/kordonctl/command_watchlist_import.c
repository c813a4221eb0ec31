/* command_watchlist_import.c: a manifest becomes the list in force, whole or not at all; everything that is wrong with it is said in one
 * pass. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/locked_memory.h"
#include "base/text.h"
#include "tools/kordonctl/client.h"
#include "tools/kordonctl/duplicates.h"
#include "tools/kordonctl/import.h"
#include "tools/kordonctl/interrupt.h"

#define REMOTE_FILE_BYTES ((size_t)16 << 20) /* the most that [api] sample_bytes can be */

enum reason import_check_going(struct failure *failure)
{
    return !interrupt_came() ? REASON_DONE : failure_set(failure, REASON_IMPORT_CANCELLED, "import", NULL);
}

/* --- What is asked for */

struct list_source import_source(const struct import_run *run, size_t index)
{
    return (struct list_source){.object = manifest_entry_object(&run->manifest, index),
        .form = MANIFEST_WITH_FILES,
        .folder = run->folder,
        .number = index + 1,
        .workspace = {run->workspace.bytes, run->workspace.size}};
}

static enum reason read_manifest(struct import_run *run, struct failure *failure)
{
    uint8_t *bytes;
    size_t size;
    TRY(file_read_itself(run->path, MANIFEST_BYTES_MAX, &bytes, &size, failure));
    enum reason reason = manifest_parse(run->path, bytes, size, &run->manifest, failure);
    memory_wipe(bytes, size);
    free(bytes);
    return reason;
}

/* Of all files that are there; what is not will be said with its entry. */
static uint64_t file_bytes(const struct import_run *run)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < run->manifest.count; i++) {
        json_t *fingers = json_object_get(manifest_entry_object(&run->manifest, i), "fingers"), *finger;
        size_t j;
        json_array_foreach(fingers, j, finger)
        {
            char path[PATH_MAX];
            struct stat status;
            const char *file = json_string_value(json_object_get(finger, "file"));
            if (file != NULL && snprintf(path, sizeof path, "%s%s", run->folder, file) < (int)sizeof path &&
                stat(path, &status) == 0 && S_ISREG(status.st_mode))
                bytes += (uint64_t)status.st_size;
        }
    }
    return bytes;
}

static bool is_given(const struct session *session, enum option_name option)
{
    return session_option(session, option, NULL) != NULL;
}

static enum reason prepare(struct import_run *run, struct failure *failure)
{
    const struct session *session = run->session;
    struct list_request request = {.list_version = run->manifest.version,
        .entries = run->manifest.count,
        .bytes = file_bytes(run),
        .allow_empty = is_given(session, OPTION_ALLOW_EMPTY),
        .replace_list = is_given(session, OPTION_REPLACE_LIST),
        .list_poor_prints = is_given(session, OPTION_LIST_POOR_PRINTS),
        .dry_run = is_given(session, OPTION_DRY_RUN)};
    snprintf(request.list_name, sizeof request.list_name, "%s", run->manifest.list);
    /* Over the network kordond alone knows its least quality and its limit; it judges what it is sent in any case. */
    run->rules = (struct list_rules){.least_quality = session->configuration.policy.minimum_quality,
        .list_poor_prints = request.list_poor_prints,
        .file_bytes_max =
            session->server != NULL ? REMOTE_FILE_BYTES : session->configuration.api.sample_bytes};
    progress_start(&run->progress, session, request.entries, request.bytes);
    enum reason reason = locked_memory_init(&run->workspace, matcher_decode_workspace_size(), failure);
    return reason == REASON_DONE ? list_change_init(&run->change, &request, failure) : reason;
}

/* --- What is said */

/* "entry 3 (case C-17), right_index, 3.png": whose finding it is. */
static void format_place(const json_t *finding, char *text, size_t size)
{
    const char *case_number = text_or_empty(finding, "case_number");
    snprintf(text, size, "entry %lld%s%.64s%s, %s", number_of(finding, "entry"),
        case_number[0] != '\0' ? " (case " : "", case_number, case_number[0] != '\0' ? ")" : "",
        text_or_empty(finding, "field"));
}

static void say_fault(const json_t *fault)
{
    char place[400], line[1400];
    const char *detail = text_or_empty(fault, "detail"), *remedy = text_or_empty(fault, "remedy");
    format_place(fault, place, sizeof place);
    /* Of the manifest's own rules the detail says it all; what to do about them is said at the end, once. */
    if (strcmp(text_or_empty(fault, "reason"), reason_name(REASON_MANIFEST_REFUSED)) == 0)
        snprintf(line, sizeof line, "%s: %s", place, detail);
    else
        snprintf(line, sizeof line, "%s: %s%s%s%s%s", place, text_or_empty(fault, "text"),
            detail[0] != '\0' ? ": " : "", detail, remedy[0] != '\0' ? "; " : "", remedy);
    print_error_line("%s", line);
}

static void say_note(const json_t *note)
{
    char place[400], line[1000];
    format_place(note, place, sizeof place);
    snprintf(line, sizeof line, "note: %s: %s", place, text_or_empty(note, "text"));
    print_error_line("%s", line);
}

static void say_findings(const struct import_run *run)
{
    const struct list_findings *findings = &run->change.findings;
    size_t i;
    json_t *finding;
    json_array_foreach(findings->faults, i, finding) say_fault(finding);
    json_array_foreach(findings->notes, i, finding) say_note(finding);
    if (findings->fault_count > json_array_size(findings->faults))
        fprintf(stderr, "kordonctl: and %llu further faults\n",
            (unsigned long long)findings->fault_count - json_array_size(findings->faults));
    if (findings->note_count > json_array_size(findings->notes))
        fprintf(stderr, "kordonctl: and %llu further notes\n",
            (unsigned long long)findings->note_count - json_array_size(findings->notes));
}

static enum reason say_answer(struct import_run *run, struct failure *failure)
{
    const json_t *answer = run->answer;
    bool dry_run = run->change.request.dry_run;
    long long people = number_of(answer, "entries");
    if (run->session->arguments.json)
        return print_json(json_incref(run->answer), failure);
    if (dry_run)
        print_line("list %s version %lld would be in force: %lld %s; nothing was changed",
            text_or_empty(answer, "list"), number_of(answer, "version"), people,
            counted((unsigned long long)people, "person", "people"));
    else
        print_line("list %s version %lld is in force: %lld %s; recorded as entry %lld of the log",
            text_or_empty(answer, "list"), number_of(answer, "version"), people,
            counted((unsigned long long)people, "person", "people"), number_of(answer, "seq"));
    print_searched_today(answer);
    if (!dry_run && run->session->client != NULL)
        duplicates_say_behind_import(run->session);
    else if (run->duplicates != NULL)
        duplicates_say(run->duplicates);
    else if (!dry_run)
        print_line("duplicates      not known: %s; kordond looks for them when it runs, and kordonctl "
                   "watchlist duplicates says it then",
            reason_text(run->duplicates_failure.reason));
    return REASON_DONE;
}

enum reason command_watchlist_import(struct session *session, struct failure *failure)
{
    char folder[PATH_MAX] = "";
    struct import_run run = {.session = session, .path = session->arguments.words[0], .folder = folder};
    const char *slash = strrchr(run.path, '/');
    if (slash != NULL &&
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - run.path + 1), run.path) >= (int)sizeof folder)
        return failure_set(failure, REASON_BAD_ARGUMENT, run.path, "the path is too long");
    interrupt_heed();
    enum reason reason = read_manifest(&run, failure);
    if (reason == REASON_DONE)
        reason = prepare(&run, failure);
    if (reason == REASON_DONE)
        reason =
            session->client != NULL ? import_through_daemon(&run, failure) : import_into_store(&run, failure);
    progress_end(&run.progress);
    list_findings_sort(&run.change.findings);
    say_findings(&run);
    if (reason == REASON_DONE)
        reason = say_answer(&run, failure);
    else
        session->faults = json_incref(run.change.findings.faults);
    json_decref(run.answer);
    json_decref(run.duplicates);
    list_change_finish(&run.change);
    locked_memory_finish(&run.workspace);
    manifest_finish(&run.manifest);
    return reason;
}

/* Ends the import under way, whoever began it: nobody's list may be held up by one who does not come back. */
enum reason command_watchlist_cancel(struct session *session, struct failure *failure)
{
    char path[256];
    json_t *answer;
    TRY(client_get(session->client, "/v1/watchlist/imports", &answer, failure));
    json_t *import = json_array_get(json_object_get(answer, "imports"), 0);
    snprintf(path, sizeof path, "/v1/watchlist/imports/%.128s", text_or_empty(import, "import"));
    if (!json_is_object(import)) {
        json_decref(answer);
        return failure_set(failure, REASON_IMPORT_NOT_FOUND, "import", NULL);
    }
    struct client_request request = {.method = "DELETE", .path = path};
    enum reason reason = client_send_json(session->client, &request, NULL, failure);
    if (reason == REASON_DONE && session->arguments.json)
        reason = print_json(json_incref(import), failure);
    else if (reason == REASON_DONE)
        print_line("the import of %s version %lld by %s is ended; nothing was changed",
            text_or_empty(import, "list"), number_of(import, "version"), text_or_empty(import, "owner"));
    json_decref(answer);
    return reason;
}
