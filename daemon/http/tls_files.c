/* tls_files.c: certificates, key and revocation lists from their files. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "crypto/secret_file.h"
#include "daemon/http/tls_internal.h"

#define FILE_BYTES_MAX (4u << 20) /* a revocation list of some ten thousand certificates */

int64_t tls_seconds(const ASN1_TIME *time)
{
    struct tm parts;
    return time != NULL && ASN1_TIME_to_tm(time, &parts) == 1 ? (int64_t)timegm(&parts) : INT64_MIN;
}

static enum reason bad(const char *path, const char *what, struct failure *failure)
{
    ERR_clear_error();
    return failure_set(failure, REASON_CONFIGURATION_BAD, path, "%s", what);
}

/* A file as OpenSSL reads it; what it says goes into the hash. */
static enum reason open_text(
    struct tls_context *context, const char *path, BIO **text, uint8_t **bytes, struct failure *failure)
{
    struct failure why = {0};
    char what[FAILURE_WHAT_SIZE];
    size_t size;
    *text = NULL;
    if (file_read(path, FILE_BYTES_MAX, bytes, &size, &why) != REASON_DONE)
        return failure_set(failure, REASON_CONFIGURATION_BAD, path, "%s", failure_what(&why, what));
    digest_add(context->digest, *bytes, size);
    *text = BIO_new_mem_buf(*bytes, (int)size);
    return *text != NULL ? REASON_DONE : failure_set(failure, REASON_NO_MEMORY, path, NULL);
}

static void close_text(BIO *text, uint8_t *bytes)
{
    BIO_free(text);
    free(bytes);
}

/* Nobody is asked for a passphrase. */
static int no_passphrase(char *buffer, int size, int writing, void *data)
{
    (void)buffer;
    (void)size;
    (void)writing;
    (void)data;
    return 0;
}

/* --- kordond's own */

static enum reason take_chain(
    struct tls_context *context, BIO *text, const char *path, struct failure *failure)
{
    X509 *own = PEM_read_bio_X509(text, NULL, no_passphrase, NULL);
    if (own == NULL)
        return bad(path, "holds no certificate in PEM", failure);
    context->until = tls_seconds(X509_get0_notAfter(own));
    bool taken = SSL_CTX_use_certificate(context->settings, own) == 1;
    X509_free(own);
    X509 *next;
    while (taken && (next = PEM_read_bio_X509(text, NULL, no_passphrase, NULL)) != NULL) {
        taken = SSL_CTX_add1_chain_cert(context->settings, next) == 1;
        X509_free(next);
    }
    ERR_clear_error(); /* the end of the file is one */
    return taken ? REASON_DONE : bad(path, "its certificate can't be used for TLS 1.3", failure);
}

static enum reason read_chain(struct tls_context *context, const char *path, struct failure *failure)
{
    BIO *text;
    uint8_t *bytes;
    enum reason reason = open_text(context, path, &text, &bytes, failure);
    if (reason == REASON_DONE)
        reason = take_chain(context, text, path, failure);
    close_text(text, bytes);
    return reason;
}

static enum reason take_key(struct tls_context *context, BIO *text, const char *path, struct failure *failure)
{
    EVP_PKEY *key = PEM_read_bio_PrivateKey(text, NULL, no_passphrase, NULL);
    if (key == NULL)
        return bad(path, "holds no private key in PEM, or one under a passphrase", failure);
    bool taken = SSL_CTX_use_PrivateKey(context->settings, key) == 1 &&
                 SSL_CTX_check_private_key(context->settings) == 1;
    EVP_PKEY_free(key);
    return taken ? REASON_DONE : bad(path, "is not the key of [tls] certificate", failure);
}

static enum reason read_key(struct tls_context *context, const char *path, struct failure *failure)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0)
        return failure_set(failure, REASON_CONFIGURATION_BAD, path, "%s", strerror(errno));
    enum reason reason = secret_file_check(descriptor, path, NULL, failure);
    BIO *text = reason == REASON_DONE ? BIO_new_fd(descriptor, BIO_NOCLOSE) : NULL;
    if (reason == REASON_DONE)
        reason = text != NULL ? take_key(context, text, path, failure)
                              : failure_set(failure, REASON_NO_MEMORY, path, NULL);
    BIO_free(text);
    close(descriptor);
    return reason;
}

