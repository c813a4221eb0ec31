/* score_weights.c: see score_weights.h. */
#include "matcher/compare/score_weights.h"

const struct score_weights score_weights_with_flow = {
    .bias = -22.0592f,
    .of =
        {
            [EVIDENCE_PAIRS] = 0.0135617f,
            [EVIDENCE_SURPRISE] = 0.0190702f,
            [EVIDENCE_EDGES] = 0.0118018f,
            [EVIDENCE_PROBE_SHARE] = 3.8329f,
            [EVIDENCE_REFERENCE_SHARE] = 10.8671f,
            [EVIDENCE_DISTANCE] = -0.0730143f,
            [EVIDENCE_TURN] = -0.0433059f,
            [EVIDENCE_TYPES] = 0.0443655f,
            [EVIDENCE_AREA] = -0.0105871f,
            [EVIDENCE_SIMILARITY] = -0.014382f,
            [EVIDENCE_FLOW_CELLS] = -0.0105871f,
            [EVIDENCE_FLOW_DIFFERENCE] = 4.97608e-05f,
            [EVIDENCE_FLOW_APART] = 3.77363f,
            [EVIDENCE_LOG_PAIRS] = 1.37859f,
            [EVIDENCE_LESSER_SHARE] = -4.26337f,
            [EVIDENCE_SHARE_PRODUCT] = 6.70595f,
            [EVIDENCE_SHARED_PAIRS] = 0.100532f,
            [EVIDENCE_LOG_EDGES] = 0.105815f,
            [EVIDENCE_EDGES_OF_PAIR] = 0.814631f,
            [EVIDENCE_LOG_AREA] = 3.63738f,
            [EVIDENCE_LOG_SIMILARITY] = 1.21397f,
            [EVIDENCE_TURN_SUM] = -0.00996772f,
            [EVIDENCE_DISTANCE_SUM] = -0.000246032f,
            [EVIDENCE_FLOW_SUM] = -4.38868e-05f,
            [EVIDENCE_LOG_FLOW_DIFFERENCE] = -3.30359f,
            [EVIDENCE_LOG_SURPRISE] = 0.854551f,
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
