#include "retention/due.h"

#include <stdlib.h>
#include <string.h>

#include "store/journal.h"

static const char *text_in(const json_t *body, const char *key)
{
    const char *text = json_string_value(json_object_get(body, key));
    return text != NULL ? text : "";
}

/* What says why bodies are gone, and what was in force when: it stays, and says nothing of travellers. */
static bool stays(const char *event)
{
    static const enum log_event kept[] = {LOG_EVENT_ERASURE, LOG_EVENT_KEY, LOG_EVENT_CONFIGURATION};
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        if (strcmp(event, log_event_name(kept[i])) == 0)
            return true;
    return false;
}

/* Whether the entry says something of a traveller: one of a transaction, or what was entered from paper. */
static bool is_of_traveller(const json_t *body)
{
    return json_object_get(body, "transaction") != NULL ||
           strcmp(text_in(body, "kind"), "manual_record") == 0;
}

struct retention_entry retention_entry_of(const json_t *entry)
{
    const json_t *head = json_object_get(entry, "head");
    return (struct retention_entry){.seq = (uint64_t)json_integer_value(json_object_get(head, "seq")),
        .event = text_in(head, "event"),
        .body = json_object_get(entry, "body")};
}

bool retention_rule_takes(const struct retention_rule *rule, const struct retention_entry *entry)
{
    if (!json_is_object(entry->body) || stays(entry->event))
        return false; /* it was erased, or stays */
    return rule->purpose[0] == '\0' ||
           (is_of_traveller(entry->body) && strcmp(text_in(entry->body, "purpose"), rule->purpose) == 0);
}

/* Who asked for a transaction, by its id or with a filter, is held with it. */
bool legal_holds_keep(const struct legal_holds *holds, const struct retention_entry *entry)
{
    const json_t *body = entry->body;
    return legal_holds_have_entry(holds, entry->seq) ||
           legal_holds_have(holds, text_in(body, "transaction")) ||
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

bool retention_looked_behind(const struct retention_basis *basis, uint64_t seq)
{
    for (size_t i = 0; i < basis->record.rules.count; i++)
        if (seq < basis->record.rules.items[i].looked)
            return true;
    return false;
}

bool retention_is_over(const struct retention_basis *basis, const struct retention_entry *entry)
{
    const struct retention_rules *rules = &basis->record.rules;
    for (size_t i = 0; i < rules->count; i++)
        if (entry->seq < rules->items[i].looked && retention_rule_takes(&rules->items[i], entry))
            return true;
    return false;
}

/* What a rule takes is erased in the commit that says how far was looked for it. What was held until now is behind again_from. */
static bool was_erased(const struct retention_basis *basis, const struct retention_entry *entry)
{
    return entry->seq < basis->holds.again_from && retention_is_over(basis, entry) &&
           !legal_holds_keep(&basis->holds, entry) &&
           !could_not_be_read(&basis->record.unreadable, entry->seq);
}

enum reason retention_check_gone(
    const struct retention_basis *basis, const struct retention_entry *entry, struct failure *failure)
{
    if (!was_erased(basis, entry))
        return REASON_DONE;
    return failure_set(failure, REASON_ENTRY_BROKEN, "log",
        "entry %llu: its body was erased, and somebody put it back", (unsigned long long)entry->seq);
}
