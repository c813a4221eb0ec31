/* figure.h: figures for people, as their language writes them: 50,000,000,000 and 11.5 in English, with spaces that do not break and a comma
 * in Ukrainian. Pure; any thread.
 */
#ifndef KORDON_BASE_FIGURE_H
#define KORDON_BASE_FIGURE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/language.h"
#include "base/text.h"

#define FIGURE_SIZE 48 /* of the largest one, in any language */

/* Of a whole one. Returns text. */
const char *figure_format(enum language language, uint64_t figure, char text[static FIGURE_SIZE]);

/* To tenths, as printf rounds them. Returns text. */
const char *figure_format_tenths(enum language language, double figure, char text[static FIGURE_SIZE]);

/* Digits with a point among them, of which it must be known that they are a figure: a version looks alike. False, and text stays, for others. */
bool figure_translate_decimal(enum language language, struct text english, char text[static FIGURE_SIZE]);

/* figure_format() of a figure that was so written in English; false, and text stays, where it is none that has groups. */
bool figure_translate(enum language language, struct text english, char text[static FIGURE_SIZE]);

#endif
