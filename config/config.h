/* config.h: the configuration of kordond and kordonctl: one INI file, one struct, every key declared once
 * (keys.c).
 *
 * Ranges, defaults, units and help texts stand in keys.c's table; the parser, --check-config, the example
 * file, the man page's part and what a reload may change all come from it. Unknown sections and keys are errors. Thread
 * rule: a struct configuration is filled in by one thread and then const, but for config_apply().
 */
#ifndef KORDON_CONFIG_CONFIG_H
#define KORDON_CONFIG_CONFIG_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/failure.h"
#include "base/role.h"

#define CONFIG_PATH_MAX       1024
#define CONFIG_TEXT_MAX       256
#define CONFIG_PRINCIPALS_MAX 16

/* Who holds a role over the unix socket: user names ("user:anna"), groups ("group:border"). */
struct role_grant {
    size_t count;
    char principals[CONFIG_PRINCIPALS_MAX][CONFIG_TEXT_MAX];
};

/* What a named section ([person anna]) begins with. */
#define CONFIG_ITEM_NAME_SIZE 32
struct config_item {
    char name[CONFIG_ITEM_NAME_SIZE]; /* letters, digits and .-_; each once among its kind */
    uint32_t line;                    /* where the section begins */
};

/* Whether size bytes of text could be such a name. */
bool config_is_name(const char *text, size_t size);

/* By what somebody is recognised: "user:anna" on the unix socket, "certificate:AUTHORITY/SAN" over TLS, with SAN as "DNS:lane-3.example",
 * "email:anna@border.example" or "URI:...". */
#define CONFIG_PROOFS_MAX 4
#define CONFIG_PROOF_SIZE 200
struct config_proofs {
    size_t count;
    char proofs[CONFIG_PROOFS_MAX][CONFIG_PROOF_SIZE];
};

/* Who is in the register: what persons and devices have in common. */
struct config_holder {
    struct config_item item;
    uint32_t roles; /* bits of enum role; of a device at most the terminal's */
    struct config_proofs proofs;
};

struct config_person {
    struct config_holder holder;
    char full_name[CONFIG_PROOF_SIZE]; /* "": not given */
    char unit[CONFIG_PROOF_SIZE];
};

struct config_device {
    struct config_holder holder;
};

/* Who issues certificates to terminals and persons. */
struct config_authority {
    struct config_item item;
    char certificate[CONFIG_PATH_MAX];
    char revocation_list[CONFIG_PATH_MAX]; /* "": there is none */
    bool no_revocation_list;               /* on purpose, though there was one */
};

struct policy_sensor;
struct policy_sensor_need;
struct word_list;

/* F8, Q8: what class of sensor takes fingerprints: those of a libfprint driver, or a device as a terminal names it. */
#define CONFIG_SENSOR_NAME_SIZE 128
struct config_sensor {
    struct config_item item;
    char driver[CONFIG_SENSOR_NAME_SIZE],
        device[CONFIG_SENSOR_NAME_SIZE];            /* both "": the device of the section's name */
    uint32_t fap;                                   /* 10 to 60; 0: none */
    char area_mm[CONFIG_SENSOR_NAME_SIZE];          /* "12.8x18.0"; "": not known */
    uint32_t ppi;                                   /* native; 0: not known */
    char attack_detection[CONFIG_SENSOR_NAME_SIZE]; /* its method; "none" */
};

#define CONFIG_PERSONS_MAX     256
#define CONFIG_DEVICES_MAX     256
#define CONFIG_AUTHORITIES_MAX 8
#define CONFIG_SENSORS_MAX     64

