/* unit.h: what every cmocka test includes; cmocka wants these headers in this order. */
#ifndef KORDON_TESTS_UNIT_H
#define KORDON_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#endif
