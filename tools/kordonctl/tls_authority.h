/* tls_authority.h: a folder with an authority for trials and small posts: its key, its certificate, its revocation list and a copy of each
 * certificate that it issued, by which one can be revoked whose own file is lost.
 *
 *     authority.key   0600: whoever has it is every terminal
 *     authority.pem   what terminals and kordond are given
 *     revoked.pem     who is revoked; given to kordond
 *     issued/         LABEL-SERIAL.pem
 *
 * Thread rule: one thread; one process at a time.
 */
#ifndef KORDON_TOOLS_KORDONCTL_TLS_AUTHORITY_H
#define KORDON_TOOLS_KORDONCTL_TLS_AUTHORITY_H

#include "config/config.h"
#include "tools/kordonctl/tls_certificate.h"
#include "tools/kordonctl/tls_folder.h"

struct tls_authority {
    struct tls_folder folder;
    struct tls_signer signer;
    X509_CRL *list;
    char name[CONFIG_ITEM_NAME_SIZE]; /* as [client_authority NAME] has it */
    char certificate_path[PATH_MAX], list_path[PATH_MAX];
};

/* Makes it in a folder that is empty, or not there yet: certificate for days, first list for list_days. OUTPUT_EXISTS, BAD_ARGUMENT (name),
 * tls_folder_open()'s reasons. */
enum reason tls_authority_make(struct tls_authority *authority, const char *path, const char *name,
    uint32_t days, uint32_t list_days, struct failure *failure);

/* Opens it, and proves that its files belong together. BAD_FORMAT, KEY_UNSAFE, BUSY (another process has it open), FILE_NOT_FOUND. */
enum reason tls_authority_open(struct tls_authority *authority, const char *path, struct failure *failure);
void tls_authority_close(struct tls_authority *authority); /* takes a zeroed one */

/* What was issued, and where it lies. */
struct tls_issued {
    char label[TLS_LABEL_SIZE];
    char certificate[PATH_MAX], key[PATH_MAX];
    int64_t until_ms;
};

/* Makes a key and its certificate as new files LABEL.key and LABEL.pem in the folder out, which is made where it is not there. */
enum reason tls_authority_issue(struct tls_authority *authority, enum tls_usage usage,
    const struct tls_names *names, uint32_t days, const char *out, struct tls_issued *issued,
    struct failure *failure);

/* A new list in place of the old one, with the certificate of that file too (NULL: nobody more). BAD_ARGUMENT where it is another's. */
enum reason tls_authority_publish(
    struct tls_authority *authority, const char *certificate, uint32_t days, struct failure *failure);

#endif
