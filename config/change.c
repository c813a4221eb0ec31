/* change.c: two configurations, key by key: what differs, and what of it may be changed while kordond runs. */
#include <string.h>

#include "config/keys_internal.h"

static const void *field_of(const struct configuration *configuration, const struct config_key *key)
{
    return (const char *)configuration + key->offset;
}

static bool same_proofs(const struct config_proofs *one, const struct config_proofs *other)
{
    bool same = one->count == other->count;
    for (size_t i = 0; same && i < one->count; i++)
        same = strcmp(one->proofs[i], other->proofs[i]) == 0;
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
    case KEY_POLICY:
        return strcmp(one, other) == 0;
    case KEY_NUMBER:
    case KEY_MODE:
    case KEY_ROLES:
        return *(const uint32_t *)one == *(const uint32_t *)other;
    case KEY_FRACTION:
        return *(const double *)one == *(const double *)other;
    case KEY_SWITCH:
        return *(const bool *)one == *(const bool *)other;
    case KEY_PRINCIPALS:
        return same_grant(one, other);
    case KEY_PROOFS:
        return same_proofs(one, other);
    }
    return false;
}

static bool is_in(const struct config_key *key, const struct config_section *section)
{
    return strcmp(key->section, section->name) == 0;
}

/* other: NULL where it has no such section. */
static bool same_item(const struct config_section *section, const void *one, const void *other)
{
    bool same = other != NULL;
    for (size_t i = 0; same && i < config_key_count; i++) {
        const struct config_key *key = &config_keys[i];
        if (is_in(key, section))
            same = is_same(key, (const char *)one + key->offset, (const char *)other + key->offset);
    }
    return same;
}

static void add_item(
    struct config_change *changes, size_t *count, const struct config_section *section, const char *item)
{
    struct config_change *change = &changes[(*count)++];
    *change = (struct config_change){.section = section->name, .name = "", .reloads = true};
    memcpy(change->item, item, strlen(item) + 1);
}

/* Those that are in force, then those that are new. */
static void compare_items(const struct configuration *in_force, const struct configuration *wanted,
    const struct config_section *section, struct config_change *changes, size_t *count)
{
    for (size_t i = 0; i < config_item_count(in_force, section); i++) {
        const struct config_item *item = config_item_at(in_force, section, i);
        if (!same_item(section, item, config_item_find(wanted, section, item->name)))
            add_item(changes, count, section, item->name);
    }
    for (size_t i = 0; i < config_item_count(wanted, section); i++) {
        const struct config_item *item = config_item_at(wanted, section, i);
        if (config_item_find(in_force, section, item->name) == NULL)
            add_item(changes, count, section, item->name);
    }
}

static const struct config_section *section_of(const struct config_key *key)
{
    return config_section_find(key->section, strlen(key->section));
}

size_t config_changes(const struct configuration *in_force, const struct configuration *wanted,
    struct config_change changes[static CONFIG_CHANGES_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < config_key_count; i++) {
        const struct config_key *key = &config_keys[i];
        if (section_of(key)->maximum == 0 && !is_same(key, field_of(in_force, key), field_of(wanted, key)))
            changes[count++] = (struct config_change){
                .section = key->section, .name = key->name, .reloads = key->change == KEY_RELOADS};
    }
    for (size_t i = 0; i < config_section_count; i++)
        compare_items(in_force, wanted, &config_sections[i], changes, &count);
    return count;
}

const char *config_change_name(const struct config_change *change, char text[static CONFIG_CHANGE_NAME_SIZE])
{
    if (change->item[0] != '\0')
        snprintf(text, CONFIG_CHANGE_NAME_SIZE, "[%s %s]", change->section, change->item);
    else
        snprintf(text, CONFIG_CHANGE_NAME_SIZE, "[%s] %s", change->section, change->name);
    return text;
}

/* --- Values as text */

