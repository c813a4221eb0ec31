/* actor.c: who runs kordonctl, for what is done without a daemon: by the register and [roles], as kordond judges it. */
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/identity.h"
#include "policy/roles.h"
#include "tools/kordonctl/client.h"
#include "tools/kordonctl/kordonctl.h"

#define GROUPS_MAX 256

static const char *user_name(char *text, size_t size)
{
    struct passwd *user = getpwuid(getuid());
    if (user != NULL)
        snprintf(text, size, IDENTITY_USER "%s", user->pw_name);
    else
        snprintf(text, size, IDENTITY_UID "%u", (unsigned)getuid());
    return text;
}

static bool has_proof(const struct config_holder *holder, const char *user)
{
    for (size_t i = 0; i < holder->proofs.count; i++)
        if (strcmp(holder->proofs.proofs[i], user) == 0)
            return true;
    return false;
}

static const struct config_holder *find_person(const struct configuration *configuration, const char *user)
{
    for (size_t i = 0; i < configuration->persons.count; i++)
        if (has_proof(&configuration->persons.list[i].holder, user))
            return &configuration->persons.list[i].holder;
    return NULL;
}

static const struct config_holder *find_device(const struct configuration *configuration, const char *user)
{
    for (size_t i = 0; i < configuration->devices.count; i++)
        if (has_proof(&configuration->devices.list[i].holder, user))
            return &configuration->devices.list[i].holder;
    return NULL;
}

const char *session_actor(const struct session *session, char *text, size_t size)
{
    char user[256];
    user_name(user, sizeof user);
    const struct config_holder *person = find_person(&session->configuration, user),
                               *device = find_device(&session->configuration, user);
    if (person != NULL)
        snprintf(text, size, IDENTITY_PERSON "%s", person->item.name);
    else if (device != NULL)
        snprintf(text, size, IDENTITY_DEVICE "%s", device->item.name);
    else
        snprintf(text, size, "%s", user);
    return text;
}

/* Whom the certificate is of, as kordond says it. */
static enum reason officer_of_certificate(
    const struct session *session, char *text, size_t size, struct failure *failure)
{
    json_t *status;
    TRY(client_get(session->client, "/v1/status", &status, failure));
    const char *principal = text_or_empty(status, "principal");
    const char *person = identity_name(principal, IDENTITY_PERSON);
    enum reason reason = person != NULL ? REASON_DONE
                                        : failure_set(failure, REASON_BAD_ARGUMENT, "--officer",
                                              N_("it is mandatory: you are %s"), principal);
    if (reason == REASON_DONE)
        snprintf(text, size, "%s", person);
    json_decref(status);
    return reason;
}

enum reason session_officer(const struct session *session, char *text, size_t size, struct failure *failure)
{
    const char *given = session_option(session, OPTION_OFFICER, NULL);
    if (given == NULL && session->server != NULL)
        return officer_of_certificate(session, text, size, failure);
    if (given != NULL && strlen(given) >= size)
        return failure_set(failure, REASON_BAD_ARGUMENT, "--officer", N_("it is too long"));
    if (given != NULL) {
        snprintf(text, size, "%s", given);
        return REASON_DONE;
    }
    user_name(text, size);
    const struct config_holder *person = find_person(&session->configuration, text);
    if (person != NULL)
        snprintf(text, size, "%s", person->item.name);
    return REASON_DONE;
}

void session_begin_body(const struct session *session, struct json_writer *writer)
{
    char actor[256], user[256], proof[300];
    json_writer_object(writer);
    json_write_text(writer, "actor", session_actor(session, actor, sizeof actor));
    user_name(user, sizeof user);
    bool named = identity_is(user, IDENTITY_USER);
    snprintf(proof, sizeof proof, "%s%suid %u", named ? user : "", named ? " " : "", (unsigned)getuid());
    json_write_text(writer, "actor_proof", proof);
    json_write_integer(writer, "actor_uid", (int64_t)getuid());
    json_write_text(writer, "role", role_name(session->role));
    json_write_text(writer, "unit", session->configuration.log.unit);
}

/* --- What he may do */

static bool holds(const char *principal, const char *user)
{
    const char *named = identity_name(principal, IDENTITY_GROUP);
    if (named == NULL)
        return strcmp(principal, user) == 0;
    gid_t groups[GROUPS_MAX];
    struct group *group = getgrnam(named);
    int count = getgroups(GROUPS_MAX, groups);
    bool member = group != NULL && getgid() == group->gr_gid;
    for (int i = 0; group != NULL && i < count; i++)
        member = member || groups[i] == group->gr_gid;
    return member;
}

/* *objection: why he has none of them; NULL where he has. */
static unsigned roles_of(const struct configuration *configuration, const char *user, const char **objection)
{
    const struct config_holder *person = find_person(configuration, user),
                               *device = find_device(configuration, user);
    unsigned roles = (person != NULL ? person->roles : 0) | (device != NULL ? device->roles : 0);
    for (int i = 0; i < ROLE_COUNT; i++)
        for (size_t j = 0; j < configuration->roles[i].count; j++)
            if (holds(configuration->roles[i].principals[j], user))
                roles |= 1u << i;
    *objection = device != NULL ? roles_conflict_of_device(roles) : roles_conflict(roles);
    if (config_is_demonstration(configuration))
        *objection = NULL;
    return *objection == NULL ? roles : 0;
}

enum reason session_check_role(struct session *session, unsigned role, struct failure *failure)
{
    char user[256];
    const char *objection, *wanted = "";
    unsigned roles = roles_of(&session->configuration, user_name(user, sizeof user), &objection);
    for (int i = 0; i < ROLE_COUNT; i++) {
        const enum role each = (enum role)(1 << i);
        if ((role & each) == 0)
            continue;
        wanted = role_name(each);
        if ((roles & each) != 0) {
            session->role = each;
            return REASON_DONE;
        }
    }
    if (role == 0)
        return REASON_DONE;
    if (objection != NULL)
        return failure_set(
            failure, REASON_NOT_PERMITTED, user, "has no role: roles that exclude each other, %s", objection);
    return failure_set(failure, REASON_NOT_PERMITTED, user,
        "the role %s is needed; grant it to a person, or in [roles], of %s", wanted,
        session->configuration.file);
}
