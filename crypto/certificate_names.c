#include "crypto/certificate_names.h"

#include <openssl/x509v3.h>
#include <stdio.h>

static const ASN1_IA5STRING *text_of(const GENERAL_NAME *name, const char **kind)
{
    switch (name->type) {
    case GEN_DNS:
        *kind = "DNS";
        return name->d.dNSName;
    case GEN_EMAIL:
        *kind = "email";
        return name->d.rfc822Name;
    case GEN_URI:
        *kind = "URI";
        return name->d.uniformResourceIdentifier;
    default:
        return NULL;
    }
}

/* One with a zero byte or a character that no configuration can say is nobody's name. */
static bool is_plain(const unsigned char *text, int size)
{
    for (int i = 0; i < size; i++)
        if (text[i] <= ' ' || text[i] > '~')
            return false;
    return size > 0;
}

static bool take_names(const GENERAL_NAMES *names, struct certificate_names *taken)
{
    for (int i = 0; names != NULL && i < sk_GENERAL_NAME_num(names); i++) {
        const char *kind = "";
        const ASN1_IA5STRING *text = text_of(sk_GENERAL_NAME_value(names, i), &kind);
        if (text == NULL || !is_plain(ASN1_STRING_get0_data(text), ASN1_STRING_length(text)))
            continue;
        if (taken->count == CERTIFICATE_NAMES_MAX)
            return false;
        int size = snprintf(taken->list[taken->count], sizeof taken->list[0], "%s:%.*s", kind,
            ASN1_STRING_length(text), (const char *)ASN1_STRING_get0_data(text));
        if (size > 0 && (size_t)size < sizeof taken->list[0])
            taken->count++;
    }
    return true;
}

bool certificate_names_read(const X509 *certificate, struct certificate_names *names)
{
    int critical;
    *names = (struct certificate_names){0};
    GENERAL_NAMES *found = X509_get_ext_d2i(certificate, NID_subject_alt_name, &critical, NULL);
    /* -1: there is none; otherwise it is malformed, twice there, or there is no memory. */
    bool whole = found != NULL || critical == -1;
    whole = whole && take_names(found, names);
    GENERAL_NAMES_free(found);
    return whole;
}
