#include "tools/kordonctl/tls_certificate.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "crypto/openssl_failure.h"
#include "crypto/random.h"

#define SERIAL_BYTES    16
#define SKEW_SECONDS    300 /* by which a post's clock may be behind this one's */
#define DAY_SECONDS     86400
#define COMMON_NAME_MAX 64 /* ub-common-name of X.520 */

int64_t tls_time_ms(const ASN1_TIME *time)
{
    struct tm parts;
    return time != NULL && ASN1_TIME_to_tm(time, &parts) == 1 ? (int64_t)timegm(&parts) * 1000 : INT64_MIN;
}

enum reason tls_key_make(EVP_PKEY **key, struct failure *failure)
{
    *key = EVP_EC_gen("P-256");
    return *key != NULL ? REASON_DONE : openssl_failure(failure, "making a key");
}

/* --- A certificate's parts */

static bool set_serial(X509 *certificate, struct failure *failure)
{
    uint8_t bytes[SERIAL_BYTES];
    if (random_bytes(bytes, sizeof bytes, failure) != REASON_DONE)
        return false;
    bytes[0] = (bytes[0] & 0x7f) | 0x40; /* positive, and always of the same length */
    BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
    bool set = number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;
    BN_free(number);
    return set;
}

static bool set_times(X509 *certificate, uint32_t days)
{
    return X509_gmtime_adj(X509_getm_notBefore(certificate), -SKEW_SECONDS) != NULL &&
           X509_time_adj_ex(X509_getm_notAfter(certificate), (int)days, 0, NULL) != NULL;
}

/* For people who look at it: kordond goes by the alternative names. */
static bool set_subject(X509 *certificate, const char *name)
{
    size_t size = strnlen(name, COMMON_NAME_MAX);
    X509_NAME *subject = X509_get_subject_name(certificate);
    return X509_NAME_add_entry_by_NID(
               subject, NID_commonName, MBSTRING_UTF8, (const unsigned char *)name, (int)size, -1, 0) == 1;
}

static bool add_extension(X509 *certificate, X509 *issuer, int what, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, what, value);
    bool added = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return added;
}

static bool add_name(GENERAL_NAMES *names, const struct tls_name *name)
{
    static const int kinds[] = {[TLS_NAME_DNS] = GEN_DNS,
        [TLS_NAME_EMAIL] = GEN_EMAIL,
        [TLS_NAME_URI] = GEN_URI,
        [TLS_NAME_ADDRESS] = GEN_IPADD};
    GENERAL_NAME *made = a2i_GENERAL_NAME(NULL, NULL, NULL, kinds[name->kind], name->value, 0);
    if (made != NULL && sk_GENERAL_NAME_push(names, made) > 0)
        return true;
    GENERAL_NAME_free(made);
    return false;
}

static bool add_names(X509 *certificate, const struct tls_names *names)
{
    GENERAL_NAMES *all = GENERAL_NAMES_new();
    bool added = all != NULL;
    for (size_t i = 0; added && i < names->count; i++)
        added = add_name(all, &names->list[i]);
    added = added && X509_add1_ext_i2d(certificate, NID_subject_alt_name, all, 0, X509V3_ADD_DEFAULT) == 1;
    GENERAL_NAMES_free(all);
    return added;
}

/* --- Certificates */

/* Version, serial, times, subject and key. NULL on failure. */
static X509 *begin(EVP_PKEY *key, const char *name, uint32_t days, struct failure *failure)
{
    X509 *certificate = X509_new();
    if (certificate != NULL && X509_set_version(certificate, X509_VERSION_3) == 1 &&
        set_serial(certificate, failure) && set_times(certificate, days) && set_subject(certificate, name) &&
        X509_set_pubkey(certificate, key) == 1)
        return certificate;
    X509_free(certificate);
    return NULL;
}

