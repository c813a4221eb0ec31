#include "daemon/http/tls_internal.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crypto/openssl_failure.h"

#define CERTIFICATES_BYTES_MAX 32768 /* that a client may send */
#define SECURITY_LEVEL         2     /* 112 bits: no SHA-1, no RSA below 2048 */

const char *tls_refusal_word(enum tls_refusal refusal)
{
    static const char *const words[TLS_REFUSAL_COUNT] = {
#define TLS_REFUSAL_WORD(id, word) word,
        TLS_REFUSALS(TLS_REFUSAL_WORD)
#undef TLS_REFUSAL_WORD
    };
    return words[refusal];
}

enum tls_refusal tls_refusal_of(int verification)
{
    static const struct {
        int verification;
        enum tls_refusal refusal;
    } rows[] = {
        {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, TLS_REFUSAL_UNKNOWN_AUTHORITY},
        {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, TLS_REFUSAL_UNKNOWN_AUTHORITY},
        {X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, TLS_REFUSAL_UNKNOWN_AUTHORITY},
        {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, TLS_REFUSAL_UNKNOWN_AUTHORITY},
        {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, TLS_REFUSAL_UNKNOWN_AUTHORITY},
        {X509_V_ERR_CERT_CHAIN_TOO_LONG, TLS_REFUSAL_UNKNOWN_AUTHORITY},
        {X509_V_ERR_CERT_UNTRUSTED, TLS_REFUSAL_UNKNOWN_AUTHORITY},
        {X509_V_ERR_CERT_SIGNATURE_FAILURE, TLS_REFUSAL_UNKNOWN_AUTHORITY},
        {X509_V_ERR_CERT_HAS_EXPIRED, TLS_REFUSAL_EXPIRED},
        {X509_V_ERR_CERT_NOT_YET_VALID, TLS_REFUSAL_NOT_YET_VALID},
        {X509_V_ERR_CERT_REVOKED, TLS_REFUSAL_REVOKED},
        {X509_V_ERR_INVALID_PURPOSE, TLS_REFUSAL_WRONG_USAGE},
        {X509_V_ERR_CRL_HAS_EXPIRED, TLS_REFUSAL_REVOCATION_LIST_STALE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].verification == verification)
            return rows[i].refusal;
    return TLS_REFUSAL_OTHER;
}

/* --- Verification */

const struct tls_authority *tls_authority_of(const struct tls_context *context, const X509 *certificate)
{
    for (size_t i = 0; i < context->authority_count; i++)
        if (X509_cmp(context->authorities[i].certificate, certificate) == 0)
            return &context->authorities[i];
    return NULL;
}

/* The library decides; only of revocation lists two things are said here that it can't know: that an authority has none, and how long one
 * is gone by when its next update is overdue. Whatever else it finds stays found. */
static int on_verified(int holds, X509_STORE_CTX *verification)
{
    const X509_STORE *store = X509_STORE_CTX_get0_store(verification);
    const struct tls_context *context = X509_STORE_get_ex_data(store, 0);
    const STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(verification);
    int error = X509_STORE_CTX_get_error(verification), count = chain != NULL ? sk_X509_num(chain) : 0;
    bool listed = error == X509_V_ERR_UNABLE_TO_GET_CRL || error == X509_V_ERR_CRL_HAS_EXPIRED;
    if (holds || !listed || context == NULL || count == 0)
        return holds;
    const struct tls_authority *authority = tls_authority_of(context, sk_X509_value(chain, count - 1));
    if (authority == NULL)
        return 0;
    bool gone_by = error == X509_V_ERR_CRL_HAS_EXPIRED
                       ? (int64_t)time(NULL) < authority->next_update + context->grace_seconds
                       : !authority->has_list;
    if (gone_by)
        X509_STORE_CTX_set_error(verification, X509_V_OK);
    return gone_by;
}

/* No certificate may stand between an authority and a client's, so that the pair of authority and name says all of who issued it. */
static bool set_trust(struct tls_context *context)
{
    X509_VERIFY_PARAM *rules = SSL_CTX_get0_param(context->settings);
    context->trust = SSL_CTX_get_cert_store(context->settings);
    X509_STORE_set_verify_cb(context->trust, on_verified);
    return X509_STORE_set_ex_data(context->trust, 0, context) == 1 &&
           X509_VERIFY_PARAM_set_purpose(rules, X509_PURPOSE_SSL_CLIENT) == 1 &&
           X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_TRUSTED_FIRST) == 1 &&
           X509_STORE_set1_param(context->trust, rules) == 1;
}

