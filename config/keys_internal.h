/* keys_internal.h: the one table of configuration keys, shared by the parser and the descriptions. */
#ifndef KORDON_CONFIG_KEYS_INTERNAL_H
#define KORDON_CONFIG_KEYS_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"

enum key_type {
    KEY_TEXT,       /* one line of UTF-8; minimum..maximum bytes */
    KEY_WORD,       /* text of letters, digits and -._/: only; minimum..maximum bytes */
    KEY_PATH,       /* a relative one starts from the configuration file's folder; at most maximum bytes */
    KEY_SECRET_URI, /* "file:PATH", the path as above */
    KEY_POLICY,     /* a preset's name, or a path as above */
    KEY_NUMBER,     /* uint32_t, minimum..maximum */
    KEY_MODE,       /* uint32_t in octal, minimum..maximum */
    KEY_FRACTION,   /* double, between minimum and maximum, both excluded */
    KEY_SWITCH,     /* bool, "yes" or "no" */
    KEY_PRINCIPALS, /* struct role_grant, a comma list of user:NAME and group:NAME */
    KEY_ROLES,      /* uint32_t, a comma list of roles; maximum: the bits of those that may be given */
    KEY_PROOFS,     /* struct config_proofs, a comma list of user:NAME and certificate:AUTHORITY/SAN */
};

/* When a new value takes effect. KEY_RELOADS: at SIGHUP, from the next use on; only for what is used by the loop's thread alone and read
 * anew for each use. The rest is held by parts that run: memory, descriptors, threads, keys, a search's rules. */
enum key_change { KEY_RESTARTS, KEY_RELOADS };

/* One key. offset: of the field in struct configuration, or in a named section's struct. value: the default, or for a mandatory key an
 * example. Sections stand together, in the order of the example file. */
struct config_key {
    const char *section;
    const char *name;
    enum key_type type;
    size_t offset;
    double minimum, maximum;
    const char *value;
    const char *unit;
    bool mandatory;
    enum key_change change;
    const char *help;
};

extern const struct config_key config_keys[];
extern const size_t config_key_count;

/* A key that older files have, and that stands in the policy now. */
struct config_moved_key {
    const char *section, *name;
    const char *there; /* what says it in the policy */
};
extern const struct config_moved_key config_moved_keys[];
extern const size_t config_moved_key_count;

/* One section. A named one comes once for each name, and fills in an array of structs that begin with a struct config_item: maximum is its
 * length, 0 for a section without a name. A reload may change named sections as a whole. */
struct config_section {
    const char *name;
    const char *help;    /* what stands before its keys in the example file and the man page */
    const char *example; /* a name, for the example file */
    size_t count;        /* offsets in struct configuration */
    size_t items;
    size_t item_size;
    size_t maximum;
};

extern const struct config_section config_sections[];
extern const size_t config_section_count;

/* NULL: there is none. */
const struct config_section *config_section_find(const char *name, size_t size);

/* How many of a named section there are, and one of them. */
size_t config_item_count(const struct configuration *configuration, const struct config_section *section);
const void *config_item_at(
    const struct configuration *configuration, const struct config_section *section, size_t index);
/* NULL: none is called so. */
const void *config_item_find(
    const struct configuration *configuration, const struct config_section *section, const char *name);

/* One parse. inih of Debian tells its handler no line number, but it reads exactly one line before each call, so read.c's reader counts.
 * reason is the first thing found wrong; reading ends there. */
struct parse {
    const char *path;
    const uint8_t *bytes;
    size_t size, position;
    unsigned line;
    struct configuration *configuration;
    const struct config_section *section; /* that the last section line named */
    struct config_item *item;             /* with its name; NULL: it has none */
    bool seen[CONFIG_KEYS_MAX];           /* of a named section's keys: in this one */
    enum reason reason;
    struct failure *failure;
};

/* CONFIGURATION_BAD at the line that was read last. */
enum reason config_refuse(struct parse *parse, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Checks the value and stores it at target. */
enum reason config_store_value(
    struct parse *parse, const struct config_key *key, const char *value, void *target);

/* CONFIGURATION_BAD where a sensor has no such class, or is registered twice. */
enum reason config_check_sensors(
    const char *file, const struct configuration *configuration, struct failure *failure);

/* CONFIGURATION_BAD where the anchor names one of the state's own files; file: the subject. */
enum reason config_check_anchor(
    const char *file, const struct configuration *configuration, struct failure *failure);

/* CONFIGURATION_BAD where [tls] is given and something is missing for it, or it must not be; file: the subject. */
enum reason config_check_tls(
    const char *file, const struct configuration *configuration, struct failure *failure);

#endif
