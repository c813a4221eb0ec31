/* sensor.h: what sensor took a sample, as it is registered, and whether the transaction may have samples of it (F8, Q8). Loop's thread. */
#ifndef KORDON_DAEMON_TRANSACTIONS_SENSOR_H
#define KORDON_DAEMON_TRANSACTIONS_SENSOR_H

#include "config/config.h"
#include "daemon/scanners/pool.h"
#include "json/writer.h"
#include "policy/sensor.h"

struct capture_request;
struct submission;
struct transaction;

/* What a terminal says that its sensor's presentation attack detection found. */
enum attack_result {
    ATTACK_RESULT_NOT_REPORTED,
    ATTACK_RESULT_BONA_FIDE,
    ATTACK_RESULT_ATTACK,
    ATTACK_RESULT_INCONCLUSIVE,
    ATTACK_RESULT_COUNT
};
const char *attack_result_name(enum attack_result result); /* "not_reported" ... */
/* Of what can be reported; false where no such name is. */
bool attack_result_parse(const char *name, enum attack_result *result);

/* A copy: the register may change while a sample is on its way. */
struct sample_sensor {
    bool registered, local; /* local: a reader at this machine */
    struct config_sensor as;
    enum attack_result attack_result;
};

/* Adds to a collection's entry: sensor, sensor_fap, sensor_area_mm, sensor_ppi as far as they are known; presentation_attack_detection,
 * and attack_detection_result of those that have it. */
void sensor_write(const struct sample_sensor *sensor, struct json_writer *object);

/* What policy asks for of one, and of the sample that it took. */
struct policy_sensor sensor_known(const struct sample_sensor *sensor);

/* Which reader at this machine captures, where the transaction needs a certain class: the one that was named, or the first that may.
 * Otherwise the name stays. SENSOR_NOT_PERMITTED. */
enum reason sensor_choose_scanner(const struct transaction *transaction, const struct capture_request *wanted,
    char scanner[static SCANNER_ID_SIZE], struct failure *failure);

/* The sensor whose picture came from that driver, checked again: a reader may appear after the capture was asked for. */
enum reason sensor_of_driver(const struct transaction *transaction, const char *driver,
    struct sample_sensor *sensor, struct failure *failure);

/* The sensor of a submitted sample, checked. SENSOR_NOT_PERMITTED, also where its result is asked for and not reported; BAD_REQUEST where a result is reported of one that has no attack
 * detection, or of which it is not known. */
enum reason sensor_of_submission(const struct transaction *transaction, const struct submission *submission,
    struct sample_sensor *sensor, struct failure *failure);

/* Q8: whether a sample with that result may not be of a living finger, as the transaction's policy sees it: one that requires the detection takes no
 * result for a good one but bona fide. */
bool sensor_doubts(const struct policy_sensor_need *need, enum attack_result result);

/* Whether that policy, which may be another one than at the opening, has all probes compared for the declared purpose: each by the sensor
 * that took it, as it was registered then. From then on the transaction's need is that policy's. SENSOR_NOT_PERMITTED. */
enum reason sensor_check_samples(
    struct transaction *transaction, const struct policy *policy, struct failure *failure);

#endif
