#include "daemon/http/peer.h"

#include <errno.h>
#include <pwd.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/identity.h"
#include "daemon/accounts.h"

#define LOOKUP_BYTES 16384

/* --- What the configuration says */

static bool resolve(const char *text, struct peer_grant *grant)
{
    snprintf(grant->name, sizeof grant->name, "%s", text);
    const char *user = identity_name(text, IDENTITY_USER), *group = identity_name(text, IDENTITY_GROUP);
    if (user != NULL)
        return account_user(user, &grant->id);
    grant->is_group = true;
    return group != NULL && account_group(group, &grant->id);
}

static enum reason add_grants(
    const struct role_grant *given, enum role role, struct peer_grants *grants, struct failure *failure)
{
    for (size_t i = 0; i < given->count; i++) {
        struct peer_grant *grant = &grants->grants[grants->count++];
        grant->role = role;
        if (!resolve(given->principals[i], grant))
            return failure_set(failure, REASON_CONFIGURATION_BAD, given->principals[i],
                "[roles] %s: no such user or group here", role_name(role));
    }
    return REASON_DONE;
}

/* That the register and [roles] give to a user, without his groups. */
static unsigned roles_of_user(const struct peer_grants *grants, uint32_t uid)
{
    const struct register_proof *proof = register_find_user(&grants->staff, uid);
    unsigned roles = proof != NULL ? proof->holder->roles : 0;
    for (size_t i = 0; i < grants->count; i++)
        if (!grants->grants[i].is_group && grants->grants[i].id == uid)
            roles |= grants->grants[i].role;
    return roles;
}

/* By whatever proof. */
static unsigned roles_of_holder(const struct peer_grants *grants, const struct register_holder *holder)
{
    unsigned roles = holder->roles;
    for (size_t i = 0; i < grants->staff.proof_count; i++) {
        const struct register_proof *proof = &grants->staff.proofs[i];
        if (proof->holder == holder && !proof->by_certificate)
            roles |= roles_of_user(grants, proof->uid);
    }
    return roles;
}

/* Two users who are one person must not hold what he may not hold. */
static const char *objection_to(
    const struct peer_grants *grants, const struct register_holder *holder, unsigned roles)
{
    if (holder != NULL)
        roles |= roles_of_holder(grants, holder);
    return register_objection(&grants->staff, holder, roles);
}

static enum reason check_users(const struct peer_grants *grants, struct failure *failure)
{
    for (size_t i = 0; i < grants->count; i++) {
        const struct peer_grant *grant = &grants->grants[i];
        if (grant->is_group)
            continue;
        const struct register_proof *proof = register_find_user(&grants->staff, grant->id);
        const char *objection =
            objection_to(grants, proof != NULL ? proof->holder : NULL, roles_of_user(grants, grant->id));
        if (objection != NULL)
            return failure_set(failure, REASON_CONFIGURATION_BAD, grant->name,
                "[roles] gives roles that exclude each other: %s", objection);
    }
    return REASON_DONE;
}

/* Of a user who is not in the register, as name_user() calls him. */
static unsigned roles_of_namesake(const struct peer_grants *grants, const struct register_holder *holder)
{
    const char *called = identity_name(holder->name, holder->is_device ? IDENTITY_DEVICE : IDENTITY_PERSON);
    unsigned roles = 0;
    for (size_t i = 0; i < grants->count; i++) {
        const struct peer_grant *grant = &grants->grants[i];
        if (!grant->is_group && register_find_user(&grants->staff, grant->id) == NULL &&
            identity_is_called(grant->name, called))
            roles |= roles_of_user(grants, grant->id);
    }
    return roles;
}

/* What follows from the register and [roles] together, for whoever asks the register alone. */
static void complete_register(struct peer_grants *grants)
{
    for (size_t i = 0; i < grants->staff.holder_count; i++) {
        struct register_holder *holder = &grants->staff.holders[i];
        holder->roles_by_any_proof = roles_of_holder(grants, holder);
        holder->roles_of_namesake = roles_of_namesake(grants, holder);
    }
}

enum reason peer_grants_resolve(
    const struct configuration *configuration, struct peer_grants *grants, struct failure *failure)
{
    *grants = (struct peer_grants){0};
    TRY(register_build(configuration, &grants->staff, failure));
    for (int i = 0; i < ROLE_COUNT; i++)
        TRY(add_grants(&configuration->roles[i], (enum role)(1 << i), grants, failure));
    complete_register(grants);
    return check_users(grants, failure);
}

/* --- Names of users */

static int compare_names(const void *one, const void *other)
{
    uid_t first = ((const struct peer_name *)one)->uid, second = ((const struct peer_name *)other)->uid;
    return (first > second) - (first < second);
}

/* What people read of somebody must be what he is called: printable ASCII, whole. */
static bool is_plain(const char *name)
{
    size_t size = 0;
    while (name[size] > ' ' && name[size] <= '~')
        size++;
    return size > 0 && name[size] == '\0' && size + sizeof IDENTITY_USER <= PRINCIPAL_NAME_SIZE;
}

