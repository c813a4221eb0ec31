"""Entries of the log as people ask for them (L4): the newest first, of one officer, of one time, as they come."""

import json
import subprocess
import time

import pytest

from kordond import KORDONCTL, PATIENCE


def seqs(entries):
    return [one["head"]["seq"] for one in entries]


@pytest.fixture(name="busy")
def fixture_busy(daemon):
    """A kordond with some transactions that were given up, of two officers."""
    client = daemon.client()
    for officer, purpose in (("o-1", "border_check"), ("o-2", "border_check"), ("o-1", "protection_check")):
        client.delete(f"/v1/transactions/{client.open(officer=officer, purpose=purpose, kind='verification')}")
    return daemon


def test_L4_newest_entries_come_first(busy):
    shown = busy.ctl_ok("log", "show", "--count", "3")
    assert seqs(shown["entries"]) == [shown["size"] - 1, shown["size"] - 2, shown["size"] - 3]
    older = busy.ctl_ok("log", "show", "--count", "1000")
    assert seqs(older["entries"]) == list(range(older["size"] - 1, -1, -1)) and older["next"] is None
    assert seqs(busy.ctl_ok("log", "show", "--from", "1", "--count", "2")["entries"]) == [1, 2]


@pytest.mark.parametrize("options, officers, purposes", [
    (["--officer", "o-1"], {"o-1"}, {"border_check", "protection_check"}),
    (["--officer", "o-1", "--purpose", "border_check"], {"o-1"}, {"border_check"}),
    (["--purpose", "border_check", "--decision", "inconclusive"], {"o-1", "o-2"}, {"border_check"}),
    (["--event", "consultation"], {"o-1", "o-2"}, {"border_check", "protection_check"})])
def test_L4_entries_are_found_by_what_they_say(busy, options, officers, purposes):
    entries = busy.ctl_ok("log", "show", *options)["entries"]
    assert {one["body"]["officer"] for one in entries} == officers
    assert {one["body"]["purpose"] for one in entries} == purposes
    busy.stop()  # the same without kordond
    assert seqs(busy.ctl_ok("log", "show", *options)["entries"]) == seqs(entries)


def test_L4_entries_are_found_by_transaction_and_time(busy):
    client = busy.client()
    transaction = client.open(kind="verification")
    client.delete(f"/v1/transactions/{transaction}")
    entries = busy.ctl_ok("log", "show", "--transaction", transaction)["entries"]
    assert [one["body"]["transaction"] for one in entries] == [transaction]
    assert busy.ctl_ok("log", "show", "--until", "2020-01-01")["entries"] == []
    assert busy.ctl_ok("log", "show", "--since", "2020-01-01T08:30:00Z", "--event", "start")["entries"] != []
    assert client.get(f"/v1/log/entries?since={entries[0]['head']['t']}&until={entries[0]['head']['t'] + 1}&transaction={transaction}").json[
        "entries"] == entries


def test_L2_what_was_looked_for_is_recorded(busy):
    busy.ctl_ok("log", "show", "--officer", "o-2", "--event", "consultation,access", "--count", "7")
    looks = busy.ctl_ok("log", "show", "--event", "access", "--from", "0", "--count", "1000")["entries"]
    assert looks[-2]["body"]["filter"] == {"event": "consultation,access", "officer": "o-2"}
    assert (looks[-2]["body"]["count"], looks[-2]["body"]["order"]) == (7, "newest_first")


@pytest.mark.parametrize("query", ["order=backwards", "event=lunch", "event=", "officer=", "since=x", "since=-1", "until=0", "decision=" + "x" * 300])
def test_L4_what_can_not_be_looked_for_is_refused(daemon, query):
    answer = daemon.client().get(f"/v1/log/entries?{query}")
    assert (answer.status, answer.reason) == (400, "BAD_REQUEST")


@pytest.mark.parametrize("options", [("--since", "yesterday"), ("--until", "2026-02-30"), ("--event", "lunch"), ("1", "--follow"),
                                     ("--follow", "--until", "2026-01-01")])
def test_command_line_is_judged_before_the_look_is_recorded(daemon, options):
    size = daemon.client().get("/v1/status").json["log"]["size"]
    assert daemon.ctl("log", "show", *options).returncode == 64
    assert daemon.client().get("/v1/status").json["log"]["size"] == size


def test_L4_new_entries_are_shown_as_they_come(busy):
    running = subprocess.Popen(  # pylint: disable=consider-using-with
        [KORDONCTL, "--config", busy.configuration, "--json", "log", "show", "--follow", "--event", "consultation", "--count", "2"],
        stdout=subprocess.PIPE, text=True)
    client = busy.client()
    try:
        first = [json.loads(running.stdout.readline())["body"]["officer"] for _ in range(2)]
        assert first == ["o-2", "o-1"]  # the newest two, the older one first
        client.delete(f"/v1/transactions/{client.open(officer='o-3', kind='verification')}")
        assert json.loads(running.stdout.readline())["body"]["officer"] == "o-3"
        # Its own looks are no reason to look again: the log grows by the three and what was looked at, not each second.
        size = client.get("/v1/status").json["log"]["size"]
        time.sleep(3)
        assert client.get("/v1/status").json["log"]["size"] == size
    finally:
        running.terminate()
        running.wait(timeout=PATIENCE)


def test_L4_nothing_is_followed_without_kordond(daemon):
    daemon.stop()
    assert daemon.ctl("log", "show", "--follow").returncode == 69
