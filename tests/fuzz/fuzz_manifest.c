/* Any bytes as a watchlist manifest, and as one entry sent over HTTP. */
#include <stddef.h>
#include <stdint.h>

#include "store/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void ignore(void *context, const char *field, const struct failure *failure)
{
    (void)context;
    (void)field;
    (void)failure;
}

static void parse_entry(json_t *object, enum manifest_form form)
{
    const struct json_faults faults = {ignore, NULL};
    struct manifest_entry entry;
    manifest_entry_parse(object, form, &faults, &entry);
    manifest_entry_finish(&entry);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct failure failure;
    struct manifest manifest;
    if (manifest_parse("manifest", bytes, size, &manifest, &failure) == REASON_DONE) {
        for (size_t i = 0; i < manifest.count; i++)
            parse_entry(manifest_entry_object(&manifest, i), MANIFEST_WITH_FILES);
        manifest_finish(&manifest);
    }
    json_t *object = json_loadb((const char *)bytes, size, JSON_REJECT_DUPLICATES, NULL);
    parse_entry(object, MANIFEST_WITH_DATA);
    json_decref(object);
    return 0;
}
