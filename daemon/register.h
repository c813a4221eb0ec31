/* register.h: the register of staff and terminals (L3): who is known by which proofs, and holds which roles. From the configuration's
 * [person NAME] and [device NAME].
 *
 * In a demonstration (config_is_demonstration()) one person may hold roles that exclude each other, and officers need not be registered;
 * elsewhere both are refused. Filled in off the loop, then const; any thread.
 */
#ifndef KORDON_DAEMON_REGISTER_H
#define KORDON_DAEMON_REGISTER_H

#include "daemon/principal.h"

/* A person or a device. */
struct register_holder {
    bool is_device;
    uint32_t line;               /* of the configuration, where its section begins */
    unsigned roles;              /* bits of enum role */
    unsigned roles_by_any_proof; /* with what [roles] gives to his users; as of peer_grants_resolve() */
    unsigned
        roles_of_namesake; /* of a user of [roles] who is called as he is, and is not registered; likewise */
    char name[PRINCIPAL_NAME_SIZE]; /* "person:anna", "device:lane-3" */
};

/* By what somebody is recognised; one who has several is in several rows. */
struct register_proof {
    const struct register_holder *holder;
    bool by_certificate;
    uint32_t uid;                 /* where it is not */
    char text[CONFIG_PROOF_SIZE]; /* "user:anna", "certificate:post-ca/DNS:lane-3" */
};

/* Zeroed: a register of nobody that is no demonstration. */
struct staff_register {
    bool demonstration;
    struct register_holder *holders;
    size_t holder_count;
    struct register_proof *proofs;
    size_t proof_count;
};

/* How many hold a role: persons (and for terminal, devices) of the register, further users of [roles], and groups, whose members nobody here counts. */
struct role_count {
    unsigned persons, users, groups;
};

/* Takes over persons and devices, and looks up their users. May block on the name service. CONFIGURATION_BAD with "file:line" as subject:
 * a proof of two, a user or client authority that is not there, roles that nothing proves, roles that exclude each other; NO_MEMORY. To be
 * finished in any case. */
enum reason register_build(
    const struct configuration *configuration, struct staff_register *staff, struct failure *failure);

/* Takes a zeroed struct. */
void register_finish(struct staff_register *staff);

/* The proof that a user of this machine is, or a certificate's name ("DNS:lane-3") of that authority; NULL where it is nobody's. */
const struct register_proof *register_find_user(const struct staff_register *staff, uint32_t uid);
const struct register_proof *register_find_certificate(
    const struct staff_register *staff, const char *authority, const char *name);

/* The same by one text: "uid:1000", "certificate:post-ca/DNS:lane-3". */
const struct register_proof *register_find_proof(const struct staff_register *staff, const char *proof);

/* The person or device of that whole name ("person:anna"); the person who is called so ("anna"). NULL: there is none. */
const struct register_holder *register_find_holder(const struct staff_register *staff, const char *name);
const struct register_holder *register_find_person(const struct staff_register *staff, const char *called);

/* T8: OFFICER_NOT_REGISTERED where nobody of that name is a person here; a demonstration takes any name. */
enum reason register_check_officer(
    const struct staff_register *staff, const char *officer, struct failure *failure);

/* Why who holds these roles together must have none of them; NULL where he may, or where it is a demonstration. holder: NULL where he is
 * not registered. Constant. */
const char *register_objection(
    const struct staff_register *staff, const struct register_holder *holder, unsigned roles);

#endif
