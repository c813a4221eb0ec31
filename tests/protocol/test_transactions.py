"""The way of a transaction through a running kordond: decisions, retries, limits, roles, and the stop in each state."""

import base64
import os
import random
import signal
import struct
import sys
import threading

import pytest

sys.path.insert(0, f"{os.path.dirname(os.path.dirname(os.path.abspath(__file__)))}/support")
from kordond import NOBODY, OPENING, Client, as_user, entry, policy_file, preset, reachable, user_name, wait_until, with_purpose  # noqa: E402  pylint: disable=wrong-import-position


@pytest.fixture(name="listed")
def fixture_listed(daemon, fingers):
    client = daemon.client()
    answer = client.import_list([entry(fingers[number, 1], number) for number in (1, 2, 3)])
    assert (answer.status, answer.json["version"], answer.json["entries"]) == (200, 1, 3)
    return client


def consultations(client, transaction):
    return [each["body"] for each in client.log() if each["head"]["event"] == "consultation"
            and each["body"].get("transaction") == transaction]


def test_listed_finger_matches_and_unlisted_does_not(listed, fingers):
    found = listed.identify(fingers[2, 2]).json
    assert found["result"]["decision"] == "match"
    candidate = found["result"]["identification"]["candidates"][0]
    assert candidate["category"] == "missing_person" and candidate["protection"] is True
    assert found["result"]["identification"]["searched"] == 3
    other = listed.identify(fingers[5, 1]).json
    assert other["result"]["decision"] == "no_match"
    assert other["result"]["identification"]["candidates"] == []
    receipt = listed.get(f"/v1/transactions/{other['transaction']}/receipt")
    assert receipt.body.startswith(b"c2sp.org/tlog-proof@v1\n")
    body, = consultations(listed, other["transaction"])
    assert body["decision"] == "no_match" and "candidates" not in body["identification"]
    body, = consultations(listed, found["transaction"])
    assert body["identification"]["candidates"][0]["reference"] == candidate["reference"]


def crowd(number):
    """An ISO 19794-2 record of minutiae anywhere: quicker than a print where only the number of people matters."""
    chance = random.Random(number)
    minutiae = b"".join(struct.pack(">HHBB", 0x4000 + chance.randrange(10, 310), chance.randrange(10, 390), chance.randrange(256), 70)
                        for _ in range(40))
    view = struct.pack(">BBBB", 2, 0, 70, 40) + minutiae + b"\0\0"
    return b"FMR\0 20\0" + struct.pack(">IHHHHHBB", 24 + len(view), 0, 320, 400, 197, 197, 1, 0) + view


@pytest.mark.parametrize("first_stage", ["yes", "no"])
def test_long_list_is_searched_in_the_configured_mode(daemon_of, fingers, first_stage):
    """More references than are compared whole in any case; both modes find the same, and say which one ran."""
    client = daemon_of(identification__first_stage=first_stage).client()
    others = [entry(crowd(number), 100 + number) for number in range(320)]
    answer = client.import_list(others[:150] + [entry(fingers[2, 1], 2)] + others[150:])
    assert (answer.status, answer.json["entries"]) == (200, 321)
    mode = "staged" if first_stage == "yes" else "exhaustive"
    found = client.identify(fingers[2, 2]).json
    assert found["result"]["decision"] == "match"
    identification = found["result"]["identification"]
    assert (identification["searched"], identification["search"]) == (321, mode)
    assert len(identification["candidates"]) == 1
    body, = consultations(client, found["transaction"])
    assert body["identification"]["search"] == mode
    other = client.identify(fingers[6, 1]).json["result"]
    assert other["decision"] == "no_match" and other["identification"]["search"] == mode


