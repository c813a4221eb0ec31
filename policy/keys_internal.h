/* keys_internal.h: the one table of a policy's keys, shared by reading, comparing and describing. */
#ifndef KORDON_POLICY_KEYS_INTERNAL_H
#define KORDON_POLICY_KEYS_INTERNAL_H

#include "policy/policy.h"

enum policy_key_type {
    POLICY_KEY_NAME,        /* char[POLICY_NAME_SIZE]: letters, digits and -_. */
    POLICY_KEY_TEXT,        /* char[POLICY_TEXT_SIZE] */
    POLICY_KEY_NUMBER,      /* uint32_t, minimum..maximum */
    POLICY_KEY_SENSOR,      /* uint32_t, a FAP class or 0 */
    POLICY_KEY_SWITCH,      /* bool, yes or no */
    POLICY_KEY_NATURE,      /* enum policy_nature */
    POLICY_KEY_LEGAL_BASIS, /* a text; the key comes once for each */
    POLICY_KEY_FINGERS,     /* a list in its order */
    POLICY_KEY_ROLES,       /* lists of words, a bit each in a uint32_t */
    POLICY_KEY_COMPARISONS,
    POLICY_KEY_CATEGORIES,
    POLICY_KEY_GROUPS,
};

/* One key. offset: of its field in struct policy, or where of_purpose in struct policy_purpose. */
struct policy_key {
    bool of_purpose;
    const char *name;
    enum policy_key_type type;
    size_t offset;
    uint32_t minimum, maximum;
    bool optional; /* not given: none, no; nothing that permits */
    const char *help;
    uint32_t fallback; /* of an optional number that is not given: the strictest one */
};

#define POLICY_KEYS_MAX 32
extern const struct policy_key policy_keys[];
extern const size_t policy_key_count;

/* A word of a list as its bit, and the other way; false and NULL where there is none. bit: of the type's lists only. */
bool policy_word_parse(enum policy_key_type type, const char *word, uint32_t *bit);
const char *policy_word_name(enum policy_key_type type, uint32_t bit);

/* Sets the optional numbers as where nobody gives them. */
void policy_take_fallbacks(struct policy_purpose *purpose);

bool policy_nature_parse(const char *name, enum policy_nature *nature);

/* The key's value as it could stand in the file; several legal bases are divided by " | ", a bar in one is doubled. field:
 * at the key's offset. Gives the buffer. */
#define POLICY_VALUE_SIZE (POLICY_LEGAL_BASES_MAX * (2 * POLICY_TEXT_SIZE + 4))
const char *policy_value(
    const struct policy_key *key, const void *structure, char text[static POLICY_VALUE_SIZE]);

/* What in a purpose contradicts itself or the policy, and what to write instead, in why; false where nothing does. */
#define POLICY_WHY_SIZE 256
bool policy_contradiction(
    const struct policy *policy, const struct policy_purpose *purpose, char why[static POLICY_WHY_SIZE]);

/* A legal basis that stands for any. */
#define POLICY_ANY_LEGAL_BASIS "any"

#endif
