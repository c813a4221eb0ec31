/* adversary_oracle_write.c: appends and erases, and looks whether that became true and nothing else. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log/entry_head.h"
#include "log/receipt.h"
#include "log/verify.h"
#include "tests/support/adversary_trial.h"

/* The outcome of an append must be the next leaf of the tree as it must be. */
static void take_outcome(struct trial *trial, const struct journal_outcome *outcome, const char *call)
{
    uint8_t leaf[DIGEST_BYTES];
    size_t count;
    struct receipt receipt;
    uint64_t seq = trial->edge.size;
    if (outcome->seq != seq || outcome->receipt == NULL) {
        trial_say(trial, OUTCOME_SIGNED_OVER, call, "another place in the log than the next");
        return;
    }
    trial_check_receipt(trial, outcome->receipt, seq, call, leaf);
    merkle_edge_append(&trial->edge, trial->world->digest, leaf, NULL, &count, NULL);
    trial->appended++;
    if (receipt_parse(outcome->receipt, strlen(outcome->receipt), &receipt, NULL) == REASON_DONE) {
        trial_check_note(trial, receipt.checkpoint, receipt.checkpoint_length, call);
        receipt_finish(&receipt);
    }
}

/* The head that stands in the file for that entry, as text; "" where there is none. */
static void read_head(const struct trial *trial, uint64_t seq, char *text, size_t size)
{
    char path[512];
    sqlite3 *database;
    sqlite3_stmt *statement = NULL;
    text[0] = '\0';
    snprintf(path, sizeof path, "%s/kordon.db", trial->question->directory);
    if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(database, "SELECT head FROM entry WHERE seq = ?", -1, &statement, NULL) ==
            SQLITE_OK &&
        sqlite3_bind_int64(statement, 1, (sqlite3_int64)seq) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        snprintf(text, size, "%.*s", sqlite3_column_bytes(statement, 0),
            (const char *)sqlite3_column_blob(statement, 0));
    sqlite3_finalize(statement);
    sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_close(database);
}

/* An append that was recorded but not answered for: its leaf is the head in the file, of the event that was handed in. It may be
 * signed, and nothing else. */
static void take_unanswered(struct trial *trial, enum log_event event)
{
    uint8_t leaf[DIGEST_BYTES];
    size_t count;
    char text[ENTRY_HEAD_SIZE];
    struct entry_head head;
    uint64_t seq = trial->edge.size;
    if (trial->failure.reason != REASON_OUTCOME_UNKNOWN || journal_size(trial->store) != seq + 1)
        return;
    read_head(trial, seq, text, sizeof text);
    if (entry_head_parse(text, strlen(text), &head, NULL) == REASON_DONE && head.seq == seq &&
        strcmp(head.event, log_event_name(event)) == 0) {
        merkle_leaf(trial->world->digest, text, strlen(text), leaf, NULL);
        merkle_edge_append(&trial->edge, trial->world->digest, leaf, NULL, &count, NULL);
        trial->appended++;
    }
}

/* What was put with the entry is there, and is it. */
static void check_put(struct trial *trial)
{
    char *bytes;
    size_t size;
    if (document_read(trial->store, "own", &bytes, &size, NULL, &trial->failure) != REASON_DONE)
        trial_refused(trial, "read what was put");
    else if (strcmp(bytes, "own text") != 0)
        trial_say(trial, OUTCOME_OTHER_DOCUMENT, "what was put", "is not what is read");
    document_finish(bytes, size);
}

