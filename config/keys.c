/* keys.c: the one table of configuration keys. */
#include "config/keys_internal.h"

#include <string.h>

#define FIELD(field)           offsetof(struct configuration, field)
#define PERSON_FIELD(field)    offsetof(struct config_person, field)
#define DEVICE_FIELD(field)    offsetof(struct config_device, field)
#define AUTHORITY_FIELD(field) offsetof(struct config_authority, field)
#define SENSOR_FIELD(field)    offsetof(struct config_sensor, field)

/* sun_path holds 108 bytes with its zero. */
#define SOCKET_PATH_BYTES_MAX 107

const struct config_key config_keys[] = {
    {"state", "directory", KEY_PATH, FIELD(state.directory), 1, CONFIG_PATH_MAX - 1, "/var/lib/kordon", "",
        false, KEY_RESTARTS, "Where watchlist, log and log.vkey are kept. Only kordon's user may enter it."},
    {"state", "machine_key", KEY_SECRET_URI, FIELD(state.machine_key), 1, CONFIG_PATH_MAX - 1,
        "file:/etc/kordon/machine.key", "", true, KEY_RESTARTS,
        "The key that opens everything in the state directory: file:PATH names a file that only kordon's "
        "user may read (mode 0600). Keep a copy at a safe place: without it the state stays locked."},

    {"log", "origin", KEY_WORD, FIELD(log.origin), 1, CONFIG_TEXT_MAX - 1, "border.example/post-7", "", true,
        KEY_RESTARTS,
        "The log's name in every checkpoint: authority domain, slash, post. It can't be changed later."},
    {"log", "unit", KEY_TEXT, FIELD(log.unit), 1, CONFIG_TEXT_MAX - 1, "Post 7", "", true, KEY_RESTARTS,
        "The authority's unit that acts here; it stands in every log entry."},
    {"log", "anchor", KEY_PATH, FIELD(log.anchor), 0, CONFIG_PATH_MAX - 1, "", "", false, KEY_RESTARTS,
        "A file outside of the state directory, on another disk, a stick or a share, that holds the last "
        "checkpoint: without it nothing shows that an older copy of the whole state was put back."},
    {"log", "anchor_first", KEY_SWITCH, FIELD(log.anchor_first), 0, 1, "yes", "", false, KEY_RESTARTS,
        "With yes a result waits until its entry is anchored; with no the anchor follows as fast as it can, "
        "and an entry may be lost from its protection with the machine."},
    {"log", "verifier_key", KEY_PATH, FIELD(log.verifier_key), 0, CONFIG_PATH_MAX - 1, "", "", false,
        KEY_RESTARTS,
        "Where the log's verifier key is put for everybody to read; the copy in the state directory stays. "
        "kordond says at each start when another key stands there."},
    {"log", "clock_gap_days", KEY_NUMBER, FIELD(log.clock_gap_days), 1, 3650, "31", "days", false,
        KEY_RESTARTS,
        "How far the clock may be ahead of the last entry before a supervisor must say that it is right."},

    {"api", "socket", KEY_PATH, FIELD(api.socket), 1, SOCKET_PATH_BYTES_MAX, "/run/kordon/api.sock", "",
        false, KEY_RESTARTS, "The unix socket of the HTTP API."},
    {"api", "socket_mode", KEY_MODE, FIELD(api.socket_mode), 0, 0777, "0660", "octal", false, KEY_RESTARTS,
        "Permissions of the socket file. Who gets in has only the roles that [roles] gives."},
    {"api", "connections", KEY_NUMBER, FIELD(api.connections), 1, 4096, "64", "", false, KEY_RESTARTS,
        "Most connections at once; further ones are turned away. A quarter of them is kept for users with a "
        "role who hold no more than two."},
    {"api", "connections_each", KEY_NUMBER, FIELD(api.connections_each), 1, 4096, "32", "", false,
        KEY_RESTARTS, "Most connections of one user."},
    {"api", "connections_without_role", KEY_NUMBER, FIELD(api.connections_without_role), 0, 4096, "8", "",
        false, KEY_RESTARTS,
        "Most connections of all users without a role together; one of them gets half as many."},
    {"api", "event_streams_each", KEY_NUMBER, FIELD(api.event_streams_each), 1, 4096, "8", "", false,
        KEY_RESTARTS,
        "Most streams of events of one user. All together hold half of the connections at most."},
    {"api", "event_stream_patience", KEY_NUMBER, FIELD(api.event_stream_patience), 1, 3600, "60", "s", false,
        KEY_RESTARTS,
        "How long a stream's reader may take nothing of the events that wait for it, before it is cut off."},
    {"api", "transactions", KEY_NUMBER, FIELD(api.transactions), 1, 4096, "256", "", false, KEY_RESTARTS,
        "Most transactions under way at once. A quarter of them is kept for users who have none."},
    {"api", "transactions_each", KEY_NUMBER, FIELD(api.transactions_each), 1, 4096, "64", "", false,
        KEY_RESTARTS, "Most transactions of one user under way at once."},
    {"api", "entries_each", KEY_NUMBER, FIELD(api.entries_each), 1, 6000000, "600", "a minute", false,
        KEY_RESTARTS,
        "Most log entries that one user's requests cause in a minute; what was left of the last ten minutes "
        "may be used at once. What users without a role are denied counts together. Further requests are "
        "refused until there is room again."},
    {"api", "sample_bytes", KEY_NUMBER, FIELD(api.sample_bytes), 65536, 16777216, "4194304", "bytes", false,
        KEY_RESTARTS, "Largest image file that a terminal may submit."},

    {"tls", "address", KEY_TEXT, FIELD(tls.address), 0, CONFIG_TEXT_MAX - 1, "", "", false, KEY_RESTARTS,
        "Where terminals are served over the network, as 192.0.2.7:8443, [2001:db8::7]:8443 or "
        "post-7.example:8443. "
        "Without it nobody is."},
    {"tls", "certificate", KEY_PATH, FIELD(tls.certificate), 0, CONFIG_PATH_MAX - 1, "", "", false,
        KEY_RELOADS,
        "kordond's own certificate, a PEM file, with those that lead to the authority that terminals trust."},
    {"tls", "key", KEY_PATH, FIELD(tls.key), 0, CONFIG_PATH_MAX - 1, "", "", false, KEY_RELOADS,
        "The certificate's private key, a PEM file that only kordon's user may read (mode 0600)."},
    {"tls", "grace_hours", KEY_NUMBER, FIELD(tls.grace_hours), 0, 720, "72", "hours", false, KEY_RELOADS,
        "How long a revocation list is still gone by when its next update is overdue. It is said while it "
        "lasts; behind it, certificates of that authority are refused."},

    {"roles", "terminal", KEY_PRINCIPALS, FIELD(roles[0]), 0, CONFIG_PRINCIPALS_MAX, "", "", false,
        KEY_RELOADS, "Opens transactions, captures, gets results and receipts."},
    {"roles", "examiner", KEY_PRINCIPALS, FIELD(roles[1]), 0, CONFIG_PRINCIPALS_MAX, "", "", false,
        KEY_RELOADS, "Decides second-line referrals; may see the identity in an alert."},
    {"roles", "protection_officer", KEY_PRINCIPALS, FIELD(roles[2]), 0, CONFIG_PRINCIPALS_MAX, "", "", false,
        KEY_RELOADS, "Is told of persons who are to be protected; may see the identity in an alert."},
    {"roles", "supervisor", KEY_PRINCIPALS, FIELD(roles[3]), 0, CONFIG_PRINCIPALS_MAX, "", "", false,
        KEY_RELOADS, "Changes the watchlist, reads the log."},
    {"roles", "auditor", KEY_PRINCIPALS, FIELD(roles[4]), 0, CONFIG_PRINCIPALS_MAX, "", "", false,
        KEY_RELOADS, "Reads and verifies the log, checks the watchlist's integrity; sees no identity."},
    {"roles", "administrator", KEY_PRINCIPALS, FIELD(roles[5]), 0, CONFIG_PRINCIPALS_MAX, "", "", false,
        KEY_RELOADS, "Runs the machine; sees neither identities nor the log's bodies."},

    {"persons", "demonstration", KEY_SWITCH, FIELD(persons.demonstration), 0, 1, "no", "", false, KEY_RELOADS,
        "With yes, one person may hold roles that exclude each other, and a terminal may name any officer. "
        "Status and each log "
        "entry say so, and no terminal is served over the network. So it is where there is no person and no "
        "device, too."},

    {"person", "roles", KEY_ROLES, PERSON_FIELD(holder.roles), 0, ROLE_ANY, "", "", false, KEY_RELOADS,
        "What this person may do. None for an officer whom only terminals name."},
    {"person", "proof", KEY_PROOFS, PERSON_FIELD(holder.proofs), 0, CONFIG_PROOFS_MAX, "", "", false,
        KEY_RELOADS,
        "By what this person is recognised: a user on the unix socket, a certificate's name over TLS. "
        "Several are one person."},
    {"person", "full_name", KEY_TEXT, PERSON_FIELD(full_name), 0, CONFIG_PROOF_SIZE - 1, "", "", false,
        KEY_RELOADS, "For people who read this file."},
    {"person", "unit", KEY_TEXT, PERSON_FIELD(unit), 0, CONFIG_PROOF_SIZE - 1, "", "", false, KEY_RELOADS,
        "For people who read this file."},

    {"device", "roles", KEY_ROLES, DEVICE_FIELD(holder.roles), 0, ROLE_TERMINAL, "terminal", "", false,
        KEY_RELOADS, "What this device may do."},
    {"device", "proof", KEY_PROOFS, DEVICE_FIELD(holder.proofs), 0, CONFIG_PROOFS_MAX, "", "", false,
        KEY_RELOADS, "By what this device is recognised, as a person is."},

    {"client_authority", "certificate", KEY_PATH, AUTHORITY_FIELD(certificate), 1, CONFIG_PATH_MAX - 1,
        "/etc/kordon/post-ca.pem", "", true, KEY_RELOADS, "Its certificate, a PEM file."},
    {"client_authority", "revocation_list", KEY_PATH, AUTHORITY_FIELD(revocation_list), 0,
        CONFIG_PATH_MAX - 1, "", "", false, KEY_RELOADS,
        "The list of the certificates that it has revoked, a PEM file. Without it none of its certificates "
        "can be revoked."},
    {"client_authority", "no_revocation_list", KEY_SWITCH, AUTHORITY_FIELD(no_revocation_list), 0, 1, "no",
        "", false, KEY_RELOADS,
        "With yes it goes on without a revocation list though it had one: who was revoked is let in, and the "
        "log says so. Without this the network is not served when a list that was there is not named any "
        "more."},

    {"scanner", "enabled", KEY_SWITCH, FIELD(scanner.enabled), 0, 1, "yes", "", false, KEY_RESTARTS,
        "Whether readers at this machine are used; with no, terminals submit images."},
    {"scanner", "program", KEY_PATH, FIELD(scanner.program), 1, CONFIG_PATH_MAX - 1,
        "/usr/libexec/kordon/kordon-scanner", "", false, KEY_RESTARTS, "The program that drives one reader."},
    {"scanner", "capture_timeout_ms", KEY_NUMBER, FIELD(scanner.capture_timeout_ms), 1000, 120000, "15000",
        "ms", false, KEY_RELOADS, "How long a capture waits for a finger."},

    {"sensor", "driver", KEY_WORD, SENSOR_FIELD(driver), 0, CONFIG_SENSOR_NAME_SIZE - 1, "", "", false,
        KEY_RELOADS, "The readers at this machine that this libfprint driver serves."},
    {"sensor", "device", KEY_TEXT, SENSOR_FIELD(device), 0, CONFIG_SENSOR_NAME_SIZE - 1, "", "", false,
        KEY_RELOADS,
        "The device, as a terminal names it that submits its pictures; the section's name where no driver is "
        "given, either."},
    {"sensor", "fap", KEY_NUMBER, SENSOR_FIELD(fap), 0, 60, "0", "", false, KEY_RELOADS,
        "Its class, as its certificate says: FAP 10, 20, 30, 40, 45, 50 or 60; 0 where it has none."},
    {"sensor", "area_mm", KEY_WORD, SENSOR_FIELD(area_mm), 0, CONFIG_SENSOR_NAME_SIZE - 1, "", "mm", false,
        KEY_RELOADS, "Its capture area, width by height: 12.8x18.0."},
    {"sensor", "ppi", KEY_NUMBER, SENSOR_FIELD(ppi), 0, 2000, "0", "ppi", false, KEY_RELOADS,
        "Its native resolution; 0 where it is not known."},
    {"sensor", "attack_detection", KEY_TEXT, SENSOR_FIELD(attack_detection), 1, CONFIG_SENSOR_NAME_SIZE - 1,
        "none", "", false, KEY_RELOADS,
        "How it detects presentation attacks, by its maker's name for it. Readers at this machine report no "
        "result of it."},

    {"identification", "target_fpir", KEY_FRACTION, FIELD(identification.target_fpir), 0, 1, "0.001", "",
        false, KEY_RESTARTS,
        "Share of travellers who are on no list and may still be referred by a false match. The threshold is "
        "derived from it, the list's size and the fingers used."},
    {"identification", "threads", KEY_NUMBER, FIELD(identification.threads), 0, 256, "0", "", false,
        KEY_RESTARTS, "Search threads; 0 is one for each processor core."},
    {"identification", "candidates", KEY_NUMBER, FIELD(identification.candidates), 1, 32, "8", "", false,
        KEY_RESTARTS, "Most candidates in one answer."},
    {"identification", "finger_swaps", KEY_SWITCH, FIELD(identification.finger_swaps), 0, 1, "yes", "", false,
        KEY_RESTARTS,
        "With yes, a finger is compared with a listed person's other fingers, too, in case fingers were "
        "given in "
        "another order; with no, only with the one that it claims to be, which is faster."},
    {"identification", "require_armed", KEY_SWITCH, FIELD(identification.require_armed), 0, 1, "yes", "",
        false, KEY_RELOADS,
        "With yes, identification is refused while it isn't armed; with no, such transactions "
        "run and end inconclusive."},
    {"identification", "first_stage", KEY_SWITCH, FIELD(identification.first_stage), 0, 1, "yes", "", false,
        KEY_RESTARTS,
        "With yes, a first stage chooses among long lists who is compared finely; with no, everybody is, "
        "which "
        "takes some hundred times as long. Short lists are compared whole in any case."},

    {"verification", "target_fmr", KEY_FRACTION, FIELD(verification.target_fmr), 0, 1, "0.0005", "", false,
        KEY_RESTARTS, "False match rate of a comparison with the reference that a traveller carries."},

    {"self_test", "interval_hours", KEY_NUMBER, FIELD(self_test.interval_hours), 0, 744, "12", "hours", false,
        KEY_RELOADS,
        "How often kordond compares prints that nobody has, to see that it still compares as it was proven "
        "to; "
        "it does so at each start and on demand, with 0 then only."},

    {"policy", "first", KEY_POLICY, FIELD(policy.first), 0, CONFIG_PATH_MAX - 1, "", "", false, KEY_RELOADS,
        "The policy that a new state begins with: one of the presets ukraine, ees and protection, or a file "
        "as in "
        "kordon-policy(5). kordonctl init and state upgrade put it into the state; what is in force later is "
        "changed by two persons. kordond --check-config reads it, too. Without it a demonstration begins "
        "with the preset demonstration, which is "
        "refused elsewhere."},
    {"policy", "minimum_quality", KEY_NUMBER, FIELD(policy.minimum_quality), 0, 100, "12", "", false,
        KEY_RELOADS,
        "Images of a lower quality are refused for the watchlist, and a traveller's finger is asked for "
        "again while "
        "attempts are left. Ordinary prints have 50; below 12 are about 2 in 100 prints of willing people."},
    {"policy", "transaction_timeout_ms", KEY_NUMBER, FIELD(policy.transaction_timeout_ms), 10000, 3600000,
        "120000", "ms", false, KEY_RELOADS,
        "A transaction without activity for so long is cancelled and its samples are wiped. When it has "
        "ended, memory knows it for so long; then it is told from the log."},
};

