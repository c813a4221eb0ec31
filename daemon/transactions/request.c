#include "daemon/transactions/request.h"

#include "base/locked_memory.h"

const char *transaction_kind_name(enum transaction_kind kind)
{
    switch (kind) {
    case TRANSACTION_IDENTIFICATION:
        return CODE_("kind", "identification");
    case TRANSACTION_VERIFICATION:
        return CODE_("kind", "verification");
    case TRANSACTION_BOTH:
        return "both";
    }
    return "?";
}

enum reason transaction_request_complete(
    struct transaction_request *request, bool demonstration, struct failure *failure)
{
    if (!demonstration && request->traveller_group == TRAVELLER_GROUP_UNSAID)
        return failure_set(failure, REASON_BAD_VALUE, "traveller_group", N_("say to which group he belongs"));
    if (!demonstration && !request->age_band_said)
        return failure_set(failure, REASON_BAD_VALUE, "age_band", N_("say it; in doubt: unknown"));
    if (request->traveller_group == TRAVELLER_GROUP_UNSAID) {
        request->traveller_group = TRAVELLER_FOREIGNER;
        request->group_presumed = true;
    }
    return REASON_DONE;
}

void transaction_request_wipe(struct transaction_request *request)
{
    memory_wipe(request->document.issuer, sizeof request->document.issuer);
    memory_wipe(request->document.number, sizeof request->document.number);
    memory_wipe(request->document.redress, sizeof request->document.redress);
}
