/* The JSON bodies of transactions and captures. */
#include <stddef.h>
#include <stdint.h>

#include "daemon/api/transaction_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct failure failure;
    struct transaction_request transaction;
    struct capture_request capture;
    transaction_request_parse(bytes, size, &transaction, &failure);
    capture_request_parse(bytes, size, &capture, &failure);
    return 0;
}
