/* Any bytes as a watchlist manifest, and as one entry sent over HTTP. */
#include <stddef.h>
#include <stdint.h>

#include "store/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct failure failure;
    struct manifest manifest;
    if (manifest_parse("manifest", bytes, size, &manifest, &failure) == REASON_DONE)
        manifest_finish(&manifest);
    json_t *object = json_loadb((const char *)bytes, size, JSON_REJECT_DUPLICATES, NULL);
    struct manifest_entry entry;
    if (manifest_entry_parse(object, MANIFEST_WITH_DATA, "entry", &entry, &failure) == REASON_DONE)
        manifest_entry_finish(&entry);
    json_decref(object);
    return 0;
}
