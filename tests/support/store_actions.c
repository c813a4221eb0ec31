#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/capture_note.h"
#include "store/case_record.h"
#include "store/document.h"
#include "store/journal_erasure.h"
#include "store/policy_change.h"
#include "store/probe_slot.h"
#include "tests/support/disk.h"
#include "tests/support/store_actions.h"

#define GROUP      5
#define ERASED     2 /* at once, or what is left: one alone takes the same way */
#define LIST_COUNT 5 /* always the same, so that an import makes the same calls each time */

void store_subject_receipt(struct store_subject *subject, const char *text)
{
    size_t size = strlen(text) + 1;
    disk_mark(MARK_RECEIPT, text, size);
    if (subject->pipe >= 0) {
        if (write(subject->pipe, text, size) != (ssize_t)size)
            _exit(1);
    } else if (!log_witness_receipt(&subject->witness, text)) {
        fail_msg("%s", subject->witness.complaint);
    }
}

/* --- The log ------------------------------------------------------------------------------------------------- */

static enum reason append(struct store_subject *subject, size_t count)
{
    json_t *body = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "actor", "officer 7", "role", "terminal",
        "purpose", "border_check", "legal_basis", "law", "justification", "first line", "transaction", "t");
    struct log_draft drafts[GROUP];
    struct journal_outcome outcomes[GROUP] = {0};
    for (size_t i = 0; i < count; i++)
        drafts[i] = (struct log_draft){LOG_EVENT_CONSULTATION, body};
    enum reason reason =
        journal_append(subject->state.store, drafts, count, outcomes, &subject->state.failure);
    for (size_t i = 0; i < count; i++) {
        if (reason == REASON_DONE)
            store_subject_receipt(subject, outcomes[i].receipt);
        journal_outcome_finish(&outcomes[i]);
    }
    json_decref(body);
    return reason;
}

static enum reason append_one(struct store_subject *subject)
{
    return append(subject, 1);
}

static enum reason append_group(struct store_subject *subject)
{
    return append(subject, GROUP);
}

/* --- Documents, notes, records and slots ------------------------------------------------------------------------ */

#define NOTED "noted" /* stands in an entry that put the note */

/* The slots that keep something. */
struct kept_slots {
    uint32_t last;
    size_t count;
};

static enum reason take_slot(void *context, uint32_t slot, struct failure *failure)
{
    struct kept_slots *kept = context;
    (void)failure;
    *kept = (struct kept_slots){slot, kept->count + 1};
    return REASON_DONE;
}

static enum reason describe_slot(
    struct state_directory *state, uint32_t slot, struct probe_slot_erasure *erasure)
{
    struct locked_memory content;
    size_t size;
    erasure->slot = slot;
    enum reason reason = probe_slot_read(state->store, slot, &content, &size, erasure->salt, &state->failure);
    locked_memory_finish(&content);
    return reason;
}

/* The policy, the note, the record and the slot say how many entries the log had before theirs; the slot before this one is erased. */
static enum reason put_document(struct store_subject *subject)
{
    struct state_directory *state = &subject->state;
    struct kept_slots kept = {0};
    struct probe_slot_erasure erasure;
    char text[32];
    TRY(probe_slots_each(state->store, take_slot, &kept, &state->failure));
    if (kept.count > 0)
        TRY(describe_slot(state, kept.last, &erasure));
    snprintf(text, sizeof text, "%llu", (unsigned long long)journal_size(state->store));
    struct document_change document = {.name = DOCUMENT_POLICY, .bytes = text, .size = strlen(text)};
    struct capture_note_change note = {.key = "one", .note = {.kind = "temporarily_impossible"}};
    snprintf(note.note.reason, sizeof note.note.reason, "%s", text);
    const struct case_record_change record = {.key = "one", .bytes = text, .size = strlen(text)};
    struct probe_slot_change slot = {.content = (const uint8_t *)text, .size = strlen(text)};
    const struct journal_change change = {.documents = &document,
        .document_count = 1,
        .note = &note,
        .records = &record,
        .record_count = 1,
        .slot = &slot,
        .erased_slots = &erasure,
        .erased_slot_count = kept.count > 0};
    const struct journal_change *changes = &change;
    json_t *body = json_pack(
        "{s:s, s:s, s:s, s:b}", "actor", "s", "role", "supervisor", "justification", "test", NOTED, true);
    struct log_draft draft = {LOG_EVENT_CONFIGURATION, body};
    struct journal_outcome outcome = {0};
    enum reason reason =
        journal_append_changing(state->store, &draft, &changes, 1, &outcome, &state->failure);
    if (reason == REASON_DONE)
        store_subject_receipt(subject, outcome.receipt);
    journal_outcome_finish(&outcome);
    json_decref(body);
    return reason;
}

