"""Idempotency-Key: the same request again gives the same answer, and is done once."""

import http.client
import os
import sys

import pytest

sys.path.insert(0, f"{os.path.dirname(os.path.dirname(os.path.abspath(__file__)))}/support")
from kordond import NOBODY, OPENING, Client, as_user, entry, reachable, user_name, wait_until  # noqa: E402  pylint: disable=wrong-import-position
from test_recall import fixture_mortal  # noqa: E402  pylint: disable=wrong-import-position

__all__ = ["fixture_mortal"]


def keyed(client, key, method, path, body=b""):
    return client.request(method, path, body, {"Idempotency-Key": key})


def verification(client, fingers):
    """A transaction that can be decided."""
    transaction = client.open(kind="verification")
    assert client.put(f"/v1/transactions/{transaction}/reference?position=right_index", fingers[1, 1]).status == 200
    assert client.sample(transaction, fingers[1, 2]).status == 200
    return f"/v1/transactions/{transaction}"


def test_every_verb_is_done_once_and_answered_alike(client, fingers):
    opening = {**OPENING, "kind": "verification"}
    opened = keyed(client, "open", "POST", "/v1/transactions", opening)
    place = f"/v1/transactions/{opened.json['transaction']}"
    again = keyed(client, "open", "POST", "/v1/transactions", opening)
    assert (opened.status, again.status, again.body) == (201, 201, opened.body)
    for key, method, path, body in (("r", "PUT", f"{place}/reference?position=right_index", fingers[1, 1]),
                                    ("s", "POST", f"{place}/samples?position=right_index", fingers[1, 2]),
                                    ("d", "POST", f"{place}/decision", b"")):
        told = keyed(client, key, method, path, body)
        assert told.status == 200, told
        for other in (client, Client(client.path)):
            again = keyed(other, key, method, path, body)
            assert (again.status, again.body) == (200, told.body)
    final = client.get(place).json
    assert (final["references"], final["attempts_left"], len(final["samples"]), final["state"]) == (0, 2, 1, "decided")
    entries = [each["head"]["event"] for each in client.log() if each["body"].get("transaction") == final["transaction"]]
    assert entries == ["collection", "consultation"]


def test_cancelling_again_is_answered_alike_also_after_a_start(daemon):
    client = daemon.client()
    place = f"/v1/transactions/{client.open(kind='verification')}"
    told = keyed(client, "c", "DELETE", place)
    assert told.json["state"] == "cancelled"
    for _ in range(2):
        again = keyed(client, "c", "DELETE", place)
        assert (again.status, again.body) == (200, told.body)
        assert keyed(client, "another", "DELETE", place).reason == "TRANSACTION_STATE"
        daemon.stop()
        client = daemon.start().client()


def test_a_failure_of_what_was_begun_is_told_again_and_what_was_refused_may_be_asked_again(client, fingers):
    transaction = client.open(kind="verification")
    place = f"/v1/transactions/{transaction}"
    refused = keyed(client, "d", "POST", f"{place}/decision")
    assert (refused.status, refused.reason) == (409, "TRANSACTION_STATE")
    blank = b"\x89PNG\r\n\x1a\n" + fingers[1, 1][8:40]
    poor = keyed(client, "s", "POST", f"{place}/samples?position=right_index", blank)
    assert poor.status == 422
    assert keyed(client, "s", "POST", f"{place}/samples?position=right_index", blank).body == poor.body
    client.put(f"{place}/reference?position=right_index", fingers[1, 1])
    client.sample(transaction, fingers[1, 2])
    decided = keyed(client, "d", "POST", f"{place}/decision")
    assert (decided.status, decided.json["result"]["decision"]) == (200, "match")


@pytest.mark.parametrize("change", ["body", "path", "query", "method"])
def test_a_key_belongs_to_one_request(client, fingers, change):
    place = verification(client, fingers)
    path, body = f"{place}/samples?position=right_index", fingers[1, 2]
    assert keyed(client, "k", "POST", path, body).status == 200
    before = client.get(place).json["attempts_left"]
    other = {"body": ("POST", path, fingers[1, 1]), "path": ("POST", f"{verification(client, fingers)}/samples?position=right_index", body),
             "query": ("POST", path + "&ppi=500", body), "method": ("DELETE", place, b"")}[change]
    answer = keyed(client, "k", *other)
    assert (answer.status, answer.reason) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert client.get(place).json["attempts_left"] == before


