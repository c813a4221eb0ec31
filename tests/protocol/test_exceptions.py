"""Transactions that end because nothing is or can be captured: the traveller goes another way, and the log says why."""

import datetime
import os
import sys

import pytest

sys.path.insert(0, f"{os.path.dirname(os.path.dirname(os.path.abspath(__file__)))}/support")
from kordond import OPENING, entry  # noqa: E402  pylint: disable=wrong-import-position
from policies import changed  # noqa: E402  pylint: disable=wrong-import-position

DAY = 86400
WORN = {"kind": "impossible", "reason": "worn_fingers"}


def consultation(client, transaction):
    body, = [each["body"] for each in client.log() if each["head"]["event"] == "consultation"
             and each["body"].get("transaction") == transaction]
    return body


def metric(client, name):
    line, = [line for line in client.get("/metrics").body.decode().splitlines() if line.startswith(f"{name} ")]
    return float(line.split()[1])


def test_P3_an_exception_ends_an_open_transaction_with_its_attempts(client, fingers):
    transaction = client.open(kind="verification")
    client.sample(transaction, fingers[1, 1])
    answer = client.post(f"/v1/transactions/{transaction}/exception", WORN)
    assert (answer.status, answer.json["state"]) == (200, "excepted"), answer
    assert answer.json["exception"]["reason"] == "worn_fingers" and "result" not in answer.json
    body = consultation(client, transaction)
    assert body["attempts"] == 1 and "decision" not in body and body["deletion"]["templates"] == 1
    assert client.get(f"/v1/transactions/{transaction}").json == answer.json
    assert client.get(f"/v1/transactions/{transaction}/receipt").body.startswith(b"c2sp.org/tlog-proof@v1\n")
    assert client.decide(transaction).reason == "TRANSACTION_STATE"
    assert metric(client, "kordon_transactions_impossible_total") == 1


@pytest.mark.parametrize("reason", ["capture_suspended", "self_test_failed", "list_too_old"])
def test_L7_a_reason_that_the_post_knows_stands_beside_what_it_knew(client, reason):
    """The officer is not refused; who reads the entry, or the month's figures, sees that it was not so."""
    def recorded(**exception):
        answer = client.post("/v1/transactions", {**OPENING, "exception": {"kind": "unchecked", **exception}})
        assert answer.status == 201 and "post_says" not in answer.json["exception"], answer
        return consultation(client, answer.json["transaction"])["exception"]
    assert recorded(reason=reason) == {"kind": "unchecked", "reason": reason, "post_says": False}
    if reason == "capture_suspended":
        suspended = client.post("/v1/mode/suspension", {"minutes": 10, "reason": "a crowd"})
        assert suspended.status == 200, suspended
        assert recorded(reason=reason)["post_says"] is True
    for not_known in ("device_fault", "emergency"):
        assert "post_says" not in recorded(reason=not_known)
    month = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m")
    purpose, = client.get(f"/v1/figures?month={month}&justification=x").json["purposes"]
    assert f"unchecked: {reason}, contradicted" in purpose["exceptions"]


def test_L7_how_old_the_list_is_is_said_of_the_purpose_and_not_where_nobody_knows(daemon_of, clock, fingers, tmp_path):
    """border_check searches no list of eleven days, the others do; of a clock in doubt no age follows."""
    policy = changed(tmp_path, ("border_check", "list_warning_days = 3650", "list_warning_days = 5"), ("border_check", "list_limit_days = 3650", "list_limit_days = 10"))
    post = daemon_of(environment=clock.environment, log__clock_gap_days=3650, policy__first=policy)
    client = post.client()
    assert client.import_list([entry(fingers[1, 1], purposes=["border_check", "missing_person_check"], expires="2099-01-31")]).status == 200

    def post_says(purpose, kind="identification"):
        answer = client.post("/v1/transactions", {**OPENING, "purpose": purpose, "kind": kind, "exception": {"kind": "unchecked", "reason": "list_too_old"}})
        assert answer.status == 201, answer
        return consultation(client, answer.json["transaction"])["exception"].get("post_says")
    assert [post_says("border_check"), post_says("missing_person_check")] == [False, False]
    clock.set(11 * DAY)
    assert [post_says("border_check"), post_says("missing_person_check"), post_says("border_check", "verification")] == [True, False, False]
    clock.set(0)
    assert [post_says("border_check"), post_says("missing_person_check")] == [None, None]


def test_P2_who_is_exempt_is_recorded_in_one_request(client):
    child = {**OPENING, "age_band": "12_to_17", "exception": {"kind": "not_applicable"}}
    answer = client.post("/v1/transactions", child)
    assert (answer.status, answer.json["state"]) == (201, "excepted"), answer
    assert answer.headers["location"] == f"/v1/transactions/{answer.json['transaction']}"
    assert answer.json["exception"]["reason"] == "under_age"
    body = consultation(client, answer.json["transaction"])
    assert body["exception"] == {"kind": "not_applicable", "reason": "under_age"}
    assert body["deletion"] == {"images": 0, "templates": 0, "references": 0, "pictures": 0, "kept": "none"}
    refused = client.post("/v1/transactions", {**child, "age_band": "18_and_over"})
    assert (refused.status, refused.reason) == (403, "NOT_EXEMPT")


