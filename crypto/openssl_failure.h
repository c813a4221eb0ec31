/* openssl_failure.h: OpenSSL's error queue as a struct failure.
 *
 * Thread rule: any thread; the queue is the calling thread's own.
 */
#ifndef KORDON_CRYPTO_OPENSSL_FAILURE_H
#define KORDON_CRYPTO_OPENSSL_FAILURE_H

#include "base/failure.h"

/* Returns CRYPTO_FAILED with what was being done (a call or an aim, as "EVP_DigestFinal_ex") as the subject
 * and the queue's first (that is the deepest) error as the detail, and leaves the queue empty, so that an old
 * error can't be taken for a new one. */
enum reason openssl_failure(struct failure *failure, const char *what);

#endif
