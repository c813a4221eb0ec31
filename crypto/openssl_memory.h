/* openssl_memory.h: what OpenSSL releases is wiped: the buffers of TLS hold what travellers and officers send. */
#ifndef KORDON_CRYPTO_OPENSSL_MEMORY_H
#define KORDON_CRYPTO_OPENSSL_MEMORY_H

#include "base/failure.h"

/* To be called before anything else uses OpenSSL, by the first thread. CRYPTO_FAILED where it was used before: nothing is changed then. */
enum reason openssl_memory_wipe_when_freed(struct failure *failure);

#endif
