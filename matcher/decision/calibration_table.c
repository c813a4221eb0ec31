/* calibration_table.c: the calibration in force. Data: `kordon-lab calibrate --out` writes this file. */
#include "matcher/decision/decision.h"

const struct calibration matcher_calibration_in_force = {
    .version = 9,
    .source = "fvc2002/db1_b, fvc2002/db2_b, fvc2002/db3_b, fvc2002/db4_b, fvc2004/db1_b, fvc2004/db3_b, "
              "neurotech/uareu, records of fvc2002/db1_b, records of fvc2002/db3_b, records of "
              "fvc2004/db1_b, records of neurotech/uareu",
    .vouched = 61,
    /* Tail from 14110 on: 1680 comparisons of 429 pairs of fingers, scale 1078, shape 0.00; highest 20782.
     * In 90 of 100 drawings of fingers a claim is worth
     * 20: 19 to 22, 30: 28 to 33, 40: 38 to 46, 50: 47 to 58, 60: 56 to 70. */
    .with_flow =
        {
            .levelling = {.lesser = 225, .greater = 13},
            .non_mated = 150400,
            .count = 20,
            .points = {{0, 0}, {4207, 1}, {5667, 2}, {6681, 3}, {8211, 5}, {9384, 7}, {10819, 10},
                {11981, 13}, {13358, 17}, {14257, 20}, {15557, 25}, {16876, 30}, {18207, 35}, {19541, 40},
                {22180, 50}, {24846, 60}, {27513, 70}, {30192, 80}, {35549, 100}, {40948, 120}},
        },
    /* Tail from 14824 on: 3555 comparisons of 1083 pairs of fingers, scale 979, shape 0.00; highest 21885.
     * In 90 of 100 drawings of fingers a claim is worth
     * 20: 20 to 21, 30: 29 to 32, 40: 38 to 44, 50: 48 to 55, 60: 57 to 67. */
    .minutiae_only =
        {
            .levelling = {.lesser = 208, .greater = 14},
            .non_mated = 292088,
            .count = 20,
            .points = {{0, 0}, {5832, 1}, {7189, 2}, {8143, 3}, {9533, 5}, {10586, 7}, {11875, 10},
                {12926, 13}, {14133, 17}, {14921, 20}, {16071, 25}, {17239, 30}, {18394, 35}, {19559, 40},
                {21913, 50}, {24261, 60}, {26611, 70}, {28954, 80}, {33675, 100}, {38408, 120}},
        },
};
