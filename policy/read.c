/* read.c: a policy, read strictly by the table of keys. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "policy/keys_internal.h"
#include "policy/sensor.h"
#include "policy/strict_ini.h"

static const char policy_section[] = "policy";
static const char purpose_prefix[] = "purpose ";

/* One reading. purpose: whose section is being read; NULL in [policy]. */
struct reading {
    struct policy *policy;
    struct policy_purpose *purpose;
    unsigned section_line;
    bool seen[POLICY_KEYS_MAX]; /* in this section */
    bool any_legal_basis;       /* of this purpose */
    bool list_open;             /* the last line ended with a comma */
    unsigned list_line;
};

static struct reading *reading_of(struct strict_ini *ini)
{
    return ini->context;
}

/* Zero-terminated letters, digits and -_. */
static bool is_name(const char *text)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    return text[0] != '\0' && text[strspn(text, allowed)] == '\0' && strlen(text) < POLICY_NAME_SIZE;
}

/* --- Values */

static enum reason store_number(
    struct strict_ini *ini, const struct policy_key *key, const char *value, uint32_t *target)
{
    uint64_t number;
    if (!text_whole_number(value, 10, key->minimum, key->maximum, &number))
        return strict_ini_refuse(ini, ini->line, "%s: write a whole number from %u to %u", key->name,
            (unsigned)key->minimum, (unsigned)key->maximum);
    *target = (uint32_t)number;
    return REASON_DONE;
}

static enum reason store_sensor(
    struct strict_ini *ini, const struct policy_key *key, const char *value, uint32_t *target)
{
    uint64_t number = UINT64_MAX;
    (void)text_whole_number(value, 10, 0, 60, &number);
    if (policy_sensor_class_exists(number)) {
        *target = (uint32_t)number;
        return REASON_DONE;
    }
    return strict_ini_refuse(
        ini, ini->line, "%s: write a FAP class, one of 10, 20, 30, 40, 45, 50, 60, or 0 for any", key->name);
}

static enum reason store_text(
    struct strict_ini *ini, const struct policy_key *key, const char *value, char *target)
{
    if (value[0] == '\0')
        return strict_ini_refuse(ini, ini->line, "%s is empty: write it, or leave the line out", key->name);
    memcpy(target, value, strlen(value) + 1); /* a line is shorter than any text may be */
    return REASON_DONE;
}

static enum reason store_legal_basis(struct strict_ini *ini, const struct policy_key *key, const char *value)
{
    struct reading *reading = reading_of(ini);
    struct policy_purpose *purpose = reading->purpose;
    bool any = strcmp(value, POLICY_ANY_LEGAL_BASIS) == 0;
    if (reading->any_legal_basis || (any && purpose->legal_basis_count > 0))
        return strict_ini_refuse(ini, ini->line, "legal_basis = any stands alone: leave it, or the others");
    reading->any_legal_basis = any;
    if (any)
        return REASON_DONE;
    if (purpose->legal_basis_count == POLICY_LEGAL_BASES_MAX)
        return strict_ini_refuse(ini, ini->line, "more than %d legal bases", POLICY_LEGAL_BASES_MAX);
    for (size_t i = 0; i < purpose->legal_basis_count; i++)
        if (strcmp(purpose->legal_bases[i], value) == 0)
            return strict_ini_refuse(ini, ini->line, "this legal_basis is given twice: leave one out");
    TRY(store_text(ini, key, value, purpose->legal_bases[purpose->legal_basis_count]));
    purpose->legal_basis_count++;
    return REASON_DONE;
}

static enum reason add_finger(struct strict_ini *ini, const char *word)
{
    struct policy_purpose *purpose = reading_of(ini)->purpose;
    enum finger_position position;
    if (!finger_position_parse(word, &position) || position == FINGER_UNKNOWN)
        return strict_ini_refuse(
            ini, ini->line, "'%.64s' is no finger: write right_thumb ... left_little", word);
    for (size_t i = 0; i < purpose->finger_count; i++)
        if (purpose->fingers[i] == position)
            return strict_ini_refuse(ini, ini->line, "%s stands there twice: leave one out", word);
    purpose->fingers[purpose->finger_count++] = position;
    return REASON_DONE;
}

static enum reason add_word(
    struct strict_ini *ini, const struct policy_key *key, const char *word, uint32_t *target)
{
    uint32_t bit;
    if (!policy_word_parse(key->type, word, &bit)) {
        struct word_list words = {0};
        for (uint32_t tried = 1; tried != 0; tried <<= 1) {
            const char *name = policy_word_name(key->type, tried);
            if (name != NULL)
                word_list_add(&words, name);
        }
        return strict_ini_refuse(ini, ini->line, "%s: '%.40s' is none of %s", key->name, word, words.text);
    }
    if ((*target & bit) != 0)
        return strict_ini_refuse(ini, ini->line, "%s stands there twice: leave one out", word);
    *target |= bit;
    return REASON_DONE;
}

