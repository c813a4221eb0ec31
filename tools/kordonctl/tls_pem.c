#include "tools/kordonctl/tls_pem.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "crypto/openssl_failure.h"
#include "crypto/secret_file.h"

static enum reason no_pem(const char *path, const char *what, struct failure *failure)
{
    ERR_clear_error();
    return failure_set(failure, REASON_BAD_FORMAT, path, "it holds %s", what);
}

static int no_passphrase(char *buffer, int size, int writing, void *data)
{
    (void)buffer;
    (void)size;
    (void)writing;
    (void)data;
    return 0;
}

/* --- Reading */

enum reason tls_pem_read_key(const char *path, EVP_PKEY **key, struct failure *failure)
{
    *key = NULL;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0)
        return failure_set_errno(failure, errno, path, "open");
    enum reason reason = secret_file_check(descriptor, path, NULL, failure);
    BIO *text = reason == REASON_DONE ? BIO_new_fd(descriptor, BIO_NOCLOSE) : NULL;
    if (reason == REASON_DONE && text == NULL)
        reason = failure_set(failure, REASON_NO_MEMORY, path, NULL);
    if (reason == REASON_DONE)
        *key = PEM_read_bio_PrivateKey(text, NULL, no_passphrase, NULL);
    if (reason == REASON_DONE && *key == NULL)
        reason = no_pem(path, "no private key in PEM, or one under a passphrase", failure);
    BIO_free(text);
    close(descriptor);
    return reason;
}

/* What the text of a public file holds goes to *found. */
typedef enum reason text_read(BIO *text, const char *path, void *found, struct failure *failure);

static enum reason read_text(const char *path, text_read *read, void *found, struct failure *failure)
{
    uint8_t *bytes;
    size_t size;
    TRY(file_read(path, TLS_PEM_BYTES_MAX, &bytes, &size, failure));
    BIO *text = BIO_new_mem_buf(bytes, (int)size);
    enum reason reason =
        text != NULL ? read(text, path, found, failure) : failure_set(failure, REASON_NO_MEMORY, path, NULL);
    BIO_free(text);
    free(bytes);
    ERR_clear_error(); /* the end of the text is one */
    return reason;
}

static enum reason read_first(BIO *text, const char *path, void *found, struct failure *failure)
{
    X509 **certificate = found;
    *certificate = PEM_read_bio_X509(text, NULL, no_passphrase, NULL);
    return *certificate != NULL ? REASON_DONE : no_pem(path, "no certificate in PEM", failure);
}

enum reason tls_pem_read_certificate(const char *path, X509 **certificate, struct failure *failure)
{
    *certificate = NULL;
    return read_text(path, read_first, certificate, failure);
}

/* The certificates up to the text's end, or up to what is none. */
static enum reason read_all(BIO *text, const char *path, void *found, struct failure *failure)
{
    STACK_OF(X509) *all = found;
    for (X509 *next; (next = PEM_read_bio_X509(text, NULL, no_passphrase, NULL)) != NULL;)
        if (sk_X509_push(all, next) <= 0) {
            X509_free(next);
            return failure_set(failure, REASON_NO_MEMORY, path, NULL);
        }
    return sk_X509_num(all) > 0 ? REASON_DONE : no_pem(path, "no certificate in PEM", failure);
}

enum reason tls_pem_read_certificates(
    const char *path, STACK_OF(X509) * *certificates, struct failure *failure)
{
    *certificates = NULL;
    STACK_OF(X509) *all = sk_X509_new_null();
    if (all == NULL)
        return failure_set(failure, REASON_NO_MEMORY, path, NULL);
    enum reason reason = read_text(path, read_all, all, failure);
    if (reason != REASON_DONE)
        sk_X509_pop_free(all, X509_free);
    else
        *certificates = all;
    return reason;
}

static enum reason read_revocation_list(BIO *text, const char *path, void *found, struct failure *failure)
{
    X509_CRL **list = found;
    *list = PEM_read_bio_X509_CRL(text, NULL, no_passphrase, NULL);
    return *list != NULL ? REASON_DONE : no_pem(path, "no revocation list in PEM", failure);
}

enum reason tls_pem_read_list(const char *path, X509_CRL **list, struct failure *failure)
{
    *list = NULL;
    return read_text(path, read_revocation_list, list, failure);
}

/* --- Writing */

/* The text's bytes; they are the BIO's. */
static enum reason bytes_of(BIO *text, bool written, uint8_t **bytes, size_t *size, struct failure *failure)
{
    char *start = NULL;
    long length = written ? BIO_get_mem_data(text, &start) : 0;
    *bytes = (uint8_t *)start;
    *size = length > 0 ? (size_t)length : 0;
    return *size > 0 ? REASON_DONE : openssl_failure(failure, "writing PEM");
}

enum reason tls_pem_create_key(int folder, const char *path, EVP_PKEY *key, struct failure *failure)
{
    uint8_t *bytes;
    size_t size;
    BIO *text = BIO_new(BIO_s_mem());
    bool written = text != NULL && PEM_write_bio_PrivateKey(text, key, NULL, NULL, 0, NULL, NULL) == 1;
    enum reason reason = bytes_of(text, written, &bytes, &size, failure);
    if (reason == REASON_DONE)
        reason = file_create_in(folder, path, bytes, size, 0600, failure);
    BIO_free(text); /* wiped: openssl_memory_wipe_when_freed() */
    return reason;
}

enum reason tls_pem_create_certificate(
    int folder, const char *path, X509 *certificate, struct failure *failure)
{
    uint8_t *bytes;
    size_t size;
    BIO *text = BIO_new(BIO_s_mem());
    bool written = text != NULL && PEM_write_bio_X509(text, certificate) == 1;
    enum reason reason = bytes_of(text, written, &bytes, &size, failure);
    if (reason == REASON_DONE)
        reason = file_create_in(folder, path, bytes, size, 0644, failure);
    BIO_free(text);
    return reason;
}

enum reason tls_pem_write_list(int folder, const char *path, X509_CRL *list, struct failure *failure)
{
    uint8_t *bytes;
    size_t size;
    BIO *text = BIO_new(BIO_s_mem());
    bool written = text != NULL && PEM_write_bio_X509_CRL(text, list) == 1;
    enum reason reason = bytes_of(text, written, &bytes, &size, failure);
    if (reason == REASON_DONE)
        reason = file_write_in(folder, path, bytes, size, 0644, failure);
    BIO_free(text);
    return reason;
}
