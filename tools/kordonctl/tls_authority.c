#include "tools/kordonctl/tls_authority.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/openssl_failure.h"
#include "tools/kordonctl/tls_pem.h"

#define CERTIFICATE_FILE "authority.pem"
#define KEY_FILE         "authority.key"
#define LIST_FILE        "revoked.pem"
#define ISSUED_FOLDER    "issued"

/* --- Its folder */

/* Two at once could issue lists of one number, of which one lacks what the other revoked. */
static enum reason lock(const struct tls_folder *folder, struct failure *failure)
{
    if (flock(folder->descriptor, LOCK_EX | LOCK_NB) == 0)
        return REASON_DONE;
    return errno == EWOULDBLOCK ? failure_set(failure, REASON_BUSY, folder->path,
                                      "another kordonctl works with this authority")
                                : failure_set_errno(failure, errno, folder->path, "flock");
}

static enum reason open_folder(
    struct tls_authority *authority, const char *path, bool make, struct failure *failure)
{
    *authority = (struct tls_authority){0};
    TRY(tls_folder_open(path, make, &authority->folder, failure));
    enum reason reason = lock(&authority->folder, failure);
    if (reason == REASON_DONE)
        reason =
            tls_folder_file(&authority->folder, CERTIFICATE_FILE, "", authority->certificate_path, failure);
    if (reason == REASON_DONE)
        reason = tls_folder_file(&authority->folder, LIST_FILE, "", authority->list_path, failure);
    return reason;
}

void tls_authority_close(struct tls_authority *authority)
{
    X509_free(authority->signer.certificate);
    EVP_PKEY_free(authority->signer.key);
    X509_CRL_free(authority->list);
    if (authority->folder.path[0] != '\0')
        tls_folder_close(&authority->folder);
    *authority = (struct tls_authority){0};
}

/* --- Making one */

static enum reason check_name(const char *name, struct failure *failure)
{
    if (config_is_name(name, strlen(name)))
        return REASON_DONE;
    return failure_set(failure, REASON_BAD_ARGUMENT, "--name",
        "an authority's name has at most %d letters, digits and the marks .-_", CONFIG_ITEM_NAME_SIZE - 1);
}

static enum reason check_new(const struct tls_authority *authority, const char *key, struct failure *failure)
{
    TRY(tls_folder_check_new(&authority->folder, key, failure));
    TRY(tls_folder_check_new(&authority->folder, authority->certificate_path, failure));
    return tls_folder_check_new(&authority->folder, authority->list_path, failure);
}

/* The certificate stands last: where it is there, all of it is. */
static enum reason write_new(const struct tls_authority *authority, const char *key, struct failure *failure)
{
    const int folder = authority->folder.descriptor;
    TRY(tls_pem_create_key(folder, key, authority->signer.key, failure));
    enum reason reason = tls_pem_write_list(folder, authority->list_path, authority->list, failure);
    if (reason == REASON_DONE && mkdirat(folder, ISSUED_FOLDER, 0700) != 0 && errno != EEXIST)
        reason = failure_set_errno(failure, errno, authority->folder.path, "mkdir " ISSUED_FOLDER);
    if (reason == REASON_DONE)
        reason = tls_pem_create_certificate(
            folder, authority->certificate_path, authority->signer.certificate, failure);
    if (reason != REASON_DONE) {
        unlinkat(folder, LIST_FILE, 0);
        unlinkat(folder, KEY_FILE, 0);
    }
    return reason;
}

static enum reason make(
    struct tls_authority *authority, uint32_t days, uint32_t list_days, struct failure *failure)
{
    char key[PATH_MAX];
    struct tls_signer *signer = &authority->signer;
    TRY(tls_folder_file(&authority->folder, KEY_FILE, "", key, failure));
    TRY(check_new(authority, key, failure));
    TRY(tls_key_make(&signer->key, failure));
    TRY(tls_certificate_authority(signer->key, authority->name, days, &signer->certificate, failure));
    TRY(tls_list_make(signer, NULL, NULL, list_days, &authority->list, failure));
    return write_new(authority, key, failure);
}