/* Of one person a proposal, which another approves. */
static const struct policy_proposal proposal = {
    .policy = {.text = (char *)(uintptr_t) "the next policy", .size = 15},
    .proposer = "anna",
    .proof = "uid:1",
    .justification = "the law"};

static enum reason propose(struct store *store, const struct log_draft *draft,
    struct journal_outcome *outcome, struct failure *failure)
{
    struct policy_proposal made = proposal;
    made.proposed_ms = store_now_ms();
    return policy_propose(store, &made, draft, outcome, failure);
}

static enum reason approve(struct store *store, const struct log_draft *draft,
    struct journal_outcome *outcome, struct failure *failure)
{
    struct policy_text in_force;
    char hash[DIGEST_HEX_SIZE];
    TRY(policy_hash(proposal.policy.text, proposal.policy.size, hash, failure));
    enum reason reason = policy_text_read(store, &in_force, failure);
    if (reason != REASON_DONE && reason != REASON_DOCUMENT_NOT_FOUND)
        return reason;
    const struct policy_approval approval = {.hash = hash,
        .in_force_hash = reason == REASON_DONE ? in_force.hash : NULL,
        .approver = "boris",
        .proof = "uid:2",
        .now_ms = store_now_ms()};
    reason = policy_approve(store, &approval, draft, outcome, failure);
    policy_text_finish(&in_force);
    return reason;
}

/* A proposal is approved; where there is none one is made. */
static enum reason change_policy(struct store_subject *subject)
{
    struct state_directory *state = &subject->state;
    struct policy_proposal found;
    json_t *body = json_pack("{s:s, s:s, s:s}", "actor", "s", "role", "supervisor", "justification", "test");
    const struct log_draft draft = {LOG_EVENT_CONFIGURATION, body};
    struct journal_outcome outcome = {0};
    enum reason reason = policy_proposal_read(state->store, &found, &state->failure);
    policy_proposal_finish(&found);
    if (reason == REASON_DONE)
        reason = approve(state->store, &draft, &outcome, &state->failure);
    else if (reason == REASON_DOCUMENT_NOT_FOUND)
        reason = propose(state->store, &draft, &outcome, &state->failure);
    if (reason == REASON_DONE)
        store_subject_receipt(subject, outcome.receipt);
    journal_outcome_finish(&outcome);
    json_decref(body);
    return reason;
}

#define ENTRIES_BACK 8 /* more than an act and the append behind it add */

/* What the newest of the last entries that tells of that document says it is: its hash, "" where it was removed; none does: *said is false. */
static enum reason find_said(
    struct state_directory *state, const char *name, char hash[static DIGEST_HEX_SIZE], bool *said)
{
    const uint64_t size = journal_size(state->store);
    hash[0] = '\0';
    *said = false;
    for (uint64_t seq = size; seq > 0 && seq + ENTRIES_BACK > size && !*said; seq--) {
        json_t *entry;
        enum reason reason = journal_read(state->store, seq - 1, &entry, &state->failure);
        if (reason != REASON_DONE)
            return reason;
        const json_t *documents = json_object_get(json_object_get(entry, "body"), "documents");
        const json_t *document = json_object_get(documents, name);
        *said = document != NULL;
        if (json_is_string(document))
            snprintf(hash, DIGEST_HEX_SIZE, "%s", json_string_value(document));
        json_decref(entry);
    }
    return REASON_DONE;
}

static enum reason check_document(struct state_directory *state, const char *name, bool *same)
{
    char said_hash[DIGEST_HEX_SIZE], hash[DIGEST_HEX_SIZE] = "", *bytes;
    uint8_t digest[DIGEST_BYTES];
    size_t size;
    bool said;
    enum reason reason = document_read(state->store, name, &bytes, &size, digest, &state->failure);
    document_finish(bytes, size);
    if (reason == REASON_DONE)
        hex_format(digest, sizeof digest, hash);
    else if (reason != REASON_DOCUMENT_NOT_FOUND)
        return reason;
    TRY(find_said(state, name, said_hash, &said));
    *same = *same && (!said || strcmp(said_hash, hash) == 0);
    return REASON_DONE;
}