static enum reason add_name(
    struct peer_grants *grants, size_t *room, const struct passwd *entry, struct failure *failure)
{
    const struct peer_name key = {.uid = entry->pw_uid};
    if (!is_plain(entry->pw_name) ||
        lfind(&key, grants->names, &grants->name_count, sizeof key, compare_names) != NULL)
        return REASON_DONE;
    if (grants->name_count == *room) {
        struct peer_name *names = reallocarray(grants->names, *room += 256, sizeof *names);
        if (names == NULL)
            return failure_set(failure, REASON_NO_MEMORY, "names of users", NULL);
        grants->names = names;
    }
    struct peer_name *name = &grants->names[grants->name_count++];
    name->uid = entry->pw_uid;
    snprintf(name->name, sizeof name->name, IDENTITY_USER "%s", entry->pw_name);
    return REASON_DONE;
}

enum reason peer_names_read(const char *path, struct peer_grants *grants, struct failure *failure)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return failure_set_errno(failure, errno, path, "open");
    enum reason reason = REASON_DONE;
    size_t room = 0;
    char buffer[LOOKUP_BYTES];
    struct passwd entry, *found;
    int error;
    while (reason == REASON_DONE && (error = fgetpwent_r(file, &entry, buffer, sizeof buffer, &found)) == 0)
        reason = add_name(grants, &room, found, failure);
    if (reason == REASON_DONE && error != ENOENT)
        reason = failure_set_errno(failure, error, path, "read");
    fclose(file);
    if (grants->name_count > 0)
        qsort(grants->names, grants->name_count, sizeof grants->names[0], compare_names);
    return reason;
}

void peer_grants_finish(struct peer_grants *grants)
{
    register_finish(&grants->staff);
    free(grants->names);
    grants->names = NULL;
    grants->name_count = 0;
}

static void name_principal(const struct peer_grants *grants, struct principal *principal)
{
    const struct peer_name key = {.uid = principal->uid};
    const struct peer_name *name =
        grants->name_count > 0 ? bsearch(&key, grants->names, grants->name_count, sizeof key, compare_names)
                               : NULL;
    if (name != NULL)
        snprintf(principal->name, sizeof principal->name, "%s", name->name);
    else
        snprintf(principal->name, sizeof principal->name, IDENTITY_UID "%u", (unsigned)principal->uid);
}

/* --- Who it is */

static bool holds_group(const struct peer_groups *groups, unsigned group)
{
    for (size_t i = 0; i < groups->count; i++)
        if (groups->groups[i] == group)
            return true;
    return groups->first == group;
}

/* Who he is, by the register or by [roles] and the machine. */
static const struct register_holder *name_user(const struct peer_grants *grants, struct principal *principal)
{
    name_principal(grants, principal);
    for (size_t i = 0; i < grants->count; i++)
        if (!grants->grants[i].is_group && grants->grants[i].id == principal->uid)
            snprintf(principal->name, sizeof principal->name, "%.*s", (int)sizeof principal->name - 1,
                grants->grants[i].name);
    const struct register_proof *proof = register_find_user(&grants->staff, principal->uid);
    const char *user = proof != NULL ? proof->text : principal->name;
    bool has_name = identity_is(user, IDENTITY_USER);
    snprintf(principal->proven_by, sizeof principal->proven_by, "%.*s%suid %u", has_name ? 200 : 0, user,
        has_name ? " " : "", (unsigned)principal->uid);
    if (proof == NULL)
        return NULL;
    principal->registered = true;
    memcpy(principal->name, proof->holder->name, sizeof principal->name);
    return proof->holder;
}

void peer_apply_grants(const struct peer_grants *grants, uid_t uid, const struct peer_groups *groups,
    struct principal *principal)
{
    *principal = (struct principal){.proof = PRINCIPAL_BY_SOCKET, .uid = uid};
    const struct register_holder *holder = name_user(grants, principal);
    principal->roles = roles_of_user(grants, uid);
    for (size_t i = 0; i < grants->count; i++)
        if (grants->grants[i].is_group && holds_group(groups, grants->grants[i].id))
            principal->roles |= grants->grants[i].role;
    principal->objection = objection_to(grants, holder, principal->roles);
    if (principal->objection != NULL)
        principal->roles = 0;
}

/* A certificate may hold what could not stand in the log as it is. */
static void name_certificate(const char *authority, const char *name, char *text, size_t size)
{
    snprintf(text, size, IDENTITY_CERTIFICATE "%s/%s", authority, name);
    for (char *at = text; *at != '\0'; at++)
        if (*at <= ' ' || *at > '~')
            *at = '?';
}

