/* case_numbers.h: which case numbers a list has had so far, so that none comes twice: as keyed hashes, 16 bytes each. The key lives as
 * long as the set, in locked memory: without it nobody can confirm a guess. Thread rule: one thread at a time.
 */
#ifndef KORDON_LIST_CASE_NUMBERS_H
#define KORDON_LIST_CASE_NUMBERS_H

#include <stdbool.h>

#include "base/failure.h"

struct case_numbers;

/* NO_MEMORY, CRYPTO_FAILED, those of locked memory. */
enum reason case_numbers_create(struct case_numbers **numbers, struct failure *failure);
void case_numbers_destroy(struct case_numbers *numbers); /* takes NULL */

/* Takes the number in; *before: whether it was there. NO_MEMORY, CRYPTO_FAILED. */
enum reason case_numbers_add(
    struct case_numbers *numbers, const char *case_number, bool *before, struct failure *failure);

#endif