/* What the one record says; "" where there is none. */
static enum reason read_record(struct state_directory *state, char text[static 32])
{
    static const uint8_t key[CASE_RECORD_KEY_BYTES] = "one";
    char *bytes;
    size_t size;
    TRY(case_record_find(state->store, CASE_RECORD_REFERRAL, key, &bytes, &size, &state->failure));
    snprintf(text, 32, "%s", bytes != NULL ? bytes : "");
    case_record_finish(bytes, size);
    return REASON_DONE;
}

/* What the one slot keeps; "" where none keeps anything, "several" where more than one does. */
static enum reason read_slot(struct state_directory *state, char text[static 32])
{
    struct kept_slots kept = {0};
    struct locked_memory content;
    uint8_t salt[PROBE_SALT_BYTES];
    size_t size;
    text[0] = '\0';
    TRY(probe_slots_each(state->store, take_slot, &kept, &state->failure));
    if (kept.count == 0)
        return REASON_DONE;
    TRY(probe_slot_read(state->store, kept.last, &content, &size, salt, &state->failure));
    snprintf(text, 32, "%.*s", (int)size, (const char *)content.bytes);
    locked_memory_finish(&content);
    if (kept.count > 1)
        snprintf(text, 32, "several");
    return REASON_DONE;
}

/* What was put with the note says the same as it. */
static enum reason check_beside_note(
    struct state_directory *state, const struct capture_note *note, bool *same)
{
    char record[32], slot[32];
    TRY(read_record(state, record));
    TRY(read_slot(state, slot));
    *same = *same && strcmp(record, note->reason) == 0 && strcmp(slot, note->reason) == 0;
    return REASON_DONE;
}

/* The note names the entry that put it, behind which none of the last put another. */
static enum reason check_note(struct state_directory *state, bool *same)
{
    static const uint8_t key[CAPTURE_NOTE_KEY_BYTES] = "one";
    const uint64_t size = journal_size(state->store);
    struct capture_note note;
    bool found;
    TRY(capture_note_find(state->store, key, &note, &found, &state->failure));
    TRY(check_beside_note(state, &note, same));
    const uint64_t named = found ? strtoull(note.reason, NULL, 10) : size;
    *same = *same && (!found || named < size);
    for (uint64_t seq = size; seq > 0 && *same; seq--) {
        const bool is_named = found && seq - 1 == named;
        if (!is_named && seq + ENTRIES_BACK <= size)
            break;
        json_t *entry;
        TRY(journal_read(state->store, seq - 1, &entry, &state->failure));
        const bool noted = json_object_get(json_object_get(entry, "body"), NOTED) != NULL;
        *same = noted == is_named;
        json_decref(entry);
        if (is_named)
            break;
    }
    return REASON_DONE;
}

static bool documents_check(struct state_directory *state, char complaint[static 512])
{
    static const char *const names[] = {DOCUMENT_POLICY, DOCUMENT_POLICY_PROPOSAL};
    enum reason reason = REASON_DONE;
    bool same = true;
    for (size_t i = 0; i < sizeof names / sizeof names[0] && reason == REASON_DONE; i++)
        reason = check_document(state, names[i], &same);
    if (reason == REASON_DONE)
        reason = check_note(state, &same);
    if (reason != REASON_DONE || !same)
        snprintf(complaint, 512,
            "the policy, its proposal, the note, the record or the slot is not what the log says: %s",
            reason_text(reason));
    return reason == REASON_DONE && same;
}

/* --- Bodies that are erased ---------------------------------------------------------------------------------- */

/* The last comparison whose body is there. */
static enum reason find_comparison(struct state_directory *state, uint64_t *found)
{
    *found = 0;
    for (uint64_t seq = journal_size(state->store); seq > 0 && *found == 0; seq--) {
        json_t *entry;
        enum reason reason = journal_read(state->store, seq - 1, &entry, &state->failure);
        if (reason != REASON_DONE)
            return reason;
        const json_t *event = json_object_get(json_object_get(entry, "head"), "event");
        if (strcmp(json_string_value(event), "consultation") == 0 &&
            json_is_object(json_object_get(entry, "body")))
            *found = seq - 1;
        json_decref(entry);
    }
    return REASON_DONE;
}

