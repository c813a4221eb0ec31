#include "daemon/api/policy_json.h"

#include "daemon/transactions/request.h"
#include "json/writer.h"

static json_t *legal_bases_json(const struct policy_purpose *purpose)
{
    struct json_writer list;
    json_writer_array(&list);
    for (size_t i = 0; i < purpose->legal_basis_count; i++)
        json_append_text(&list, purpose->legal_bases[i]);
    return json_writer_end(&list);
}

static json_t *roles_json(unsigned roles)
{
    struct json_writer list;
    json_writer_array(&list);
    for (unsigned role = 1; role <= ROLE_ANY; role <<= 1)
        if ((roles & role) != 0)
            json_append_text(&list, role_name((enum role)role));
    return json_writer_end(&list);
}

static json_t *comparisons_json(unsigned comparisons)
{
    struct json_writer list;
    json_writer_array(&list);
    if ((comparisons & POLICY_IDENTIFICATION) != 0)
        json_append_text(&list, transaction_kind_name(TRANSACTION_IDENTIFICATION));
    if ((comparisons & POLICY_VERIFICATION) != 0)
        json_append_text(&list, transaction_kind_name(TRANSACTION_VERIFICATION));
    return json_writer_end(&list);
}

static json_t *categories_json(uint32_t categories)
{
    struct json_writer list;
    json_writer_array(&list);
    for (unsigned category = 0; category < ALERT_CATEGORY_COUNT; category++)
        if ((categories & 1u << category) != 0)
            json_append_text(&list, alert_category_name((enum alert_category)category));
    return json_writer_end(&list);
}

static json_t *fingers_json(const struct policy_purpose *purpose)
{
    struct json_writer list;
    json_writer_array(&list);
    for (size_t i = 0; i < purpose->finger_count; i++)
        json_append_text(&list, finger_position_name(purpose->fingers[i]));
    return json_writer_end(&list);
}

static json_t *groups_json(uint32_t groups)
{
    struct json_writer list;
    json_writer_array(&list);
    for (unsigned group = 0; group < TRAVELLER_GROUP_COUNT; group++)
        if ((groups & 1u << group) != 0)
            json_append_text(&list, traveller_group_name((enum traveller_group)group));
    return json_writer_end(&list);
}

/* The bands of which fingerprints are taken: a terminal must not draw its own conclusion from an age in years. */
static json_t *age_bands_json(const struct policy_purpose *purpose, bool accompanied)
{
    struct json_writer list;
    json_writer_array(&list);
    for (unsigned band = 0; band < AGE_BAND_COUNT; band++)
        if (!policy_is_under_age(purpose, (enum age_band)band, accompanied))
            json_append_text(&list, age_band_name((enum age_band)band));
    return json_writer_end(&list);
}

static void write_travellers(struct json_writer *json, const struct policy_purpose *purpose)
{
    json_write_integer(json, "minimum_age", purpose->minimum_age);
    json_write_integer(json, "accompanied_age", purpose->accompanied_age);
    json_write_value(json, "age_bands", age_bands_json(purpose, false));
    json_write_value(json, "age_bands_accompanied", age_bands_json(purpose, true));
    json_write_value(json, "captured_groups", groups_json(purpose->captured_groups));
    json_write_value(json, "exempt_groups", groups_json(purpose->exempt_groups));
}

static void write_referrals(struct json_writer *json, const struct policy_purpose *purpose)
{
    json_write_integer(json, "examiners", purpose->examiners);
    json_write_boolean(json, "score_shown", purpose->score_shown);
    json_write_integer(json, "referral_minutes", purpose->referral_minutes);
    json_write_integer(json, "probe_retention_days", purpose->probe_retention_days);
}

static json_t *purpose_json(const struct policy_purpose *purpose)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "purpose", purpose->name);
    json_write_text(&json, "nature", policy_nature_name(purpose->nature));
    json_write_boolean(&json, "any_legal_basis", purpose->legal_basis_count == 0);
    json_write_value(&json, "legal_bases", legal_bases_json(purpose));
    json_write_value(&json, "roles", roles_json(purpose->roles));
    json_write_value(&json, "comparisons", comparisons_json(purpose->comparisons));
    json_write_value(&json, "categories", categories_json(purpose->categories));
    json_write_value(&json, "fingers", fingers_json(purpose));
    json_write_integer(&json, "fingers_needed", purpose->fingers_needed);
    json_write_integer(&json, "attempts", purpose->attempts);
    write_travellers(&json, purpose);
    json_write_integer(&json, "retention_days", purpose->retention_days);
    json_write_integer(&json, "list_warning_days", purpose->list_warning_days);
    json_write_integer(&json, "list_limit_days", purpose->list_limit_days);
    json_write_integer(&json, "identification_fap", purpose->identification_fap);
    json_write_integer(&json, "verification_fap", purpose->verification_fap);
    json_write_boolean(&json, "attack_detection_required", purpose->attack_detection_required);
    json_write_integer(&json, "postponement_days", purpose->postponement_days);
    write_referrals(&json, purpose);
    return json_writer_end(&json);
}

static json_t *purposes_json(const struct policy *policy)
{
    struct json_writer list;
    json_writer_array(&list);
    for (size_t i = 0; i < policy->purpose_count; i++)
        json_append_value(&list, purpose_json(&policy->purposes[i]));
    return json_writer_end(&list);
}

json_t *policy_in_force_json(const struct policy_in_force *in_force)
{
    const struct policy *policy = in_force->policy;
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "name", policy->name);
    json_write_integer(&json, "version", policy->version);
    json_write_text(&json, "authority", policy->authority);
    json_write_text(&json, "hash", in_force->hash);
    json_write_text(&json, "text", in_force->text);
    json_write_boolean(&json, "demonstration", policy->demonstration);
    json_write_text_or_null(
        &json, "victims_basis", policy->victims_basis[0] != '\0' ? policy->victims_basis : NULL);
    json_write_value(&json, "purposes", purposes_json(policy));
    return json_writer_end(&json);
}
