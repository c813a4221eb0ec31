#include "tools/kordonctl/nearest_word.h"

#include <stdio.h>
#include <string.h>

#define LENGTH_MAX (NEAREST_WORD_SIZE - 1)

static unsigned least_of(unsigned one, unsigned other)
{
    return one < other ? one : other;
}

/* Of words of at most LENGTH_MAX bytes. */
static unsigned difference(const char *one, const char *other)
{
    unsigned rows[LENGTH_MAX + 1][LENGTH_MAX + 1];
    const size_t high = strlen(one), wide = strlen(other);
    for (size_t i = 0; i <= high; i++)
        for (size_t k = 0; k <= wide; k++) {
            if (i == 0 || k == 0) {
                rows[i][k] = (unsigned)(i + k);
                continue;
            }
            rows[i][k] = least_of(least_of(rows[i - 1][k], rows[i][k - 1]) + 1,
                rows[i - 1][k - 1] + (one[i - 1] != other[k - 1]));
            if (i > 1 && k > 1 && one[i - 1] == other[k - 2] && one[i - 2] == other[k - 1])
                rows[i][k] = least_of(rows[i][k], rows[i - 2][k - 2] + 1);
        }
    return rows[high][wide];
}

void nearest_word_try(struct nearest_word *nearest, const char *written, const char *meant)
{
    if (strlen(written) > LENGTH_MAX || strlen(meant) > LENGTH_MAX)
        return;
    const unsigned apart = difference(written, meant);
    if (3 * apart > strlen(meant) || (nearest->word[0] != '\0' && apart >= nearest->apart))
        return;
    nearest->apart = apart;
    snprintf(nearest->word, sizeof nearest->word, "%s", meant);
}
