#include "json/language.h"

#include <stdbool.h>
#include <string.h>

#define TOLD_SIZE 1024 /* a detail, in a language of two bytes a letter */

/* Members whose value may be a sentence of the program, or a list of such. */
static const char *const spoken_keys[] = {
    "text", "detail", "remedy", "advice", "procedure", "scores_note", "notes", "why", "meaning"};

/* Two of them are a person's own words elsewhere, which nobody changes: an officer's ground for an exception, a policy, a supervisor's
 * ground for a suspension. */
static bool is_persons_own(const json_t *object, const char *key)
{
    const char *mode = json_string_value(json_object_get(object, "mode"));
    if (strcmp(key, "text") == 0)
        return json_object_get(object, "remedy") == NULL && /* a failure */
               json_object_get(object, "code") == NULL &&   /* guidance */
               json_object_get(object, "field") == NULL;    /* a list's finding */
    return strcmp(key, "detail") == 0 && mode != NULL && strcmp(mode, "capture_suspended") == 0;
}

static bool is_spoken(const json_t *object, const char *key)
{
    for (size_t i = 0; i < sizeof spoken_keys / sizeof spoken_keys[0]; i++)
        if (strcmp(key, spoken_keys[i]) == 0)
            return !is_persons_own(object, key);
    return false;
}

static bool translate(json_t *json, bool spoken, enum language language);

/* What a text becomes; NULL: nothing else. *made is false without memory. */
static json_t *translated(const json_t *text, enum language language, bool *made)
{
    char told[TOLD_SIZE];
    const char *english = json_string_value(text),
               *words = language_told(language, english, told, sizeof told);
    json_t *value = words != english ? json_string(words) : NULL;
    *made = words == english || value != NULL;
    return value;
}

static bool translate_members(json_t *object, enum language language)
{
    const char *key;
    json_t *value;
    bool made = true;
    json_object_foreach(object, key, value)
    {
        json_t *other = NULL;
        if (json_is_string(value) && is_spoken(object, key))
            other = translated(value, language, &made);
        else
            made = translate(value, is_spoken(object, key), language);
        if (!made || (other != NULL && json_object_set_new(object, key, other) != 0))
            return false;
    }
    return true;
}

static bool translate_elements(json_t *array, bool spoken, enum language language)
{
    bool made = true;
    for (size_t i = 0; i < json_array_size(array); i++) {
        json_t *value = json_array_get(array, i), *other = NULL;
        if (json_is_string(value) && spoken)
            other = translated(value, language, &made);
        else
            made = translate(value, false, language);
        if (!made || (other != NULL && json_array_set_new(array, i, other) != 0))
            return false;
    }
    return true;
}

/* As deep as our own answers are, or those that json_parse() let in. */
static bool translate(json_t *json, bool spoken, enum language language)
{
    if (json_is_object(json))
        return translate_members(json, language);
    return !json_is_array(json) || translate_elements(json, spoken, language);
}

json_t *json_in_language(json_t *json, enum language language)
{
    if (json == NULL || language == LANGUAGE_ENGLISH)
        return json;
    json_t *copy = json_deep_copy(json);
    json_decref(json);
    if (copy != NULL && !translate(copy, false, language)) {
        json_decref(copy);
        copy = NULL;
    }
    return copy;
}