/* --- Whose certificates are taken */

static bool has_namesake(const struct tls_context *context, const X509 *certificate)
{
    for (size_t i = 0; i < context->authority_count; i++)
        if (X509_NAME_cmp(X509_get_subject_name(context->authorities[i].certificate),
                X509_get_subject_name(certificate)) == 0)
            return true;
    return false;
}

static enum reason take_identity(struct tls_authority *authority, const char *path, struct failure *failure)
{
    const uint8_t *name;
    uint8_t *key = NULL, hash[DIGEST_BYTES];
    size_t name_size;
    struct digest *digest = NULL;
    int key_size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(authority->certificate), &key);
    if (key_size <= 0 ||
        X509_NAME_get0_der(X509_get_subject_name(authority->certificate), &name, &name_size) != 1) {
        OPENSSL_free(key);
        return failure_set(failure, REASON_NO_MEMORY, path, NULL);
    }
    enum reason reason = digest_create(&digest, failure);
    if (reason == REASON_DONE) {
        digest_begin(digest);
        digest_add(digest, name, name_size);
        digest_add(digest, key, (size_t)key_size);
        reason = digest_end(digest, hash, failure);
    }
    if (reason == REASON_DONE)
        hex_format(hash, sizeof hash, authority->mark.authority);
    digest_destroy(digest);
    OPENSSL_free(key);
    return reason;
}

static enum reason take_authority(
    struct tls_context *context, struct tls_authority *authority, const char *path, struct failure *failure)
{
    X509 *certificate = authority->certificate;
    if (X509_self_signed(certificate, 1) != 1)
        return bad(path, "is not self-signed: name the authority at the root", failure);
    if (X509_check_ca(certificate) != 1 || (X509_get_key_usage(certificate) & KU_KEY_CERT_SIGN) == 0)
        return bad(path, "is not the certificate of an authority", failure);
    if (has_namesake(context, certificate))
        return bad(path, "has the name of another authority: nobody could tell their revocation lists apart",
            failure);
    bool added = X509_STORE_add_cert(context->trust, certificate) == 1 &&
                 SSL_CTX_add_client_CA(context->settings, certificate) == 1;
    authority->until = tls_seconds(X509_get0_notAfter(certificate));
    return added ? take_identity(authority, path, failure)
                 : failure_set(failure, REASON_NO_MEMORY, path, NULL);
}

static enum reason read_authority(
    struct tls_context *context, struct tls_authority *authority, const char *path, struct failure *failure)
{
    BIO *text;
    uint8_t *bytes;
    enum reason reason = open_text(context, path, &text, &bytes, failure);
    if (reason == REASON_DONE) {
        authority->certificate = PEM_read_bio_X509(text, NULL, no_passphrase, NULL);
        reason = authority->certificate != NULL ? take_authority(context, authority, path, failure)
                                                : bad(path, "holds no certificate in PEM", failure);
    }
    close_text(text, bytes);
    return reason;
}

bool tls_write_number(const ASN1_INTEGER *number, char text[static TLS_LIST_NUMBER_SIZE])
{
    uint8_t bytes[TLS_NUMBER_BYTES];
    BIGNUM *value = ASN1_INTEGER_to_BN(number, NULL);
    bool held = value != NULL && !BN_is_negative(value) &&
                BN_bn2binpad(value, bytes, sizeof bytes) == (int)sizeof bytes;
    text[0] = '\0';
    if (held)
        hex_format(bytes, sizeof bytes, text);
    BN_free(value);
    return held;
}

