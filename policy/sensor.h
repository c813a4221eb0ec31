/* sensor.h: what a sensor must be, that fingerprints for a purpose are taken with (F8, Q8). Pure; any thread. */
#ifndef KORDON_POLICY_SENSOR_H
#define KORDON_POLICY_SENSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/policy.h"

/* Whether there is such an FAP class; 0 (none, or any) counts as one. Policies and the register of sensors know the same ones. */
bool policy_sensor_class_exists(uint64_t fap);

/* Zeroed: any sensor. */
struct policy_sensor_need {
    uint32_t fap; /* its class at least; 0: any, known or not */
    bool attack_detection;
};

/* What is known of one; zeroed: nothing. */
struct policy_sensor {
    uint32_t fap; /* 0: it has none, or it is not known */
    bool attack_detection;
    bool silent; /* nobody is told what its attack detection finds; of a sample: found of that one */
};

/* For a transaction of those comparisons (bits of enum policy_comparison): the stricter of what each needs. */
struct policy_sensor_need policy_sensor_need(const struct policy_purpose *purpose, unsigned comparisons);

/* What is not known of a sensor it does not have. SENSOR_NOT_PERMITTED; name: the sensor, as people call it. */
enum reason policy_check_sensor(const struct policy_sensor_need *need, const struct policy_sensor *sensor,
    const char *name, struct failure *failure);

#endif
