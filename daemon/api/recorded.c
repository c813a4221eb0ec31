#include "daemon/api/recorded.h"

#include "daemon/api/routes.h"

bool may_read_log(const struct principal *principal)
{
    return (principal->roles & LOG_READERS) != 0;
}

void recorded_write(struct json_writer *json, bool reads_log, const struct journal_outcome *outcome)
{
    if (reads_log) {
        json_write_integer(json, "seq", (int64_t)outcome->seq);
        json_write_text(json, "receipt", outcome->receipt != NULL ? outcome->receipt : "");
    } else if (outcome->plain_receipt != NULL) {
        json_write_text(json, "receipt", outcome->plain_receipt);
    }
}