/* items: count texts of item_size bytes each, one behind the other. */
static void print_items(const char *items, size_t item_size, size_t count, char *text, size_t size)
{
    text[0] = '\0';
    for (size_t i = 0, used = 0; i < count && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i > 0 ? ", " : "", items + i * item_size);
}

static void print_roles(uint32_t roles, char *text, size_t size)
{
    text[0] = '\0';
    for (size_t i = 0, used = 0; i < ROLE_COUNT && used < size; i++)
        if ((roles & 1u << i) != 0)
            used += (size_t)snprintf(
                text + used, size - used, "%s%s", used > 0 ? ", " : "", role_name((enum role)(1u << i)));
}

static void print_value(const struct config_key *key, const void *value, char *text, size_t size)
{
    const struct role_grant *grant = value;
    const struct config_proofs *proofs = value;
    switch (key->type) {
    case KEY_TEXT:
    case KEY_WORD:
    case KEY_PATH:
    case KEY_SECRET_URI:
    case KEY_POLICY:
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
        print_items(grant->principals[0], CONFIG_TEXT_MAX, grant->count, text, size);
        break;
    case KEY_ROLES:
        print_roles(*(const uint32_t *)value, text, size);
        break;
    case KEY_PROOFS:
        print_items(proofs->proofs[0], CONFIG_PROOF_SIZE, proofs->count, text, size);
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

static void print_item(const struct config_section *section, const void *item, char *text, size_t size)
{
    char value[CONFIG_VALUE_SIZE];
    text[0] = '\0';
    for (size_t i = 0, used = 0; i < config_key_count && used < size; i++) {
        const struct config_key *key = &config_keys[i];
        if (!is_in(key, section))
            continue;
        print_value(key, (const char *)item + key->offset, value, sizeof value);
        if (value[0] != '\0')
            used += (size_t)snprintf(
                text + used, size - used, "%s%s = %s", used > 0 ? "; " : "", key->name, value);
    }
}

const char *config_value(const struct configuration *configuration, const struct config_change *change,
    char text[static CONFIG_VALUE_SIZE])
{
    const struct config_section *section = config_section_find(change->section, strlen(change->section));
    const struct config_key *key = find_key(change->section, change->name);
    text[0] = '\0';
    if (section != NULL && section->maximum > 0) {
        const void *item = config_item_find(configuration, section, change->item);
        if (item == NULL)
            return NULL;
        print_item(section, item, text, CONFIG_VALUE_SIZE);
    } else if (key != NULL) {
        print_value(key, field_of(configuration, key), text, CONFIG_VALUE_SIZE);
    }
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
    case KEY_POLICY:
        return (size_t)key->maximum + 1;
    case KEY_NUMBER:
    case KEY_MODE:
    case KEY_ROLES:
        return sizeof(uint32_t);
    case KEY_FRACTION:
        return sizeof(double);
    case KEY_SWITCH:
        return sizeof(bool);
    case KEY_PRINCIPALS:
        return sizeof(struct role_grant);
    case KEY_PROOFS:
        return sizeof(struct config_proofs);
    }
    return 0;
}

static void apply_items(
    struct configuration *in_force, const struct configuration *wanted, const struct config_section *section)
{
    size_t count = config_item_count(wanted, section);
    memcpy((char *)in_force + section->items, config_item_at(wanted, section, 0),
        section->maximum * section->item_size);
    memcpy((char *)in_force + section->count, &count, sizeof count);
}

void config_apply(struct configuration *in_force, const struct configuration *wanted)
{
    for (size_t i = 0; i < config_key_count; i++) {
        const struct config_key *key = &config_keys[i];
        if (section_of(key)->maximum == 0 && key->change == KEY_RELOADS)
            memcpy((char *)in_force + key->offset, field_of(wanted, key), field_size(key));
    }
    for (size_t i = 0; i < config_section_count; i++)
        if (config_sections[i].maximum > 0)
            apply_items(in_force, wanted, &config_sections[i]);
}