enum reason peer_of_certificate(const struct peer_grants *grants, const char *authority,
    const char *const *names, size_t name_count, struct principal *principal, struct failure *failure)
{
    const struct register_proof *found = NULL;
    *principal = (struct principal){0};
    for (size_t i = 0; i < name_count; i++) {
        const struct register_proof *proof = register_find_certificate(&grants->staff, authority, names[i]);
        if (found != NULL && proof != NULL && proof->holder != found->holder)
            return failure_set(failure, REASON_NOT_PERMITTED, "certificate",
                "its names are those of %s and %s", found->holder->name, proof->holder->name);
        found = proof != NULL ? proof : found;
    }
    principal->proof = PRINCIPAL_BY_CERTIFICATE;
    if (found == NULL) {
        name_certificate(authority, name_count > 0 ? names[0] : "", principal->name, sizeof principal->name);
        memcpy(principal->proven_by, principal->name, sizeof principal->proven_by);
        return REASON_DONE;
    }
    principal->registered = true;
    principal->roles = found->holder->roles;
    memcpy(principal->name, found->holder->name, sizeof principal->name);
    snprintf(principal->proven_by, sizeof principal->proven_by, "%s", found->text);
    return REASON_DONE;
}

enum reason peer_identify(
    int socket, const struct peer_grants *grants, struct principal *principal, struct failure *failure)
{
    *principal = (struct principal){0};
    struct ucred credentials;
    socklen_t size = sizeof credentials;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
        return failure_set(failure, REASON_SYSTEM_ERROR, "peer", "SO_PEERCRED: %s", strerror(errno));
    struct peer_groups groups = {.first = credentials.gid};
    size = sizeof groups.groups;
    /* A peer in more groups than fit is refused rather than judged by some of them. */
    if (getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.groups, &size) != 0)
        return failure_set(failure, REASON_SYSTEM_ERROR, "peer", "SO_PEERGROUPS: %s", strerror(errno));
    groups.count = size / sizeof groups.groups[0];
    peer_apply_grants(grants, credentials.uid, &groups, principal);
    return REASON_DONE;
}

/* That some group of the machine gives. */
static unsigned roles_of_groups(const struct peer_grants *grants)
{
    unsigned roles = 0;
    for (size_t i = 0; i < grants->count; i++)
        if (grants->grants[i].is_group)
            roles |= grants->grants[i].role;
    return roles;
}

/* What proves that person of the register; NULL: nothing does any more, or it proves another one. */
static const struct register_proof *find_proof_of(
    const struct peer_grants *grants, const char *name, const char *proof)
{
    const struct register_proof *found = register_find_proof(&grants->staff, proof);
    return found != NULL && strcmp(found->holder->name, name) == 0 ? found : NULL;
}

bool peer_person_may(const struct peer_grants *grants, const char *name, const char *proof, unsigned roles)
{
    const struct register_proof *found = find_proof_of(grants, name, proof);
    if (found == NULL)
        return false;
    unsigned held = found->by_certificate ? found->holder->roles
                                          : roles_of_user(grants, found->uid) | roles_of_groups(grants);
    return (held & roles) != 0;
}

static unsigned roles_of_user_now(const struct peer_grants *grants, const struct principal *principal)
{
    const struct peer_groups in_none = {.first = (gid_t)-1};
    struct principal now;
    peer_apply_grants(grants, principal->uid, &in_none, &now);
    if (!principal_is(principal, &now))
        return 0;
    const struct register_proof *proof = register_find_user(&grants->staff, principal->uid);
    const unsigned roles = now.roles | (principal->roles & roles_of_groups(grants));
    return objection_to(grants, proof != NULL ? proof->holder : NULL, roles) == NULL ? roles : 0;
}

unsigned peer_roles_now(const struct peer_grants *grants, const struct principal *principal)
{
    if (principal->proof == PRINCIPAL_BY_SOCKET)
        return roles_of_user_now(grants, principal);
    if (principal->proof != PRINCIPAL_BY_CERTIFICATE || !principal->registered)
        return 0;
    const struct register_proof *proof = find_proof_of(grants, principal->name, principal->proven_by);
    return proof != NULL ? proof->holder->roles : 0;
}

/* --- How many */

/* That user or group has one of the roles by an earlier grant, too. */
static bool is_counted(const struct peer_grants *grants, const struct peer_grant *grant, unsigned roles)
{
    for (const struct peer_grant *each = grants->grants; each < grant; each++)
        if ((each->role & roles) != 0 && each->is_group == grant->is_group && each->id == grant->id)
            return true;
    return false;
}

struct role_count peer_count_roles(const struct peer_grants *grants, unsigned roles)
{
    struct role_count count = {0};
    for (size_t i = 0; i < grants->staff.holder_count; i++)
        count.persons += (roles_of_holder(grants, &grants->staff.holders[i]) & roles) != 0;
    for (size_t i = 0; i < grants->count; i++) {
        const struct peer_grant *grant = &grants->grants[i];
        bool has = (grant->role & roles) != 0 && !is_counted(grants, grant, roles);
        count.groups += has && grant->is_group;
        count.users += has && !grant->is_group && register_find_user(&grants->staff, grant->id) == NULL;
    }
    return count;
}
