#include "tools/kordonctl/tls_show.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <time.h>

#include "base/instant.h"
#include "crypto/certificate_names.h"
#include "crypto/openssl_failure.h"
#include "json/writer.h"
#include "tools/kordonctl/tls_certificate.h"
#include "tools/kordonctl/tls_pem.h"

/* --- Parts */

static json_t *number_json(const ASN1_INTEGER *integer, char *(*format)(const BIGNUM *number))
{
    BIGNUM *number = ASN1_INTEGER_to_BN(integer, NULL);
    char *digits = number != NULL ? format(number) : NULL;
    json_t *value = digits != NULL ? json_string(digits) : NULL;
    OPENSSL_free(digits);
    BN_free(number);
    return value;
}

static void write_name(struct json_writer *writer, const char *key, const X509_NAME *name)
{
    BIO *text = BIO_new(BIO_s_mem());
    char *start = NULL;
    long size = 0;
    if (text != NULL && X509_NAME_print_ex(text, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0)
        size = BIO_get_mem_data(text, &start);
    json_t *value = size > 0 ? json_stringn(start, (size_t)size) : json_string("");
    json_write_value(writer, key, value != NULL ? value : json_string("?"));
    BIO_free(text);
}

static void write_times(struct json_writer *writer, const ASN1_TIME *since, const ASN1_TIME *until)
{
    char text[INSTANT_TEXT_SIZE];
    int64_t from = tls_time_ms(since), to = tls_time_ms(until), now = (int64_t)time(NULL) * 1000;
    json_write_text(writer, "since", from != INT64_MIN ? instant_format(from, text) : "");
    json_write_text(writer, "until", to != INT64_MIN ? instant_format(to, text) : "");
    json_write_boolean(writer, "usable_now", from != INT64_MIN && from <= now && now < to);
}

/* --- A certificate */

/* The purposes as the verification of each side asks for them. */
static const char *kind_of(X509 *certificate, const char **why)
{
    bool server = X509_check_purpose(certificate, X509_PURPOSE_SSL_SERVER, 0) == 1,
         client = X509_check_purpose(certificate, X509_PURPOSE_SSL_CLIENT, 0) == 1;
    bool named = X509_get_ext_by_NID(certificate, NID_ext_key_usage, -1) >= 0;
    *why = NULL;
    if (X509_check_ca(certificate) == 1)
        return X509_self_signed(certificate, 1) == 1
                   ? "authority"
                   : (*why = "an authority that does not sign itself", "other");
    if (server && client && !named)
        *why = "its usage is not said (extendedKeyUsage)";
    else if (client)
        return "client";
    else if (server)
        return "server";
    else
        *why = "its usage is neither a client's nor a server's";
    return "other";
}

static bool write_names(struct json_writer *writer, const X509 *certificate)
{
    struct certificate_names names;
    struct json_writer list;
    bool whole = certificate_names_read(certificate, &names);
    json_writer_array(&list);
    for (size_t i = 0; whole && i < names.count; i++)
        json_append_value(&list, json_string(names.list[i]));
    json_write_value(writer, "names", json_writer_end(&list));
    return whole;
}

static json_t *certificate_json(X509 *certificate)
{
    struct json_writer writer;
    const char *why, *kind = kind_of(certificate, &why);
    json_writer_object(&writer);
    json_write_text(&writer, "kind", kind);
    write_name(&writer, "subject", X509_get_subject_name(certificate));
    write_name(&writer, "issuer", X509_get_issuer_name(certificate));
    if (!write_names(&writer, certificate) && why == NULL)
        why = "its names can't be read, or are too many: kordond refuses it";
    json_write_text_if(&writer, "why", why);
    json_write_value(&writer, "serial", number_json(X509_get0_serialNumber(certificate), BN_bn2hex));
    write_times(&writer, X509_get0_notBefore(certificate), X509_get0_notAfter(certificate));
    return json_writer_end(&writer);
}

/* --- A revocation list */

static json_t *revoked_json(X509_CRL *list)
{
    struct json_writer writer;
    const STACK_OF(X509_REVOKED) *entries = X509_CRL_get_REVOKED(list);
    json_writer_array(&writer);
    for (int i = 0; entries != NULL && i < sk_X509_REVOKED_num(entries); i++)
        json_append_value(&writer,
            number_json(X509_REVOKED_get0_serialNumber(sk_X509_REVOKED_value(entries, i)), BN_bn2hex));
    return json_writer_end(&writer);
}

static json_t *list_json(X509_CRL *list)
{
    struct json_writer writer;
    ASN1_INTEGER *number = X509_CRL_get_ext_d2i(list, NID_crl_number, NULL, NULL);
    json_writer_object(&writer);
    json_write_text(&writer, "kind", "revocation_list");
    write_name(&writer, "issuer", X509_CRL_get_issuer(list));
    json_write_value(&writer, "number", number != NULL ? number_json(number, BN_bn2dec) : json_null());
    write_times(&writer, X509_CRL_get0_lastUpdate(list), X509_CRL_get0_nextUpdate(list));
    json_write_value(&writer, "revoked", revoked_json(list));
    ASN1_INTEGER_free(number);
    return json_writer_end(&writer);
}

enum reason tls_show(const char *path, json_t **shown, struct failure *failure)
{
    X509 *certificate = NULL;
    X509_CRL *list = NULL;
    *shown = NULL;
    enum reason reason = tls_pem_read_certificate(path, &certificate, failure);
    if (reason == REASON_DONE)
        *shown = certificate_json(certificate);
    else if (reason == REASON_BAD_FORMAT)
        reason = tls_pem_read_list(path, &list, failure);
    if (list != NULL)
        *shown = list_json(list);
    X509_free(certificate);
    X509_CRL_free(list);
    ERR_clear_error();
    if (reason == REASON_BAD_FORMAT)
        return failure_set(
            failure, reason, path, "it holds neither a certificate nor a revocation list in PEM");
    if (reason == REASON_DONE && *shown == NULL)
        return failure_set(failure, REASON_NO_MEMORY, path, NULL);
    return reason;
}
