#include "daemon/retention/due.h"

#include <stdlib.h>
#include <string.h>

#include "store/journal.h"

static const char *text_in(const json_t *body, const char *key)
{
    const char *text = json_string_value(json_object_get(body, key));
    return text != NULL ? text : "";
}

/* What says why bodies are gone, and what was in force when: it stays, and says nothing of travellers. */
static bool stays(const json_t *head)
{
    static const enum log_event kept[] = {LOG_EVENT_ERASURE, LOG_EVENT_KEY, LOG_EVENT_CONFIGURATION};
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        if (strcmp(text_in(head, "event"), log_event_name(kept[i])) == 0)
            return true;
    return false;
}

/* Whether the entry says something of a traveller: one of a transaction, or what was entered from paper. */
static bool is_of_traveller(const json_t *body)
{
    return json_object_get(body, "transaction") != NULL ||
           strcmp(text_in(body, "kind"), "manual_record") == 0;
}

bool retention_rule_takes(const struct retention_rule *rule, const json_t *entry)
{
    const json_t *head = json_object_get(entry, "head"), *body = json_object_get(entry, "body");
    if (!json_is_object(body) || stays(head))
        return false; /* it was erased, or stays */
    return rule->purpose[0] == '\0' ||
           (is_of_traveller(body) && strcmp(text_in(body, "purpose"), rule->purpose) == 0);
}

/* Who asked for a transaction, by its id or with a filter, is held with it. */
bool legal_holds_keep(const struct legal_holds *holds, uint64_t seq, const json_t *entry)
{
    const json_t *body = json_object_get(entry, "body");
    return legal_holds_have_entry(holds, seq) || legal_holds_have(holds, text_in(body, "transaction")) ||
           legal_holds_have(holds, text_in(body, "asked_for")) ||
           legal_holds_have(holds, text_in(json_object_get(body, "filter"), "transaction"));
}

/* --- What must be gone ---------------------------------------------------------------------------------------- */

enum reason retention_basis_read(struct store *store, struct retention_basis **basis, struct failure *failure)
{
    uint8_t digest[DIGEST_BYTES];
    struct retention_basis *read = malloc(sizeof *read);
    *basis = NULL;
    if (read == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "retention", NULL);
    enum reason reason = retention_record_read(store, &read->record, failure);
    if (reason == REASON_DONE)
        reason = legal_holds_read(store, &read->holds, digest, failure);
    if (reason == REASON_DONE)
        *basis = read;
    else
        free(read);
    return reason;
}

static bool could_not_be_read(const struct retention_unreadable *unreadable, uint64_t seq)
{
    for (size_t i = 0; i < unreadable->count; i++)
        if (unreadable->items[i] == seq)
            return true;
    return false;
}

/* What a rule takes is erased in the commit that says how far was looked for it. What was held until now is behind again_from. */
static bool was_erased(const struct retention_basis *basis, uint64_t seq, const json_t *entry)
{
    const struct retention_rules *rules = &basis->record.rules;
    for (size_t i = 0; i < rules->count && seq < basis->holds.again_from; i++)
        if (seq < rules->items[i].looked && retention_rule_takes(&rules->items[i], entry))
            return !legal_holds_keep(&basis->holds, seq, entry) &&
                   !could_not_be_read(&basis->record.unreadable, seq);
    return false;
}

enum reason retention_check_gone(
    const struct retention_basis *basis, const json_t *entry, struct failure *failure)
{
    const json_int_t seq = json_integer_value(json_object_get(json_object_get(entry, "head"), "seq"));
    if (!was_erased(basis, (uint64_t)seq, entry))
        return REASON_DONE;
    return failure_set(failure, REASON_ENTRY_BROKEN, "log",
        "entry %lld: its body was erased, and somebody put it back", (long long)seq);
}

enum reason retention_check_entry(struct store *store, uint64_t seq, struct failure *failure)
{
    struct retention_basis *basis;
    json_t *entry;
    TRY(retention_basis_read(store, &basis, failure));
    enum reason reason = journal_read(store, seq, &entry, failure);
    if (reason == REASON_DONE)
        reason = retention_check_gone(basis, entry, failure);
    json_decref(entry);
    free(basis);
    return reason;
}
