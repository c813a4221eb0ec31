/* adversary_open.c: how a store is made and opened, for the adversary's tests: one place for the day it changes. */
#include "tests/support/adversary.h"

enum reason adversary_create(
    const char *directory, struct key_provider *provider, const char *anchor, struct failure *failure)
{
    (void)anchor;
    return store_create(directory, "kordon.example/test", provider, failure);
}

enum reason adversary_open(const char *directory, enum store_access access, struct key_provider *provider,
    const char *anchor, struct store **store, struct failure *failure)
{
    (void)anchor;
    return store_open(directory, access, provider, store, failure);
}

bool adversary_held(const struct store *store)
{
    (void)store;
    return false;
}

bool adversary_has_anchors(void)
{
    return false;
}
