#include "daemon/register.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/identity.h"
#include "base/text.h"
#include "daemon/accounts.h"
#include "policy/roles.h"

/* What is built, and what of it is full. */
struct building {
    const struct configuration *configuration;
    struct staff_register *staff;
    struct failure *failure;
};

static enum reason refuse(
    const struct building *building, const struct register_holder *holder, const char *what, const char *why)
{
    char subject[CONFIG_PATH_MAX + 16];
    snprintf(subject, sizeof subject, "%s:%u", building->configuration->file, (unsigned)holder->line);
    return failure_set(
        building->failure, REASON_CONFIGURATION_BAD, subject, "%s: %s%s", holder->name, what, why);
}

static bool has_authority(const struct configuration *configuration, const char *certificate)
{
    const char *name = identity_name(certificate, IDENTITY_CERTIFICATE);
    size_t size = strcspn(name, "/");
    for (size_t i = 0; i < configuration->authorities.count; i++) {
        const char *authority = configuration->authorities.list[i].item.name;
        if (strlen(authority) == size && memcmp(authority, name, size) == 0)
            return true;
    }
    return false;
}

static bool is_same_proof(const struct register_proof *one, const struct register_proof *other)
{
    return one->by_certificate == other->by_certificate &&
           (one->by_certificate ? strcmp(one->text, other->text) == 0 : one->uid == other->uid);
}

static enum reason add_proof(
    const struct building *building, const struct register_holder *holder, const char *text)
{
    struct staff_register *staff = building->staff;
    struct register_proof *proof = &staff->proofs[staff->proof_count];
    *proof =
        (struct register_proof){.holder = holder, .by_certificate = identity_is(text, IDENTITY_CERTIFICATE)};
    snprintf(proof->text, sizeof proof->text, "%s", text);
    if (proof->by_certificate && !has_authority(building->configuration, text))
        return refuse(building, holder, text, " names no [client_authority] of this file");
    if (!proof->by_certificate && !account_user(identity_name(text, IDENTITY_USER), &proof->uid))
        return refuse(building, holder, text, " is no user of this machine");
    for (size_t i = 0; i < staff->proof_count; i++) {
        bool anothers = staff->proofs[i].holder != holder && is_same_proof(&staff->proofs[i], proof);
        if (anothers)
            return refuse(building, holder, text, " proves two: leave it to one of them");
    }
    staff->proof_count++;
    return REASON_DONE;
}

static enum reason add_holder(
    const struct building *building, const struct config_holder *configured, bool is_device)
{
    struct staff_register *staff = building->staff;
    struct register_holder *holder = &staff->holders[staff->holder_count++];
    *holder = (struct register_holder){
        .is_device = is_device, .line = configured->item.line, .roles = configured->roles};
    snprintf(holder->name, sizeof holder->name, "%s%s", is_device ? IDENTITY_DEVICE : IDENTITY_PERSON,
        configured->item.name);
    if (holder->roles != 0 && configured->proofs.count == 0)
        return refuse(building, holder, "proof is missing", ": nobody could use these roles");
    const char *objection = register_objection(staff, holder, holder->roles);
    if (objection != NULL)
        return refuse(building, holder, "roles that exclude each other, ", objection);
    for (size_t i = 0; i < configured->proofs.count; i++)
        TRY(add_proof(building, holder, configured->proofs.proofs[i]));
    return REASON_DONE;
}

enum reason register_build(
    const struct configuration *configuration, struct staff_register *staff, struct failure *failure)
{
    const struct building building = {configuration, staff, failure};
    size_t persons = configuration->persons.count, devices = configuration->devices.count;
    *staff = (struct staff_register){.demonstration = config_is_demonstration(configuration)};
    if (persons + devices == 0)
        return REASON_DONE;
    staff->holders = calloc(persons + devices, sizeof staff->holders[0]);
    staff->proofs = calloc((persons + devices) * CONFIG_PROOFS_MAX, sizeof staff->proofs[0]);
    if (staff->holders == NULL || staff->proofs == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "persons", NULL);
    for (size_t i = 0; i < persons; i++)
        TRY(add_holder(&building, &configuration->persons.list[i].holder, false));
    for (size_t i = 0; i < devices; i++)
        TRY(add_holder(&building, &configuration->devices.list[i].holder, true));
    return REASON_DONE;
}

void register_finish(struct staff_register *staff)
{
    free(staff->holders);
    free(staff->proofs);
    *staff = (struct staff_register){0};
}

/* --- Looking up */

const struct register_proof *register_find_user(const struct staff_register *staff, uint32_t uid)
{
    for (size_t i = 0; i < staff->proof_count; i++)
        if (!staff->proofs[i].by_certificate && staff->proofs[i].uid == uid)
            return &staff->proofs[i];
    return NULL;
}

const struct register_proof *register_find_certificate(
    const struct staff_register *staff, const char *authority, const char *name)
{
    size_t size = strlen(authority);
    for (size_t i = 0; i < staff->proof_count; i++) {
        const char *own = identity_name(staff->proofs[i].text, IDENTITY_CERTIFICATE);
        if (own != NULL && strncmp(own, authority, size) == 0 && own[size] == '/' &&
            strcmp(own + size + 1, name) == 0)
            return &staff->proofs[i];
    }
    return NULL;
}

const struct register_proof *register_find_proof(const struct staff_register *staff, const char *proof)
{
    uint64_t uid;
    const char *number = identity_name(proof, IDENTITY_UID);
    if (number != NULL)
        return text_whole_number(number, 10, 0, UINT32_MAX, &uid) ? register_find_user(staff, (uint32_t)uid)
                                                                  : NULL;
    for (size_t i = 0; i < staff->proof_count; i++)
        if (staff->proofs[i].by_certificate && strcmp(staff->proofs[i].text, proof) == 0)
            return &staff->proofs[i];
    return NULL;
}

const struct register_holder *register_find_holder(const struct staff_register *staff, const char *name)
{
    for (size_t i = 0; i < staff->holder_count; i++)
        if (strcmp(staff->holders[i].name, name) == 0)
            return &staff->holders[i];
    return NULL;
}

const struct register_holder *register_find_person(const struct staff_register *staff, const char *called)
{
    for (size_t i = 0; i < staff->holder_count; i++)
        if (!staff->holders[i].is_device && identity_is_called(staff->holders[i].name, called))
            return &staff->holders[i];
    return NULL;
}

enum reason register_check_officer(
    const struct staff_register *staff, const char *officer, struct failure *failure)
{
    if (staff->demonstration || register_find_person(staff, officer) != NULL)
        return REASON_DONE;
    return failure_set(failure, REASON_OFFICER_NOT_REGISTERED, "officer", NULL);
}

const char *register_objection(
    const struct staff_register *staff, const struct register_holder *holder, unsigned roles)
{
    if (staff->demonstration)
        return NULL;
    return holder != NULL && holder->is_device ? roles_conflict_of_device(roles) : roles_conflict(roles);
}
