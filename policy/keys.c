/* keys.c: the one table of a policy's keys, and the words that may stand in it. */
#include "policy/keys_internal.h"

#include <stdio.h>
#include <string.h>

#define OF_POLICY(field)  false, #field
#define OF_PURPOSE(field) true, #field
#define IN_POLICY(field)  offsetof(struct policy, field)
#define IN_PURPOSE(field) offsetof(struct policy_purpose, field)

const struct policy_key policy_keys[] = {
    {OF_POLICY(name), POLICY_KEY_NAME, IN_POLICY(name), 0, 0, false, "What this policy is called."},
    {OF_POLICY(version), POLICY_KEY_NUMBER, IN_POLICY(version), 1, 1000000000, false,
        "Grows by each change: an older version is not taken after a newer one."},
    {OF_POLICY(authority), POLICY_KEY_TEXT, IN_POLICY(authority), 0, 0, false,
        "The authority that sets these rules and answers for them."},
    {OF_POLICY(victims_basis), POLICY_KEY_TEXT, IN_POLICY(victims_basis), 0, 0, true,
        "By what law victims' data may be searched for purposes that are not protection. Without it no such "
        "purpose may see "
        "trafficking_victim."},
    {OF_POLICY(demonstration), POLICY_KEY_SWITCH, IN_POLICY(demonstration), 0, 0, true,
        "With yes this policy is for trying kordon out: it may take any legal basis, and a post that is none "
        "of a demonstration "
        "refuses it."},

    {OF_PURPOSE(nature), POLICY_KEY_NATURE, IN_PURPOSE(nature), 0, 0, false,
        "What the purpose is by nature: enforcement, protection or readmission. Protection sees protection "
        "alerts alone; readmission "
        "compares 1:1 alone."},
    {true, "legal_basis", POLICY_KEY_LEGAL_BASIS, IN_PURPOSE(legal_bases), 1, POLICY_LEGAL_BASES_MAX, false,
        "The law that permits it, word for word as the officer's terminal must say it; once for each. The "
        "word any takes every one, "
        "in a demonstration's policy only."},
    {OF_PURPOSE(roles), POLICY_KEY_ROLES, IN_PURPOSE(roles), 0, 0, false,
        "Who may open transactions for it. The role terminal is needed besides, whatever stands here: an "
        "examiner "
        "who is to open them holds both."},
    {OF_PURPOSE(comparisons), POLICY_KEY_COMPARISONS, IN_PURPOSE(comparisons), 0, 0, false,
        "identification: with the watchlist, 1:N; verification: with one reference, 1:1."},
    {OF_PURPOSE(categories), POLICY_KEY_CATEGORIES, IN_PURPOSE(categories), 0, 0, false,
        "Whom it may see of the watchlist: alerts of other categories are not searched for it. none where it "
        "does not identify."},
    {OF_PURPOSE(fingers), POLICY_KEY_FINGERS, IN_PURPOSE(fingers), 0, 0, false,
        "Which fingers may be asked for, in the order in which they are."},
    {OF_PURPOSE(fingers_needed), POLICY_KEY_NUMBER, IN_PURPOSE(fingers_needed), 1, FINGER_POSITION_COUNT - 1,
        false, "How many good ones are enough."},
    {OF_PURPOSE(attempts), POLICY_KEY_NUMBER, IN_PURPOSE(attempts), 1, 10, false,
        "Captures allowed for each finger in one transaction."},
    {OF_PURPOSE(minimum_age), POLICY_KEY_NUMBER, IN_PURPOSE(minimum_age), 0, 120, false,
        "No fingerprints are taken of younger persons. Doubt about the age counts as a small child."},
    {OF_PURPOSE(accompanied_age), POLICY_KEY_NUMBER, IN_PURPOSE(accompanied_age), 0, 120, false,
        "From this age on they are taken where an adult who stands for the child is present; the same as "
        "minimum_age: no exception."},
    {OF_PURPOSE(captured_groups), POLICY_KEY_GROUPS, IN_PURPOSE(captured_groups), 0, 0, false,
        "The groups of travellers whose fingerprints are taken."},
    {OF_PURPOSE(exempt_groups), POLICY_KEY_GROUPS, IN_PURPOSE(exempt_groups), 0, 0, false,
        "The groups that are exempt. Each group stands in one of the two lists."},
    {OF_PURPOSE(retention_days), POLICY_KEY_NUMBER, IN_PURPOSE(retention_days), 1, 36500, false,
        "For how many days the log keeps what it says of a traveller; then kordond erases it. The rest of "
        "the log "
        "goes a year behind the longest of them."},
    {OF_PURPOSE(list_warning_days), POLICY_KEY_NUMBER, IN_PURPOSE(list_warning_days), 1, 3650, false,
        "From how many days of age on the watchlist is called old."},
    {OF_PURPOSE(list_limit_days), POLICY_KEY_NUMBER, IN_PURPOSE(list_limit_days), 1, 3650, false,
        "From how many days of age on it is not searched any more."},
    {OF_PURPOSE(identification_fap), POLICY_KEY_SENSOR, IN_PURPOSE(identification_fap), 0, 0, false,
        "The lowest FAP class of a reader for identification; 0: any, known or not."},
    {OF_PURPOSE(verification_fap), POLICY_KEY_SENSOR, IN_PURPOSE(verification_fap), 0, 0, false,
        "The same for verification."},
    {OF_PURPOSE(attack_detection_required), POLICY_KEY_SWITCH, IN_PURPOSE(attack_detection_required), 0, 0,
        false,
        "With yes readers that can't tell a finger from an imitation are refused, and samples of which their "
        "terminal "
        "does not report what was found. Readers at this machine report nothing: only terminals' serve. With "
        "a sample "
        "of which the reader could not tell, a comparison that finds no alert is inconclusive."},
    {OF_PURPOSE(postponement_days), POLICY_KEY_NUMBER, IN_PURPOSE(postponement_days), 0, 3650, false,
        "How many days a capture that is impossible for a time may be put off; 0: it may not."},
    {OF_PURPOSE(examiners), POLICY_KEY_NUMBER, IN_PURPOSE(examiners), 1, POLICY_EXAMINERS_MAX, true,
        "How many persons verify a match, each for himself, before it is a hit. 1 where the law does without "
        "the second one. With fewer examiners at a post verdicts wait for one who comes later or sits "
        "elsewhere, and status says so.",
        .fallback = 2},
    {OF_PURPOSE(score_shown), POLICY_KEY_SWITCH, IN_PURPOSE(score_shown), 0, 0, true,
        "With yes an examiner sees the score once he has judged the probe; otherwise with his verdict."},
    {OF_PURPOSE(referral_minutes), POLICY_KEY_NUMBER, IN_PURPOSE(referral_minutes), 1, 10080, true,
        "After how many minutes without an outcome a referral is shown to supervisors as overdue. Nothing is "
        "decided by that.",
        .fallback = 30},
    {OF_PURPOSE(probe_retention_days), POLICY_KEY_NUMBER, IN_PURPOSE(probe_retention_days), 0, 3650, true,
        "For how many days a match's probe is kept behind the outcome; 0: it is erased with it."},
};
_Static_assert(sizeof policy_keys / sizeof policy_keys[0] <= POLICY_KEYS_MAX, "a reading marks each key");
const size_t policy_key_count = sizeof policy_keys / sizeof policy_keys[0];

