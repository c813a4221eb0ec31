/* language.h: an answer's sentences in another language.
 *
 * Answers are built in English, which is also how they are kept and logged; where one goes out to somebody who reads another language, the
 * members that hold sentences of the program are translated, and nothing else: codes, names and what people wrote stay. Any thread.
 */
#ifndef KORDON_JSON_LANGUAGE_H
#define KORDON_JSON_LANGUAGE_H

#include <jansson.h>

#include "base/language.h"

/* json is taken over, may be held by others too, and is not changed; NULL stays NULL. In English json itself, else a new value; NULL
 * without memory. */
json_t *json_in_language(json_t *json, enum language language);

#endif
