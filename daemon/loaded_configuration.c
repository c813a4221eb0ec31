#include "daemon/loaded_configuration.h"

#include <stdlib.h>

static enum reason hash_bytes(
    const uint8_t *bytes, size_t size, char text[static DIGEST_HEX_SIZE], struct failure *failure)
{
    struct digest *digest;
    uint8_t hash[DIGEST_BYTES];
    TRY(digest_create(&digest, failure));
    enum reason reason = digest_bytes(digest, bytes, size, hash, failure);
    if (reason == REASON_DONE)
        hex_format(hash, sizeof hash, text);
    digest_destroy(digest);
    return reason;
}

static struct second_line second_line_of(const struct peer_grants *grants)
{
    return (struct second_line){.demonstration = grants->staff.demonstration,
        .terminals = peer_count_roles(grants, ROLE_TERMINAL),
        .viewers = peer_count_roles(grants, SECOND_LINE_VIEWERS),
        .examiners = peer_count_roles(grants, ROLE_EXAMINER),
        .protection_officers = peer_count_roles(grants, ROLE_PROTECTION_OFFICER),
        .supervisors = peer_count_roles(grants, ROLE_SUPERVISOR),
        .readers = peer_count_roles(grants, SECOND_LINE_READERS)};
}

enum reason loaded_configuration_read(
    const char *given, struct loaded_configuration *loaded, struct failure *failure)
{
    uint8_t *bytes;
    size_t size;
    enum reason reason = config_read_file(given, loaded->path, &bytes, &size, failure);
    if (reason == REASON_DONE)
        reason = config_parse(loaded->path, bytes, size, &loaded->configuration, failure);
    if (reason == REASON_DONE)
        reason = peer_grants_resolve(&loaded->configuration, &loaded->grants, failure);
    if (reason == REASON_DONE)
        reason = peer_names_read("/etc/passwd", &loaded->grants, failure);
    if (reason == REASON_DONE)
        reason = tls_context_read(&loaded->configuration, &loaded->tls, failure);
    if (reason == REASON_DONE)
        reason = hash_bytes(bytes, size, loaded->hash, failure);
    loaded->second_line = second_line_of(&loaded->grants);
    free(bytes);
    return reason;
}

void loaded_configuration_finish(struct loaded_configuration *loaded)
{
    peer_grants_finish(&loaded->grants);
    tls_context_release(loaded->tls);
    loaded->tls = NULL;
}
