/* policy.h: who may ask what about whom: one file that the authority writes, read strictly, and the decisions that follow from it.
 *
 * The file is INI (kordon-policy(5)): [policy] with name, version and authority, and a section [purpose NAME] for each purpose. Nothing
 * has a silent default that permits: each traveller group is named as captured or as exempt, each category is named or not seen.
 * The one in force lies in the state (daemon/policy_in_force.h); daemon/transactions/rules.h asks it.
 *
 * Pure: no I/O, no clock. A struct policy is filled in once and then const; any thread.
 */
#ifndef KORDON_POLICY_POLICY_H
#define KORDON_POLICY_POLICY_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/alert_category.h"
#include "base/failure.h"
#include "base/finger.h"
#include "base/role.h"
#include "policy/traveller.h"

#define POLICY_FILE_BYTES_MAX  65536
#define POLICY_NAME_SIZE       64
#define POLICY_TEXT_SIZE       256
#define POLICY_PURPOSES_MAX    32
#define POLICY_LEGAL_BASES_MAX 8
#define POLICY_EXAMINERS_MAX   2

/* What a transaction may be for. */
enum policy_comparison { POLICY_IDENTIFICATION = 1, POLICY_VERIFICATION = 2 };

/* What a purpose is by nature: what victims' data may be searched for depends on it (P8). */
enum policy_nature { POLICY_ENFORCEMENT, POLICY_PROTECTION, POLICY_READMISSION };

/* "enforcement", "protection", "readmission"; constant. */
const char *policy_nature_name(enum policy_nature nature);

struct policy_purpose {
    char name[POLICY_NAME_SIZE];
    enum policy_nature nature;
    char legal_bases[POLICY_LEGAL_BASES_MAX][POLICY_TEXT_SIZE]; /* one of them must be said */
    size_t legal_basis_count;                                   /* 0: any, in a demonstration's policy only */
    unsigned roles;       /* bits of enum role: who may open transactions for it */
    unsigned comparisons; /* bits of enum policy_comparison: 1:N, 1:1 */
    uint32_t categories;  /* a bit (1u << category) for each that it may see */
    enum finger_position fingers[FINGER_POSITION_COUNT]; /* in the order in which they are asked for */
    size_t finger_count;
    uint32_t fingers_needed; /* good samples that are enough, 1..finger_count */
    uint32_t attempts;       /* for each finger (P4) */
    uint32_t minimum_age;    /* years (P1) */
    uint32_t
        accompanied_age; /* years: from here on where an adult who stands for the child is present; = minimum_age: never */
    uint32_t captured_groups, exempt_groups; /* a bit (1u << group) each; together all groups, none in both */
    uint32_t retention_days;                 /* of what a transaction's records say */
    uint32_t list_warning_days,
        list_limit_days; /* A4: age of the list from which it is stale, and no longer searched */
    uint32_t identification_fap,
        verification_fap;           /* F8: lowest FAP class of the sensor, 0: any that is known or not */
    bool attack_detection_required; /* Q8: refuses sensors that have none */
    uint32_t postponement_days;     /* P2: how long "temporarily impossible" may be put off; 0: it may not */
    uint32_t examiners;             /* H2: who verify a match before it is a hit, 1..POLICY_EXAMINERS_MAX */
    bool score_shown;               /* to an examiner before his verdict */
    uint32_t referral_minutes;      /* until a referral without an outcome is overdue */
    uint32_t probe_retention_days;  /* M2: of a match's probe behind the outcome */
};

struct policy {
    char name[POLICY_NAME_SIZE];
    uint32_t version;
    char authority[POLICY_TEXT_SIZE];
    char victims_basis
        [POLICY_TEXT_SIZE]; /* by what law victims' data is searched for enforcement; "": it is not (P8) */
    bool demonstration;     /* any legal basis is taken: only where the configuration is a demonstration */
    struct policy_purpose purposes[POLICY_PURPOSES_MAX];
    size_t purpose_count;
};

/* Reads a policy. name: of the file, for the failure. POLICY_BAD with "name:line" as subject and what to write instead; nothing is taken
 * over of a file with a fault. *policy: malloc'd. */
enum reason policy_parse(
    const char *name, const void *bytes, size_t size, struct policy **policy, struct failure *failure);
void policy_destroy(struct policy *policy); /* takes NULL */

/* Prints the key part of the manual page kordon-policy(5), in roff. */
void policy_describe_manual(FILE *stream);

/* The presets: "ukraine", "ees", "protection", "demonstration". The file's text, constant; NULL where there is none of that name. */
const char *policy_preset(const char *name);

/* The only one that is a demonstration's. */
#define POLICY_PRESET_DEMONSTRATION "demonstration"

/* The names one after the other, from 0; NULL behind the last. Constant. */
const char *policy_preset_name(size_t number);

/* Whether it may be in force there: one that takes any legal basis is for a configuration that is a demonstration. POLICY_BAD. */
enum reason policy_check_place(const struct policy *policy, bool demonstration, struct failure *failure);

/* NULL where it is not declared. */
const struct policy_purpose *policy_find_purpose(const struct policy *policy, const char *purpose);

/* What is asked before anything is captured. */
struct policy_question {
    const char *purpose, *legal_basis;
    unsigned roles;       /* of who asks */
    unsigned comparisons; /* that are wanted */
    enum traveller_group group;
    enum age_band age_band;
    bool accompanied; /* an adult who stands for the child is present */
};

/* Whether a transaction may be opened. *purpose: the rules that apply to it. PURPOSE_NOT_DECLARED, LEGAL_BASIS_NOT_IN_POLICY, NOT_PERMITTED
 * (role), COMPARISON_NOT_PERMITTED (1:N or 1:1), and where no fingerprint may be taken: AGE_NOT_PERMITTED, GROUP_EXEMPT. */
enum reason policy_check_opening(const struct policy *policy, const struct policy_question *question,
    const struct policy_purpose **purpose, struct failure *failure);

/* The same without group and age: whether the purpose may be asked for at all, of whomever. */
enum reason policy_check_purpose(const struct policy *policy, const struct policy_question *question,
    const struct policy_purpose **purpose, struct failure *failure);

/* Why no fingerprint is taken of that traveller for the purpose: "under_age", or the group's name; NULL where it is. Constant. */
const char *policy_exemption(const struct policy_purpose *purpose, enum traveller_group group,
    enum age_band age_band, bool accompanied);

/* Whether no fingerprint is taken at that age; doubt counts as a small child. */
bool policy_is_under_age(const struct policy_purpose *purpose, enum age_band band, bool accompanied);

/* A key whose value is another one, as it could stand in the file; several legal bases are divided by " | ". old_value or new_value is
 * NULL where that policy has no such purpose. Texts are valid during the call. */
struct policy_change {
    const char *section; /* the purpose's name; "": [policy] */
    const char *key;
    const char *old_value, *new_value;
};
typedef void policy_change_told(void *context, const struct policy_change *change);

/* Tells what differs, in the table's order: [policy], then purposes that were there, then new ones. */
void policy_compare(
    const struct policy *old, const struct policy *new, policy_change_told *told, void *context);

/* Whether it may come into force after the old one: POLICY_NOT_NEWER where its version is not higher. */
enum reason policy_check_next(const struct policy *old, const struct policy *next, struct failure *failure);

/* How old a list may be for the purpose. */
enum policy_list_age { POLICY_LIST_FRESH, POLICY_LIST_STALE, POLICY_LIST_TOO_OLD };
enum policy_list_age policy_judge_list_age(const struct policy_purpose *purpose, uint64_t age_days);

#endif
