#include "policy/sensor.h"

#include <stddef.h>

bool policy_sensor_class_exists(uint64_t fap)
{
    static const uint8_t classes[] = {0, 10, 20, 30, 40, 45, 50, 60};
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
        if (classes[i] == fap)
            return true;
    return false;
}

struct policy_sensor_need policy_sensor_need(const struct policy_purpose *purpose, unsigned comparisons)
{
    struct policy_sensor_need need = {.attack_detection = purpose->attack_detection_required};
    if ((comparisons & POLICY_IDENTIFICATION) != 0)
        need.fap = purpose->identification_fap;
    if ((comparisons & POLICY_VERIFICATION) != 0 && purpose->verification_fap > need.fap)
        need.fap = purpose->verification_fap;
    return need;
}

enum reason policy_check_sensor(const struct policy_sensor_need *need, const struct policy_sensor *sensor,
    const char *name, struct failure *failure)
{
    if (sensor->fap < need->fap && sensor->fap == 0)
        return failure_set(failure, REASON_SENSOR_NOT_PERMITTED, name,
            N_("FAP %u at least is asked for, and its class is not known"), need->fap);
    if (sensor->fap < need->fap)
        return failure_set(failure, REASON_SENSOR_NOT_PERMITTED, name,
            N_("FAP %u at least is asked for, and it is FAP %u"), need->fap, sensor->fap);
    if (need->attack_detection && !sensor->attack_detection)
        return failure_set(
            failure, REASON_SENSOR_NOT_PERMITTED, name, N_("presentation attack detection is asked for"));
    if (need->attack_detection && sensor->silent)
        return failure_set(failure, REASON_SENSOR_NOT_PERMITTED, name,
            N_("the result of its presentation attack detection is asked for, and none is reported"));
    return REASON_DONE;
}