/* One line of a comma list; one that ends with a comma goes on in the next. An empty list is the word none. */
static enum reason store_list(
    struct strict_ini *ini, const struct policy_key *key, const char *value, uint32_t *target)
{
    struct reading *reading = reading_of(ini);
    reading->list_open = false;
    if (strcmp(value, "none") == 0 && key->type != POLICY_KEY_FINGERS && !ini->indented)
        return REASON_DONE;
    for (const char *start = value;; start++) {
        char word[64];
        start += strspn(start, " \t");
        size_t stretch = strcspn(start, ","), length = stretch;
        while (length > 0 && (start[length - 1] == ' ' || start[length - 1] == '\t'))
            length--;
        if (length == 0 || length >= sizeof word)
            return strict_ini_refuse(ini, ini->line,
                "%s: a word is missing or too long; an empty list is the word none", key->name);
        memcpy(word, start, length);
        word[length] = '\0';
        TRY(key->type == POLICY_KEY_FINGERS ? add_finger(ini, word) : add_word(ini, key, word, target));
        start += stretch;
        reading->list_open = start[0] == ',' && start[1] == '\0';
        reading->list_line = ini->line;
        if (start[0] == '\0' || reading->list_open)
            return REASON_DONE;
    }
}

static enum reason store_value(
    struct strict_ini *ini, const struct policy_key *key, const char *value, void *target)
{
    bool *chosen = target;
    switch (key->type) {
    case POLICY_KEY_NAME:
        return is_name(value)
                   ? store_text(ini, key, value, target)
                   : strict_ini_refuse(ini, ini->line, "%s: write up to %d letters, digits and -_.",
                         key->name, POLICY_NAME_SIZE - 1);
    case POLICY_KEY_TEXT:
        return store_text(ini, key, value, target);
    case POLICY_KEY_NUMBER:
        return store_number(ini, key, value, target);
    case POLICY_KEY_SENSOR:
        return store_sensor(ini, key, value, target);
    case POLICY_KEY_SWITCH:
        *chosen = strcmp(value, "yes") == 0;
        return *chosen || strcmp(value, "no") == 0
                   ? REASON_DONE
                   : strict_ini_refuse(ini, ini->line, "%s: write yes or no", key->name);
    case POLICY_KEY_NATURE:
        return policy_nature_parse(value, target)
                   ? REASON_DONE
                   : strict_ini_refuse(
                         ini, ini->line, "%s: write enforcement, protection or readmission", key->name);
    case POLICY_KEY_LEGAL_BASIS:
        return store_legal_basis(ini, key, value);
    case POLICY_KEY_FINGERS:
    case POLICY_KEY_ROLES:
    case POLICY_KEY_COMPARISONS:
    case POLICY_KEY_CATEGORIES:
    case POLICY_KEY_GROUPS:
        return store_list(ini, key, value, target);
    }
    return strict_ini_refuse(ini, ini->line, "%s has no type", key->name);
}

/* --- Sections */

static enum reason check_list_closed(struct strict_ini *ini)
{
    const struct reading *reading = reading_of(ini);
    return reading->list_open ? strict_ini_refuse(ini, reading->list_line,
                                    "the list ends with a comma: take it off, or go on in an indented line")
                              : REASON_DONE;
}

/* What is wrong with a section as a whole is said of its first line. */
static enum reason leave_section(struct strict_ini *ini)
{
    struct reading *reading = reading_of(ini);
    char why[POLICY_WHY_SIZE];
    TRY(check_list_closed(ini));
    if (reading->section_line == 0)
        return REASON_DONE;
    for (size_t i = 0; i < policy_key_count; i++) {
        const struct policy_key *key = &policy_keys[i];
        if (key->of_purpose == (reading->purpose != NULL) && !key->optional && !reading->seen[i])
            return strict_ini_refuse(
                ini, reading->section_line, "%s is missing: write it below this line", key->name);
    }
    if (reading->purpose != NULL && policy_contradiction(reading->policy, reading->purpose, why))
        return strict_ini_refuse(ini, reading->section_line, "%s", why);
    return REASON_DONE;
}

