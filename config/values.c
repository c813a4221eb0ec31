/* values.c: what may stand behind "key =", by the key's type. */
#include <stdlib.h>
#include <string.h>

#include "base/identity.h"
#include "base/text.h"
#include "config/keys_internal.h"
#include "policy/policy.h"

static bool all_of(const char *text, const char *allowed)
{
    return text[strspn(text, allowed)] == '\0';
}

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._"
#define WORD_CHARACTERS NAME_CHARACTERS "/:"

static enum reason store_text(
    struct parse *parse, const struct config_key *key, const char *value, char *target)
{
    size_t length = strlen(value);
    if ((double)length < key->minimum)
        return config_refuse(parse, "%s is empty", key->name);
    if ((double)length > key->maximum)
        return config_refuse(parse, "%s is longer than %.0f bytes", key->name, key->maximum);
    memcpy(target, value, length + 1);
    return REASON_DONE;
}

/* prefix: what of the value stays before the path ("file:" or nothing). */
static enum reason store_path(
    struct parse *parse, const struct config_key *key, const char *prefix, const char *path, char *target)
{
    char whole[2 * CONFIG_PATH_MAX];
    const char *slash = strrchr(parse->path, '/');
    int folder = slash != NULL ? (int)(slash - parse->path + 1) : 0;
    if (path[0] == '\0' && key->minimum < 1)
        return store_text(parse, key, path, target);
    if (path[0] == '\0')
        return config_refuse(parse, "%s names no path", key->name);
    if (path[0] == '/')
        folder = 0;
    int length = snprintf(whole, sizeof whole, "%s%.*s%s", prefix, folder, parse->path, path);
    if (length < 0 || (size_t)length >= sizeof whole)
        return config_refuse(parse, "%s is longer than %.0f bytes", key->name, key->maximum);
    return store_text(parse, key, whole, target);
}

static enum reason store_secret_uri(
    struct parse *parse, const struct config_key *key, const char *value, char *target)
{
    static const char scheme[] = "file:";
    if (strncmp(value, scheme, sizeof scheme - 1) != 0)
        return config_refuse(parse, "%s must be file:PATH", key->name);
    return store_path(parse, key, scheme, value + sizeof scheme - 1, target);
}

static enum reason store_number(
    struct parse *parse, const struct config_key *key, const char *value, unsigned base, uint32_t *target)
{
    uint64_t number, lowest = (uint64_t)key->minimum, highest = (uint64_t)key->maximum;
    if (!text_whole_number(value, base, lowest, highest, &number))
        return base == 8 ? config_refuse(parse, "%s must be an octal number from %04o to %04o", key->name,
                               (unsigned)lowest, (unsigned)highest)
                         : config_refuse(parse, "%s must be a whole number from %u to %u", key->name,
                               (unsigned)lowest, (unsigned)highest);
    *target = (uint32_t)number;
    return REASON_DONE;
}

static enum reason store_fraction(
    struct parse *parse, const struct config_key *key, const char *value, double *target)
{
    char *end;
    double number = strtod(value, &end);
    /* Digits only: strtod would also take "nan" and hexadecimal. */
    if (value[0] == '\0' || !all_of(value, "0123456789.eE+-") || *end != '\0')
        return config_refuse(parse, "%s must be a number such as 0.001", key->name);
    if (!(number > key->minimum && number < key->maximum))
        return config_refuse(parse, "%s must lie between %g and %g", key->name, key->minimum, key->maximum);
    *target = number;
    return REASON_DONE;
}

static enum reason store_switch(
    struct parse *parse, const struct config_key *key, const char *value, bool *target)
{
    *target = strcmp(value, "yes") == 0;
    if (!*target && strcmp(value, "no") != 0)
        return config_refuse(parse, "%s must be yes or no", key->name);
    return REASON_DONE;
}

static bool is_principal(const char *text)
{
    const char *name = strchr(text, ':');
    bool kind = identity_is(text, IDENTITY_USER) || identity_is(text, IDENTITY_GROUP);
    return kind && name[1] != '\0' && strpbrk(name + 1, " \t:") == NULL;
}

static bool is_word(const char *text)
{
    return all_of(text, WORD_CHARACTERS);
}

bool config_is_name(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (text[i] == '\0' || strchr(NAME_CHARACTERS, text[i]) == NULL)
            return false;
    return size > 0 && size < CONFIG_ITEM_NAME_SIZE;
}

static bool is_certificate_name(const char *text)
{
    static const char *const kinds[] = {"DNS:", "email:", "URI:"};
    size_t authority = strcspn(text, "/");
    if (!config_is_name(text, authority) || text[authority] == '\0')
        return false;
    const char *name = text + authority + 1;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        size_t size = strlen(kinds[i]);
        if (strncmp(name, kinds[i], size) == 0)
            return name[size] != '\0' && strpbrk(name, " \t") == NULL;
    }
    return false;
}

