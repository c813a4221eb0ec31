/* A referral as it is kept: what is read is written and read again as the same. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/referrals/course.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct referral_case of;
    struct referral_course course;
    struct failure failure;
    size_t first_size = 0, second_size = 0;
    if (referral_course_read((const char *)bytes, size, &of, &course, &failure) != REASON_DONE)
        return 0;
    char *first = referral_course_text(&of, &course, &first_size), *second = NULL;
    if (first != NULL && referral_course_read(first, first_size, &of, &course, &failure) == REASON_DONE)
        second = referral_course_text(&of, &course, &second_size);
    int outcome =
        second != NULL && first_size == second_size && memcmp(first, second, first_size) == 0 ? 0 : -1;
    free(first);
    free(second);
    return outcome;
}