enum reason tls_authority_make(struct tls_authority *authority, const char *path, const char *name,
    uint32_t days, uint32_t list_days, struct failure *failure)
{
    TRY(check_name(name, failure));
    enum reason reason = open_folder(authority, path, true, failure);
    snprintf(authority->name, sizeof authority->name, "%s", name);
    if (reason == REASON_DONE)
        reason = make(authority, days, list_days, failure);
    if (reason != REASON_DONE)
        tls_authority_close(authority);
    return reason;
}

/* --- Opening one */

static enum reason wrong(const char *path, const char *what, struct failure *failure)
{
    ERR_clear_error();
    return failure_set(failure, REASON_BAD_FORMAT, path, "%s", what);
}

static enum reason check_certificate(struct tls_authority *authority, struct failure *failure)
{
    X509 *certificate = authority->signer.certificate;
    const char *path = authority->certificate_path;
    int size = X509_NAME_get_text_by_NID(
        X509_get_subject_name(certificate), NID_commonName, authority->name, sizeof authority->name);
    if (size < 0 || !config_is_name(authority->name, strlen(authority->name)))
        return wrong(path, "its name is none that kordonctl gives", failure);
    if (X509_self_signed(certificate, 1) != 1 || X509_check_ca(certificate) != 1)
        return wrong(path, "it is no authority's certificate", failure);
    if (X509_check_private_key(certificate, authority->signer.key) != 1)
        return wrong(path, "its key is another one than " KEY_FILE, failure);
    return REASON_DONE;
}

/* A list that somebody else wrote would let back in who is revoked. */
static enum reason read_list(struct tls_authority *authority, struct failure *failure)
{
    const char *path = authority->list_path;
    enum reason reason = tls_pem_read_list(path, &authority->list, failure);
    if (reason == REASON_FILE_NOT_FOUND)
        return failure_set(failure, reason, path,
            "it alone says who is revoked: put the newest copy back, as kordond has one");
    if (reason != REASON_DONE)
        return reason;
    bool own = X509_NAME_cmp(X509_CRL_get_issuer(authority->list),
                   X509_get_subject_name(authority->signer.certificate)) == 0;
    return own && X509_CRL_verify(authority->list, authority->signer.key) == 1
               ? REASON_DONE
               : wrong(path, "it is not signed by its authority", failure);
}

static enum reason read_files(struct tls_authority *authority, struct failure *failure)
{
    char key[PATH_MAX];
    TRY(tls_folder_file(&authority->folder, KEY_FILE, "", key, failure));
    TRY(tls_pem_read_certificate(authority->certificate_path, &authority->signer.certificate, failure));
    TRY(tls_pem_read_key(key, &authority->signer.key, failure));
    TRY(check_certificate(authority, failure));
    return read_list(authority, failure);
}

enum reason tls_authority_open(struct tls_authority *authority, const char *path, struct failure *failure)
{
    enum reason reason = open_folder(authority, path, false, failure);
    if (reason == REASON_DONE)
        reason = read_files(authority, failure);
    if (reason != REASON_DONE)
        tls_authority_close(authority);
    return reason;
}

/* --- Issuing */

/* Before anything is given out: what is issued can be revoked, whatever becomes of its own file. */
static enum reason keep_copy(const struct tls_authority *authority, const struct tls_issued *issued,
    X509 *certificate, struct failure *failure)
{
    char path[PATH_MAX], name[2 * TLS_LABEL_SIZE + 24];
    struct tls_folder folder;
    BIGNUM *serial = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), NULL);
    char *digits = serial != NULL ? BN_bn2hex(serial) : NULL;
    BN_free(serial);
    if (digits == NULL)
        return openssl_failure(failure, "serial number");
    snprintf(name, sizeof name, "%s-%.32s", issued->label, digits);
    OPENSSL_free(digits);
    TRY(tls_folder_file(&authority->folder, ISSUED_FOLDER, "", path, failure));
    TRY(tls_folder_open(path, true, &folder, failure));
    enum reason reason = tls_folder_file(&folder, name, ".pem", path, failure);
    if (reason == REASON_DONE)
        reason = tls_pem_create_certificate(folder.descriptor, path, certificate, failure);
    tls_folder_close(&folder);
    return reason;
}

