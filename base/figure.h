/* figure.h: whole figures for people, in groups of three digits as their language divides them: 50,000,000,000 in English, with spaces that do
 * not break in Ukrainian. Pure; any thread.
 */
#ifndef KORDON_BASE_FIGURE_H
#define KORDON_BASE_FIGURE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/language.h"
#include "base/text.h"

#define FIGURE_SIZE 48 /* of the largest one, in any language */

/* Returns text. */
const char *figure_format(enum language language, uint64_t figure, char text[static FIGURE_SIZE]);

/* The same of a figure that was so written in English; false, and text stays, where it is none that has groups. */
bool figure_translate(enum language language, struct text english, char text[static FIGURE_SIZE]);

#endif
