/* score_weights.c: see score_weights.h. */
#include "matcher/compare/score_weights.h"

const struct score_weights score_weights_with_flow = {
    .bias = -19.5633f,
    .of =
        {
            [EVIDENCE_PAIRS] = -0.0196327f,
            [EVIDENCE_SURPRISE] = 0.000355593f,
            [EVIDENCE_EDGES] = 0.0136839f,
            [EVIDENCE_PROBE_SHARE] = 5.01805f,
            [EVIDENCE_REFERENCE_SHARE] = 10.0095f,
            [EVIDENCE_DISTANCE] = -0.0744164f,
            [EVIDENCE_TURN] = -0.0810952f,
            [EVIDENCE_TYPES] = 0.0772446f,
            [EVIDENCE_AREA] = -0.0117425f,
            [EVIDENCE_SIMILARITY] = 0.0116353f,
            [EVIDENCE_FLOW_CELLS] = -0.0117425f,
            [EVIDENCE_FLOW_DIFFERENCE] = -0.0177019f,
            [EVIDENCE_FLOW_APART] = 3.84468f,
            [EVIDENCE_LOG_PAIRS] = 0.723146f,
            [EVIDENCE_LESSER_SHARE] = -4.28083f,
            [EVIDENCE_SHARE_PRODUCT] = 7.11844f,
            [EVIDENCE_SHARED_PAIRS] = 0.0724469f,
            [EVIDENCE_LOG_EDGES] = -0.160245f,
            [EVIDENCE_EDGES_OF_PAIR] = 0.986511f,
            [EVIDENCE_LOG_AREA] = 3.79174f,
            [EVIDENCE_LOG_SIMILARITY] = 1.11289f,
            [EVIDENCE_TURN_SUM] = -0.00523917f,
            [EVIDENCE_DISTANCE_SUM] = 0.000817775f,
            [EVIDENCE_FLOW_SUM] = 5.71994e-05f,
            [EVIDENCE_LOG_FLOW_DIFFERENCE] = -3.31737f,
            [EVIDENCE_LOG_SURPRISE] = 0.553622f,
        },
};

const struct score_weights score_weights_minutiae_only = {
    .bias = -4.50058f,
    .of =
        {
            [EVIDENCE_PAIRS] = 0.046614f,
            [EVIDENCE_SURPRISE] = 0.0406395f,
            [EVIDENCE_EDGES] = 0.0237051f,
            [EVIDENCE_PROBE_SHARE] = 8.97893f,
            [EVIDENCE_REFERENCE_SHARE] = 10.8107f,
            [EVIDENCE_DISTANCE] = -0.0677707f,
            [EVIDENCE_TURN] = -0.286794f,
            [EVIDENCE_TYPES] = 0.289005f,
            [EVIDENCE_AREA] = -0.0050002f,
            [EVIDENCE_SIMILARITY] = 0.159352f,
            [EVIDENCE_LOG_PAIRS] = -1.52196f,
            [EVIDENCE_LESSER_SHARE] = -7.59417f,
            [EVIDENCE_SHARE_PRODUCT] = 6.29205f,
            [EVIDENCE_SHARED_PAIRS] = 0.0765465f,
            [EVIDENCE_LOG_EDGES] = -0.793105f,
            [EVIDENCE_EDGES_OF_PAIR] = 0.343985f,
            [EVIDENCE_LOG_AREA] = -0.032046f,
            [EVIDENCE_LOG_SIMILARITY] = 2.74546f,
            [EVIDENCE_TURN_SUM] = 0.00686221f,
            [EVIDENCE_DISTANCE_SUM] = -0.000564779f,
            [EVIDENCE_LOG_SURPRISE] = -0.28439f,
        },
};
