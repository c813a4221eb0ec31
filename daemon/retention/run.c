#include "daemon/retention/run.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "retention/due.h"
#include "json/writer.h"
#include "store/document.h"
#include "store/policy_change.h"

#define ENTRIES_A_STEP 64 /* some ms: so long an entry waits at most */

/* --- Beginning ----------------------------------------------------------------------------------------------- */

static enum reason read_policy(
    struct store *store, struct policy **policy, char hash[static DIGEST_HEX_SIZE], struct failure *failure)
{
    struct policy_text text;
    *policy = NULL;
    TRY(policy_text_read(store, &text, failure));
    enum reason reason = policy_parse("policy", text.text, text.size, policy, failure);
    memcpy(hash, text.hash, DIGEST_HEX_SIZE);
    policy_text_finish(&text);
    return reason;
}

/* Those that can be read by now are no longer among them, and each rule looks again from there. */
static enum reason ask_unreadable_again(
    struct retention_run *run, struct store *store, struct failure *failure)
{
    const struct retention_unreadable before = run->record.unreadable;
    run->record.unreadable.count = 0;
    for (size_t i = 0; i < before.count; i++) {
        json_t *entry;
        enum reason reason = journal_read(store, before.items[i], &entry, failure);
        json_decref(entry);
        if (reason == REASON_DONE)
            retention_rules_look_again(&run->record.rules, before.items[i]);
        else if (reason == REASON_ENTRY_BROKEN)
            retention_unreadable_note(&run->record.unreadable, before.items[i]);
        else
            return reason;
    }
    return REASON_DONE;
}

static enum reason begin(struct retention_run *run, struct store *store, struct failure *failure)
{
    struct policy *policy;
    TRY(read_policy(store, &policy, run->policy_hash, failure));
    enum reason reason = retention_record_read(store, &run->record, failure);
    if (reason == REASON_DONE)
        reason = legal_holds_read(store, &run->holds, run->holds_digest, failure);
    if (reason == REASON_DONE) {
        run->size = journal_size(store);
        retention_ages_advance(&run->record.ages, run->ran_ms, run->now_ms, run->size);
        retention_rules_take_policy(&run->record.rules, policy);
        run->again_from = run->holds.again_from;
        run->holds.again_from = UINT64_MAX;
        retention_rules_look_again(&run->record.rules, run->again_from);
        reason = ask_unreadable_again(run, store, failure);
    }
    run->begun = run->more = reason == REASON_DONE;
    policy_destroy(policy);
    return reason;
}

/* --- Looking ------------------------------------------------------------------------------------------------- */

static enum reason take(struct retention_run *run, uint64_t seq, const json_t *entry, struct failure *failure)
{
    const struct retention_entry asked = retention_entry_of(entry);
    if (!retention_rule_takes(&run->record.rules.items[run->rule], &asked))
        return REASON_DONE;
    if (legal_holds_keep(&run->holds, &asked)) {
        run->held++;
        return REASON_DONE;
    }
    run->due_count++;
    return seq_ranges_append(&run->due, seq, failure);
}

static uint64_t limit_of(const struct retention_run *run)
{
    uint64_t limit = retention_ages_limit(&run->record.ages, run->record.rules.items[run->rule].days);
    return limit < run->size ? limit : run->size;
}

static enum reason look_at(
    struct retention_run *run, struct store *store, uint64_t seq, struct failure *failure)
{
    json_t *entry;
    enum reason reason = journal_read(store, seq, &entry, failure);
    if (reason == REASON_DONE)
        reason = take(run, seq, entry, failure);
    json_decref(entry);
    /* Where there are too many of them the log is broken, and is left as it is. */
    return reason == REASON_ENTRY_BROKEN && retention_unreadable_note(&run->record.unreadable, seq)
               ? REASON_DONE
               : reason;
}

/* True where all was looked at for the rule. */
static enum reason look(
    struct retention_run *run, struct store *store, bool *looked_at_all, struct failure *failure)
{
    struct retention_rule *rule = &run->record.rules.items[run->rule];
    const uint64_t limit = limit_of(run);
    for (size_t i = 0; i < ENTRIES_A_STEP && rule->looked < limit && run->due_count < JOURNAL_ERASURE_MAX;
         i++) {
        TRY(look_at(run, store, rule->looked, failure));
        rule->looked++;
        run->looked++;
    }
    *looked_at_all = rule->looked >= limit;
    return REASON_DONE;
}

/* --- Erasing ------------------------------------------------------------------------------------------------- */

/* Whether policy and holds are still those that the run goes by. */
static enum reason check_basis(struct retention_run *run, struct store *store, struct failure *failure)
{
    struct policy_text text;
    struct legal_holds *now = malloc(sizeof *now);
    uint8_t digest[DIGEST_BYTES];
    if (now == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "holds", NULL);
    enum reason reason = legal_holds_read(store, now, digest, failure);
    free(now);
    if (reason != REASON_DONE)
        return reason;
    TRY(policy_text_read(store, &text, failure));
    run->changed =
        memcmp(digest, run->holds_digest, DIGEST_BYTES) != 0 || strcmp(text.hash, run->policy_hash) != 0;
    policy_text_finish(&text);
    return REASON_DONE;
}