/* Also where it has none; false where it is no number as lists have them. */
static bool take_number(const X509_CRL *list, char text[static TLS_LIST_NUMBER_SIZE])
{
    int found;
    text[0] = '\0';
    ASN1_INTEGER *number = X509_CRL_get_ext_d2i(list, NID_crl_number, &found, NULL);
    if (number == NULL)
        return found == -1; /* there is none, rather than two, or one that can't be read */
    bool held = tls_write_number(number, text);
    ASN1_INTEGER_free(number);
    return held;
}

static enum reason take_mark(
    struct tls_authority *authority, const X509_CRL *list, const char *path, struct failure *failure)
{
    authority->mark.this_update = tls_seconds(X509_CRL_get0_lastUpdate(list));
    if (!take_number(list, authority->mark.number))
        return bad(path, "has a number that no revocation list may have", failure);
    return REASON_DONE;
}

static enum reason take_list(struct tls_context *context, struct tls_authority *authority, X509_CRL *list,
    const char *path, struct failure *failure)
{
    EVP_PKEY *key = X509_get0_pubkey(authority->certificate);
    bool own = X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_subject_name(authority->certificate)) == 0;
    if (!own || key == NULL || X509_CRL_verify(list, key) != 1)
        return bad(path, "is not signed by its authority", failure);
    authority->next_update = tls_seconds(X509_CRL_get0_nextUpdate(list));
    if (authority->next_update == INT64_MIN)
        return bad(path, "does not say when its next update is due", failure);
    TRY(take_mark(authority, list, path, failure));
    if (X509_CRL_up_ref(list) != 1)
        return failure_set(failure, REASON_NO_MEMORY, path, NULL);
    authority->list = list;
    authority->has_list = true;
    return X509_STORE_add_crl(context->trust, list) == 1 ? REASON_DONE
                                                         : failure_set(failure, REASON_NO_MEMORY, path, NULL);
}

static enum reason read_list(
    struct tls_context *context, struct tls_authority *authority, const char *path, struct failure *failure)
{
    BIO *text;
    uint8_t *bytes;
    enum reason reason = open_text(context, path, &text, &bytes, failure);
    if (reason == REASON_DONE) {
        X509_CRL *list = PEM_read_bio_X509_CRL(text, NULL, no_passphrase, NULL);
        reason = list != NULL ? take_list(context, authority, list, path, failure)
                              : bad(path, "holds no revocation list in PEM", failure);
        X509_CRL_free(list);
    }
    close_text(text, bytes);
    return reason;
}

static enum reason read_authorities(
    const struct configuration *configuration, struct tls_context *context, struct failure *failure)
{
    enum reason reason = REASON_DONE;
    for (size_t i = 0; reason == REASON_DONE && i < configuration->authorities.count; i++) {
        const struct config_authority *wanted = &configuration->authorities.list[i];
        struct tls_authority made = {0};
        snprintf(made.name, sizeof made.name, "%s", wanted->item.name);
        reason = read_authority(context, &made, wanted->certificate, failure);
        if (reason == REASON_DONE && wanted->revocation_list[0] != '\0' && wanted->no_revocation_list)
            reason = bad(wanted->revocation_list,
                "no_revocation_list = yes stands beside it: take one of them away", failure);
        made.gave_up_list = wanted->no_revocation_list;
        if (reason == REASON_DONE && wanted->revocation_list[0] != '\0')
            reason = read_list(context, &made, wanted->revocation_list, failure);
        context->authorities[context->authority_count++] = made;
    }
    return reason;
}

enum reason tls_files_read(
    const struct configuration *configuration, struct tls_context *context, struct failure *failure)
{
    uint8_t hash[DIGEST_BYTES];
    TRY(digest_create(&context->digest, failure));
    digest_begin(context->digest);
    enum reason reason = read_chain(context, configuration->tls.certificate, failure);
    if (reason == REASON_DONE)
        reason = read_key(context, configuration->tls.key, failure);
    if (reason == REASON_DONE)
        reason = read_authorities(configuration, context, failure);
    if (reason == REASON_DONE)
        reason = digest_end(context->digest, hash, failure);
    if (reason == REASON_DONE)
        hex_format(hash, sizeof hash, context->hash);
    return reason;
}