/* Large: never on a thread's small stack. */
struct configuration {
    struct {
        char directory[CONFIG_PATH_MAX];   /* [state] directory: kordon.db, log.vkey */
        char machine_key[CONFIG_PATH_MAX]; /* "file:/path" */
    } state;
    struct {
        char origin[CONFIG_TEXT_MAX]; /* [log] origin: "<authority domain>/<post>" */
        char unit[CONFIG_TEXT_MAX];   /* the authority's unit, in every body */
        char anchor[CONFIG_PATH_MAX]; /* the file outside of the state for the last checkpoint; "": none */
        bool anchor_first;            /* a receipt waits for the anchor */
        char verifier_key[CONFIG_PATH_MAX]; /* the public copy of log.vkey; "": none */
        uint32_t clock_gap_days;            /* how far the clock may be ahead of the last entry */
    } log;
    struct {
        char socket[CONFIG_PATH_MAX];
        uint32_t socket_mode;              /* octal permissions of the socket file */
        uint32_t connections;              /* most at once */
        uint32_t connections_each;         /* of them, of one user */
        uint32_t connections_without_role; /* of them, of all users without a role together */
        uint32_t event_streams_each;       /* most streams of events of one user */
        uint32_t event_stream_patience;    /* s; so long one may take nothing of what waits for it */
        uint32_t transactions;             /* most under way at once */
        uint32_t transactions_each;        /* of them, of one user */
        uint32_t entries_each;             /* most log entries a minute that one user causes */
        uint32_t sample_bytes;             /* most bytes of a submitted image */
    } api;
    struct {
        char address
            [CONFIG_TEXT_MAX]; /* "": terminals come over the unix socket alone; see config_tls_address() */
        char certificate[CONFIG_PATH_MAX];
        char key[CONFIG_PATH_MAX];
        uint32_t grace_hours; /* that a revocation list whose next update is due is still gone by */
    } tls;
    /* [roles] terminal = user:..., group:...; in the order of enum role */
    struct role_grant roles[ROLE_COUNT];
    /* [person NAME], [device NAME], [client_authority NAME], in the file's order; the counted ones are filled in */
    struct {
        bool demonstration; /* see config_is_demonstration() */
        size_t count;
        struct config_person list[CONFIG_PERSONS_MAX];
    } persons;
    struct {
        size_t count;
        struct config_device list[CONFIG_DEVICES_MAX];
    } devices;
    struct {
        size_t count;
        struct config_authority list[CONFIG_AUTHORITIES_MAX];
    } authorities;
    struct {
        size_t count;
        struct config_sensor list[CONFIG_SENSORS_MAX];
    } sensors;
    struct {
        char program[CONFIG_PATH_MAX]; /* kordon-scanner */
        bool enabled;
        uint32_t capture_timeout_ms;
    } scanner;
    struct {
        double target_fpir;  /* (0,1) */
        uint32_t threads;    /* 0: one a core */
        uint32_t candidates; /* most in a list */
        bool first_stage;    /* choose in long lists who is compared finely */
        bool finger_swaps;   /* compare also with fingers of other positions */
        bool require_armed;  /* refuse transactions of identification where the threshold is unreachable */
    } identification;
    struct {
        double target_fmr;
    } verification;
    struct {
        uint32_t interval_hours; /* Q5: between two self-tests; 0: none but at the start and on demand */
    } self_test;
    struct {
        char first
            [CONFIG_PATH_MAX]; /* a preset's name or a path: what a new state begins with; "": see there */
        /* Q2: 0-100, of images for the list, and of captures while there are attempts */
        uint32_t minimum_quality;
        uint32_t transaction_timeout_ms; /* an open transaction without activity is cancelled and wiped */
    } policy;
    char file[CONFIG_PATH_MAX]; /* where it was read from */
};

/* Whether it is one that shows what kordon does, with no claim on who is who: it says so ([persons] demonstration), or knows no person and
 * no device. It lets one person hold roles that exclude each other. */
bool config_is_demonstration(const struct configuration *configuration);

/* The registered sensor of that driver, or of that device; "": it is not known. NULL: none is registered. */
const struct config_sensor *config_find_sensor(
    const struct configuration *configuration, const char *driver, const char *device);
bool config_sensor_detects_attacks(const struct config_sensor *sensor);

/* What policy asks for of a registered one (policy/sensor.h). */
struct policy_sensor config_sensor_known(const struct config_sensor *sensor);

/* Adds the names of those registered sensors that are what a policy needs, and that can be used here: one that is known by its driver alone can't
 * where readers are not enabled. That a terminal has its device, or that a reader is plugged in, it does not ask. */
void config_add_permitted_sensors(const struct configuration *configuration,
    const struct policy_sensor_need *need, struct word_list *names);