static bool set_rules(struct tls_context *context)
{
    SSL_CTX *settings = context->settings;
    SSL_CTX_set_options(settings,
        SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(settings, SSL_MODE_RELEASE_BUFFERS); /* what was opened in them is wiped so (M1) */
    SSL_CTX_set_session_cache_mode(settings, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_security_level(settings, SECURITY_LEVEL);
    SSL_CTX_set_verify(settings, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_verify_depth(settings, 0);
    SSL_CTX_set_max_cert_list(settings, CERTIFICATES_BYTES_MAX);
    return SSL_CTX_set_min_proto_version(settings, TLS1_3_VERSION) == 1 &&
           SSL_CTX_set_num_tickets(settings, 0) == 1 && SSL_CTX_set_max_early_data(settings, 0) == 1 &&
           set_trust(context);
}

/* --- A certificate that was shown before */

/* Also where that can't be found out. */
static bool is_revoked(X509_CRL *list, const char *serial)
{
    uint8_t bytes[TLS_NUMBER_BYTES];
    X509_REVOKED *row = NULL;
    if (strlen(serial) != 2 * sizeof bytes || !hex_parse(serial, bytes, sizeof bytes))
        return true;
    BIGNUM *value = BN_bin2bn(bytes, sizeof bytes, NULL);
    ASN1_INTEGER *number = value != NULL ? BN_to_ASN1_INTEGER(value, NULL) : NULL;
    bool revoked = number == NULL || X509_CRL_get0_by_serial(list, &row, number) != 0;
    ASN1_INTEGER_free(number);
    BN_free(value);
    ERR_clear_error();
    return revoked;
}

static const struct tls_authority *authority_named(
    const struct tls_context *context, const char *name, size_t size)
{
    for (size_t i = 0; i < context->authority_count; i++)
        if (strlen(context->authorities[i].name) == size &&
            memcmp(context->authorities[i].name, name, size) == 0)
            return &context->authorities[i];
    return NULL;
}

bool tls_context_still_holds(const struct tls_context *context, const char *authority, size_t authority_size,
    const struct principal_certificate *certificate, int64_t now)
{
    const struct tls_authority *issuer = authority_named(context, authority, authority_size);
    if (issuer == NULL || strcmp(issuer->mark.authority, certificate->authority) != 0)
        return false;
    if (now >= certificate->until || now >= issuer->until)
        return false;
    if (!issuer->has_list)
        return true;
    return now >= issuer->mark.this_update && now < issuer->next_update + context->grace_seconds &&
           !is_revoked(issuer->list, certificate->serial);
}

/* --- Its life */

enum reason tls_context_read(
    const struct configuration *configuration, struct tls_context **context, struct failure *failure)
{
    *context = NULL;
    if (configuration->tls.address[0] == '\0')
        return REASON_DONE;
    struct tls_context *made = calloc(1, sizeof *made);
    if (made == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "TLS", NULL);
    made->owners = 1;
    made->grace_seconds = (int64_t)configuration->tls.grace_hours * 3600;
    made->settings = SSL_CTX_new(TLS_server_method());
    enum reason reason =
        made->settings != NULL && set_rules(made) ? REASON_DONE : openssl_failure(failure, "TLS settings");
    if (reason == REASON_DONE)
        reason = tls_files_read(configuration, made, failure);
    ERR_clear_error();
    if (reason != REASON_DONE) {
        tls_context_release(made);
        return reason;
    }
    *context = made;
    return REASON_DONE;
}

struct tls_context *tls_context_keep(struct tls_context *context)
{
    if (context != NULL)
        context->owners++;
    return context;
}

void tls_context_release(struct tls_context *context)
{
    if (context == NULL || --context->owners > 0)
        return;
    for (size_t i = 0; i < context->authority_count; i++) {
        X509_free(context->authorities[i].certificate);
        X509_CRL_free(context->authorities[i].list);
    }
    digest_destroy(context->digest);
    SSL_CTX_free(context->settings);
    free(context);
}

const char *tls_context_hash(const struct tls_context *context)
{
    return context->hash;
}

int64_t tls_context_until(const struct tls_context *context)
{
    return context->until;
}

/* --- What is shown */

const char *tls_list_state_name(enum tls_list_state state)
{
    static const char *const names[] = {"none", "fresh", "stale", "too_old"};
    return names[state];
}

size_t tls_context_authorities(const struct tls_context *context)
{
    return context->authority_count;
}

struct tls_authority_view tls_context_authority(const struct tls_context *context, size_t index, int64_t now)
{
    const struct tls_authority *authority = &context->authorities[index];
    struct tls_authority_view view = {.name = authority->name,
        .digest = authority->mark.authority,
        .gave_up_list = authority->gave_up_list,
        .state = TLS_LIST_NONE};
    if (!authority->has_list)
        return view;
    view.next_update = authority->next_update;
    view.grace_ends = authority->next_update + context->grace_seconds;
    view.state = now < view.next_update  ? TLS_LIST_FRESH
                 : now < view.grace_ends ? TLS_LIST_STALE
                                         : TLS_LIST_TOO_OLD;
    return view;
}

const struct tls_list_mark *tls_context_mark(const struct tls_context *context, size_t index)
{
    const struct tls_authority *authority = &context->authorities[index];
    return authority->has_list ? &authority->mark : NULL;
}
