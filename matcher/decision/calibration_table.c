/* calibration_table.c: the calibration in force. Data: `kordon-bench calibrate --out` writes this file. */
#include "matcher/decision/decision.h"

const struct calibration calibration_in_force = {
    .version = 8,
    .source = "fvc2002/db1_b, fvc2002/db2_b, fvc2002/db3_b, fvc2002/db4_b, fvc2004/db1_b, fvc2004/db3_b, "
              "neurotech/uareu",
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
    /* Tail from 14496 on: 1710 comparisons of 467 pairs of fingers, scale 1003, shape 0.00; highest 20567.
     * In 90 of 100 drawings of fingers a claim is worth
     * 20: 19 to 22, 30: 28 to 34, 40: 38 to 46, 50: 47 to 57, 60: 56 to 70. */
    .minutiae_only =
        {
            .levelling = {.lesser = 295, .greater = -3},
            .non_mated = 150400,
            .count = 20,
            .points = {{0, 0}, {5419, 1}, {6788, 2}, {7742, 3}, {9138, 5}, {10213, 7}, {11496, 10},
                {12578, 13}, {13804, 17}, {14640, 20}, {15848, 25}, {17029, 30}, {18254, 35}, {19498, 40},
                {21961, 50}, {24483, 60}, {27024, 70}, {29522, 80}, {34582, 100}, {39564, 120}},
        },
};
