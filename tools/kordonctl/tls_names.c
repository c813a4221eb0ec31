#include "tools/kordonctl/tls_names.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS  "0123456789"

static bool is_label(const char *text, size_t size)
{
    if (size == 0 || size > 63 || text[0] == '-' || text[size - 1] == '-')
        return false;
    return strspn(text, LETTERS DIGITS "-") >= size;
}

/* Of letters, digits and hyphens in labels; no wildcard: each terminal and post has a name of its own. */
static bool is_host(const char *text)
{
    for (;;) {
        size_t size = strcspn(text, ".");
        if (!is_label(text, size))
            return false;
        if (text[size] == '\0')
            return true;
        text += size + 1;
    }
}

static bool is_mailbox(const char *text)
{
    size_t size = strcspn(text, "@");
    bool local = size > 0 && size <= 64 && strspn(text, LETTERS DIGITS ".-_+") == size && text[0] != '.' &&
                 text[size - 1] != '.';
    return local && text[size] == '@' && is_host(text + size + 1);
}

/* RFC 3986 but for the comma and the apostrophe, which a list in kordon.conf can't hold. */
static bool is_uri(const char *text)
{
    size_t scheme = strspn(text, LETTERS DIGITS "+.-");
    if (strspn(text, LETTERS) == 0 || text[scheme] != ':' || text[scheme + 1] == '\0')
        return false;
    const char *rest = text + scheme + 1;
    return rest[strspn(rest, LETTERS DIGITS "-._~:/?#[]@!$&()*+;=%")] == '\0';
}

static bool is_address(const char *text)
{
    uint8_t address[16];
    return inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1;
}

static const struct {
    const char *prefix;
    enum tls_name_kind kind;
    unsigned usages; /* a bit each */
    bool (*holds)(const char *value);
    const char *words;
} kinds[] = {
    {"DNS:", TLS_NAME_DNS, 1u << TLS_USAGE_SERVER | 1u << TLS_USAGE_CLIENT, is_host,
        "a host's name of letters, digits, hyphens and dots"},
    {"email:", TLS_NAME_EMAIL, 1u << TLS_USAGE_CLIENT, is_mailbox, "a mailbox, as anna@border.example"},
    {"URI:", TLS_NAME_URI, 1u << TLS_USAGE_CLIENT, is_uri, "a URI without blanks and commas"},
    {"IP:", TLS_NAME_ADDRESS, 1u << TLS_USAGE_SERVER, is_address, "an IPv4 or IPv6 address"},
};

static enum reason take_name(
    const char *text, enum tls_usage usage, struct tls_name *name, struct failure *failure)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        size_t size = strlen(kinds[i].prefix);
        if (strncmp(text, kinds[i].prefix, size) != 0 || (kinds[i].usages & 1u << usage) == 0)
            continue;
        if (!kinds[i].holds(text + size))
            return failure_set(failure, REASON_BAD_ARGUMENT, "--name", "%s: behind %s comes %s", text,
                kinds[i].prefix, kinds[i].words);
        name->kind = kinds[i].kind;
        snprintf(name->text, sizeof name->text, "%s", text);
        name->value = name->text + size;
        return REASON_DONE;
    }
    return failure_set(failure, REASON_BAD_ARGUMENT, "--name", "%s: %s", text,
        usage == TLS_USAGE_SERVER ? "a server's names begin with DNS: or IP:"
                                  : "a client's names begin with DNS:, email: or URI:");
}

enum reason tls_names_parse(
    const char *text, enum tls_usage usage, size_t room, struct tls_names *names, struct failure *failure)
{
    names->count = 0;
    for (const char *rest = text; rest != NULL; names->count++) {
        char item[TLS_NAME_SIZE];
        size_t size = strcspn(rest, ",");
        if (names->count == TLS_NAMES_MAX)
            return failure_set(failure, REASON_BAD_ARGUMENT, "--name", "%d names at most", TLS_NAMES_MAX);
        if (size >= sizeof item || size > room)
            return failure_set(failure, REASON_BAD_ARGUMENT, "--name",
                "a name of %zu bytes; kordon.conf has room for %zu", size, room);
        memcpy(item, rest, size);
        item[size] = '\0';
        TRY(take_name(item, usage, &names->list[names->count], failure));
        rest = rest[size] == ',' ? rest + size + 1 : NULL;
    }
    return REASON_DONE;
}

/* Where the part that tells it from others begins and ends. */
static const char *telling_part(const struct tls_name *name, size_t *size)
{
    const char *slash = strrchr(name->value, '/');
    const char *start =
        name->kind == TLS_NAME_URI && slash != NULL && slash[1] != '\0' ? slash + 1 : name->value;
    static const char *const ends[] = {
        [TLS_NAME_DNS] = ".", [TLS_NAME_EMAIL] = "@", [TLS_NAME_URI] = "", [TLS_NAME_ADDRESS] = ""};
    *size = strcspn(start, ends[name->kind]);
    return start;
}

const char *tls_names_label(const struct tls_names *names, char label[static TLS_LABEL_SIZE])
{
    size_t size;
    const char *part = telling_part(&names->list[0], &size);
    snprintf(label, TLS_LABEL_SIZE, "%.*s", (int)size, part);
    for (char *each = label; *each != '\0'; each++)
        if (strchr(LETTERS DIGITS ".-_", *each) == NULL)
            *each = '_';
    if (label[0] == '.' || label[0] == '-')
        label[0] = '_';
    return label;
}
