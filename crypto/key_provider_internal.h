/* key_provider_internal.h: what a kind of key provider implements, in a file of its own.
 */
#ifndef KORDON_CRYPTO_KEY_PROVIDER_INTERNAL_H
#define KORDON_CRYPTO_KEY_PROVIDER_INTERNAL_H

#include "base/locked_memory.h"
#include "crypto/aead_internal.h"
#include "crypto/key_provider.h"

struct key_provider {
    const struct key_provider_kind *kind;
    struct aead aead;
    struct locked_memory key; /* KEY_BYTES of machine key */
    uint8_t id[KEY_PROVIDER_ID_BYTES];
};

/* rest: the URI behind the scheme. A kind whose key can't leave its device will bring its own wrapping; those that
 * hand the key out (file, systemd credential) only find it. */
struct key_provider_kind {
    const char *scheme; /* "file" */

    /* Makes the key at rest, never over another. Reasons: those of key_provider_create. */
    enum reason (*create)(const char *rest, struct failure *failure);

    /* Fills KEY_BYTES of locked memory. Reasons: those of key_provider_open. */
    enum reason (*load)(const char *rest, uint8_t key[static KEY_BYTES], struct failure *failure);

    /* Names the place of the key that follows the one at rest; next has room for size bytes. */
    enum reason (*name_next)(const char *rest, char *next, size_t size, struct failure *failure);

    /* Puts next in the place of rest and destroys what was there. Reasons: those of key_provider_promote_next. */
    enum reason (*promote)(const char *rest, const char *next, struct failure *failure);
};

extern const struct key_provider_kind key_file_kind;

#endif
