/* adversary_oracle_document.c: what is said of documents and notes, against what the true entries say of them. */
#include <stdio.h>
#include <string.h>

#include "store/capture_note.h"
#include "store/case_record.h"
#include "store/document.h"
#include "tests/support/adversary_trial.h"

#define POLICY_TEXT_SIZE 64

void adversary_change_init(struct adversary_change *made, const char *word, uint64_t seq)
{
    snprintf(made->text, sizeof made->text, "policy of %s %llu", word, (unsigned long long)seq);
    made->document =
        (struct document_change){.name = DOCUMENT_POLICY, .bytes = made->text, .size = strlen(made->text)};
    made->note = (struct capture_note_change){.deletes = seq % 5 == 0,
        .note = {.kind = "temporarily_impossible", .since_ms = (int64_t)seq, .due_day = 20000}};
    unsigned number = (unsigned)(seq % ADVERSARY_NOTES);
    adversary_note_key(number, made->note.key);
    snprintf(made->note.note.reason, sizeof made->note.note.reason, "%s", made->text);
    made->record = (struct case_record_change){
        .bytes = made->note.deletes ? NULL : made->text, .size = strlen(made->text)};
    adversary_note_key(number, made->record.key);
    made->change = (struct journal_change){.documents = &made->document,
        .document_count = 1,
        .note = &made->note,
        .records = &made->record,
        .record_count = 1};
}

void adversary_change_describe(const struct adversary_change *made, uint64_t seq, json_t *body)
{
    json_object_set_new(body, "test_note", json_integer((json_int_t)(seq % ADVERSARY_NOTES)));
    json_object_set_new(
        body, "test_note_says", made->note.deletes ? json_null() : json_string(made->note.note.reason));
}

/* Two of them in one bucket. */
void adversary_note_key(unsigned number, uint8_t key[static CAPTURE_NOTE_KEY_BYTES])
{
    memset(key, (int)(number * 77), CAPTURE_NOTE_KEY_BYTES);
    key[0] = number < 2 ? 9 : 200;
}

/* --- What the entries say ------------------------------------------------------------------------------------ */

/* The newest entry's word below the size that the log has; "" where none has said one. The policy by its digest. */
struct said {
    char policy[DIGEST_HEX_SIZE];
    char notes[ADVERSARY_NOTES][POLICY_TEXT_SIZE];
};

static void take_entry(struct said *said, const json_t *body)
{
    const json_t *policy = json_object_get(json_object_get(body, "documents"), DOCUMENT_POLICY);
    const json_t *note = json_object_get(body, "test_note");
    if (policy != NULL)
        snprintf(said->policy, sizeof said->policy, "%s", json_string_value(policy));
    if (note != NULL) {
        const char *text = json_string_value(json_object_get(body, "test_note_says"));
        snprintf(said->notes[json_integer_value(note)], POLICY_TEXT_SIZE, "%s", text != NULL ? text : "");
    }
}

static void read_entries(const struct trial *trial, struct said *said)
{
    memset(said, 0, sizeof *said);
    for (uint64_t seq = 0; seq < trial->size; seq++) {
        json_t *entry = json_loads(trial->history->entries[seq], 0, NULL);
        take_entry(said, json_object_get(entry, "body"));
        json_decref(entry);
    }
}

/* --- What the store says ------------------------------------------------------------------------------------- */

static void check_policy(struct trial *trial, const struct said *said)
{
    char *bytes, hash[DIGEST_HEX_SIZE];
    size_t size;
    uint8_t digest[DIGEST_BYTES];
    enum reason reason = document_read(trial->store, DOCUMENT_POLICY, &bytes, &size, digest, &trial->failure);
    if (reason == REASON_DOCUMENT_NOT_FOUND) {
        if (said->policy[0] != '\0')
            trial_say(trial, OUTCOME_DENIED, "document", "the policy is not found");
        return;
    }
    if (reason != REASON_DONE) {
        trial_refused(trial, "document");
        return;
    }
    if (strcmp(hex_format(digest, DIGEST_BYTES, hash), said->policy) != 0)
        trial_say(trial, OUTCOME_OTHER_DOCUMENT, "document", bytes);
    document_finish(bytes, size);
}

static void check_note(struct trial *trial, unsigned number, const char *expected)
{
    struct capture_note note;
    uint8_t key[CAPTURE_NOTE_KEY_BYTES];
    bool found;
    adversary_note_key(number, key);
    if (capture_note_find(trial->store, key, &note, &found, &trial->failure) != REASON_DONE)
        trial_refused(trial, "note");
    else if (!found && expected[0] != '\0')
        trial_say(trial, OUTCOME_DENIED, "note", "it is not found");
    else if (strcmp(note.reason, expected) != 0)
        trial_say(trial, OUTCOME_OTHER_DOCUMENT, "note", note.reason);
}

/* Where none was put it is not found, and where one was it says what the note says. */
static void check_record(struct trial *trial, unsigned number, const char *expected)
{
    uint8_t key[CASE_RECORD_KEY_BYTES];
    char *bytes;
    size_t size;
    adversary_note_key(number, key);
    enum reason reason =
        case_record_find(trial->store, CASE_RECORD_REFERRAL, key, &bytes, &size, &trial->failure);
    if (reason != REASON_DONE)
        trial_refused(trial, "record");
    else if (bytes == NULL && expected[0] != '\0')
        trial_say(trial, OUTCOME_DENIED, "record", "it is not found");
    else if (bytes != NULL && strcmp(bytes, expected) != 0)
        trial_say(trial, OUTCOME_OTHER_DOCUMENT, "record", bytes);
    case_record_finish(bytes, size);
}

void trial_check_documents(struct trial *trial)
{
    struct said said;
    read_entries(trial, &said);
    check_policy(trial, &said);
    for (unsigned i = 0; i < ADVERSARY_NOTES; i++) {
        check_note(trial, i, said.notes[i]);
        check_record(trial, i, said.notes[i]);
    }
    check_note(trial, ADVERSARY_NOTES, ""); /* nobody ever put it */
}
