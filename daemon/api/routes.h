/* routes.h: the one table of what the API offers: method, path, who may, what must be said, how much may be
 * sent, and who handles it. Loop's thread but for the table, which is constant.
 */
#ifndef KORDON_DAEMON_API_ROUTES_H
#define KORDON_DAEMON_API_ROUTES_H

#include "daemon/kordond.h"

/* How large a body may be. */
enum route_body {
    ROUTE_NO_BODY,
    ROUTE_SMALL_BODY,  /* a request's JSON */
    ROUTE_POLICY_BODY, /* a policy's text */
    ROUTE_SAMPLE_BODY, /* a file: the configured limit */
    ROUTE_ENTRY_BODY,  /* a watchlist entry with its fingers' files */
};

/* Traits of a route. JUSTIFIED: the query must hold a justification. LOCKED_TOO: it works on no state, and is answered also while
 * kordond is locked. SPOKEN: what it answers holds sentences for an officer, which come in his language (errors do anywhere); never where
 * the answer repeats what the log holds. RECORDED: it ends in a log entry, whatever comes of it, which is spent from the principal's quota of them.
 * REPEATABLE: it takes an Idempotency-Key; elsewhere one is refused, but for GET, which changes nothing. */
#define ROUTE_JUSTIFIED  1u
#define ROUTE_LOCKED_TOO 2u
#define ROUTE_RECORDED   4u
#define ROUTE_REPEATABLE 8u
#define ROUTE_SPOKEN     16u

/* Roles of a route that anybody on the socket may ask. */
#define ROUTE_NO_ROLE 0u

/* Those who may read the log, figures that are counted from it, and what says as much. */
#define LOG_READERS (ROLE_SUPERVISOR | ROLE_AUDITOR)

/* Those who verify matches, and those who know of them at all: of which ones, each referral's route says (policy/referral.h). */
#define VERIFIERS        (ROLE_EXAMINER | ROLE_PROTECTION_OFFICER)
#define REFERRAL_VIEWERS (ROLE_EXAMINER | ROLE_PROTECTION_OFFICER | ROLE_SUPERVISOR)

struct route {
    enum http_method method;
    const char *path; /* "{}" stands for one part, "{*}" for the rest */
    unsigned roles;   /* any of these is enough; ROUTE_NO_ROLE */
    unsigned traits;  /* ROUTE_JUSTIFIED and the like */
    enum route_body body;
    const char *query; /* the parameters it takes, divided by blanks; any other one is refused */
    void (*handle)(struct kordond *kordond, struct http_request *request);
};

extern const struct route routes[];
extern const size_t route_count;

/* The route of a request, with its parameter set. NULL: no such path, or *status 405: another method. */
const struct route *routes_find(struct http_request *request, int *status);

/* What the server asks (server.h). data is the struct kordond. */
enum reason routes_admit(
    void *data, struct http_request *request, size_t *body_limit, int *status, struct failure *failure);
void routes_handle(void *data, struct http_request *request);
void routes_refuse(void *data, struct http_request *request, int status, const struct failure *failure);
void routes_answered(void *data, int status);
char *routes_turn_away(void *data, const struct failure *failure, size_t *size);

/* --- The handlers, by file */

/* transaction_open.c */
void handle_transaction_open(struct kordond *kordond, struct http_request *request);

/* transaction_list.c, transaction_evidence.c */
void handle_transaction_list(struct kordond *kordond, struct http_request *request);
void handle_transaction_evidence(struct kordond *kordond, struct http_request *request);

/* transactions.c */
void handle_transaction_show(struct kordond *kordond, struct http_request *request);
void handle_transaction_cancel(struct kordond *kordond, struct http_request *request);
void handle_transaction_reference(struct kordond *kordond, struct http_request *request);
void handle_transaction_sample(struct kordond *kordond, struct http_request *request);
void handle_transaction_capture(struct kordond *kordond, struct http_request *request);
void handle_transaction_decision(struct kordond *kordond, struct http_request *request);
void handle_transaction_missing_fingers(struct kordond *kordond, struct http_request *request);
void handle_transaction_exception(struct kordond *kordond, struct http_request *request);
void handle_transaction_receipt(struct kordond *kordond, struct http_request *request);