void trial_check_append(struct trial *trial)
{
    const struct document_change document = {.name = "own", .bytes = "own text", .size = 8};
    struct capture_note_change note = {.note = {.kind = "own"}};
    const struct journal_change own = {.documents = &document, .document_count = 1, .note = &note};
    const struct journal_change *change = &own;
    adversary_note_key(ADVERSARY_NOTES + 1, note.key);
    json_t *body = adversary_body("own", 20), *entry = NULL;
    struct log_draft draft = {LOG_EVENT_CONSULTATION, body};
    struct journal_outcome outcome = {0};
    uint64_t seq = trial->edge.size;
    enum reason reason = journal_append_changing(trial->store, &draft, &change, 1, &outcome, &trial->failure);
    json_decref(body);
    if (reason != REASON_DONE) {
        trial_refused(trial, "append");
        take_unanswered(trial, LOG_EVENT_CONSULTATION);
        return;
    }
    take_outcome(trial, &outcome, "append");
    journal_outcome_finish(&outcome);
    if (journal_read(trial->store, seq, &entry, &trial->failure) != REASON_DONE) {
        trial_refused(trial, "read what was appended");
        return;
    }
    const char *said = json_string_value(json_object_get(json_object_get(entry, "body"), "transaction"));
    if (said == NULL || strcmp(said, "own") != 0)
        trial_say(trial, OUTCOME_OTHER_ENTRY, "what was appended", "is not what is read");
    json_decref(entry);
    check_put(trial);
}

void trial_check_verification(struct trial *trial)
{
    static const enum adversary_moment kept[] = {MOMENT_ENTRIES, MOMENT_LAST};
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        struct log_verification verification;
        const struct adversary_snapshot *snapshot = &trial->world->snapshots[kept[i]];
        const struct log_verify_options options = {
            .verifier_key = trial->world->verifier_line, .older_checkpoint = snapshot->checkpoint};
        enum reason reason =
            log_verify(log_source_store(trial->store), &options, &verification, &trial->failure);
        if (reason != REASON_DONE)
            trial_refused(trial, "verify");
        else if (verification.size != trial->edge.size || verification.erased > 0 ||
                 snapshot->size > trial->size)
            trial_say(trial, OUTCOME_SIGNED_OVER, "verify", "another log than the true one holds");
    }
}

struct adversary_bytes trial_read_files(const char *directory)
{
    struct adversary_bytes all = {0};
    DIR *folder = opendir(directory);
    if (folder == NULL)
        return all;
    for (struct dirent *file; (file = readdir(folder)) != NULL;) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", directory, file->d_name);
        struct adversary_bytes one = adversary_read(path);
        uint8_t *grown = one.size > 0 ? realloc(all.bytes, all.size + one.size) : NULL;
        if (grown != NULL) {
            memcpy(grown + all.size, one.bytes, one.size);
            all = (struct adversary_bytes){grown, all.size + one.size};
        }
        free(one.bytes);
    }
    closedir(folder);
    return all;
}

static size_t count_key(const struct adversary_bytes *files, const struct adversary_record *record)
{
    size_t found = 0;
    const uint8_t *at = files->bytes, *end = at + files->size;
    while (at != NULL &&
           (at = memmem(at, (size_t)(end - at), record->wrapped, SEALED_WRAPPED_KEY_BYTES)) != NULL) {
        found++;
        at++;
    }
    return found;
}

void trial_check_erasure(struct trial *trial, const struct adversary_bytes *before_open)
{
    json_t *body =
        json_pack("{s:s, s:s, s:s}", "actor", "s", "role", "supervisor", "justification", "court order");
    struct log_draft draft = {LOG_EVENT_ERASURE, body};
    struct journal_outcome outcome = {0};
    const struct adversary_record *record = &trial->list->records[0];
    enum reason reason = watchlist_erase(trial->store, NULL, &record->id, &draft, &outcome, &trial->failure);
    json_decref(body);
    if (reason == REASON_ENTRY_NOT_FOUND)
        trial_say(trial, OUTCOME_DENIED, "erase", "a record of the list is not found");
    if (reason != REASON_DONE) {
        uint64_t before = trial->edge.size;
        trial_refused(trial, "erase");
        take_unanswered(trial, LOG_EVENT_ERASURE);
        trial->erased = trial->edge.size > before;
        return;
    }
    take_outcome(trial, &outcome, "erase");
    journal_outcome_finish(&outcome);
    trial->erased = true;
    struct adversary_bytes files = trial_read_files(trial->question->directory);
    size_t left = count_key(&files, record), own = count_key(before_open, record);
    free(files.bytes);
    own -= own > 0; /* one is where it belongs */
    char text[64];
    snprintf(text, sizeof text, "%zu copies of its key in the files, %zu were the adversary's", left, own);
    if (left > own)
        trial_say(trial, OUTCOME_ERASED_STAYS, "erase", text);
}