static enum reason erase_body(struct store_subject *subject)
{
    struct state_directory *state = &subject->state;
    struct seq_range run;
    enum reason reason = find_comparison(state, &run.first);
    if (reason != REASON_DONE)
        return reason;
    run.last = run.first;
    const struct seq_ranges ranges = {&run, 1, 1};
    json_t *body =
        json_pack("{s:s, s:s, s:s}", "actor", "kordond", "role", "system", "justification", "retention");
    const struct log_draft draft = {LOG_EVENT_ERASURE, body};
    struct journal_outcome outcome = {0};
    reason = journal_erase(state->store, &ranges, NULL, &draft, &outcome, &state->failure);
    if (reason == REASON_DONE)
        store_subject_receipt(subject, outcome.receipt);
    journal_outcome_finish(&outcome);
    json_decref(body);
    return reason;
}

/* --- The list ------------------------------------------------------------------------------------------------ */

static struct list_view plan_import(const struct store_subject *subject)
{
    return (struct list_view){subject->list.generation + 1, subject->list.version + 1, LIST_COUNT};
}

static struct list_view plan_erasure(const struct store_subject *subject)
{
    const struct list_view *list = &subject->list;
    const uint64_t erased = list->count < ERASED ? list->count : ERASED;
    return (struct list_view){list->generation + 1, list->version, list->count - erased};
}

static void list_begun(struct store_subject *subject, struct list_view next)
{
    subject->next = next;
    disk_mark(MARK_BEGUN, &subject->next, sizeof subject->next);
}

static void list_installed(struct store_subject *subject)
{
    subject->list = subject->next;
    disk_mark(MARK_INSTALLED, &subject->list, sizeof subject->list);
}

static enum reason import_list(struct store_subject *subject)
{
    struct state_directory *state = &subject->state;
    char *receipt;
    list_begun(subject, plan_import(subject));
    enum reason reason = state_directory_import(state, subject->next.version, subject->next.count);
    if (reason != REASON_DONE)
        return reason;
    list_installed(subject);
    struct failure failure;
    if (journal_receipt(state->store, journal_size(state->store) - 1, &receipt, &failure) == REASON_DONE) {
        store_subject_receipt(subject, receipt);
        free(receipt);
    }
    return REASON_DONE;
}

/* The list's first ones, in order of id. */
struct first_ids {
    struct watchlist_id items[ERASED];
    size_t count;
};

static enum reason take_id(void *context, const struct watchlist_entry *entry, struct failure *failure)
{
    struct first_ids *ids = context;
    (void)failure;
    if (ids->count < ERASED)
        ids->items[ids->count++] = entry->id;
    return REASON_DONE;
}

static enum reason erase_entries(struct store_subject *subject)
{
    struct state_directory *state = &subject->state;
    struct first_ids found = {.count = 0};
    enum reason reason = watchlist_load(state->store, WATCHLIST_PART_ALERT, take_id, &found, &state->failure);
    if (reason != REASON_DONE)
        return reason;
    const struct watchlist_ids ids = {found.items, found.count};
    json_t *body =
        json_pack("{s:s, s:s, s:s}", "actor", "s", "role", "supervisor", "justification", "court order");
    struct log_draft draft = {LOG_EVENT_ERASURE, body};
    struct journal_outcome outcome = {0};
    list_begun(subject, plan_erasure(subject));
    reason = watchlist_erase_several(state->store, NULL, &ids, &draft, &outcome, &state->failure);
    (void)watchlist_sweep_all(state->store, NULL);
    if (reason == REASON_DONE) {
        list_installed(subject);
        store_subject_receipt(subject, outcome.receipt);
    }
    journal_outcome_finish(&outcome);
    json_decref(body);
    return reason;
}

/* --- Opening ------------------------------------------------------------------------------------------------- */

static enum reason open_again(struct store_subject *subject)
{
    return state_directory_reopen(&subject->state);
}

const struct store_action store_actions[STORE_ACTIONS] = {
    {"append", "L7", 1, append_one, NULL},
    {"append of a group", "L7", GROUP, append_group, NULL},
    {"import", "A8", 1, import_list, plan_import},
    {"erasure", "A8", 1, erase_entries, plan_erasure},
    {"document, note, record and slot", "A8", 1, put_document, NULL},
    {"change of the policy", "A8", 1, change_policy, NULL},
    {"erasure of a body", "L5", 1, erase_body, NULL},
    {"open", "L10", 0, open_again, NULL},
};
const struct store_action *const store_action_append = &store_actions[0];

