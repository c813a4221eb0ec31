/* transaction_request.h: the JSON bodies that terminals send, taken apart. Pure functions over hostile bytes:
 * no I/O, no state; any thread. Unknown and repeated keys, wrong types and texts beyond their size are
 * refused with the key's name.
 */
#ifndef KORDON_DAEMON_API_TRANSACTION_REQUEST_H
#define KORDON_DAEMON_API_TRANSACTION_REQUEST_H

#include "base/failure.h"
#include "daemon/transactions/request.h"

/* BAD_JSON, BAD_VALUE (subject: the key). *request is zeroed first; it holds the traveller's document, where
 * one was named: transaction_request_wipe(). */
enum reason transaction_request_parse(
    const void *bytes, size_t size, struct transaction_request *request, struct failure *failure);

/* The same, of what ends an open transaction. */
enum reason exception_request_parse(
    const void *bytes, size_t size, struct exception_request *request, struct failure *failure);

/* The same, of fingers that turn out to be missing: at least one. */
enum reason missing_fingers_parse(const void *bytes, size_t size,
    enum finger_position missing[static REQUEST_FINGERS_MAX], size_t *count, struct failure *failure);

/* The same; no bytes at all mean "any scanner, the next finger". */
enum reason capture_request_parse(
    const void *bytes, size_t size, struct capture_request *request, struct failure *failure);

#endif
