/* key_provider.h: where the machine key comes from, behind one interface.
 *
 * The machine key is the one secret that is not in the state directory; it wraps the list key, the log's
 * signing seed and the body keys. Providers are chosen by the scheme of a URI: today "file:/absolute/path"
 * (32 random bytes in a file of mode 0600, owned by the running user or root). A provider that can't find its
 * key says KEY_MISSING and stays locked: making a key is a separate, deliberate act (T5).
 *
 * A wrapped key is: u8 version 1, 8 bytes id of the machine key, 12 bytes nonce, AES-256-GCM ciphertext as
 * long as the key, 16 bytes tag. Associated data: "kordon/wrap/v1", a zero byte, the nine bytes of version
 * and id, then the context. The id is the first 8 bytes of HMAC-SHA256(machine key,
 * "kordon/machine-key-id/v1"), so a wrong machine key can be told from a damaged record.
 *
 * Thread rule: a provider belongs to one thread at a time.
 */
#ifndef KORDON_CRYPTO_KEY_PROVIDER_H
#define KORDON_CRYPTO_KEY_PROVIDER_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

#define KEY_BYTES             32 /* AES-256 keys, Ed25519 seeds */
#define KEY_WRAPPABLE_MAX     64
#define KEY_WRAP_OVERHEAD     37
#define WRAPPED_KEY_SIZE(key) ((key) + KEY_WRAP_OVERHEAD)
#define WRAPPED_KEY_MAX       WRAPPED_KEY_SIZE(KEY_WRAPPABLE_MAX)
#define KEY_PROVIDER_ID_BYTES 8
#define KEY_CONTEXT_MAX       255

struct key_provider;

/* Makes a new machine key at the URI, durably, and never over an existing one (OUTPUT_EXISTS). Other reasons:
 * CONFIGURATION_BAD (unknown scheme, path not absolute), FILE_NOT_FOUND (folder), NOT_PERMITTED, DISK_FULL,
 * FILE_ERROR, CRYPTO_FAILED. */
enum reason key_provider_create(const char *uri, struct failure *failure);

/* Opens the provider and, where it holds its key itself, reads it into locked memory. KEY_MISSING; KEY_UNSAFE
 * where group or others may read it or somebody else owns it; BAD_FORMAT where it is not a machine key;
 * CONFIGURATION_BAD, NOT_PERMITTED, FILE_ERROR, SYSTEM_ERROR (memory can't be locked). *provider is NULL
 * unless DONE. */
enum reason key_provider_open(const char *uri, struct key_provider **provider, struct failure *failure);

/* --- Another machine key in this one's place, so that copies wrapped by the old one open no more (T3) --- */

/* Opens the key that is to follow the one at the URI, and makes it where there is none yet: it lies beside that one and is
 * not used until it is promoted. Reasons as above. */
enum reason key_provider_open_next(const char *uri, struct key_provider **next, struct failure *failure);

/* Puts the key that follows in the place of the one at the URI, and destroys that: in one step, whatever interrupts it.
 * KEY_MISSING where none follows. Only when everything is wrapped by it. */
enum reason key_provider_promote_next(const char *uri, struct failure *failure);

/* Wipes and closes; takes NULL. */
void key_provider_close(struct key_provider *provider);

/* "file"; constant. */
const char *key_provider_kind(const struct key_provider *provider);

/* Wraps key (1 to KEY_WRAPPABLE_MAX bytes) for one use, named by context (1 to KEY_CONTEXT_MAX bytes of text,
 * such as "list-key 3 <database uuid>"): it unwraps only under the same context, so wrapped keys can't be
 * swapped. wrapped gets WRAPPED_KEY_SIZE(key_size) bytes. BAD_ARGUMENT, CRYPTO_FAILED. Random nonces: at most
 * 2^32 wraps by one machine key (NIST SP 800-38D 8.3). */
enum reason key_provider_wrap(struct key_provider *provider, const char *context, const uint8_t *key,
    size_t key_size, uint8_t *wrapped, struct failure *failure);

/* Unwraps into key, of exactly key_size bytes; it should lie in locked memory. KEY_WRONG: wrapped by another
 * machine key. SEAL_BROKEN: altered, or wrapped for another context or size; key is zeroed then. */
enum reason key_provider_unwrap(struct key_provider *provider, const char *context, const uint8_t *wrapped,
    size_t wrapped_size, uint8_t *key, size_t key_size, struct failure *failure);

#endif