@pytest.mark.parametrize("wrong", [
    {"kind": "tired"}, {"kind": "impossible"}, {"kind": "impossible", "reason": "emergency"}, {"kind": "unchecked", "reason": "other"},
    {"kind": "temporarily_impossible", "reason": "injured"}, {**WORN, "due": "tomorrow"}, {**WORN, "due": "2100-01-01"}, {**WORN, "more": 1}])
def test_P2_what_means_nothing_is_refused_and_nothing_recorded(client, wrong):
    answer = client.post("/v1/transactions", {**OPENING, "exception": wrong})
    assert (answer.status, answer.reason) == (422, "BAD_VALUE")
    assert not [each for each in client.log() if each["head"]["event"] == "consultation"]


def test_A9_an_exception_is_made_once_however_often_it_is_sent(client):
    headers = {"Idempotency-Key": "e-1"}
    body = {**OPENING, "exception": {"kind": "unchecked", "reason": "emergency"}}
    first = client.request("POST", "/v1/transactions", body, headers)
    again = client.request("POST", "/v1/transactions", body, headers)
    assert (again.status, again.json, again.headers["location"]) == (201, first.json, first.headers["location"])
    assert metric(client, "kordon_transactions_unchecked_total") == 1
    transaction = client.open(kind="verification")
    path, headers = f"/v1/transactions/{transaction}/exception", {"Idempotency-Key": "e-2"}
    first = client.request("POST", path, WORN, headers)
    assert client.request("POST", path, WORN, headers).json == first.json
    assert client.post(path, WORN).reason == "TRANSACTION_STATE"


def test_L8_an_exception_is_told_again_behind_a_restart(daemon):
    client = daemon.client()
    transaction = client.open(kind="verification")
    path, headers = f"/v1/transactions/{transaction}/exception", {"Idempotency-Key": "e-3"}
    first = client.request("POST", path, WORN, headers)
    assert first.status == 200
    daemon.stop()
    daemon.start()
    client = daemon.client()
    assert client.get(f"/v1/transactions/{transaction}").json == first.json
    assert client.request("POST", path, WORN, headers).json == first.json
    assert client.post(path, WORN).reason == "TRANSACTION_STATE"


def test_P2_what_was_put_off_is_due_at_the_next_crossing(daemon, fingers):
    client = daemon.client()
    due = (datetime.date.today() + datetime.timedelta(days=20)).isoformat()
    document = {"issuer": "UKR", "number": "FK443322"}
    put_off = client.post("/v1/transactions", {**OPENING, "document": document, "exception": {
        "kind": "temporarily_impossible", "reason": "bandaged", "due": due}})
    assert (put_off.status, put_off.json["exception"]["due"]) == (201, due), put_off
    daemon.stop()
    daemon.start()
    client = daemon.client()
    opened = client.post("/v1/transactions", {**OPENING, "kind": "verification", "document": {"issuer": "ukr", "number": "fk 443322"}}).json
    assert (opened["capture_due"]["reason"], opened["capture_due"]["due"]) == ("bandaged", due)
    transaction = opened["transaction"]
    client.put(f"/v1/transactions/{transaction}/reference?position=right_index", fingers[1, 1])
    client.sample(transaction, fingers[1, 2])
    assert client.decide(transaction).json["result"]["decision"] == "match"
    again = client.post("/v1/transactions", {**OPENING, "kind": "verification", "document": document}).json
    assert "capture_due" not in again and "capture_due_unknown" not in again
    assert "443322" not in str(client.log())


def test_Q3_both_parts_of_a_check_have_one_reference(daemon, fingers):
    """Verification and identification in one transaction: retries, reference and samples keep its id, and one entry tells both."""
    client = daemon.client()
    client.import_list([entry(fingers[3, 1], 3)])
    opened = client.post("/v1/transactions", {**OPENING, "kind": "both"})
    transaction = opened.json["transaction"]
    steps = [client.put(f"/v1/transactions/{transaction}/reference?position=right_index", fingers[1, 1]),
             client.sample(transaction, fingers[1, 2]), client.sample(transaction, fingers[1, 1]), client.decide(transaction)]
    assert {(step.status, step.json["transaction"]) for step in steps} == {(200, transaction)}
    result = steps[-1].json["result"]
    assert (result["verification"]["decision"], result["identification"]["decision"]) == ("match", "no_match")
    body = consultation(client, transaction)
    assert body["kind"] == "both" and body["verification"]["decision"] == "match"
    assert body["identification"]["decision"] == "no_match"
    collections = [each["body"] for each in client.log() if each["head"]["event"] == "collection"]
    assert [(each["transaction"], each["attempt"]) for each in collections] == [(transaction, 1), (transaction, 2)]
