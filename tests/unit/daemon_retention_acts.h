/* daemon_retention_acts.h: a log and a policy for what is tested of retention. */
#ifndef KORDON_TESTS_UNIT_DAEMON_RETENTION_ACTS_H
#define KORDON_TESTS_UNIT_DAEMON_RETENTION_ACTS_H

#include <stdio.h>

#include "daemon/retention/retention.h"
#include "retention/reading.h"
#include "store/document.h"
#include "tests/unit/daemon_list_desk.h"

#define DAY   RETENTION_DAY_MS
#define HOUR  (INT64_C(3600) * 1000)
#define NOON  (INT64_C(20000) * DAY) /* some day */
#define SHORT "border_check"         /* kept for 30 days */

static inline void put(struct store *store, const char *name, const char *text)
{
    struct document_change document = {.name = name, .bytes = text, .size = strlen(text)};
    const struct journal_change change = {.documents = &document, .document_count = 1};
    const struct journal_change *changes = &change;
    struct log_draft draft = {LOG_EVENT_CONFIGURATION,
        json_pack("{s:s, s:s, s:s}", "actor", "s", "role", "supervisor", "justification", "test")};
    struct journal_outcome outcome;
    assert_int_equal(journal_append_changing(store, &draft, &changes, 1, &outcome, NULL), REASON_DONE);
    journal_outcome_finish(&outcome);
    json_decref(draft.body);
}

/* The demonstration's, in which a purpose has another name and is kept for so many days. */
static inline void put_policy_text(struct store *store, const char *from, const char *name, unsigned days)
{
    static const char kept[] = "retention_days = 365";
    const char *preset = policy_preset(POLICY_PRESET_DEMONSTRATION);
    char title[96];
    snprintf(title, sizeof title, "[purpose %s]", from);
    const char *section = strstr(preset, title);
    assert_non_null(section);
    const char *behind = section + strlen(title), *key = strstr(behind, kept);
    assert_non_null(key);
    size_t room = strlen(preset) + 128;
    char *text = malloc(room);
    assert_non_null(text);
    snprintf(text, room, "%.*s[purpose %s]%.*sretention_days = %u%s", (int)(section - preset), preset, name,
        (int)(key - behind), behind, days, key + strlen(kept));
    put(store, DOCUMENT_POLICY, text);
    free(text);
}

static inline void put_policy(struct store *store, unsigned days)
{
    put_policy_text(store, SHORT, SHORT, days);
}

/* One entry; body is given over. */
static inline uint64_t add_body(struct store *store, enum log_event event, json_t *body)
{
    struct log_draft draft = {event, body};
    struct journal_outcome outcome;
    assert_int_equal(journal_append(store, &draft, 1, &outcome, NULL), REASON_DONE);
    uint64_t seq = outcome.seq;
    journal_outcome_finish(&outcome);
    json_decref(body);
    return seq;
}

/* One entry; which tells what it says beside the actor. */
static inline uint64_t add(
    struct store *store, enum log_event event, const char *purpose, const char *transaction)
{
    json_t *body = json_pack("{s:s, s:s, s:s, s:s}", "actor", "o-17", "role", "terminal", "legal_basis",
        "law", "justification", "first line");
    if (purpose != NULL)
        json_object_set_new(body, "purpose", json_string(purpose));
    if (transaction != NULL)
        json_object_set_new(body, "transaction", json_string(transaction));
    return add_body(store, event, body);
}

static inline bool is_erased(struct store *store, uint64_t seq)
{
    json_t *entry;
    assert_int_equal(retention_read_one(store, seq, &entry, NULL), REASON_DONE); /* nobody put it back */
    bool erased = json_object_get(entry, "erased_by") != NULL;
    assert_int_equal(json_is_object(json_object_get(entry, "body")), !erased);
    json_decref(entry);
    return erased;
}

static inline struct retention_run new_run(int64_t day, int64_t ran_days)
{
    return (struct retention_run){.now_ms = NOON + day * DAY,
        .ran_ms = ran_days * DAY,
        .body = json_pack("{s:s, s:s}", "actor", "kordond", "role", "system")};
}

/* A whole run; how many bodies it erased. */
static inline uint64_t run(struct store *store, int64_t day, int64_t ran_days)
{
    struct retention_run made = new_run(day, ran_days);
    struct failure failure = {0};
    do
        assert_int_equal(retention_run_step(&made, store, &failure), REASON_DONE);
    while (made.more);
    assert_false(made.changed);
    assert_true(made.entries > 0);
    uint64_t erased = made.erased;
    retention_run_finish(&made);
    return erased;
}

static inline void tamper(struct state_directory *state, const char *sql)
{
    state_directory_tamper(state, sql);
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
}

#endif