static bool is_proof(const char *text)
{
    const char *certificate = identity_name(text, IDENTITY_CERTIFICATE);
    if (certificate != NULL)
        return is_certificate_name(certificate);
    return is_principal(text) && identity_is(text, IDENTITY_USER);
}

/* The next item of a comma list, of at most size - 1 bytes, without blanks around it. *rest: behind its comma, NULL behind the last. */
static enum reason take_item(
    struct parse *parse, const struct config_key *key, const char **rest, char *item, size_t size)
{
    const char *start = *rest + strspn(*rest, " \t");
    size_t stretch = strcspn(start, ","), length = stretch;
    while (length > 0 && (start[length - 1] == ' ' || start[length - 1] == '\t'))
        length--;
    if (length == 0 || length >= size)
        return config_refuse(parse, "%s has an empty or too long item", key->name);
    memcpy(item, start, length);
    item[length] = '\0';
    *rest = start[stretch] == ',' ? start + stretch + 1 : NULL;
    return REASON_DONE;
}

/* What a list's items must be. */
struct item_form {
    bool (*holds)(const char *text);
    const char *words;
    size_t size, maximum;
};

/* items: maximum texts of size bytes each, one behind the other. An empty value is an empty list. */
static enum reason store_list(struct parse *parse, const struct config_key *key, const char *value,
    const struct item_form *form, size_t *count, char *items)
{
    *count = 0;
    for (const char *rest = value[0] != '\0' ? value : NULL; rest != NULL; (*count)++) {
        if (*count == form->maximum)
            return config_refuse(parse, "%s lists more than %zu", key->name, form->maximum);
        char *item = items + *count * form->size;
        TRY(take_item(parse, key, &rest, item, form->size));
        if (!form->holds(item))
            return config_refuse(parse, "%s: '%.64s' is not %s", key->name, item, form->words);
    }
    return REASON_DONE;
}

static enum reason store_roles(
    struct parse *parse, const struct config_key *key, const char *value, uint32_t *target)
{
    *target = 0;
    for (const char *rest = value[0] != '\0' ? value : NULL; rest != NULL;) {
        char item[CONFIG_TEXT_MAX];
        enum role role;
        TRY(take_item(parse, key, &rest, item, sizeof item));
        if (!role_parse(item, &role))
            return config_refuse(parse, "%s: '%.64s' is no role", key->name, item);
        if (((unsigned)key->maximum & role) == 0)
            return config_refuse(parse, "%s: a %s can't be %s", key->name, key->section, item);
        *target |= role;
    }
    return REASON_DONE;
}

static const struct item_form
    principal_form = {is_principal, "user:NAME or group:NAME", CONFIG_TEXT_MAX, CONFIG_PRINCIPALS_MAX},
    proof_form = {is_proof,
        "user:NAME or certificate:AUTHORITY/SAN with DNS:, email: or URI: before its name", CONFIG_PROOF_SIZE,
        CONFIG_PROOFS_MAX};

enum reason config_store_value(
    struct parse *parse, const struct config_key *key, const char *value, void *target)
{
    struct role_grant *grant = target;
    struct config_proofs *proofs = target;
    switch (key->type) {
    case KEY_TEXT:
        return store_text(parse, key, value, target);
    case KEY_WORD:
        if (!is_word(value))
            return config_refuse(parse, "%s may hold letters, digits and -._/: only", key->name);
        return store_text(parse, key, value, target);
    case KEY_PATH:
        return store_path(parse, key, "", value, target);
    case KEY_SECRET_URI:
        return store_secret_uri(parse, key, value, target);
    case KEY_POLICY:
        return policy_preset(value) != NULL ? store_text(parse, key, value, target)
                                            : store_path(parse, key, "", value, target);
    case KEY_NUMBER:
        return store_number(parse, key, value, 10, target);
    case KEY_MODE:
        return store_number(parse, key, value, 8, target);
    case KEY_FRACTION:
        return store_fraction(parse, key, value, target);
    case KEY_SWITCH:
        return store_switch(parse, key, value, target);
    case KEY_PRINCIPALS:
        return store_list(parse, key, value, &principal_form, &grant->count, grant->principals[0]);
    case KEY_ROLES:
        return store_roles(parse, key, value, target);
    case KEY_PROOFS:
        return store_list(parse, key, value, &proof_form, &proofs->count, proofs->proofs[0]);
    }
    return config_refuse(parse, "%s has no type", key->name);
}
