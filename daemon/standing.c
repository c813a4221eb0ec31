#include "daemon/standing.h"

#include <string.h>
#include <time.h>

#include "base/identity.h"
#include "daemon/kordond.h"
#include "daemon/loaded_configuration.h"

/* A name in the register says nothing of the certificate that he showed: it may have been revoked, and the name be another's by now. */
bool standing_certificate_holds(
    const struct kordond *kordond, const char *proof, const struct principal_certificate *certificate)
{
    const char *authority = identity_name(proof, IDENTITY_CERTIFICATE);
    if (authority == NULL)
        return true;
    return kordond->network.tls != NULL && tls_context_still_holds(kordond->network.tls, authority,
                                               strcspn(authority, "/"), certificate, (int64_t)time(NULL));
}

unsigned standing_roles(const struct kordond *kordond, const struct principal *principal)
{
    return standing_certificate_holds(kordond, principal->proven_by, &principal->certificate)
               ? peer_roles_now(&kordond->reload.in_force->grants, principal)
               : 0;
}