void policy_take_fallbacks(struct policy_purpose *purpose)
{
    for (size_t i = 0; i < policy_key_count; i++) {
        const struct policy_key *key = &policy_keys[i];
        if (key->of_purpose && key->optional && key->type == POLICY_KEY_NUMBER)
            *(uint32_t *)((char *)purpose + key->offset) = key->fallback;
    }
}

static const char *const nature_names[] = {
    [POLICY_ENFORCEMENT] = "enforcement",
    [POLICY_PROTECTION] = "protection",
    [POLICY_READMISSION] = "readmission",
};

const char *policy_nature_name(enum policy_nature nature)
{
    return nature_names[nature];
}

bool policy_nature_parse(const char *name, enum policy_nature *nature)
{
    for (size_t i = 0; i < sizeof nature_names / sizeof nature_names[0]; i++) {
        if (strcmp(nature_names[i], name) == 0) {
            *nature = (enum policy_nature)i;
            return true;
        }
    }
    return false;
}

const char *policy_word_name(enum policy_key_type type, uint32_t bit)
{
    switch (type) {
    case POLICY_KEY_ROLES:
        return (bit & ROLE_ANY) != 0 ? role_name((enum role)bit) : NULL;
    case POLICY_KEY_COMPARISONS:
        return bit == POLICY_IDENTIFICATION ? "identification"
               : bit == POLICY_VERIFICATION ? "verification"
                                            : NULL;
    case POLICY_KEY_CATEGORIES:
        for (int i = 0; i < ALERT_CATEGORY_COUNT; i++)
            if (bit == 1u << i)
                return alert_category_name((enum alert_category)i);
        return NULL;
    case POLICY_KEY_GROUPS:
        for (int i = TRAVELLER_GROUP_UNSAID + 1; i < TRAVELLER_GROUP_COUNT; i++)
            if (bit == 1u << i)
                return traveller_group_name((enum traveller_group)i);
        return NULL;
    case POLICY_KEY_NAME:
    case POLICY_KEY_TEXT:
    case POLICY_KEY_NUMBER:
    case POLICY_KEY_SENSOR:
    case POLICY_KEY_SWITCH:
    case POLICY_KEY_NATURE:
    case POLICY_KEY_LEGAL_BASIS:
    case POLICY_KEY_FINGERS:
        break;
    }
    return NULL;
}

