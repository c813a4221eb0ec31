/* sensors.c: the sensors that are registered, checked and found. */
#include <stdio.h>
#include <string.h>

#include "base/word_list.h"
#include "config/keys_internal.h"
#include "policy/sensor.h"

static enum reason refuse(
    const char *file, const struct config_sensor *sensor, const char *what, struct failure *failure)
{
    char subject[CONFIG_PATH_MAX];
    snprintf(subject, sizeof subject, "%s:%u", file, (unsigned)sensor->item.line);
    return failure_set(failure, REASON_CONFIGURATION_BAD, subject, "[sensor %s] %s", sensor->item.name, what);
}

static const char *device_of(const struct config_sensor *sensor)
{
    return sensor->device[0] != '\0' || sensor->driver[0] != '\0' ? sensor->device : sensor->item.name;
}

static bool is_sensor(const struct config_sensor *sensor, const char *driver, const char *device)
{
    return (driver[0] != '\0' && strcmp(sensor->driver, driver) == 0) ||
           (device[0] != '\0' && strcmp(device_of(sensor), device) == 0);
}

enum reason config_check_sensors(
    const char *file, const struct configuration *configuration, struct failure *failure)
{
    for (size_t i = 0; i < configuration->sensors.count; i++) {
        const struct config_sensor *sensor = &configuration->sensors.list[i];
        if (!policy_sensor_class_exists(sensor->fap))
            return refuse(file, sensor, "fap is 10, 20, 30, 40, 45, 50, 60, or 0 for none", failure);
        for (size_t j = 0; j < i; j++)
            if (is_sensor(&configuration->sensors.list[j], sensor->driver, device_of(sensor)))
                return refuse(file, sensor, "is registered above already", failure);
    }
    return REASON_DONE;
}

const struct config_sensor *config_find_sensor(
    const struct configuration *configuration, const char *driver, const char *device)
{
    for (size_t i = 0; i < configuration->sensors.count; i++)
        if (is_sensor(&configuration->sensors.list[i], driver, device))
            return &configuration->sensors.list[i];
    return NULL;
}

bool config_sensor_detects_attacks(const struct config_sensor *sensor)
{
    return strcmp(sensor->attack_detection, "none") != 0;
}

/* What a reader at this machine finds, no terminal reports. */
struct policy_sensor config_sensor_known(const struct config_sensor *sensor)
{
    return (struct policy_sensor){.fap = sensor->fap,
        .attack_detection = config_sensor_detects_attacks(sensor),
        .silent = sensor->driver[0] != '\0' && sensor->device[0] == '\0'};
}

void config_add_permitted_sensors(
    const struct configuration *configuration, const struct policy_sensor_need *need, struct word_list *names)
{
    for (size_t i = 0; i < configuration->sensors.count; i++) {
        const struct config_sensor *sensor = &configuration->sensors.list[i];
        const struct policy_sensor known = config_sensor_known(sensor);
        const bool usable = device_of(sensor)[0] != '\0' || configuration->scanner.enabled;
        if (usable && policy_check_sensor(need, &known, "", NULL) == REASON_DONE)
            word_list_add(names, sensor->item.name);
    }
}
