"""What is told at /v1/events: once and in order, again after a lost connection, and a gap where something can't be told any more."""

import json
import os

import pytest

from kordond import OPENING, as_user, reachable
from listener import Listener


NOBODY = 65534


def opened(client):
    answer = client.post("/v1/transactions", {**OPENING, "kind": "verification"})
    assert answer.status == 201, answer
    return answer.json["transaction"]


def number(identity):
    return int(identity.split("-")[2])


def test_A9_what_a_lost_connection_missed_is_told_once_and_in_order(daemon):
    client = daemon.client()
    first = Listener(daemon.socket)
    (name, data, begin), = first.until("mode")
    assert data["mode"] == "identification_refused" and number(begin) == 0
    transactions = [opened(client)]
    name, data, last = first.event()
    assert (name, data["transaction"], data["state"]) == ("transaction", transactions[0], "open")
    first.close()
    transactions += [opened(client) for _ in range(5)]
    again = Listener(daemon.socket, last)
    told = again.until("mode")
    assert [data["transaction"] for name, data, _ in told[:-1]] == transactions[1:]
    assert [number(identity) for _, _, identity in told] == [2, 3, 4, 5, 6, 6]
    transactions.append(opened(client))
    name, data, last = again.event()
    assert (name, data["transaction"], number(last)) == ("transaction", transactions[-1], 7)
    again.close()
    assert [name for name, _, _ in Listener(daemon.socket, last).until("mode")] == ["mode"]
    from_the_first = Listener(daemon.socket, begin).until("mode")
    assert [data["transaction"] for _, data, _ in from_the_first[:-1]] == transactions


def test_A9_what_is_not_held_any_more_is_said(daemon):
    client = daemon.client()
    listener = Listener(daemon.socket)
    begin = listener.until("mode")[0][2]
    listener.close()
    for _ in range(150):
        assert client.delete(f"/v1/transactions/{opened(client)}").status == 200
    told = Listener(daemon.socket, begin).until("mode")
    name, data, identity = told[0]
    assert (name, data["why"]) == ("gap", "dropped") and data["missed"] == number(identity) > 0
    assert [number(each[2]) for each in told[1:-1]] == list(range(data["missed"] + 1, number(told[-1][2]) + 1))
    # Whoever goes on behind the gap is told no gap a second time.
    assert [name for name, _, _ in Listener(daemon.socket, identity).until("mode")][0] == "transaction"


def test_A9_a_restart_is_said(daemon):
    listener = Listener(daemon.socket)
    last = listener.until("mode")[0][2]
    listener.close()
    daemon.stop()
    daemon.start()
    told = Listener(daemon.socket, last).until("mode")
    assert [name for name, _, _ in told] == ["gap", "mode"]
    assert told[0][1]["why"] == "restarted" and "missed" not in told[0][1]


@pytest.mark.parametrize("given", ["1", "nothing-of-kordond", "0-0-0", "x" * 127])
def test_A9_an_id_of_elsewhere_is_a_gap(daemon, given):
    told = Listener(daemon.socket, given).until("mode")
    assert told[0][0] == "gap" and told[0][1]["why"] in ("unknown", "restarted")


def test_A9_a_listener_without_an_id_is_told_nothing_old(daemon):
    Listener(daemon.socket).close()
    opened(daemon.client())
    assert [name for name, _, _ in Listener(daemon.socket).until("mode")] == ["mode"]


def test_A9_the_heart_beats(daemon):
    listener = Listener(daemon.socket)
    _, _, last = listener.event()
    name, data, identity = listener.event(beats=True)
    assert (name, set(data), identity) == ("heartbeat", {"time_ms"}, last)


@pytest.mark.skipif(os.getuid() != 0, reason="needs root, to be two users")
def test_T7_an_id_gives_nobody_what_another_was_told(daemon_of):
    """Both are terminals; each is told of its own transactions only, also by the other's id."""
    daemon = daemon_of(roles={"terminal": "user:root, user:nobody"})
    reachable(daemon.folder)
    first = Listener(daemon.socket)
    begin = first.until("mode")[0][2]
    transaction = opened(daemon.client())
    assert first.event()[1]["transaction"] == transaction

    def listen():
        return Listener(daemon.socket, begin).until("mode")
    told = as_user(NOBODY, listen)
    assert [name for name, _, _ in told] == ["gap", "mode"] and told[0][1]["why"] == "forgotten"
    assert transaction not in json.dumps(told)
    assert [name for name, _, _ in listen()] == ["transaction", "mode"]


@pytest.mark.skipif(os.getuid() != 0, reason="needs root, to be many users")
def test_A9_listeners_that_left_are_held_in_bounded_memory(daemon_of):
    """Of 65 that left, the one that is gone for longest was forgotten, and is told so; the others go on where they were."""
    daemon = daemon_of(roles={"terminal": "group:nogroup"})
    reachable(daemon.folder)

    def listen(user, last_id=None):
        return as_user(user, lambda: Listener(daemon.socket, last_id).until("mode"), groups=[NOBODY])
    users = range(20000, 20065)
    last = {user: listen(user)[-1][2] for user in users}
    again = listen(users[1], last[users[1]])
    assert [name for name, _, _ in again] == ["mode"] and again[0][2] == last[users[1]]
    told = listen(users[0], last[users[0]])
    assert [name for name, _, _ in told] == ["gap", "mode"] and told[0][1]["why"] == "forgotten"


@pytest.mark.skipif(os.getuid() != 0, reason="needs root, to be another user")
def test_T7_who_lost_a_role_is_not_told_what_it_gave(daemon_of):
    """The same user, first supervisor, then not: another's transaction, told to the supervisor, is not told again by the id before it."""
    daemon = daemon_of(roles={"terminal": "user:root, group:nogroup", "supervisor": "group:daemon"})
    reachable(daemon.folder)

    def listen(groups, last_id=None):
        return as_user(20000, lambda: Listener(daemon.socket, last_id).until("mode"), groups=groups)
    begin = listen([1, NOBODY])[-1][2]
    transaction = opened(daemon.client())
    assert [name for name, _, _ in listen([NOBODY], begin)] == ["gap", "mode"]
    told = listen([1, NOBODY], begin)
    assert [name for name, _, _ in told] == ["transaction", "mode"] and told[0][1]["transaction"] == transaction