/* Which rule it was, and by which time. Never whose bodies they were. */
static json_t *make_body(const struct retention_run *run)
{
    const struct retention_rule *rule =
        run->rule < run->record.rules.count ? &run->record.rules.items[run->rule] : NULL;
    char time[INSTANT_TEXT_SIZE];
    struct json_writer body;
    json_writer_over(&body, json_copy(run->body));
    json_write_text(&body, "erased", "bodies whose retention is over");
    json_write_text(&body, "justification", "retention by the policy in force");
    json_write_text(&body, "retention_time", instant_format(run->record.ages.time_ms, time));
    if (rule != NULL && (run->due_count > 0 || run->held > 0)) {
        json_write_text(&body, "of_purpose",
            rule->purpose[0] != '\0' ? rule->purpose : "all, as the log's own time is over");
        json_write_integer(&body, "retention_days", rule->days);
    }
    json_write_integer(&body, "held", (int64_t)run->held);
    json_write_integer(&body, "unreadable", (int64_t)run->record.unreadable.count);
    return json_writer_end(&body);
}

static enum reason write_entry(struct retention_run *run, struct store *store, const char *record,
    const char *holds, struct failure *failure)
{
    struct journal_outcome outcome;
    const struct document_change documents[] = {
        {.name = DOCUMENT_RETENTION, .bytes = record, .size = strlen(record)},
        {.name = DOCUMENT_LEGAL_HOLDS, .bytes = holds, .size = strlen(holds)}};
    /* Where what was held is looked at again, that need not be done twice. */
    const struct journal_change change = {
        .documents = documents, .document_count = run->again_from != UINT64_MAX ? 2 : 1};
    struct log_draft draft = {.event = LOG_EVENT_ERASURE, .body = make_body(run)};
    if (draft.body == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "log entry", NULL);
    enum reason reason = journal_erase(store, &run->due, &change, &draft, &outcome, failure);
    journal_outcome_finish(&outcome);
    json_decref(draft.body);
    return reason;
}

/* What is durable now the next commit goes on from. */
static enum reason note_written(struct retention_run *run, struct store *store, struct failure *failure)
{
    run->entries++;
    run->erased += run->due_count;
    run->said = true;
    run->due.count = 0;
    run->due_count = 0;
    run->held = run->looked = 0;
    if (run->again_from == UINT64_MAX)
        return REASON_DONE;
    run->again_from = UINT64_MAX;
    return legal_holds_read(store, &run->holds, run->holds_digest, failure);
}

static enum reason commit(struct retention_run *run, struct store *store, struct failure *failure)
{
    TRY(check_basis(run, store, failure));
    if (run->changed) {
        run->more = false;
        return REASON_DONE;
    }
    char *record = retention_record_text(&run->record), *holds = legal_holds_text(&run->holds);
    enum reason reason = record != NULL && holds != NULL
                             ? write_entry(run, store, record, holds, failure)
                             : failure_set(failure, REASON_NO_MEMORY, "retention", NULL);
    free(record);
    free(holds);
    return reason == REASON_DONE ? note_written(run, store, failure) : reason;
}

/* --- A step -------------------------------------------------------------------------------------------------- */

/* An entry of the log speaks of one rule: of what was found by it before another one's turn. */
static bool is_to_be_written(const struct retention_run *run, bool looked_at_all)
{
    bool found = run->due_count > 0 || run->held > 0;
    return (looked_at_all && found) || run->due_count == JOURNAL_ERASURE_MAX ||
           run->looked >= RETENTION_LOOKED_MAX;
}

/* Where the log is broken in many places the run ends, but what was found until then, and its own time, are made durable. */
static enum reason look_or_end(
    struct retention_run *run, struct store *store, bool *looked_at_all, struct failure *failure)
{
    enum reason reason = look(run, store, looked_at_all, failure);
    struct failure uncommitted = {0};
    if (reason != REASON_ENTRY_BROKEN || commit(run, store, &uncommitted) == REASON_DONE)
        return reason;
    if (failure != NULL)
        *failure = uncommitted;
    return uncommitted.reason;
}

static enum reason go_on(struct retention_run *run, struct store *store, struct failure *failure)
{
    bool looked_at_all = true, ends = run->rule == run->record.rules.count;
    if (!ends)
        TRY(look_or_end(run, store, &looked_at_all, failure));
    if (is_to_be_written(run, looked_at_all) || (ends && !run->said))
        TRY(commit(run, store, failure));
    if (looked_at_all && !ends)
        run->rule++;
    if (ends)
        run->more = false;
    return REASON_DONE;
}

enum reason retention_run_step(struct retention_run *run, struct store *store, struct failure *failure)
{
    enum reason reason = run->begun ? go_on(run, store, failure) : begin(run, store, failure);
    if (reason != REASON_DONE)
        run->more = false;
    return reason;
}

void retention_run_finish(struct retention_run *run)
{
    seq_ranges_finish(&run->due);
    json_decref(run->body);
    *run = (struct retention_run){0};
}
