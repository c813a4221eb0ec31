/* calibration_table.c: the calibration in force. Data: `kordon-bench calibrate --out` writes this file. */
#include "matcher/decision/decision.h"

const struct calibration calibration_in_force = {
    .version = 7,
    .source = "fvc2002/db1_b, fvc2002/db2_b, fvc2002/db3_b, fvc2002/db4_b, fvc2004/db1_b, fvc2004/db3_b, "
              "neurotech/uareu, records of fvc2002/db1_b, records of fvc2002/db3_b, records of "
              "fvc2004/db1_b, records of neurotech/uareu",
    .vouched = 61,
    /* Tail from 14147 on: 1636 comparisons of 441 pairs of fingers, scale 1156, shape 0.00; highest 21176.
     * In 90 of 100 drawings of fingers a claim is worth
     * 20: 19 to 22, 30: 29 to 33, 40: 38 to 44, 50: 47 to 56, 60: 57 to 67. */
    .with_flow =
        {
            .levelling = {.lesser = 272, .greater = 16},
            .non_mated = 150400,
            .count = 20,
            .points = {{0, 0}, {2558, 1}, {4395, 2}, {5661, 3}, {7475, 5}, {8854, 7}, {10506, 10},
                {11845, 13}, {13358, 17}, {14316, 20}, {15667, 25}, {17025, 30}, {18420, 35}, {19784, 40},
                {22606, 50}, {25389, 60}, {28203, 70}, {30998, 80}, {36553, 100}, {42035, 120}},
        },
    /* Tail from 14705 on: 3138 comparisons of 1171 pairs of fingers, scale 1006, shape 0.00; highest 20642.
     * In 90 of 100 drawings of fingers a claim is worth
     * 20: 19 to 21, 30: 29 to 32, 40: 38 to 44, 50: 48 to 55, 60: 58 to 67. */
    .minutiae_only =
        {
            .levelling = {.lesser = 210, .greater = 39},
            .non_mated = 292088,
            .count = 20,
            .points = {{0, 0}, {5199, 1}, {6718, 2}, {7749, 3}, {9239, 5}, {10358, 7}, {11709, 10},
                {12788, 13}, {14003, 17}, {14771, 20}, {15962, 25}, {17135, 30}, {18328, 35}, {19517, 40},
                {21938, 50}, {24380, 60}, {26796, 70}, {29244, 80}, {34156, 100}, {39033, 120}},
        },
};
