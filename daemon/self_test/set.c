#include "daemon/self_test/set.h"

#include <string.h>

#include "crypto/digest.h"
#include "daemon/self_test/probes_text.h"

_Static_assert(sizeof prints / sizeof prints[0] <= SELF_TEST_PRINTS_MAX, "a result for each print");
_Static_assert(sizeof pairs / sizeof pairs[0] <= SELF_TEST_PAIRS_MAX, "a result for each pair");

const struct self_test_set *self_test_built_in(void)
{
    static const struct self_test_set set = {.hash = MANIFEST_HASH,
        .prints = prints,
        .print_count = sizeof prints / sizeof prints[0],
        .pairs = pairs,
        .pair_count = sizeof pairs / sizeof pairs[0]};
    return &set;
}

enum reason self_test_check_print(const struct self_test_print *print, struct failure *failure)
{
    struct digest *digest;
    uint8_t hash[DIGEST_BYTES];
    char text[DIGEST_HEX_SIZE];
    TRY(digest_create(&digest, failure));
    enum reason reason = digest_bytes(digest, print->bytes, print->size, hash, failure);
    digest_destroy(digest);
    if (reason == REASON_DONE && strcmp(hex_format(hash, sizeof hash, text), print->hash) != 0)
        reason = failure_set(failure, REASON_SELF_TEST_FAILED, "self-test",
            "print %s is not the one that the manifest names", print->name);
    return reason;
}
