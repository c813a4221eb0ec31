#include "daemon/network.h"

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
