/* description.c: what this API is, as it was described when it was built (docs/openapi.yaml). */
#include <stdlib.h>
#include <string.h>

#include "daemon/api/description_text.h"
#include "daemon/api/reply.h"
#include "daemon/api/routes.h"

void handle_description(struct kordond *kordond, struct http_request *request)
{
    (void)kordond;
    void *copy = malloc(sizeof description_text);
    if (copy == NULL) {
        reply_refuse(request, REASON_NO_MEMORY, "openapi.json", NULL);
        return;
    }
    memcpy(copy, description_text, sizeof description_text);
    reply_bytes(request, "application/json", copy, sizeof description_text);
}
