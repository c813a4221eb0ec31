/* manifest.h: the watchlist manifest, the plain form of a list: strict JSON into entries.
 *
 * The bytes are hostile. Unknown and duplicate keys, unknown categories, dates that no calendar has, texts over the limits or with
 * characters that could reorder or break an officer's line, and file names that lead out of the manifest's folder are refused; all that
 * is wrong with an entry is told in one pass, each with its key. Making templates of the files is the caller's business: store
 * knows no matcher. Thread rule: any thread; a struct belongs to one at a time.
 */
#ifndef KORDON_STORE_MANIFEST_H
#define KORDON_STORE_MANIFEST_H

#include <stdint.h>

#include <jansson.h>

#include "base/failure.h"
#include "base/locked_memory.h"
#include "json/fields.h"
#include "store/watchlist.h"

#define MANIFEST_BYTES_MAX   (256u << 20)
#define MANIFEST_ENTRIES_MAX 2000000u
#define MANIFEST_FILE_MAX    255 /* bytes of a file's name */

enum manifest_form {
    MANIFEST_WITH_FILES, /* each finger names a "file" beside the manifest */
    /* each finger carries "data", the file's bytes in base64: the form sent over HTTP; "file" may say its name */
    MANIFEST_WITH_DATA,
};

/* Where a finger's template is to come from: by the form asked for, a file beside the manifest, or data. */
struct manifest_finger {
    const char *file;          /* relative, without "..", borrowed from the JSON */
    struct locked_memory data; /* wiped and released by manifest_entry_finish */
    size_t data_size;
    uint32_t ppi; /* 0: not given */
};

/* One entry as it was read. entry's texts are borrowed from the JSON object, which must outlive it (NULL where they could not be
 * read); its id is zero and its fingers have positions only: the caller fills in templates, quality and originals. */
struct manifest_entry {
    struct watchlist_entry entry;
    struct manifest_finger fingers[WATCHLIST_FINGERS_MAX];
};

/* Reads one entry object to its end, whatever is wrong with it, and tells each fault under its key ("entry" for the whole):
 * MANIFEST_REFUSED, or why memory could not be had (NO_MEMORY and those of locked memory); the first one's is returned. *entry is zeroed first and holds what could be read: finish it in any case. */
enum reason manifest_entry_parse(
    json_t *object, enum manifest_form form, const struct json_faults *faults, struct manifest_entry *entry);

/* Wipes and frees; takes a zeroed struct. */
void manifest_entry_finish(struct manifest_entry *entry);

/* A manifest whose entries were not read yet. */
struct manifest {
    json_t *root; /* private: owns every text */
    const char *list;
    uint64_t version; /* 1 .. 2^53-1 */
    size_t count;
};

/* Reads size bytes: the list's name and version, and how many entries there are. A byte order mark of UTF-8 is skipped. name: the
 * file's, for failures. BAD_JSON (with line and column), MANIFEST_REFUSED, TOO_LARGE, NO_MEMORY. Finish with manifest_finish. */
enum reason manifest_parse(
    const char *name, const uint8_t *bytes, size_t size, struct manifest *manifest, struct failure *failure);

/* The entry's JSON object (or what stands in its place), index < count. Borrowed. */
json_t *manifest_entry_object(const struct manifest *manifest, size_t index);

void manifest_finish(struct manifest *manifest); /* takes a zeroed struct */

#endif
