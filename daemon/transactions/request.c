#include "daemon/transactions/request.h"

const char *transaction_kind_name(enum transaction_kind kind)
{
    switch (kind) {
    case TRANSACTION_IDENTIFICATION:
        return "identification";
    case TRANSACTION_VERIFICATION:
        return "verification";
    case TRANSACTION_BOTH:
        return "both";
    }
    return "?";
}
