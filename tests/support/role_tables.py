"""Who may do what, written by hand (T7): what tests/protocol/test_roles.py expects. The tables are not made from kordond's own table of routes, nor from
its description, so that a role that is given by mistake is found."""

# x: may; .: may not. The status is what who may is answered; "{...}" is made anew for each cell: mine: a transaction that lane-1 has
# opened; travels: for a verification; sampled: with a sample; decided: to its end; no_referral, no_case: of which there is none. Each route is at least once in it.
MATRIX = """
                                                                                  terminal
                                                                                  | examiner
                                                                                  | | protection officer
                                                                                  | | | supervisor
                                                                                  | | | | auditor
                                                                                  | | | | | administrator
                                                                                  | | | | | | nobody
                                                                                  | | | | | | | stranger
GET     /healthz                                            200                   x x x x x x x x
GET     /readyz                                             200                   x x x x x x x x
GET     /metrics                                            200                   x x x x x x x x
GET     /v1/openapi.json                                    200                   x x x x x x x x
GET     /v1/status                                          200                   x x x x x x . .
GET     /v1/scanners                                        200                   x x x x x x . .
GET     /v1/events                                          200                   x x x x x x . .
GET     /v1/notice?purpose=border_check                     200                   x x x x x x . .
POST    /v1/transactions                                    201                   x . . . . . . .
GET     /v1/transactions                                    200                   x . . x . . . .
GET     /v1/transactions/{decided}?justification=why        200                   x . . x . . . .
DELETE  /v1/transactions/{mine}                             200                   x . . . . . . .
PUT     /v1/transactions/{travels}/reference                200                   x . . . . . . .
POST    /v1/transactions/{mine}/samples?position=right_index 200                  x . . . . . . .
POST    /v1/transactions/{mine}/captures                    404/SCANNER_NOT_FOUND  x . . . . . . .
POST    /v1/transactions/{mine}/missing_fingers             200                   x . . . . . . .
POST    /v1/transactions/{sampled}/decision                 200                   x . . . . . . .
GET     /v1/transactions/{decided}/receipt?justification=w  200                   x . . x x . . .
POST    /v1/transactions/{mine}/exception                   200                   x . . . . . . .
GET     /v1/transactions/{decided}/evidence?recipient=r&justification=w 409/TRANSACTION_STATE x . . x . . . .
POST    /v1/mode/suspension                                 200                   . . . x . . . .
DELETE  /v1/mode/suspension                                 200                   . . . x . . . .
POST    /v1/manual_records                                  201                   x . . x . . . .
POST    /v1/self_test                                       200                   x . . x . x . .
POST    /v1/state/accept                                    409/NOTHING_TO_ACCEPT  . . . x . . . .
GET     /v1/policy                                          200                   x x x x x x . .
GET     /v1/policy/proposal                                 404/DOCUMENT_NOT_FOUND . . . x x x . .
POST    /v1/policy/proposals?justification=why              200                   . . . x . x . .
DELETE  /v1/policy/proposals/{proposal}?justification=why   200                   . . . x . x . .
POST    /v1/policy/proposals/{proposal}/approval?justification=w  200             . . . x . . . .
GET     /v1/watchlist                                       200                   . x x x . x . .
GET     /v1/watchlist?identity=1&justification=why          200                   . x x x . . . .
POST    /v1/watchlist/imports                               201                   . . . x . . . .
GET     /v1/watchlist/imports                               200                   . . . x . . . .
POST    /v1/watchlist/imports/{import}/entries              200                   . . . x . . . .
POST    /v1/watchlist/imports/{import}/commit               200                   . . . x . . . .
DELETE  /v1/watchlist/imports/{import}                      200                   . . . x . . . .
POST    /v1/watchlist/check                                 200                   . . . x x . . .
GET     /v1/watchlist/duplicates                            200                   . . . x . . . .
GET     /v1/watchlist/{protected}                           200                   . x x x . . . .
GET     /v1/watchlist/{wanted}                              200                   . x - x . . . .
GET     /v1/watchlist/{wanted}?identity=1&justification=why 200                   . x - x . . . .
DELETE  /v1/watchlist/{erased}?justification=why            200                   . . . x . . . .
GET     /v1/referrals                                       200                    . x x x . . . .
GET     /v1/referrals/{no_referral}                         404/REFERRAL_NOT_FOUND . x x x . . . .
POST    /v1/referrals/{no_referral}/seat                    404/REFERRAL_NOT_FOUND . x x . . . . .
DELETE  /v1/referrals/{no_referral}/seat                    404/REFERRAL_NOT_FOUND . x x . . . . .
POST    /v1/referrals/{no_referral}/hand_over               404/REFERRAL_NOT_FOUND . x x . . . . .
POST    /v1/referrals/{no_referral}/freed_seat              404/REFERRAL_NOT_FOUND . . . x . . . .
GET     /v1/referrals/{no_referral}/probe?finger=right_index  404/REFERRAL_NOT_FOUND . x x x . . . .
POST    /v1/referrals/{no_referral}/probe_judgement         404/REFERRAL_NOT_FOUND . x x . . . . .
GET     /v1/referrals/{no_referral}/reference?finger=right_index  404/REFERRAL_NOT_FOUND . x x x . . . .
GET     /v1/referrals/{no_referral}/comparison?finger=right_index  404/REFERRAL_NOT_FOUND . x x x . . . .
POST    /v1/referrals/{no_referral}/verdict                 404/REFERRAL_NOT_FOUND . x x . . . . .
POST    /v1/referrals/{no_referral}/override                404/REFERRAL_NOT_FOUND . . . x . . . .
POST    /v1/referrals/{no_referral}/correction              404/REFERRAL_NOT_FOUND . . . x . . . .
POST    /v1/referrals/{no_referral}/report                  404/REFERRAL_NOT_FOUND . x x x . . . .
POST    /v1/referrals/{no_referral}/protection_claim        404/REFERRAL_NOT_FOUND . x x x . . . .
POST    /v1/redress                                         404/REFERRAL_NOT_FOUND . . . x . . . .
GET     /v1/redress/{no_case}?justification=why             404/REDRESS_NOT_FOUND  . . . x . . . .
DELETE  /v1/redress/{no_case}?justification=why             404/REDRESS_NOT_FOUND  . . . x . . . .
POST    /v1/redress/{no_case}/samples?position=right_index  404/REDRESS_NOT_FOUND  . . . x . . . .
GET     /v1/figures?month=2026-11                           200                   . . . x x . . .
GET     /v1/log/entries                                     200                   . . . x x . . .
GET     /v1/log/entries/{seq}/receipt                       200                   . . . x x . . .
GET     /v1/log/holds                                       200                   . . . x x . . .
POST    /v1/log/holds                                       201                   . . . x x . . .
DELETE  /v1/log/holds/{held}?justification=why              200                   . . . x x . . .
GET     /v1/log/files/checkpoint                            200                   . . . x x . . .
GET     /v1/log/files/redaction?withhold=access             200                   . . . x x . . .
"""  # -: is told that there is no such entry

# Which entries of the list, of each category, with and without identity, are shown to whom.
CATEGORIES = """
                                  examiner
                                  | protection officer
                                  | | supervisor
missing_person                    x x x
child_at_risk_of_abduction        x x x
to_be_prevented_from_travelling   x x x
trafficking_victim                x x x
wanted_for_arrest                 x . x
refusal_of_entry                  x . x
judicial_procedure                x . x
discreet_check                    x . x
inquiry_check                     x . x
specific_check                    x . x
"""

# Who hears of what. A terminal hears of its own transactions.
EVENTS = """
              terminal
              | another terminal
              | | examiner
              | | | protection officer
              | | | | supervisor
              | | | | | auditor
              | | | | | | administrator
mode          x x x x x x x
transaction   x . . . x . .
guidance      x . . . . . .
import        . . . . x . x
list          . . x x x . x
referral      . . x x x . .
"""

# Whether a terminal may open a transaction for a purpose, by what the traveller is; nobody else may for any.
PURPOSES = """
                        adult
                        |   child
border_check            201 403
protection_check        201 201
missing_person_check    201 201
undeclared              403 403
"""