def test_T7_a_key_is_its_principal_s_own(daemon_of):
    daemon = daemon_of(roles={"terminal": f"user:{user_name()}, user:nobody"})
    reachable(daemon.folder)
    opening = {**OPENING, "kind": "verification"}
    mine = keyed(daemon.client(), "1", "POST", "/v1/transactions", opening).json["transaction"]

    def other():
        return keyed(Client(daemon.socket), "1", "POST", "/v1/transactions", opening).json
    assert as_user(NOBODY, other)["transaction"] != mine


@pytest.mark.parametrize("key", ["k" * 129, "with space", "\x7f"])
def test_a_key_that_is_none_is_refused(client, key):
    assert keyed(client, key, "DELETE", f"/v1/transactions/{'0' * 32}").status == 400


def test_where_a_key_promises_nothing_it_is_refused(client):
    answer = keyed(client, "k", "POST", "/v1/watchlist/imports", {"list": "a", "version": 1})
    assert (answer.status, answer.reason) == (400, "BAD_REQUEST")
    assert keyed(client, "k", "GET", "/v1/status").status == 200


def test_who_lost_his_connection_is_told_what_became_of_it(client, fingers):
    """Sent and not waited for: the repeated request waits for the first, or finds what it was answered; it is done once."""
    place = verification(client, fingers)
    path = f"{place}/samples?position=right_index"
    lost = Client(client.path)
    lost.connection.request("POST", path, body=fingers[1, 3], headers={"Idempotency-Key": "lost"})
    lost.close()
    answers = []

    def told():
        answers.append(keyed(client, "lost", "POST", path, fingers[1, 3]))
        return answers[-1].reason != "REQUEST_UNDER_WAY"
    wait_until(told)
    assert answers[-1].status == 200, answers
    assert client.get(place).json["attempts_left"] == 1, "two samples were taken in all"


def test_A9_keys_of_one_principal_do_not_grow_without_end(daemon_of, fingers):
    """The oldest are forgotten, and what the log has is told all the same."""
    client = daemon_of(api__transactions="512", api__transactions_each="256").client()
    place = verification(client, fingers)
    told = keyed(client, "d", "POST", f"{place}/decision")
    opening = {**OPENING, "kind": "verification"}
    first = keyed(client, "0", "POST", "/v1/transactions", opening).json["transaction"]
    for number in range(1, 70):
        assert client.delete(f"/v1/transactions/{client.open(kind='verification')}").status == 200
        assert keyed(client, str(number), "POST", "/v1/transactions", opening).status == 201
    assert keyed(client, "69", "POST", "/v1/transactions", opening).json["transaction"] != first
    assert keyed(client, "0", "POST", "/v1/transactions", opening).json["transaction"] != first, "it was forgotten"
    again = keyed(client, "d", "POST", f"{place}/decision")
    assert (again.status, again.body) == (200, told.body)


def test_L7_killed_between_the_disk_and_the_answer_the_key_gives_the_answer(mortal, fingers):
    daemon, when = mortal
    client = daemon.client()
    assert client.import_list([entry(fingers[1, 1], 1)]).status == 200
    transaction = client.open()
    assert client.sample(transaction, fingers[1, 2]).status == 200
    when.at(1)
    with pytest.raises((OSError, http.client.HTTPException)):
        keyed(client, "d", "POST", f"/v1/transactions/{transaction}/decision")
    daemon.wait()
    when.not_now()
    client = daemon.start().client()
    misused = keyed(client, "d", "POST", f"/v1/transactions/{transaction}/decision", {"other": 1})
    assert (misused.status, misused.reason) == (422, "IDEMPOTENCY_KEY_REUSED")
    told = keyed(client, "d", "POST", f"/v1/transactions/{transaction}/decision")
    assert (told.status, told.json["result"]["decision"]) == (200, "match")
    assert client.get(f"/v1/transactions/{transaction}").body == told.body
    marks = [each["body"]["request_key"] for each in client.log() if "request_key" in each["body"]]
    assert len(marks) == 1 and len(marks[0]) == 64