static enum reason write_pair(const struct tls_folder *out, const struct tls_issued *issued, EVP_PKEY *key,
    X509 *certificate, struct failure *failure)
{
    TRY(tls_pem_create_key(out->descriptor, issued->key, key, failure));
    enum reason reason =
        tls_pem_create_certificate(out->descriptor, issued->certificate, certificate, failure);
    if (reason != REASON_DONE)
        unlinkat(out->descriptor, strrchr(issued->key, '/') + 1, 0);
    return reason;
}

static enum reason name_files(
    const struct tls_folder *out, struct tls_issued *issued, struct failure *failure)
{
    TRY(tls_folder_file(out, issued->label, ".pem", issued->certificate, failure));
    TRY(tls_folder_file(out, issued->label, ".key", issued->key, failure));
    TRY(tls_folder_check_new(out, issued->certificate, failure));
    return tls_folder_check_new(out, issued->key, failure);
}

enum reason tls_authority_issue(struct tls_authority *authority, enum tls_usage usage,
    const struct tls_names *names, uint32_t days, const char *out, struct tls_issued *issued,
    struct failure *failure)
{
    struct tls_folder folder;
    EVP_PKEY *key = NULL;
    X509 *certificate = NULL;
    TRY(tls_folder_open(out, true, &folder, failure));
    tls_names_label(names, issued->label);
    enum reason reason = name_files(&folder, issued, failure);
    if (reason == REASON_DONE)
        reason = tls_key_make(&key, failure);
    if (reason == REASON_DONE)
        reason = tls_certificate_issue(&authority->signer, key, usage, names, days, &certificate, failure);
    if (reason == REASON_DONE)
        reason = keep_copy(authority, issued, certificate, failure);
    if (reason == REASON_DONE)
        reason = write_pair(&folder, issued, key, certificate, failure);
    if (reason == REASON_DONE)
        issued->until_ms = tls_time_ms(X509_get0_notAfter(certificate));
    X509_free(certificate);
    EVP_PKEY_free(key);
    tls_folder_close(&folder);
    return reason;
}

/* --- Revoking */

static enum reason read_issued(
    const struct tls_authority *authority, const char *path, X509 **certificate, struct failure *failure)
{
    TRY(tls_pem_read_certificate(path, certificate, failure));
    if (X509_cmp(*certificate, authority->signer.certificate) == 0)
        return failure_set(failure, REASON_BAD_ARGUMENT, path,
            "it is the authority's own: take its [client_authority] out of kordon.conf");
    if (X509_verify(*certificate, authority->signer.key) == 1)
        return REASON_DONE;
    ERR_clear_error();
    return failure_set(
        failure, REASON_BAD_ARGUMENT, path, "another authority issued it than %s", authority->folder.path);
}

enum reason tls_authority_publish(
    struct tls_authority *authority, const char *certificate, uint32_t days, struct failure *failure)
{
    X509 *revoked = NULL;
    X509_CRL *list = NULL;
    enum reason reason =
        certificate != NULL ? read_issued(authority, certificate, &revoked, failure) : REASON_DONE;
    if (reason == REASON_DONE)
        reason = tls_list_make(&authority->signer, authority->list, revoked, days, &list, failure);
    if (reason == REASON_DONE)
        reason = tls_pem_write_list(authority->folder.descriptor, authority->list_path, list, failure);
    if (reason == REASON_DONE) {
        X509_CRL_free(authority->list);
        authority->list = list;
        list = NULL;
    }
    X509_CRL_free(list);
    X509_free(revoked);
    return reason;
}
