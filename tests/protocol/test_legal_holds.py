"""L5: legal holds: placed and lifted by whom, shown, recorded; what no transaction is can't be held."""

import os
import pwd

import pytest

from kordond import NOBODY, OPENING, wait_until
from later import Later
from policies import changed
from test_persons import asked_by

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="needs root, to be several users")

HOLDS = "/v1/log/holds"
ROLES = {"terminal": "user:root", "supervisor": "user:daemon", "auditor": f"user:{pwd.getpwuid(NOBODY).pw_name}"}
DAEMON = pwd.getpwnam("daemon").pw_uid
TERMINAL, SUPERVISOR, AUDITOR = 0, DAEMON, NOBODY


def held(post):
    status, answer = asked_by(post, AUDITOR, "GET", HOLDS)
    assert status == 200
    return {each["transaction"]: each for each in answer["holds"]}


def newest(post, what):
    """The newest entry that says so."""
    _, answer = asked_by(post, AUDITOR, "GET", "/v1/log/entries?order=newest_first&limit=50&event=configuration")
    return next(each for each in answer["entries"] if each["body"].get("what") == what)


def place(post, user, transaction, reason):
    return asked_by(post, user, "POST", HOLDS, {"transaction": transaction, "reason": reason})


def lift(post, user, transaction):
    return asked_by(post, user, "DELETE", f"{HOLDS}/{transaction}?justification=closed")


def test_L5_holds_are_placed_and_lifted_by_entries(daemon_of):
    post = daemon_of(roles=ROLES)
    first, second = (asked_by(post, TERMINAL, "POST", "/v1/transactions", {**OPENING, "kind": "verification"})[1]["transaction"] for _ in range(2))
    for user, transaction, reason in ((SUPERVISOR, first, "complaint 17"), (AUDITOR, second, "inquiry 4")):
        status, made = place(post, user, transaction, reason)
        assert status == 201
        entry = newest(post, "legal hold placed")
        assert (entry["head"]["seq"], entry["body"]["transaction"], entry["body"]["justification"]) == (made["seq"], transaction, reason)
    shown = held(post)
    assert {key: (each["reason"], each["by"], each["auditor"]) for key, each in shown.items()} == {
        first: ("complaint 17", "user:daemon", False), second: ("inquiry 4", "user:nobody", True)}
    status, again = place(post, SUPERVISOR, first, "another")
    assert (status, again["reason"]) == (409, "TRANSACTION_HELD")
    status, nothing = place(post, AUDITOR, "0" * 32, "why")
    assert (status, nothing["reason"]) == (404, "TRANSACTION_NOT_FOUND")
    # An auditor's stays, whatever a supervisor asks for; holds outlast a restart.
    post.stop()
    post.start()
    status, refused = lift(post, SUPERVISOR, second)
    assert (status, refused["reason"]) == (403, "NOT_PERMITTED")
    assert held(post) == shown
    assert lift(post, SUPERVISOR, first)[0] == 200
    assert newest(post, "legal hold lifted")["body"]["justification"] == "closed"
    assert lift(post, AUDITOR, second)[0] == 200
    assert held(post) == {}
    status, gone = lift(post, AUDITOR, first)
    assert (status, gone["reason"]) == (404, "HOLD_NOT_FOUND")


def test_L5_P6_what_is_held_beyond_its_time_is_gone_to_its_terminal(daemon_of, tmp_path):
    """It is told byte by byte what it is told of one that is gone: that somebody needs it for a proceeding is not the first line's. Who may read the log does."""
    later = Later(tmp_path)
    policy = changed(tmp_path, ("border_check", "retention_days = 365", "retention_days = 1"))
    post = daemon_of(roles=ROLES, environment=later.environment, policy__first=policy)
    client = post.client()
    kept, gone = made = [client.open(kind="verification") for _ in range(2)]
    assert [client.delete(f"/v1/transactions/{each}").status for each in made] == [200, 200]
    assert place(post, AUDITOR, kept, "complaint 17")[0] == 201

    def is_erased():
        later.go_by(900)
        status, answer = asked_by(post, AUDITOR, "GET", "/v1/status")
        assert status == 200, answer
        return answer["retention"]["erased"] > 0
    wait_until(is_erased)
    post.stop()
    post.start()
    ways = (("GET", ""), ("GET", "/receipt"), ("POST", "/decision"), ("DELETE", ""))
    told = [[asked_by(post, TERMINAL, method, f"/v1/transactions/{each}{path}") for method, path in ways] for each in made]
    assert told[0] == told[1]
    assert [(status, answer["reason"]) for status, answer in told[0]] == len(ways) * [(404, "TRANSACTION_ERASED")]
    status, shown = asked_by(post, SUPERVISOR, "GET", f"/v1/transactions/{kept}")
    assert (status, shown["state"]) == (200, "cancelled")
    assert asked_by(post, SUPERVISOR, "GET", f"/v1/transactions/{gone}")[1]["reason"] == "TRANSACTION_ERASED"
    of_whom = [len(asked_by(post, AUDITOR, "GET", f"/v1/log/entries?event=consultation&transaction={each}")[1]["entries"]) for each in made]
    assert of_whom == [1, 0]


def test_L5_kordonctl_holds_and_releases(daemon):
    transaction = daemon.client().post("/v1/transactions", {**OPENING, "kind": "verification"}).json["transaction"]
    assert daemon.ctl("log", "hold", transaction).returncode == 64, "without a reason"
    assert daemon.ctl_ok("log", "hold", transaction, "--reason", "complaint 17")["transaction"] == transaction
    assert [each["reason"] for each in daemon.ctl_ok("log", "holds")["holds"]] == ["complaint 17"]
    assert daemon.ctl("log", "hold", transaction, "--reason", "again").returncode == 75
    assert daemon.ctl_ok("log", "release", transaction, "--reason", "closed")["transaction"] == transaction
    assert daemon.ctl_ok("log", "holds")["holds"] == []


def test_L5_what_was_entered_from_paper_is_held_by_its_entry(daemon):
    seq = daemon.ctl_ok("log", "show", "0")["entries"][0]["head"]["seq"]
    assert daemon.ctl_ok("log", "hold", str(seq), "--reason", "complaint 17")["entry"] == seq
    assert [(each["entry"], each["from"]) for each in daemon.ctl_ok("log", "holds")["holds"]] == [(seq, seq)]
    assert daemon.ctl("log", "hold", str(seq), "--reason", "again").returncode == 75
    assert daemon.ctl("log", "hold", "999999", "--reason", "none").returncode != 0
    assert daemon.ctl_ok("log", "release", str(seq), "--reason", "closed")["entry"] == seq
    client = daemon.client()
    for body in ({"reason": "why"}, {"entry": seq, "transaction": "0" * 32, "reason": "why"}, {"entry": -1, "reason": "why"}):
        assert client.post(HOLDS, body).json["reason"] == "BAD_VALUE"
