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

/* A comma list of words as it stands in the file. */
struct config_words {
    size_t count;
    char words[CONFIG_PRINCIPALS_MAX][CONFIG_TEXT_MAX];
};

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
        uint32_t transactions;             /* most under way at once */
        uint32_t transactions_each;        /* of them, of one user */
        uint32_t entries_each;             /* most log entries a minute that one user causes */
        uint32_t sample_bytes;             /* most bytes of a submitted image */
    } api;
    /* [roles] terminal = user:..., group:...; in the order of enum role */
    struct role_grant roles[ROLE_COUNT];
    struct {
        char program[CONFIG_PATH_MAX]; /* kordon-scanner */
        bool enabled;
        uint32_t capture_timeout_ms;
        uint32_t attempts; /* P4: captures allowed in one transaction for each finger */
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
        uint32_t minimum_age;         /* P1: years; younger only for protection purposes */
        struct config_words purposes; /* declared, with the following ones */
        struct config_words protection_purposes;
        /* Q2: 0-100, of images for the list, and of captures while there are attempts */
        uint32_t minimum_quality;
        uint32_t transaction_timeout_ms; /* an open transaction without activity is cancelled and wiped */
    } policy;
    char file[CONFIG_PATH_MAX]; /* where it was read from */
};

/* The declared purposes: policy.purposes and policy.protection_purposes, each once. Gives their number; the pointers point into
 * configuration. */
#define CONFIG_PURPOSES_MAX (2 * CONFIG_PRINCIPALS_MAX)
size_t config_purposes(
    const struct configuration *configuration, const char *purposes[static CONFIG_PURPOSES_MAX]);

#define CONFIG_FILE_BYTES_MAX 65536

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

/* A key whose value is another one. Constant texts. */
struct config_change {
    const char *section, *name;
    bool reloads; /* it takes effect while kordond runs; otherwise at the next start */
};

/* The keys that differ, in the table's order. Gives their number. */
#define CONFIG_KEYS_MAX 64 /* keys.c fails to compile when its table is longer */
size_t config_changes(const struct configuration *in_force, const struct configuration *wanted,
    struct config_change changes[static CONFIG_KEYS_MAX]);

/* A key's value as it could stand in the file; gives the buffer. */
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

/* Prints a commented example file with every key, its default, range and unit; it parses as it stands. */
void config_describe(FILE *stream);

/* Prints the same as the key part of the manual page kordon.conf(5), in roff. */
void config_describe_manual(FILE *stream);

#endif
