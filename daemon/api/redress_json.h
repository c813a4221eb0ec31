/* redress_json.h: a case of redress as supervisors are shown it, and what each request about one begins with. Loop's thread. */
#ifndef KORDON_DAEMON_API_REDRESS_JSON_H
#define KORDON_DAEMON_API_REDRESS_JSON_H

#include "daemon/api/call.h"
#include "daemon/redress/case.h"
#include "json/writer.h"

/* The key of the case whose number the path has. REDRESS_NOT_FOUND where it can't be one; KEY_MISSING, CRYPTO_FAILED, NO_MEMORY. */
enum reason path_redress(struct kordond *kordond, const struct http_request *request,
    uint8_t key[static CASE_RECORD_KEY_BYTES], struct failure *failure);

/* All that is kept of it, but the key: adds members. */
void redress_write(struct json_writer *json, const struct redress_case *of);

#endif
