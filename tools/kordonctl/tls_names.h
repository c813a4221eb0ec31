/* tls_names.h: the names that a certificate is asked for, as --name gives them: "DNS:lane-3.example,email:anna@border.example".
 * Thread rule: plain data. */
#ifndef KORDON_TOOLS_KORDONCTL_TLS_NAMES_H
#define KORDON_TOOLS_KORDONCTL_TLS_NAMES_H

#include <stddef.h>

#include "base/failure.h"

#define TLS_NAMES_MAX  8
#define TLS_NAME_SIZE  200
#define TLS_LABEL_SIZE 32 /* fits a named section of kordon.conf */

enum tls_usage { TLS_USAGE_SERVER, TLS_USAGE_CLIENT };

enum tls_name_kind { TLS_NAME_DNS, TLS_NAME_EMAIL, TLS_NAME_URI, TLS_NAME_ADDRESS };

struct tls_name {
    enum tls_name_kind kind;
    char text[TLS_NAME_SIZE]; /* as it was given: "DNS:lane-3.example" */
    const char *value;        /* in text, behind the kind */
};

struct tls_names {
    size_t count; /* at least one */
    struct tls_name list[TLS_NAMES_MAX];
};

/* A server is named by DNS: and IP:, a client (by what kordond knows it) by DNS:, email: and URI:. room: bytes that a name may have at most.
 * BAD_ARGUMENT with what is wrong with which. */
enum reason tls_names_parse(
    const char *text, enum tls_usage usage, size_t room, struct tls_names *names, struct failure *failure);

/* A name for files and for the section in kordon.conf, from the first name: "lane-3" of DNS:lane-3.example. */
const char *tls_names_label(const struct tls_names *names, char label[static TLS_LABEL_SIZE]);

#endif
