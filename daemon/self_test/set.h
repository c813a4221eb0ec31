/* set.h: the prints that a self-test compares, and what it must find.
 *
 * They lie in packaging/self_test/, made by kordon-synth: fingers that nobody has. The build puts files and manifest into kordond. The
 * manifest says each file's SHA-256 and each pair's score, as it was proven to; its own SHA-256 stands in the log. Constant; any thread.
 */
#ifndef KORDON_DAEMON_SELF_TEST_SET_H
#define KORDON_DAEMON_SELF_TEST_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "matcher/matcher.h"

#define SELF_TEST_PRINTS_MAX 16
#define SELF_TEST_PAIRS_MAX  32

struct self_test_print {
    const char *name;     /* "1_2": finger 1, impression 2 */
    const char *hash;     /* SHA-256 of the file, lower hex, as the manifest says */
    const uint8_t *bytes; /* the file */
    size_t size;
};

struct self_test_pair {
    uint32_t probe, reference; /* of the prints */
    bool mated;                /* both are of one finger */
    matcher_score proven;      /* what the manifest says that they score */
};

struct self_test_set {
    const char *hash; /* SHA-256 of the manifest, lower hex */
    const struct self_test_print *prints;
    size_t print_count; /* at most SELF_TEST_PRINTS_MAX */
    const struct self_test_pair *pairs;
    size_t pair_count; /* at most SELF_TEST_PAIRS_MAX */
};

const struct self_test_set *self_test_built_in(void);

/* Whether the print is the one that the manifest means: SELF_TEST_FAILED names it; NO_MEMORY, CRYPTO_FAILED. */
enum reason self_test_check_print(const struct self_test_print *print, struct failure *failure);

#endif
