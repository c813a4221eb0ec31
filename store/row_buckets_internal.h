/* row_buckets_internal.h: families of sealed rows that are found by a key, and what they add up to, bucket by bucket.
 *
 * Rows lie in 256 buckets by the first byte of their key. A bucket's digest is SHA-256 over key, length and sealed bytes of each of its
 * rows, by key; zero where it is empty. The proven state has the SHA-256 of all 256 digests: a look reads and proves one bucket,
 * and so proves also that a row is not there. Thread rule: that of the store.
 */
#ifndef KORDON_STORE_ROW_BUCKETS_INTERNAL_H
#define KORDON_STORE_ROW_BUCKETS_INTERNAL_H

#include "store/store_internal.h"

#define ROW_KEY_BYTES 32
#define ROW_BUCKETS   256

/* Where the rows of a family and its digests lie. */
struct row_family {
    const char *subject; /* in failures */
    const char *kind;    /* bound behind what the statements need otherwise; NULL: they ask for none */
    enum database_statement range, read, write;
    size_t sealed_max; /* bytes of one row, below 64 KiB */
};

struct row_buckets {
    uint8_t digests[ROW_BUCKETS][DIGEST_BYTES];
};

/* One row, as it lies in the file: nothing may rest on it before its bucket is proven. */
struct sealed_row {
    const uint8_t *key;
    const uint8_t *sealed;
    size_t size;
};
typedef enum reason (*sealed_row_visit)(void *context, const struct sealed_row *row, struct failure *failure);

/* The digests, proven by that root of a proven state; all zero there as long as there never was a row. STATE_UNPROVEN. */
enum reason row_buckets_read(struct store *store, const struct row_family *family,
    const uint8_t root[static DIGEST_BYTES], struct row_buckets *buckets, struct failure *failure);

/* Visits (NULL: nobody) the rows of a bucket and proves them. STATE_UNPROVEN: what was visited is not to be used. */
enum reason row_bucket_prove(struct store *store, const struct row_family *family,
    const struct row_buckets *buckets, size_t number, sealed_row_visit visit, void *context,
    struct failure *failure);

/* All rows by that root, and how many there are. STATE_UNPROVEN. */
enum reason row_buckets_prove_all(struct store *store, const struct row_family *family,
    const uint8_t root[static DIGEST_BYTES], uint64_t count, struct failure *failure);

/* After rows of that bucket were written: its digest anew. */
enum reason row_bucket_renew(struct store *store, const struct row_family *family,
    struct row_buckets *buckets, size_t number, struct failure *failure);

/* Writes the digests; root gets what the state to be has of them. */
enum reason row_buckets_write(struct store *store, const struct row_family *family,
    const struct row_buckets *buckets, uint8_t root[static DIGEST_BYTES], struct failure *failure);

#endif