const struct config_moved_key config_moved_keys[] = {
    {"policy", "purposes", "each purpose is a section [purpose NAME]"},
    {"policy", "protection_purposes", "a purpose with nature = protection"},
    {"policy", "minimum_age", "minimum_age of each purpose"},
    {"scanner", "attempts", "attempts of each purpose"},
};
const size_t config_moved_key_count = sizeof config_moved_keys / sizeof config_moved_keys[0];

_Static_assert(sizeof config_keys / sizeof config_keys[0] <= CONFIG_KEYS_MAX, "a parse marks each key");
const size_t config_key_count = sizeof config_keys / sizeof config_keys[0];

#define NAMED(group, example)                                                                                \
    example, FIELD(group.count), FIELD(group.list), sizeof((struct configuration *)0)->group.list[0],        \
        sizeof((struct configuration *)0)->group.list / sizeof((struct configuration *)0)->group.list[0]
#define UNNAMED NULL, 0, 0, 0, 0

const struct config_section config_sections[] = {
    {"state", "What this machine keeps.", UNNAMED},
    {"log", "The evidence log.", UNNAMED},
    {"api", "How terminals, consoles and kordonctl reach kordond.", UNNAMED},
    {"tls",
        "Terminals over the network: TLS 1.3, by client certificates that a [client_authority] below issued. "
        "Whose they are and what they may do say the persons' and devices' proofs.",
        UNNAMED},
    {"roles",
        "Who holds which role on the unix socket: comma lists of user:NAME and group:NAME. Nobody "
        "holds a role that is not given here, or to a person or device below.",
        UNNAMED},
    {"persons",
        "The register of staff and terminals: the persons and devices below. Of a person's roles, "
        "administrator excludes examiner, "
        "protection_officer, supervisor and auditor, and auditor excludes all others.",
        UNNAMED},
    {"person",
        "One section for each person, named by letters, digits and .-_ (up to 31). The name stands in the "
        "log, and is what terminals "
        "say of the officer who acts. Up to 256.",
        NAMED(persons, "anna")},
    {"device", "One section for each terminal that asks in its own name. Up to 256.",
        NAMED(devices, "lane-3")},
    {"client_authority", "Who issues certificates to terminals and persons: one section each. Up to 8.",
        NAMED(authorities, "post-ca")},
    {"scanner", "Fingerprint readers at this machine.", UNNAMED},
    {"sensor",
        "What sensors take fingerprints, one section each: their class stands in the log, and policy may ask "
        "for one. "
        "Up to 64.",
        NAMED(sensors, "lane-3-plate")},
    {"identification", "Comparison of one traveller with the whole watchlist.", UNNAMED},
    {"verification", "Comparison of one traveller with one reference.", UNNAMED},
    {"self_test", "Whether this post still compares as it was proven to.", UNNAMED},
    {"policy", "The rules that the authority sets.", UNNAMED},
};
const size_t config_section_count = sizeof config_sections / sizeof config_sections[0];

const struct config_section *config_section_find(const char *name, size_t size)
{
    for (size_t i = 0; i < config_section_count; i++)
        if (strlen(config_sections[i].name) == size && memcmp(config_sections[i].name, name, size) == 0)
            return &config_sections[i];
    return NULL;
}

/* --- Named sections */

size_t config_item_count(const struct configuration *configuration, const struct config_section *section)
{
    return section->maximum > 0 ? *(const size_t *)((const char *)configuration + section->count) : 0;
}

const void *config_item_at(
    const struct configuration *configuration, const struct config_section *section, size_t index)
{
    return (const char *)configuration + section->items + index * section->item_size;
}

const void *config_item_find(
    const struct configuration *configuration, const struct config_section *section, const char *name)
{
    for (size_t i = 0; i < config_item_count(configuration, section); i++) {
        const struct config_item *item = config_item_at(configuration, section, i);
        if (strcmp(item->name, name) == 0)
            return item;
    }
    return NULL;
}

bool config_is_demonstration(const struct configuration *configuration)
{
    return configuration->persons.demonstration ||
           (configuration->persons.count == 0 && configuration->devices.count == 0);
}
