/* letters.h: words in a drawing, in capital letters of Latin and of Ukrainian, and digits. One thread. */
#ifndef KORDON_TOOLS_KORDONCTL_LETTERS_H
#define KORDON_TOOLS_KORDONCTL_LETTERS_H

#include "tools/kordonctl/drawing.h"

#define LETTER_HIGH 7 /* px at scale 1 */

/* How wide and high it becomes, px. text: UTF-8, of which the process's locale must be. */
int letters_width(const char *text, int scale);

/* In black, with its upper left corner there. What is no letter that is known becomes '?'. */
void letters_draw(const struct drawing *drawing, struct place corner, int scale, const char *text);

#endif
