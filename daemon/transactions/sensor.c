#include "daemon/transactions/sensor.h"

#include <stdio.h>
#include <string.h>

#include "daemon/transactions/transaction.h"

static const char *const result_names[ATTACK_RESULT_COUNT] = {
    [ATTACK_RESULT_NOT_REPORTED] = "not_reported",
    [ATTACK_RESULT_BONA_FIDE] = "bona_fide_presentation",
    [ATTACK_RESULT_ATTACK] = "presentation_attack",
    [ATTACK_RESULT_INCONCLUSIVE] = "inconclusive",
};

const char *attack_result_name(enum attack_result result)
{
    return result_names[(unsigned)result < ATTACK_RESULT_COUNT ? result : ATTACK_RESULT_NOT_REPORTED];
}

bool attack_result_parse(const char *name, enum attack_result *result)
{
    for (int i = ATTACK_RESULT_BONA_FIDE; i < ATTACK_RESULT_COUNT; i++) {
        if (strcmp(name, result_names[i]) != 0)
            continue;
        *result = (enum attack_result)i;
        return true;
    }
    return false;
}

static bool detects_attacks(const struct sample_sensor *sensor)
{
    return sensor->registered && config_sensor_detects_attacks(&sensor->as);
}

/* Readers at this machine give pictures and nothing else, whether they are registered or not; of another that is not registered nobody
 * knows. */
static const char *attack_detection(const struct sample_sensor *sensor)
{
    if (detects_attacks(sensor))
        return sensor->as.attack_detection;
    return sensor->registered || sensor->local ? "none in this sensor" : "not known";
}

void sensor_write(const struct sample_sensor *sensor, struct json_writer *object)
{
    if (sensor->registered)
        json_write_text(object, "sensor", sensor->as.item.name);
    json_write_integer_if(object, "sensor_fap", sensor->as.fap);
    if (sensor->as.area_mm[0] != '\0')
        json_write_text(object, "sensor_area_mm", sensor->as.area_mm);
    json_write_integer_if(object, "sensor_ppi", sensor->as.ppi);
    json_write_text(object, "presentation_attack_detection", attack_detection(sensor));
    if (detects_attacks(sensor))
        json_write_text(object, "attack_detection_result", attack_result_name(sensor->attack_result));
}

/* --- Which it is, and whether it may be */

static struct sample_sensor find(
    const struct transaction *transaction, const char *driver, const char *device)
{
    const struct config_sensor *registered =
        config_find_sensor(transaction->transactions->configuration, driver, device);
    struct sample_sensor sensor = {.registered = registered != NULL, .local = driver[0] != '\0'};
    if (registered != NULL)
        sensor.as = *registered;
    return sensor;
}

/* The officer is told with which of the post's sensors it goes on. */
static void name_permitted(
    const struct transaction *transaction, const struct policy_sensor_need *need, struct failure *failure)
{
    struct word_list names = {.room = 164}; /* what the detail has behind the rest */
    char why[sizeof failure->detail];
    config_add_permitted_sensors(transaction->transactions->configuration, need, &names);
    snprintf(why, sizeof why, "%s", failure->detail);
    int used = snprintf(failure->detail, sizeof failure->detail, "%.110s; ", why);
    if (names.text[0] == '\0')
        snprintf(failure->detail + used, sizeof failure->detail - (size_t)used, "%s",
            N_("no registered sensor of this post will do"));
    else
        snprintf(failure->detail + used, sizeof failure->detail - (size_t)used,
            N_("these of this post will do: %s"), names.text);
}

static enum reason check_need(const struct transaction *transaction, const struct policy_sensor_need *need,
    const struct policy_sensor *known, const char *name, struct failure *failure)
{
    enum reason reason = policy_check_sensor(need, known, name, failure);
    if (reason != REASON_DONE && failure != NULL)
        name_permitted(transaction, need, failure);
    return reason;
}

struct policy_sensor sensor_known(const struct sample_sensor *sensor)
{
    struct policy_sensor known = {0};
    if (sensor->registered)
        known = config_sensor_known(&sensor->as);
    known.silent = sensor->attack_result == ATTACK_RESULT_NOT_REPORTED;
    return known;
}

bool sensor_doubts(const struct policy_sensor_need *need, enum attack_result result)
{
    return result == ATTACK_RESULT_ATTACK || (need->attack_detection && result == ATTACK_RESULT_INCONCLUSIVE);
}

static enum reason check(const struct transaction *transaction, const struct sample_sensor *sensor,
    const char *name, struct failure *failure)
{
    const struct policy_sensor known = sensor_known(sensor);
    return check_need(transaction, &transaction->sensor_need, &known, name, failure);
}

enum reason sensor_check_samples(
    struct transaction *transaction, const struct policy *policy, struct failure *failure)
{
    const struct transaction_request *request = &transaction->request;
    const struct policy_sensor_need need =
        policy_sensor_need(policy_find_purpose(policy, request->purpose), request->kind);
    for (size_t i = 0; i < transaction->probe_count; i++) {
        const struct sample_note *sample = &transaction->samples[i];
        TRY(check_need(transaction, &need, &sample->sensor, sample->device, failure));
    }
    transaction->sensor_need = need;
    return REASON_DONE;
}

enum reason sensor_of_driver(const struct transaction *transaction, const char *driver,
    struct sample_sensor *sensor, struct failure *failure)
{
    *sensor = find(transaction, driver, "");
    return check(transaction, sensor, driver, failure);
}

enum reason sensor_of_submission(const struct transaction *transaction, const struct submission *submission,
    struct sample_sensor *sensor, struct failure *failure)
{
    *sensor = find(transaction, "", submission->device);
    sensor->attack_result = submission->attack_result;
    if (submission->attack_result != ATTACK_RESULT_NOT_REPORTED && !detects_attacks(sensor))
        return failure_set(failure, REASON_BAD_REQUEST, "attack_detection_result",
            "no sensor that detects attacks is registered as this device");
    return check(transaction, sensor, submission->device[0] != '\0' ? submission->device : "device", failure);
}

enum reason sensor_choose_scanner(const struct transaction *transaction, const struct capture_request *wanted,
    char scanner[static SCANNER_ID_SIZE], struct failure *failure)
{
    const struct scanner_pool *pool = transaction->transactions->workers->scanners;
    const struct policy_sensor_need *need = &transaction->sensor_need;
    enum reason reason = REASON_DONE;
    snprintf(scanner, SCANNER_ID_SIZE, "%s", wanted->scanner);
    if (pool == NULL || (need->fap == 0 && !need->attack_detection))
        return REASON_DONE;
    struct scanner_info info;
    for (size_t i = 0; scanner_pool_get(pool, i, &info); i++) {
        if (wanted->scanner[0] != '\0' && strcmp(wanted->scanner, info.id) != 0)
            continue;
        const struct sample_sensor sensor = find(transaction, info.driver, "");
        reason = check(transaction, &sensor, info.id, failure);
        if (reason != REASON_DONE)
            continue;
        snprintf(scanner, SCANNER_ID_SIZE, "%s", info.id);
        return REASON_DONE;
    }
    return reason;
}
