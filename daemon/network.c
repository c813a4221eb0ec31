#include "daemon/network.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/say.h"

void network_use(struct network *network, struct tls_context *tls)
{
    struct tls_context *before = network->tls;
    network->tls = tls_context_keep(tls);
    tls_context_release(before);
}

void network_finish(struct network *network)
{
    network_use(network, NULL);
}

void network_not_let_in(struct network *network, enum tls_refusal refusal)
{
    struct principal kind = {.proof = PRINCIPAL_BY_CERTIFICATE};
    snprintf(kind.name, sizeof kind.name, "refused certificate: %s", tls_refusal_word(refusal));
    snprintf(kind.proven_by, sizeof kind.proven_by, "nothing");
    const struct denial denial = {.principal = &kind, .method = "TLS", .route = "handshake"};
    network->refused[refusal]++;
    evidence_note_denial(network->evidence, &denial);
}

/* --- Whether it is served */

void network_keep_closed(struct network *network, const struct failure *failure)
{
    char line[700];
    network->closed = *failure;
    if (network->tls != NULL)
        say(SAY_ERROR, "the network is not served: %s", failure_line(failure, line, sizeof line));
}

/* Where an entry can be taken the log says so, too. */
static void refuse(struct network *network, const struct failure *failure)
{
    struct json_writer body;
    network_keep_closed(network, failure);
    json_writer_over(&body, evidence_body(network->evidence, "kordond", "system"));
    json_write_text(&body, "what", "network not served");
    evidence_write_failure(&body, failure);
    evidence_note(network->evidence, LOG_EVENT_CONFIGURATION, json_writer_end(&body));
}

void network_take_marks(struct network *network, const struct revocation_marks *marks)
{
    struct failure failure = {0};
    network->marks = *marks;
    if (network->open(network->data, &failure) == REASON_DONE)
        network->closed = (struct failure){0};
    else
        refuse(network, &failure);
}

#define RETRY_MS 60000 /* an entry that says the same as one that failed */

struct settlement {
    struct journal_entry entry; /* first: the entry says which lists are in force */
    bool serving;               /* it is served already */
    struct revocation_change change;
    struct revocation_marks marks;
    struct network *network;
};

/* Who is served by a list that began to hold is not turned away because the log takes no entry just now. */
static void not_noted(struct network *network, bool serving, const struct failure *failure)
{
    char line[700];
    if (!serving) {
        network_keep_closed(network, failure);
        return;
    }
    network->retry_ms = uv_now(network->evidence->loop) + RETRY_MS;
    say(SAY_ERROR, "a revocation list that holds by now is not noted yet: %s",
        failure_line(failure, line, sizeof line));
}

static void on_settled(struct journal_entry *entry)
{
    struct settlement *settlement = (struct settlement *)entry;
    struct network *network = settlement->network;
    struct work *work = network->evidence->work;
    network->settling = false;
    evidence_written(network->evidence, entry);
    if (entry->reason == REASON_DONE)
        network_take_marks(network, &settlement->marks);
    else
        not_noted(network, settlement->serving, &entry->failure);
    journal_entry_finish(entry);
    revocation_change_finish(&settlement->change);
    free(settlement);
    network->settled(network->data);
    work_end(work);
}

static json_t *settled_body(const struct network *network, const struct revocation_raise *raise)
{
    struct json_writer body;
    json_writer_over(&body, evidence_body(network->evidence, "kordond", "system"));
    json_write_text(&body, "what", "revocation lists in force");
    revocation_raise_tell(&body, network->tls, raise);
    return json_writer_end(&body);
}

/* None is served under a list before the state holds that it was seen. */
static void note_lists(struct network *network, const struct revocation_marks *marks,
    const struct revocation_raise *raise, bool serving)
{
    struct failure failure = {0};
    struct settlement *settlement = calloc(1, sizeof *settlement);
    const struct journal_change *change =
        settlement != NULL ? revocation_change_put(&settlement->change, marks) : NULL;
    if (change == NULL) {
        free(settlement);
        failure_set(&failure, REASON_NO_MEMORY, "revocation lists", NULL);
        not_noted(network, serving, &failure);
        return;
    }
    settlement->network = network;
    settlement->serving = serving;
    settlement->marks = *marks;
    settlement->entry = (struct journal_entry){.event = LOG_EVENT_CONFIGURATION,
        .body = settled_body(network, raise),
        .change = change,
        .written = on_settled};
    network->settling = true;
    work_begin(network->evidence->work);
    evidence_append(network->evidence, &settlement->entry);
}

void network_settle(struct network *network)
{
    struct revocation_marks marks = network->marks;
    struct failure failure = {0};
    struct revocation_raise raise = {0};
    if (network->tls == NULL)
        return;
    if (revocation_marks_raise(&marks, network->tls, &raise, &failure) != REASON_DONE)
        refuse(network, &failure);
    else if (raise.raised)
        note_lists(network, &marks, &raise, false);
    else
        network_take_marks(network, &marks);
}

/* Of the lists in force none is older than its mark: that was asked when they came into force. */
void network_note_begun(struct network *network)
{
    struct revocation_marks marks = network->marks;
    struct revocation_raise raise = {0};
    bool served = network->tls != NULL && network->closed.reason == REASON_DONE &&
                  network->evidence->locked->reason == REASON_DONE;
    if (!served || network->settling || uv_now(network->evidence->loop) < network->retry_ms)
        return;
    if (revocation_marks_raise(&marks, network->tls, &raise, NULL) == REASON_DONE && raise.raised)
        note_lists(network, &marks, &raise, true);
}

/* --- Revocation lists */

/* Of whom nothing was said, his list was fresh. */
static struct network_told *told_of(struct network *network, const char *name)
{
    for (size_t i = 0; i < network->told_count; i++)
        if (strcmp(network->told[i].name, name) == 0)
            return &network->told[i];
    if (network->told_count == CONFIG_AUTHORITIES_MAX)
        network->told_count = 0; /* authorities came and went: what is so is said once more */
    struct network_told *told = &network->told[network->told_count++];
    *told = (struct network_told){.state = TLS_LIST_FRESH};
    snprintf(told->name, sizeof told->name, "%s", name);
    return told;
}

static void say_state(const struct network *network, const struct tls_authority_view *view)
{
    struct json_writer body;
    say(SAY_WARNING, "the revocation list of %s is %s", view->name, tls_list_state_name(view->state));
    json_writer_over(&body, evidence_body(network->evidence, "kordond", "system"));
    json_write_text(&body, "what", "revocation list");
    json_write_text(&body, "authority", view->name);
    json_write_text(&body, "state", tls_list_state_name(view->state));
    if (view->state != TLS_LIST_NONE) {
        json_write_integer(&body, "next_update", view->next_update);
        json_write_integer(&body, "grace_ends", view->grace_ends);
    }
    evidence_note(network->evidence, LOG_EVENT_CONFIGURATION, json_writer_end(&body));
}

void network_look(struct network *network)
{
    int64_t now = (int64_t)time(NULL);
    size_t count = network->tls != NULL ? tls_context_authorities(network->tls) : 0;
    for (size_t i = 0; i < count && network->evidence->locked->reason == REASON_DONE; i++) {
        struct tls_authority_view view = tls_context_authority(network->tls, i, now);
        struct network_told *told = told_of(network, view.name);
        bool news = view.state != told->state && view.state != TLS_LIST_NONE;
        told->state = view.state;
        if (news)
            say_state(network, &view);
    }
}