/* referrals.c, referral_acts.c, referral_prints.c */
void handle_referral_list(struct kordond *kordond, struct http_request *request);
void handle_referral_show(struct kordond *kordond, struct http_request *request);
void handle_referral_take(struct kordond *kordond, struct http_request *request);
void handle_referral_give_back(struct kordond *kordond, struct http_request *request);
void handle_referral_hand_over(struct kordond *kordond, struct http_request *request);
void handle_referral_free_seat(struct kordond *kordond, struct http_request *request);
void handle_referral_probe(struct kordond *kordond, struct http_request *request);
void handle_referral_judge_probe(struct kordond *kordond, struct http_request *request);
void handle_referral_reference(struct kordond *kordond, struct http_request *request);
void handle_referral_comparison(struct kordond *kordond, struct http_request *request);
void handle_referral_verdict(struct kordond *kordond, struct http_request *request);
void handle_referral_override(struct kordond *kordond, struct http_request *request);
void handle_referral_correction(struct kordond *kordond, struct http_request *request);
void handle_referral_report(struct kordond *kordond, struct http_request *request);
void handle_referral_protection_claim(struct kordond *kordond, struct http_request *request);

/* redress.c, redress_sample.c */
void handle_redress_record(struct kordond *kordond, struct http_request *request);
void handle_redress_sample(struct kordond *kordond, struct http_request *request);
void handle_redress_show(struct kordond *kordond, struct http_request *request);
void handle_redress_remove(struct kordond *kordond, struct http_request *request);

/* status.c, metrics.c, scanners.c, event_streams.c */
void handle_healthz(struct kordond *kordond, struct http_request *request);
void handle_readyz(struct kordond *kordond, struct http_request *request);
void handle_metrics(struct kordond *kordond, struct http_request *request);
void handle_status(struct kordond *kordond, struct http_request *request);
void handle_scanners(struct kordond *kordond, struct http_request *request);
void handle_events(struct kordond *kordond, struct http_request *request);

/* suspension.c, manual_records.c, figures.c, self_test.c */
void handle_suspension_begin(struct kordond *kordond, struct http_request *request);
void handle_suspension_end(struct kordond *kordond, struct http_request *request);
void handle_manual_record(struct kordond *kordond, struct http_request *request);
void handle_figures(struct kordond *kordond, struct http_request *request);
void handle_self_test(struct kordond *kordond, struct http_request *request);

/* description.c */
void handle_description(struct kordond *kordond, struct http_request *request);

/* state.c */
void handle_state_accept(struct kordond *kordond, struct http_request *request);

/* watchlist.c */
void handle_watchlist_show(struct kordond *kordond, struct http_request *request);
void handle_watchlist_entry(struct kordond *kordond, struct http_request *request);
void handle_watchlist_check(struct kordond *kordond, struct http_request *request);

/* duplicates.c */
void handle_watchlist_duplicates(struct kordond *kordond, struct http_request *request);

/* imports.c */
void handle_import_begin(struct kordond *kordond, struct http_request *request);
void handle_import_show(struct kordond *kordond, struct http_request *request);
void handle_import_entry(struct kordond *kordond, struct http_request *request);
void handle_import_commit(struct kordond *kordond, struct http_request *request);
void handle_import_cancel(struct kordond *kordond, struct http_request *request);
void handle_watchlist_erase(struct kordond *kordond, struct http_request *request);

/* notice.c */
void handle_notice(struct kordond *kordond, struct http_request *request);

/* policy.c */
void handle_policy_show(struct kordond *kordond, struct http_request *request);

/* policy_proposal.c */
void handle_proposal_show(struct kordond *kordond, struct http_request *request);
void handle_proposal_make(struct kordond *kordond, struct http_request *request);
void handle_proposal_withdraw(struct kordond *kordond, struct http_request *request);
void handle_proposal_approve(struct kordond *kordond, struct http_request *request);

/* log.c */
void handle_holds_show(struct kordond *kordond, struct http_request *request);
void handle_hold_place(struct kordond *kordond, struct http_request *request);
void handle_hold_lift(struct kordond *kordond, struct http_request *request);
void handle_log_entries(struct kordond *kordond, struct http_request *request);
void handle_log_receipt(struct kordond *kordond, struct http_request *request);
void handle_log_file(struct kordond *kordond, struct http_request *request);

#endif
