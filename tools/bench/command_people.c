/* command_people.c: `people`: made people's prints as interchange records, for lists longer than any collection of prints. */
#include <errno.h>
#include <stdio.h>

#include "tools/bench/bench.h"
#include "tools/bench/made_print.h"
#include "tools/bench/people.h"

static enum reason write_finger(uint32_t person, uint32_t finger, FILE *stream, struct failure *failure)
{
    struct matcher_template template;
    TRY(made_print((uint64_t)person * PEOPLE_FINGERS_MAX + finger, &template, failure));
    uint8_t record[MATCHER_TEMPLATE_BYTES_MAX];
    size_t size;
    TRY(matcher_encode(&template, MATCHER_FORMAT_ISO_19794_2_2005, people_positions[finger], record,
        sizeof record, &size, failure));
    if (fwrite(record, 1, size, stream) != size)
        return failure_set_errno(failure, errno, "people", "write");
    return REASON_DONE;
}

static enum reason write_people(const struct program_options *wanted, FILE *stream, struct failure *failure)
{
    for (uint32_t person = 0; person < wanted->templates; person++)
        for (uint32_t finger = 0; finger < wanted->fingers; finger++)
            TRY(write_finger(person, finger, stream, failure));
    return REASON_DONE;
}

int bench_people(const struct measure_options *options)
{
    struct failure failure = {0};
    FILE *stream = fopen(options->out, "wbe");
    if (stream == NULL) {
        (void)failure_set_errno(&failure, errno, options->out, "open");
        return measure_fail(&failure);
    }
    enum reason reason = write_people(options->own, stream, &failure);
    if (fclose(stream) != 0 && reason == REASON_DONE)
        reason = failure_set_errno(&failure, errno, options->out, "close");
    return reason == REASON_DONE ? 0 : measure_fail(&failure);
}
