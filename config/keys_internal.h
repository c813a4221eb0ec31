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
    KEY_NUMBER,     /* uint32_t, minimum..maximum */
    KEY_MODE,       /* uint32_t in octal, minimum..maximum */
    KEY_FRACTION,   /* double, between minimum and maximum, both excluded */
    KEY_SWITCH,     /* bool, "yes" or "no" */
    KEY_PRINCIPALS, /* struct role_grant, a comma list of user:NAME and group:NAME */
    KEY_WORDS,      /* struct config_words, a comma list of words */
};

/* When a new value takes effect. KEY_RELOADS: at SIGHUP, from the next use on; only for what is used by the loop's thread alone and read
 * anew for each use. The rest is held by parts that run: memory, descriptors, threads, keys, a search's rules. */
enum key_change { KEY_RESTARTS, KEY_RELOADS };

/* One key. offset: of the field in struct configuration. value: the default, or for a mandatory key an
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

/* What stands before the keys of a section in the example file and the man page; NULL for an unknown section.
 */
const char *config_section_help(const char *section);

/* CONFIGURATION_BAD where the anchor names one of the state's own files; file: the subject. */
enum reason config_check_anchor(
    const char *file, const struct configuration *configuration, struct failure *failure);

#endif