/* --- The subject --------------------------------------------------------------------------------------------- */

void store_subject_init(struct store_subject *subject)
{
    memset(subject, 0, sizeof *subject);
    subject->pipe = -1;
    state_directory_init_anchored(&subject->state);
    log_witness_init(&subject->witness, store_verifier_key(subject->state.store));
    store_subject_prepare(subject);
    assert_int_equal(append_group(subject), REASON_DONE);
}

void store_subject_finish(struct store_subject *subject)
{
    disk_forget();
    log_witness_finish(&subject->witness);
    state_directory_finish(&subject->state);
}

void store_subject_prepare(struct store_subject *subject)
{
    if (subject->state.store == NULL)
        assert_int_equal(state_directory_reopen(&subject->state), REASON_DONE);
    if (subject->list.count < 4)
        assert_int_equal(import_list(subject), REASON_DONE);
    struct policy_proposal proposed;
    if (policy_proposal_read(subject->state.store, &proposed, NULL) != REASON_DONE)
        assert_int_equal(change_policy(subject), REASON_DONE);
    policy_proposal_finish(&proposed);
    uint64_t comparison;
    assert_int_equal(find_comparison(&subject->state, &comparison), REASON_DONE);
    if (comparison == 0)
        assert_int_equal(append_group(subject), REASON_DONE);
}

/* --- The list's oracle --------------------------------------------------------------------------------------- */

static enum reason count_entry(void *context, const struct watchlist_entry *entry, struct failure *failure)
{
    (void)entry, (void)failure;
    ++*(uint64_t *)context;
    return REASON_DONE;
}

/* What the last entry about the list says; all zero where none does. */
static enum reason read_recorded_list(struct state_directory *state, struct list_view *recorded)
{
    *recorded = (struct list_view){0};
    for (uint64_t seq = journal_size(state->store); seq > 0 && recorded->generation == 0; seq--) {
        json_t *entry;
        enum reason reason = journal_read(state->store, seq - 1, &entry, &state->failure);
        if (reason != REASON_DONE)
            return reason;
        json_t *body = json_object_get(entry, "body");
        recorded->generation = (uint64_t)json_integer_value(json_object_get(body, "list_generation"));
        recorded->version = (uint64_t)json_integer_value(json_object_get(body, "list_version"));
        recorded->count = (uint64_t)json_integer_value(json_object_get(body, "list_entries"));
        json_decref(entry);
    }
    return REASON_DONE;
}

static bool same_list(const struct list_view *one, const struct list_view *other)
{
    return one->generation == other->generation && one->version == other->version &&
           one->count == other->count;
}

bool list_view_check(struct state_directory *state, const struct list_view *old, const struct list_view *new,
    struct list_view *found, char complaint[static 512])
{
    struct watchlist_summary summary;
    struct list_view recorded;
    uint64_t problems = 0, loaded = 0;
    enum reason reason = watchlist_check(state->store, NULL, NULL, &problems, &state->failure);
    if (reason == REASON_DONE)
        reason = watchlist_load(state->store, WATCHLIST_PART_ALERT | WATCHLIST_PART_TEMPLATES, count_entry,
            &loaded, &state->failure);
    if (reason == REASON_DONE)
        reason = watchlist_summarize(state->store, &summary, &state->failure);
    if (reason == REASON_DONE)
        reason = read_recorded_list(state, &recorded);
    if (reason != REASON_DONE) {
        snprintf(complaint, 512, "the list does not hold: %s: %.100s: %.200s", reason_text(reason),
            state->failure.subject, state->failure.detail);
        return false;
    }
    int64_t rows = state_directory_ask(state, "SELECT count(*) FROM alert");
    *found = (struct list_view){summary.generation, summary.list_version, summary.entry_count};
    const char *wrong = loaded != found->count || problems > 0 ? "is not whole"
                        : !same_list(found, &recorded)         ? "is not the one that the log says"
                        : rows != (int64_t)found->count        ? "has left rows of another one behind"
                        : !same_list(found, old) && (new == NULL || !same_list(found, new))
                            ? "is neither the old one nor the new one"
                            : NULL;
    if (wrong != NULL)
        snprintf(complaint, 512, "the list of generation %llu, version %llu, with %llu entries %s",
            (unsigned long long)found->generation, (unsigned long long)found->version,
            (unsigned long long)found->count, wrong);
    return wrong == NULL && documents_check(state, complaint);
}
