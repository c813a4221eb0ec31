/* change.c: two configurations, key by key: what differs, and what of it may be changed while kordond runs. */
#include <string.h>

#include "config/keys_internal.h"

static const void *field_of(const struct configuration *configuration, const struct config_key *key)
{
    return (const char *)configuration + key->offset;
}

static bool same_words(const struct config_words *one, const struct config_words *other)
{
    bool same = one->count == other->count;
    for (size_t i = 0; same && i < one->count; i++)
        same = strcmp(one->words[i], other->words[i]) == 0;
    return same;
}

static bool same_grant(const struct role_grant *one, const struct role_grant *other)
{
    bool same = one->count == other->count;
    for (size_t i = 0; same && i < one->count; i++)
        same = strcmp(one->principals[i], other->principals[i]) == 0;
    return same;
}

static bool is_same(const struct config_key *key, const void *one, const void *other)
{
    switch (key->type) {
    case KEY_TEXT:
    case KEY_WORD:
    case KEY_PATH:
    case KEY_SECRET_URI:
        return strcmp(one, other) == 0;
    case KEY_NUMBER:
    case KEY_MODE:
        return *(const uint32_t *)one == *(const uint32_t *)other;
    case KEY_FRACTION:
        return *(const double *)one == *(const double *)other;
    case KEY_SWITCH:
        return *(const bool *)one == *(const bool *)other;
    case KEY_PRINCIPALS:
        return same_grant(one, other);
    case KEY_WORDS:
        return same_words(one, other);
    }
    return false;
}

size_t config_changes(const struct configuration *in_force, const struct configuration *wanted,
    struct config_change changes[static CONFIG_KEYS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < config_key_count; i++) {
        const struct config_key *key = &config_keys[i];
        if (!is_same(key, field_of(in_force, key), field_of(wanted, key)))
            changes[count++] = (struct config_change){key->section, key->name, key->change == KEY_RELOADS};
    }
    return count;
}

/* --- Values as text */

/* items: count texts of CONFIG_TEXT_MAX bytes each, as a role's principals and a list's words are. */
static void print_items(const char (*items)[CONFIG_TEXT_MAX], size_t count, char *text, size_t size)
{
    text[0] = '\0';
    for (size_t i = 0, used = 0; i < count && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i > 0 ? ", " : "", items[i]);
}

static void print_value(const struct config_key *key, const void *value, char *text, size_t size)
{
    const struct role_grant *grant = value;
    const struct config_words *words = value;
    switch (key->type) {
    case KEY_TEXT:
    case KEY_WORD:
    case KEY_PATH:
    case KEY_SECRET_URI:
        snprintf(text, size, "%s", (const char *)value);
        break;
    case KEY_NUMBER:
        snprintf(text, size, "%u", (unsigned)*(const uint32_t *)value);
        break;
    case KEY_MODE:
        snprintf(text, size, "%04o", (unsigned)*(const uint32_t *)value);
        break;
    case KEY_FRACTION:
        snprintf(text, size, "%.17g", *(const double *)value);
        break;
    case KEY_SWITCH:
        snprintf(text, size, "%s", *(const bool *)value ? "yes" : "no");
        break;
    case KEY_PRINCIPALS:
        print_items(grant->principals, grant->count, text, size);
        break;
    case KEY_WORDS:
        print_items(words->words, words->count, text, size);
        break;
    }
}

static const struct config_key *find_key(const char *section, const char *name)
{
    for (size_t i = 0; i < config_key_count; i++)
        if (strcmp(config_keys[i].section, section) == 0 && strcmp(config_keys[i].name, name) == 0)
            return &config_keys[i];
    return NULL;
}

const char *config_value(const struct configuration *configuration, const struct config_change *change,
    char text[static CONFIG_VALUE_SIZE])
{
    const struct config_key *key = find_key(change->section, change->name);
    text[0] = '\0';
    if (key != NULL)
        print_value(key, field_of(configuration, key), text, CONFIG_VALUE_SIZE);
    return text;
}

/* --- Taking over */

static size_t field_size(const struct config_key *key)
{
    switch (key->type) {
    case KEY_TEXT:
    case KEY_WORD:
    case KEY_PATH:
    case KEY_SECRET_URI:
        return (size_t)key->maximum + 1;
    case KEY_NUMBER:
    case KEY_MODE:
        return sizeof(uint32_t);
    case KEY_FRACTION:
        return sizeof(double);
    case KEY_SWITCH:
        return sizeof(bool);
    case KEY_PRINCIPALS:
        return sizeof(struct role_grant);
    case KEY_WORDS:
        return sizeof(struct config_words);
    }
    return 0;
}

void config_apply(struct configuration *in_force, const struct configuration *wanted)
{
    for (size_t i = 0; i < config_key_count; i++) {
        const struct config_key *key = &config_keys[i];
        if (key->change == KEY_RELOADS)
            memcpy((char *)in_force + key->offset, field_of(wanted, key), field_size(key));
    }
}
