/* manifest.h: the watchlist manifest, the plain form of a list: strict JSON into entries.
 *
 * The bytes are hostile. Unknown and duplicate keys, unknown categories, dates that no calendar has, texts over the limits
 * and file names that lead out of the manifest's folder are refused; the failure's subject names the entry ("entry 3"),
 * its detail the key. Nothing is made of a manifest with one bad entry. Making templates of the files is the caller's
 * business: store knows no matcher. Thread rule: any thread; a struct belongs to one at a time.
 */
#ifndef KORDON_STORE_MANIFEST_H
#define KORDON_STORE_MANIFEST_H

#include <stdint.h>

#include <jansson.h>

#include "base/failure.h"
#include "base/locked_memory.h"
#include "store/watchlist.h"

#define MANIFEST_BYTES_MAX   (256u << 20)
#define MANIFEST_ENTRIES_MAX 2000000u
#define MANIFEST_FILE_MAX    255 /* bytes of a file's name */

enum manifest_form {
    MANIFEST_WITH_FILES, /* each finger names a "file" beside the manifest */
    MANIFEST_WITH_DATA,  /* each finger carries "data", the file's bytes in base64: the form sent over HTTP */
};

/* Where a finger's template is to come from. One of file and data is set, by the form asked for. */
struct manifest_finger {
    const char *file;          /* relative, without "..", borrowed from the JSON */
    struct locked_memory data; /* wiped and released by manifest_entry_finish */
    size_t data_size;
    uint32_t ppi; /* 0: not given */
};

/* One entry as it was read. entry's texts are borrowed from the JSON object, which must outlive it; its id is zero and
 * its fingers have positions only: the caller fills in templates, quality and originals. */
struct manifest_entry {
    struct watchlist_entry entry;
    struct manifest_finger fingers[WATCHLIST_FINGERS_MAX];
};

/* Reads one entry object. subject: what failures call it. MANIFEST_REFUSED, NO_MEMORY. *entry is zeroed first; on failure
 * there is nothing to finish. */
enum reason manifest_entry_parse(json_t *object, enum manifest_form form, const char *subject,
    struct manifest_entry *entry, struct failure *failure);

/* Wipes and frees; takes a zeroed struct. */
void manifest_entry_finish(struct manifest_entry *entry);

/* A whole manifest with all of its entries checked. */
struct manifest {
    json_t *root; /* private: owns every text */
    const char *list;
    uint64_t version; /* 1 .. 2^53-1 */
    size_t count;
};

/* Reads and checks size bytes, every entry included, and that no case number comes twice. name: the file's, for
 * failures. BAD_JSON (with line and column), MANIFEST_REFUSED, TOO_LARGE, NO_MEMORY. Finish with manifest_finish. */
enum reason manifest_parse(
    const char *name, const uint8_t *bytes, size_t size, struct manifest *manifest, struct failure *failure);

/* The entry of that index, index < count; reasons as manifest_entry_parse. */
enum reason manifest_entry(
    const struct manifest *manifest, size_t index, struct manifest_entry *entry, struct failure *failure);

void manifest_finish(struct manifest *manifest); /* takes a zeroed struct */

#endif
