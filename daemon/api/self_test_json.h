/* self_test_json.h: what status says of the last self-test. Loop's thread. */
#ifndef KORDON_DAEMON_API_SELF_TEST_JSON_H
#define KORDON_DAEMON_API_SELF_TEST_JSON_H

#include "daemon/self_test/self_test.h"

/* null where there was none since the start. New object; NULL without memory. */
json_t *self_test_json(const struct self_test *self_test);

#endif
