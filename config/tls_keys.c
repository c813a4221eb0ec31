/* tls_keys.c: what [tls] needs, as a whole. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "config/keys_internal.h"

bool config_tls_address(const char *address, char host[static CONFIG_TEXT_MAX], char port[static 6])
{
    uint64_t number;
    const char *colon = strrchr(address, ':');
    size_t length = colon != NULL ? (size_t)(colon - address) : 0;
    if (length == 0 || length >= CONFIG_TEXT_MAX || strlen(colon + 1) > 5 ||
        !text_whole_number(colon + 1, 10, 1, 65535, &number))
        return false;
    bool bracketed = address[0] == '[' && address[length - 1] == ']';
    size_t skip = bracketed ? 1 : 0;
    length -= 2 * skip;
    memcpy(host, address + skip, length);
    host[length] = '\0';
    snprintf(port, 6, "%s", colon + 1);
    return length > 0 && host[strcspn(host, " \t[]/")] == '\0' && bracketed == (strchr(host, ':') != NULL);
}

static enum reason bad(const char *file, const char *what, struct failure *failure)
{
    return failure_set(failure, REASON_CONFIGURATION_BAD, file, "[tls] %s", what);
}

enum reason config_check_tls(
    const char *file, const struct configuration *configuration, struct failure *failure)
{
    char host[CONFIG_TEXT_MAX], port[6];
    if (configuration->tls.address[0] == '\0')
        return REASON_DONE;
    if (!config_tls_address(configuration->tls.address, host, port))
        return bad(file, "address must be HOST:PORT, an IPv6 address in brackets", failure);
    if (configuration->tls.certificate[0] == '\0' || configuration->tls.key[0] == '\0')
        return bad(file, "certificate and key are needed where an address is given", failure);
    if (configuration->authorities.count == 0)
        return bad(file, "a [client_authority NAME] is needed where an address is given", failure);
    if (config_is_demonstration(configuration))
        return bad(file,
            "address: a demonstration serves nobody over the network; register persons and devices, and "
            "leave [persons] demonstration out",
            failure);
    return REASON_DONE;
}