def test_long_searches_at_once_follow_one_another(daemon_of, fingers):
    """The first stage's memory serves one search after another: each still finds what it is to find."""
    daemon = daemon_of(identification__threads="3")
    assert daemon.client().import_list([entry(fingers[2, 1], 2), *(entry(crowd(number), 100 + number) for number in range(320))]
                                       ).status == 200
    daemon.client().wait_for_duplicates()
    found = []

    def ask(finger):
        client = daemon.client()
        for _ in range(3):
            found.append((finger, client.identify(fingers[finger, 2]).json["result"]["decision"]))
        client.close()
    locked = daemon.client().get("/v1/status").json["memory"]["locked"]
    threads = [threading.Thread(target=ask, args=(finger,)) for finger in (2, 6, 2, 5, 2, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == sorted([(2, "match")] * 9 + [(5, "no_match")] * 3 + [(6, "no_match")] * 6)
    assert daemon.client().get("/v1/status").json["memory"]["locked"] == locked


def test_M4_alert_of_another_purpose_is_not_seen(daemon_of, fingers):
    client = daemon_of().client()
    client.import_list([entry(fingers[1, 1], 1, purposes=["missing_person_check"]), entry(fingers[2, 1], 2)])
    hidden = client.identify(fingers[1, 2]).json["result"]
    assert hidden["decision"] == "no_match" and hidden["identification"]["searched"] == 1
    seen = client.identify(fingers[1, 2], purpose="missing_person_check").json["result"]
    assert seen["decision"] == "match" and seen["identification"]["searched"] == 1


def test_verification_mated_and_not(client, fingers):
    for reference, decision in ((fingers[1, 1], "match"), (fingers[2, 1], "no_match")):
        transaction = client.open(kind="verification")
        assert client.put(f"/v1/transactions/{transaction}/reference?position=right_index", reference).status == 200
        assert client.sample(transaction, fingers[1, 2]).status == 200
        result = client.decide(transaction).json["result"]
        assert result["decision"] == result["verification"]["decision"] == decision
        assert "identification" not in result


@pytest.mark.parametrize("tolerated", ["yes", "no"])
def test_swapped_fingers_are_found_and_recorded(daemon_of, fingers, tolerated):
    """Index and middle finger given in the wrong order: found where that is tolerated, and said to be swapped."""
    client = daemon_of(identification__finger_swaps=tolerated).client()
    both = [{"position": position, "ppi": 500, "data": base64.b64encode(fingers[number, 1]).decode()}
            for number, position in ((1, "right_index"), (2, "right_middle"))]
    assert client.import_list([entry(fingers[3, 1], 3), entry(b"", 1, fingers=both)]).status == 200
    for order, swapped in (((1, 2), 0), ((2, 1), 2)):
        transaction = client.open(fingers=["right_index", "right_middle"])
        for number, position in zip(order, ("right_index", "right_middle")):
            assert client.sample(transaction, fingers[number, 2], position=position).status == 200
        result = client.decide(transaction).json["result"]
        body, = consultations(client, transaction)
        if swapped and tolerated == "no":
            assert result["decision"] == "no_match"
            continue
        assert result["decision"] == "match"
        for told in (result, body):
            candidate = told["identification"]["candidates"][0]
            assert (candidate["fingers"], candidate["swapped"]) == (2, swapped)


def test_swapped_fingers_are_verified_and_recorded(client, fingers):
    transaction = client.open(kind="verification")
    for number, position in ((1, "right_index"), (2, "right_middle")):
        client.put(f"/v1/transactions/{transaction}/reference?position={position}", fingers[number, 1])
        client.sample(transaction, fingers[3 - number, 2], position=position)
    result = client.decide(transaction).json["result"]
    assert (result["decision"], result["verification"]["swapped"]) == ("match", 2)
    body, = consultations(client, transaction)
    assert body["verification"]["swapped"] == 2


def test_no_common_finger_is_inconclusive(client, fingers):
    transaction = client.open(kind="verification")
    client.put(f"/v1/transactions/{transaction}/reference?position=left_thumb", fingers[1, 1])
    client.sample(transaction, fingers[1, 2])
    result = client.decide(transaction).json["result"]
    assert (result["decision"], result["why"]) == ("inconclusive", "NO_COMMON_FINGER")


def test_without_a_list_identification_is_refused_or_inconclusive(daemon_of, fingers):
    answer = daemon_of().client().post("/v1/transactions", OPENING)
    assert (answer.status, answer.reason) == (409, "LIST_MISSING")
    client = daemon_of(identification__require_armed="no").client()
    result = client.identify(fingers[1, 1]).json["result"]
    assert (result["decision"], result["why"]) == ("inconclusive", "LIST_MISSING")
    assert client.get("/v1/status").json["mode"] == "identification_refused"


@pytest.mark.parametrize("change", [
    {"age_band": "under_6"}, {"age_band": "12_to_17"}, {"age_band": "unknown"}, {"age_band": None}])
def test_P1_age_under_the_policy_is_refused_but_for_protection(client, change):
    body = {**OPENING, "kind": "verification", **change}
    body = {key: value for key, value in body.items() if value is not None}
    answer = client.post("/v1/transactions", body)
    assert (answer.status, answer.reason) == (403, "AGE_NOT_PERMITTED")
    assert client.post("/v1/transactions", {**body, "purpose": "protection_check"}).status == 201


def test_P4_Q3_attempts_are_bounded_and_the_transaction_stays(client, fingers):
    transaction = client.open(kind="verification")
    # a picture without ridges
    blank = b"\x89PNG\r\n\x1a\n" + fingers[1, 1][8:40]
    assert client.sample(transaction, blank).status == 422
    assert client.get(f"/v1/transactions/{transaction}").json["attempts_left"] == 3, "no finger, no attempt"
    for left in (2, 1, 0):
        answer = client.sample(transaction, fingers[1, 1])
        assert (answer.status, answer.json["transaction"], answer.json["attempts_left"]) == (200, transaction, left)
    answer = client.sample(transaction, fingers[1, 1])
    assert (answer.status, answer.reason) == (409, "ATTEMPTS_EXHAUSTED")
    assert client.sample(transaction, fingers[2, 1], "left_index").status == 200


@pytest.mark.parametrize("change, reason", [
    ({"kind": "refuse_entry"}, "BAD_VALUE"), ({"officer": ""}, "BAD_VALUE"), ({"extra": 1}, "BAD_VALUE"),
    ({"purpose": "x" * 1000}, "BAD_VALUE"), ({"fingers": ["nose"]}, "BAD_VALUE"), ({"age_band": "old"}, "BAD_VALUE")])
def test_requests_that_mean_nothing_are_refused(client, change, reason):
    answer = client.post("/v1/transactions", {**OPENING, **change})
    assert (answer.status, answer.reason) == (422, reason)


def test_steps_out_of_order_are_refused(client, fingers):
    transaction = client.open(kind="verification")
    assert client.decide(transaction).reason == "TRANSACTION_STATE"
    assert client.get(f"/v1/transactions/{transaction}/receipt").reason == "TRANSACTION_STATE"
    client.sample(transaction, fingers[1, 1])
    assert client.decide(transaction).reason == "TRANSACTION_STATE", "no reference"
    assert client.delete(f"/v1/transactions/{transaction}").json["state"] == "cancelled"
    for answer in (client.sample(transaction, fingers[1, 1]), client.decide(transaction),
                   client.delete(f"/v1/transactions/{transaction}")):
        assert (answer.status, answer.reason) == (409, "TRANSACTION_STATE")
    body, = consultations(client, transaction)
    assert (body["decision"], body["why"]) == ("inconclusive", "CAPTURE_CANCELLED")


def test_only_announced_fingers_are_taken(client, fingers):
    transaction = client.open(kind="verification", fingers=["right_index"])
    assert client.sample(transaction, fingers[1, 1], "left_index").reason == "BAD_REQUEST"
    assert client.sample(transaction, fingers[1, 1], "right_index").status == 200


def test_T7_roles(daemon_of):
    daemon = daemon_of(roles={"supervisor": f"user:{user_name()}", "terminal": "user:nobody"})
    reachable(daemon.folder)
    client = daemon.client()
    assert client.post("/v1/transactions", OPENING).reason == "NOT_PERMITTED"

    def other():
        peer = Client(daemon.socket)
        opened = peer.post("/v1/transactions", {**OPENING, "kind": "verification"})
        return [opened.status, opened.json.get("transaction"), peer.get("/v1/log/entries").status,
                peer.get("/v1/watchlist").status, peer.get("/v1/status").json["roles"]]
    status, transaction, log, watchlist, roles = as_user(NOBODY, other)
    assert (status, log, watchlist, roles) == (201, 403, 403, ["terminal"])
    assert client.get(f"/v1/transactions/{transaction}?justification=complaint+7").status == 200, "a supervisor sees it"
    assert client.get(f"/v1/transactions/{transaction}/receipt").reason == "TRANSACTION_STATE"
    looks = [each["body"] for each in client.log() if each["body"].get("read") == "transaction"]
    assert [(look["role"], look["asked_for"], look.get("justification")) for look in looks] == [
        ("supervisor", transaction, "complaint 7"), ("supervisor", transaction, None)], "and that is recorded (L4)"
    denied = {each["body"]["actor"]: each["body"]["denied"] for each in client.log() if each["body"].get("denied")}
    assert denied == {f"user:{user_name()}": "/v1/transactions", "user:nobody": "/v1/log/entries"}


def test_A9_one_terminal_does_not_hold_all_transactions(daemon_of):
    """Whoever opens without end is refused, and the officer beside him does not notice."""
    daemon = daemon_of(roles={"terminal": f"user:{user_name()}, user:nobody"}, api__transactions="8", api__transactions_each="6")
    reachable(daemon.folder)
    client = daemon.client()

    def greedy():
        peer = Client(daemon.socket)
        return [peer.post("/v1/transactions", {**OPENING, "kind": "verification"}).reason for _ in range(12)]
    assert as_user(NOBODY, greedy) == [None] * 6 + ["BUSY"] * 6
    for _ in range(2):
        transaction = client.open(kind="verification")
        assert client.delete(f"/v1/transactions/{transaction}").status == 200


def test_a_foreign_transaction_and_a_missing_one_are_answered_alike(daemon_of):
    daemon = daemon_of(roles={"terminal": f"user:{user_name()}, user:nobody"})
    reachable(daemon.folder)
    transaction = daemon.client().open(kind="verification")

    def other():
        peer = Client(daemon.socket)
        return [peer.get(f"/v1/transactions/{number}").body.decode() for number in (transaction, "0" * 32)]
    foreign, missing = as_user(NOBODY, other)
    assert foreign == missing and "TRANSACTION_NOT_FOUND" in foreign


def test_erased_entry_is_not_found_again(listed, fingers):
    reference = listed.identify(fingers[1, 2]).json["result"]["identification"]["candidates"][0]["reference"]
    assert listed.delete(f"/v1/watchlist/{reference}").reason == "BAD_REQUEST", "a justification is needed"
    assert listed.delete(f"/v1/watchlist/{reference}?justification=court+order").status == 200
    assert listed.identify(fingers[1, 2]).json["result"]["decision"] == "no_match"
    assert listed.delete(f"/v1/watchlist/{reference}?justification=again").reason == "ENTRY_NOT_FOUND"


def test_L1_one_entry_is_shown_by_the_list_s_rules(listed):
    entries = listed.get("/v1/watchlist").json["entries"]
    shown = listed.get(f"/v1/watchlist/{entries[1]['entry']}")
    assert (shown.status, shown.json) == (200, entries[1])
    assert "name" not in shown.json
    assert listed.get(f"/v1/watchlist/{entries[1]['entry']}?identity=1").reason == "BAD_REQUEST", "a justification is needed"
    named = listed.get(f"/v1/watchlist/{entries[1]['entry']}?identity=1&justification=hit").json
    assert named["name"] and named["case_number"]
    assert [each["body"]["justification"] for each in listed.log() if each["body"].get("what") == "identities in the watchlist"] == ["hit"]
    assert listed.get(f"/v1/watchlist/{'0' * 32}").reason == "ENTRY_NOT_FOUND"
    assert listed.get("/v1/watchlist/nothing").reason == "ENTRY_NOT_FOUND"
    page = listed.get(f"/v1/watchlist?limit=1&after={entries[0]['entry']}").json["entries"]
    assert page == [entries[1]]


def test_L1_a_check_of_the_list_is_recorded(listed):
    assert listed.post("/v1/watchlist/check").json["problems"] == []
    look, = [each["body"] for each in listed.log() if each["body"].get("what") == "integrity of the watchlist"]
    assert (look["actor"], look["role"]) == (f"user:{user_name()}", "auditor")


def test_L1_each_look_at_the_list_is_recorded_before_it_is_answered(listed):
    entries = listed.get("/v1/watchlist?justification=monthly+review").json["entries"]
    listed.get("/v1/watchlist?limit=1")
    listed.get(f"/v1/watchlist/{entries[0]['entry']}")
    looks = [each["body"] for each in listed.log() if each["body"].get("what") == "entries of the watchlist"]
    assert [(look["justification"], look.get("entry")) for look in looks] == [
        ("monthly review", None), ("listing of ids, categories and dates", None),
        ("listing of ids, categories and dates", entries[0]["entry"])]
    assert all(look["actor"] == f"user:{user_name()}" and look["purpose"] == "watchlist_administration" for look in looks)


def test_stop_with_open_transactions_records_them(daemon_of, fingers):
    daemon = daemon_of()
    client = daemon.client()
    opened = [client.open(kind="verification") for _ in range(3)]
    client.sample(opened[0], fingers[1, 1])
    daemon.stop()
    log = daemon.start().client().log()
    for transaction in opened:
        whys = [each["body"].get("why") for each in log if each["head"]["event"] == "consultation"
                and each["body"].get("transaction") == transaction]
        assert whys == ["STOPPING"]
    start = [each["body"] for each in log if each["head"]["event"] == "start"][-1]
    assert start["before"] == "in order"


def test_stop_under_load_tells_everybody(daemon_of, fingers):
    daemon = daemon_of()
    daemon.client().import_list([entry(fingers[1, 1], 1)])
    outcomes = []

    def work():
        try:
            client = daemon.client()
            while True:
                opened = client.post("/v1/transactions", OPENING)
                if opened.status != 201:
                    outcomes.append(opened.reason)
                    return
                transaction = opened.json["transaction"]
                answers = [client.sample(transaction, fingers[2, 1]), client.decide(transaction)]
                if answers[-1].status != 200:
                    outcomes.append(answers[-1].reason)
                    return
        except (OSError, ConnectionError, EOFError) as error:
            outcomes.append(type(error).__name__)
        except Exception as error:  # pylint: disable=broad-except
            outcomes.append(type(error).__name__)
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    wait_until(lambda: b"kordon_transactions_no_match_total 0\n" not in daemon.client().get("/metrics").body)
    daemon.signal(signal.SIGTERM)
    for thread in threads:
        thread.join()
    assert daemon.wait() == 0
    assert len(outcomes) == 4
