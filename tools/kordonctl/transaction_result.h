/* transaction_result.h: a decision (docs/openapi.yaml, Result) in an officer's words. */
#ifndef KORDON_TOOLS_KORDONCTL_TRANSACTION_RESULT_H
#define KORDON_TOOLS_KORDONCTL_TRANSACTION_RESULT_H

#include <jansson.h>

/* 0 match, 1 no match, 2 inconclusive; -1 where result is no result. */
int transaction_result_exit_code(const json_t *result);

/* Prints decision, scores, candidates with what to do, and the log entry to the standard output. */
void transaction_result_print(const json_t *result);

/* Prints that nothing was captured, why, and what the officer does now. exception: as of an excepted Transaction. */
void transaction_exception_print(const json_t *exception);

/* Prints the files that a readmission was compared with, by what whoever sent them knows them again. body: of its entry, or the evidence's summary;
 * of any other nothing is printed. */
void reference_files_print(const json_t *body);

/* Prints a Transaction in any state. */
void transaction_print(const json_t *transaction);

#endif