/* Takes [tls] address apart: host without brackets, and port. False where it is neither NAME:PORT, 192.0.2.1:PORT nor [2001:db8::1]:PORT. */
bool config_tls_address(const char *address, char host[static CONFIG_TEXT_MAX], char port[static 6]);

#define CONFIG_FILE_BYTES_MAX 262144

#define CONFIG_FILE_DEFAULT "/etc/kordon/kordon.conf"

/* Reads the file once, for whoever parses and hashes it; given NULL is CONFIG_FILE_DEFAULT. path gets its absolute name,
 * without symbolic links: relative paths in the file start from its folder, wherever the program was started. *bytes: malloc'd.
 * CONFIGURATION_BAD with what to do where it can't be read; NOT_PERMITTED, NO_MEMORY. */
enum reason config_read_file(
    const char *given, char path[static PATH_MAX], uint8_t **bytes, size_t *size, struct failure *failure);

/* Checks the file's bytes. path: its name for failures and the folder that relative paths in it start from. Lines are at most
 * 198 bytes long (inih's buffer). Reason CONFIGURATION_BAD with "file:line" as subject; a missing key's subject is the file
 * alone, as is that of an anchor that names one of the state's own files. On failure configuration is zeroed. */
enum reason config_parse(const char *path, const uint8_t *bytes, size_t size,
    struct configuration *configuration, struct failure *failure);

/* A key whose value is another one, or a named section that was added, left out or changed: then item is its name, and name is "". */
struct config_change {
    const char *section, *name; /* constant */
    char item[CONFIG_ITEM_NAME_SIZE];
    bool reloads; /* it takes effect while kordond runs; otherwise at the next start */
};

/* What differs: keys in the table's order, then named sections. Gives the number. */
#define CONFIG_KEYS_MAX 96 /* keys.c fails to compile when its table is longer */
#define CONFIG_CHANGES_MAX                                                                                   \
    (CONFIG_KEYS_MAX +                                                                                       \
        2 * (CONFIG_PERSONS_MAX + CONFIG_DEVICES_MAX + CONFIG_AUTHORITIES_MAX + CONFIG_SENSORS_MAX))
size_t config_changes(const struct configuration *in_force, const struct configuration *wanted,
    struct config_change changes[static CONFIG_CHANGES_MAX]);

/* What was changed, as people name it: "[roles] terminal", "[person anna]"; gives the buffer. */
#define CONFIG_CHANGE_NAME_SIZE 128
const char *config_change_name(const struct config_change *change, char text[static CONFIG_CHANGE_NAME_SIZE]);

/* A key's value as it could stand in the file, or a named section's keys as "roles = terminal; proof = user:gate7", without those that are
 * empty; gives the buffer. NULL where the configuration has no such section. */
#define CONFIG_VALUE_SIZE (CONFIG_PRINCIPALS_MAX * (CONFIG_TEXT_MAX + 2))
const char *config_value(const struct configuration *configuration, const struct config_change *change,
    char text[static CONFIG_VALUE_SIZE]);

/* Takes over the keys that may change while kordond runs; the others stay as they are. By the thread that reads these keys: the loop's. */
void config_apply(struct configuration *in_force, const struct configuration *wanted);

/* The part of a machine_key behind "file:"; NULL where it is no file. Points into configuration. */
const char *config_machine_key_path(const struct configuration *configuration);

/* Whether the program that drives the readers is there, where readers are wanted. CONFIGURATION_BAD names it and says what to do: without
 * it no reader works, and samples come as files only. */
enum reason config_check_scanner_program(const struct configuration *configuration, struct failure *failure);

/* Whether the policy that [policy] first names, if it names one, could begin a state: named_policy_read()'s reasons, and policy_check_place()'s. A
 * post that has its policy in the state needs it no more. */
enum reason config_check_first_policy(const struct configuration *configuration, struct failure *failure);

/* Prints a commented example file with every key, its default, range and unit; it parses as it stands. */
void config_describe(FILE *stream);

/* Prints the same as the key part of the manual page kordon.conf(5), in roff. */
void config_describe_manual(FILE *stream);

#endif