bool policy_word_parse(enum policy_key_type type, const char *word, uint32_t *bit)
{
    for (uint32_t tried = 1; tried != 0; tried <<= 1) {
        const char *name = policy_word_name(type, tried);
        if (name != NULL && strcmp(name, word) == 0) {
            *bit = tried;
            return true;
        }
    }
    return false;
}

/* --- Values as text */

static void add(char *text, const char *divider, const char *word)
{
    size_t used = strlen(text);
    snprintf(text + used, POLICY_VALUE_SIZE - used, "%s%s", used > 0 ? divider : "", word);
}

static void add_words(enum policy_key_type type, uint32_t bits, char *text)
{
    for (uint32_t bit = 1; bit != 0; bit <<= 1)
        if ((bits & bit) != 0 && policy_word_name(type, bit) != NULL)
            add(text, ", ", policy_word_name(type, bit));
    if (bits == 0)
        add(text, "", "none");
}

/* A bar that is a basis' own is doubled: nobody takes two bases for one that has a bar, nor overlooks that one became the other. */
static void add_legal_basis(const char *basis, char *text)
{
    char said[2 * POLICY_TEXT_SIZE];
    size_t used = 0;
    for (const char *at = basis; *at != '\0'; at++) {
        if (*at == '|')
            said[used++] = '|';
        said[used++] = *at;
    }
    said[used] = '\0';
    add(text, " | ", said);
}

static void add_legal_bases(const struct policy_purpose *purpose, char *text)
{
    if (purpose->legal_basis_count == 0)
        add(text, "", POLICY_ANY_LEGAL_BASIS);
    for (size_t i = 0; i < purpose->legal_basis_count; i++)
        add_legal_basis(purpose->legal_bases[i], text);
}

static void add_fingers(const struct policy_purpose *purpose, char *text)
{
    for (size_t i = 0; i < purpose->finger_count; i++)
        add(text, ", ", finger_position_name(purpose->fingers[i]));
}

const char *policy_value(
    const struct policy_key *key, const void *structure, char text[static POLICY_VALUE_SIZE])
{
    const void *field = (const char *)structure + key->offset;
    text[0] = '\0';
    switch (key->type) {
    case POLICY_KEY_NAME:
    case POLICY_KEY_TEXT:
        add(text, "", field);
        break;
    case POLICY_KEY_NUMBER:
    case POLICY_KEY_SENSOR:
        snprintf(text, POLICY_VALUE_SIZE, "%u", (unsigned)*(const uint32_t *)field);
        break;
    case POLICY_KEY_SWITCH:
        add(text, "", *(const bool *)field ? "yes" : "no");
        break;
    case POLICY_KEY_NATURE:
        add(text, "", policy_nature_name(*(const enum policy_nature *)field));
        break;
    case POLICY_KEY_LEGAL_BASIS:
        add_legal_bases(structure, text);
        break;
    case POLICY_KEY_FINGERS:
        add_fingers(structure, text);
        break;
    case POLICY_KEY_ROLES:
    case POLICY_KEY_COMPARISONS:
    case POLICY_KEY_CATEGORIES:
    case POLICY_KEY_GROUPS:
        add_words(key->type, *(const uint32_t *)field, text);
        break;
    }
    return text;
}