enum reason tls_certificate_authority(
    EVP_PKEY *key, const char *name, uint32_t days, X509 **certificate, struct failure *failure)
{
    X509 *made = begin(key, name, days, failure);
    *certificate = NULL;
    if (made != NULL && X509_set_issuer_name(made, X509_get_subject_name(made)) == 1 &&
        add_extension(made, made, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
        add_extension(made, made, NID_key_usage, "critical,keyCertSign,cRLSign") &&
        add_extension(made, made, NID_subject_key_identifier, "hash") &&
        X509_sign(made, key, EVP_sha256()) > 0) {
        *certificate = made;
        return REASON_DONE;
    }
    X509_free(made);
    return openssl_failure(failure, "making the authority's certificate");
}

static bool complete(
    X509 *certificate, const struct tls_signer *signer, enum tls_usage usage, const struct tls_names *names)
{
    return X509_set_issuer_name(certificate, X509_get_subject_name(signer->certificate)) == 1 &&
           add_extension(certificate, signer->certificate, NID_basic_constraints, "critical,CA:FALSE") &&
           add_extension(certificate, signer->certificate, NID_key_usage, "critical,digitalSignature") &&
           add_extension(certificate, signer->certificate, NID_ext_key_usage,
               usage == TLS_USAGE_SERVER ? "serverAuth" : "clientAuth") &&
           add_names(certificate, names) &&
           add_extension(certificate, signer->certificate, NID_subject_key_identifier, "hash") &&
           add_extension(certificate, signer->certificate, NID_authority_key_identifier, "keyid:always") &&
           X509_sign(certificate, signer->key, EVP_sha256()) > 0;
}

static enum reason check_outlasts(const X509 *certificate, const X509 *authority, struct failure *failure)
{
    int64_t left = tls_time_ms(X509_get0_notAfter(authority)) / 1000 - (int64_t)time(NULL);
    if (tls_time_ms(X509_get0_notAfter(certificate)) <= tls_time_ms(X509_get0_notAfter(authority)))
        return REASON_DONE;
    if (left < DAY_SECONDS)
        return failure_set(failure, REASON_BAD_ARGUMENT, "--authority",
            "its certificate ends within a day, or has ended: make a new authority");
    return failure_set(failure, REASON_BAD_ARGUMENT, "--days", "the authority ends before: give %lld at most",
        (long long)(left / DAY_SECONDS));
}

enum reason tls_certificate_issue(const struct tls_signer *signer, EVP_PKEY *key, enum tls_usage usage,
    const struct tls_names *names, uint32_t days, X509 **certificate, struct failure *failure)
{
    X509 *made = begin(key, names->list[0].value, days, failure);
    enum reason reason = made != NULL && complete(made, signer, usage, names)
                             ? REASON_DONE
                             : openssl_failure(failure, "making the certificate");
    if (reason == REASON_DONE)
        reason = check_outlasts(made, signer->certificate, failure);
    if (reason != REASON_DONE) {
        X509_free(made);
        made = NULL;
    }
    *certificate = made;
    return reason;
}

/* --- Revocation lists */

/* The number behind the old list's. NULL without memory, or where that has none. */
static ASN1_INTEGER *next_number(X509_CRL *old)
{
    ASN1_INTEGER *last = old != NULL ? X509_CRL_get_ext_d2i(old, NID_crl_number, NULL, NULL) : NULL;
    BIGNUM *number = last != NULL ? ASN1_INTEGER_to_BN(last, NULL) : BN_new();
    ASN1_INTEGER *next = NULL;
    if (number != NULL && (old == NULL || last != NULL) && BN_add_word(number, 1) == 1)
        next = BN_to_ASN1_INTEGER(number, NULL);
    ASN1_INTEGER_free(last);
    BN_free(number);
    return next;
}

static bool copy_revoked(X509_CRL *list, X509_CRL *old)
{
    STACK_OF(X509_REVOKED) *entries = old != NULL ? X509_CRL_get_REVOKED(old) : NULL;
    for (int i = 0; entries != NULL && i < sk_X509_REVOKED_num(entries); i++) {
        X509_REVOKED *copy = X509_REVOKED_dup(sk_X509_REVOKED_value(entries, i));
        if (copy == NULL || X509_CRL_add0_revoked(list, copy) != 1) {
            X509_REVOKED_free(copy);
            return false;
        }
    }
    return true;
}

static bool add_revoked(X509_CRL *list, X509 *certificate)
{
    X509_REVOKED *entry = X509_REVOKED_new();
    ASN1_TIME *now = X509_gmtime_adj(NULL, 0);
    bool made = entry != NULL && now != NULL && X509_REVOKED_set_revocationDate(entry, now) == 1 &&
                X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(certificate)) == 1 &&
                X509_CRL_add0_revoked(list, entry) == 1;
    ASN1_TIME_free(now);
    if (!made)
        X509_REVOKED_free(entry);
    return made;
}

static bool set_list_times(X509_CRL *list, uint32_t days)
{
    ASN1_TIME *from = X509_gmtime_adj(NULL, -SKEW_SECONDS),
              *next = X509_time_adj_ex(NULL, (int)days, 0, NULL);
    bool set = from != NULL && next != NULL && X509_CRL_set1_lastUpdate(list, from) == 1 &&
               X509_CRL_set1_nextUpdate(list, next) == 1;
    ASN1_TIME_free(from);
    ASN1_TIME_free(next);
    return set;
}

static bool add_key_identifier(X509_CRL *list, X509 *issuer)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, NULL, NULL, list, 0);
    X509_EXTENSION *extension =
        X509V3_EXT_conf_nid(NULL, &context, NID_authority_key_identifier, "keyid:always");
    bool added = extension != NULL && X509_CRL_add_ext(list, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return added;
}

static bool complete_list(
    X509_CRL *list, const struct tls_signer *signer, X509_CRL *old, ASN1_INTEGER *number, uint32_t days)
{
    return X509_CRL_set_version(list, X509_CRL_VERSION_2) == 1 &&
           X509_CRL_set_issuer_name(list, X509_get_subject_name(signer->certificate)) == 1 &&
           set_list_times(list, days) && copy_revoked(list, old) &&
           X509_CRL_add1_ext_i2d(list, NID_crl_number, number, 0, X509V3_ADD_DEFAULT) == 1 &&
           add_key_identifier(list, signer->certificate);
}

static enum reason check_not_revoked(X509_CRL *old, X509 *certificate, struct failure *failure)
{
    X509_REVOKED *entry;
    if (old != NULL && certificate != NULL && X509_CRL_get0_by_cert(old, &entry, certificate) != 0)
        return failure_set(failure, REASON_BAD_ARGUMENT, "the certificate",
            "it is on the list already; nothing was changed");
    return REASON_DONE;
}

enum reason tls_list_make(const struct tls_signer *signer, X509_CRL *old, X509 *revoked, uint32_t days,
    X509_CRL **list, struct failure *failure)
{
    *list = NULL;
    TRY(check_not_revoked(old, revoked, failure));
    ASN1_INTEGER *number = next_number(old);
    if (number == NULL)
        return failure_set(failure, REASON_BAD_FORMAT, "the revocation list", "it has no number");
    X509_CRL *made = X509_CRL_new();
    bool whole = made != NULL && complete_list(made, signer, old, number, days) &&
                 (revoked == NULL || add_revoked(made, revoked)) && X509_CRL_sort(made) == 1 &&
                 X509_CRL_sign(made, signer->key, EVP_sha256()) > 0;
    ASN1_INTEGER_free(number);
    if (!whole) {
        X509_CRL_free(made);
        return openssl_failure(failure, "making the revocation list");
    }
    *list = made;
    return REASON_DONE;
}
