/* adversary_open.c: how a store is made and opened, for the adversary's tests: one place for the day it changes. */
#include "tests/support/adversary.h"

static struct store_options options_of(
    const char *directory, struct key_provider *provider, const char *anchor)
{
    return (struct store_options){.directory = directory, .provider = provider, .anchor = anchor};
}

enum reason adversary_create(
    const char *directory, struct key_provider *provider, const char *anchor, struct failure *failure)
{
    const struct store_options options = options_of(directory, provider, anchor);
    return store_create(&options, "kordon.example/test", NULL, failure);
}

enum reason adversary_open(const char *directory, enum store_access access, struct key_provider *provider,
    const char *anchor, struct store **store, struct failure *failure)
{
    const struct store_options options = options_of(directory, provider, anchor);
    return store_open(&options, access, store, failure);
}

bool adversary_held(const struct store *store)
{
    return store_held(store)->reason != REASON_DONE;
}
