#include "daemon/transactions/reference_file.h"

#include <string.h>

#include "daemon/transactions/rules.h"
#include "daemon/transactions/transaction.h"

bool reference_file_is_hashed(const struct transaction *transaction)
{
    return rules_is_readmission(
        rules_nature(transaction->transactions->policy->policy, transaction->request.purpose));
}

/* Each file brought a reference at least, and there is room for as many. */
void reference_file_keep(struct transaction *transaction)
{
    struct reference_file *file = &transaction->reference_files[transaction->reference_file_count++];
    file->position = transaction->enrolment.claim.position;
    memcpy(file->hash, transaction->enrolment.hash, sizeof file->hash);
}

enum reason reference_files_check(const struct transaction *transaction, struct failure *failure)
{
    for (size_t i = 0; i < transaction->reference_file_count && rules_is_readmission(transaction->nature);
         i++)
        if (transaction->reference_files[i].hash[0] == '\0')
            return failure_set(failure, REASON_POLICY_CHANGED, "reference",
                "it was given before the policy made this purpose a readmission");
    return REASON_DONE;
}

void reference_files_write(
    const struct transaction *transaction, const char *nature, struct json_writer *body)
{
    struct json_writer files;
    if (!rules_is_readmission(nature) || transaction->reference_file_count == 0)
        return;
    json_writer_array(&files);
    for (size_t i = 0; i < transaction->reference_file_count; i++) {
        const struct reference_file *file = &transaction->reference_files[i];
        struct json_writer said;
        json_writer_object(&said);
        json_write_text(&said, "position", finger_position_name(file->position));
        json_write_text_if(&said, "sha256", file->hash[0] != '\0' ? file->hash : NULL);
        json_append_value(&files, json_writer_end(&said));
    }
    json_write_value(body, "reference_files", json_writer_end(&files));
}