static enum reason begin_purpose(struct strict_ini *ini, const char *name)
{
    struct reading *reading = reading_of(ini);
    struct policy *policy = reading->policy;
    if (!is_name(name))
        return strict_ini_refuse(ini, ini->line,
            "[purpose NAME]: write a name of up to %d letters, digits and -_.", POLICY_NAME_SIZE - 1);
    if (policy_find_purpose(policy, name) != NULL)
        return strict_ini_refuse(ini, ini->line, "[purpose %s] stands there twice: leave one out", name);
    if (policy->purpose_count == POLICY_PURPOSES_MAX)
        return strict_ini_refuse(ini, ini->line, "more than %d purposes", POLICY_PURPOSES_MAX);
    reading->purpose = &policy->purposes[policy->purpose_count++];
    memcpy(reading->purpose->name, name, strlen(name) + 1);
    policy_take_fallbacks(reading->purpose);
    return REASON_DONE;
}

static enum reason take_section(struct strict_ini *ini, const char *section)
{
    struct reading *reading = reading_of(ini);
    TRY(leave_section(ini));
    bool first = reading->section_line == 0;
    reading->section_line = ini->line;
    memset(reading->seen, 0, sizeof reading->seen);
    reading->any_legal_basis = false;
    if ((strcmp(section, policy_section) == 0) != first)
        return strict_ini_refuse(
            ini, ini->line, first ? "[policy] comes first" : "[policy] stands there twice: leave one out");
    if (first)
        return REASON_DONE;
    if (strncmp(section, purpose_prefix, sizeof purpose_prefix - 1) != 0)
        return strict_ini_refuse(
            ini, ini->line, "unknown section [%.64s]: write [policy] or [purpose NAME]", section);
    return begin_purpose(ini, section + sizeof purpose_prefix - 1);
}

static bool may_go_on(const struct policy_key *key)
{
    return key->type >= POLICY_KEY_FINGERS;
}

static enum reason check_repetition(
    struct strict_ini *ini, const struct policy_key *key, bool seen, bool goes_on)
{
    bool list_open = reading_of(ini)->list_open;
    if (goes_on && !may_go_on(key))
        return strict_ini_refuse(
            ini, ini->line, "a key begins in the first column; only a list goes on in an indented line");
    if (goes_on && !list_open)
        return strict_ini_refuse(ini, ini->line, "the line before must end with a comma if the list goes on");
    if (!goes_on && list_open)
        return check_list_closed(ini);
    if (!goes_on && seen && key->type != POLICY_KEY_LEGAL_BASIS)
        return strict_ini_refuse(ini, ini->line, "%s is given twice: leave one out", key->name);
    return REASON_DONE;
}

static enum reason take_pair(struct strict_ini *ini, const char *name, const char *value, bool goes_on)
{
    struct reading *reading = reading_of(ini);
    bool of_purpose = reading->purpose != NULL;
    char *base = of_purpose ? (char *)reading->purpose : (char *)reading->policy;
    for (size_t i = 0; i < policy_key_count; i++) {
        const struct policy_key *key = &policy_keys[i];
        if (key->of_purpose != of_purpose || strcmp(key->name, name) != 0)
            continue;
        TRY(check_repetition(ini, key, reading->seen[i], goes_on));
        reading->seen[i] = true;
        return store_value(ini, key, value, base + key->offset);
    }
    return strict_ini_refuse(ini, ini->line, "unknown key %.50s in [%.64s]", name, ini->section);
}

static enum reason check_whole(struct strict_ini *ini)
{
    const struct reading *reading = reading_of(ini);
    TRY(leave_section(ini));
    if (reading->section_line == 0)
        return strict_ini_refuse(ini, 1, "the file holds no policy: begin with [policy]");
    if (reading->policy->purpose_count == 0)
        return strict_ini_refuse(
            ini, reading->section_line, "no purpose is declared: write a section [purpose NAME]");
    return REASON_DONE;
}

enum reason policy_parse(
    const char *name, const void *bytes, size_t size, struct policy **policy, struct failure *failure)
{
    *policy = NULL;
    if (size > POLICY_FILE_BYTES_MAX)
        return failure_set(failure, REASON_POLICY_BAD, name, "longer than %d bytes", POLICY_FILE_BYTES_MAX);
    struct reading reading = {.policy = calloc(1, sizeof *reading.policy)};
    if (reading.policy == NULL)
        return failure_set(failure, REASON_NO_MEMORY, name, NULL);
    struct strict_ini ini = {.name = name,
        .bytes = bytes,
        .size = size,
        .bad = REASON_POLICY_BAD,
        .take_section = take_section,
        .take_pair = take_pair,
        .context = &reading,
        .failure = failure};
    enum reason reason = strict_ini_read(&ini);
    if (reason == REASON_DONE)
        reason = check_whole(&ini);
    if (reason != REASON_DONE) {
        policy_destroy(reading.policy);
        return reason;
    }
    *policy = reading.policy;
    return REASON_DONE;
}

void policy_destroy(struct policy *policy)
{
    free(policy);
}
