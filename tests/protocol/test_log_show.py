"""Entries of the log as people ask for them (L4): the newest first, of one officer, of one time, as they come."""

import json
import subprocess
import time

import pytest

from kordond import KORDONCTL, PATIENCE, Kordond


def seqs(entries):
    return [one["head"]["seq"] for one in entries]


def made_busy(daemon):
    """A kordond with some transactions that were given up, of two officers."""
    client = daemon.client()
    for officer, purpose in (("o-1", "border_check"), ("o-2", "border_check"), ("o-1", "protection_check")):
        client.delete(f"/v1/transactions/{client.open(officer=officer, purpose=purpose, kind='verification')}")
    return daemon


@pytest.fixture(name="busy")
def fixture_busy(daemon):
    return made_busy(daemon)


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


# --- Of an export alone

FILTERS = [(), ("--officer", "o-1"), ("--purpose", "border_check", "--decision", "inconclusive"), ("--event", "consultation", "--count", "2"),
           ("--from", "2", "--count", "3"), ("1",), ("--until", "2020-01-01"), ("--since", "2020-01-01", "--event", "start,consultation")]


def of_export(export, *options, json_too=True):
    """With no configuration, no state and no kordond: what is said of the export, and the exit status."""
    return subprocess.run([KORDONCTL, "--config", f"{export}/none", *(["--json"] if json_too else []), "log", "show", "--export", export, *map(str, options)],
                          capture_output=True, text=True, check=False)


@pytest.fixture(name="exported")
def fixture_exported(daemon_of, clock, tmp_path):
    """Its log as an export and, of the same size, as kordonctl finds it without kordond; both end before their own looks."""
    busy = made_busy(daemon_of(environment=clock.environment))
    busy.ctl_ok("log", "export", tmp_path / "export")
    clock.set(2 * 86400)  # what comes of transactions is withheld a day later
    busy.ctl_ok("log", "export", tmp_path / "redacted", "--withhold", "consultation,decision")
    return busy


def test_L4_an_export_alone_is_shown_as_the_log_itself(exported, tmp_path):
    whole = exported.ctl_ok("log", "show", "--count", "1000", "--from", "0")["entries"]
    for options in FILTERS:
        shown = of_export(tmp_path / "export", *options, "--vkey", f"{exported.folder}/state/log.vkey")
        assert shown.returncode == 0 and shown.stderr == "", shown
        shown = json.loads(shown.stdout)
        assert shown["unseen"] == 0
        found = {one["head"]["seq"]: one for one in whole[:shown["size"]]}
        assert [found[one["head"]["seq"]] for one in shown["entries"]] == shown["entries"]
        told = exported.ctl_ok("log", "show", *options, *(() if "--count" in options or options == ("1",) else ("--count", "1000")))["entries"]
        assert seqs(shown["entries"]) == [seq for seq in seqs(told) if seq < shown["size"]], options


def test_L4_an_export_comes_in_pages_from_either_end(exported, tmp_path):
    export = tmp_path / "export"
    newest = json.loads(of_export(export, "--count", "3").stdout)
    size = newest["size"]
    assert seqs(newest["entries"]) == [size - 1, size - 2, size - 3] and newest["next"] == str(size - 3)
    oldest = json.loads(of_export(export, "--from", 0, "--count", size).stdout)
    assert seqs(oldest["entries"]) == list(range(size)) and oldest["next"] is None
    assert of_export(export, size).returncode == 66


FULL = [(("--count", "2", "--officer", "o-1"), "the entries before {} were not looked at: a higher --count shows more"),
        (("--from", "1", "--count", "2"), "the entries from 3 on were not looked at: --from goes on there"),
        (("--count", "2"), ""), (("1",), ""), (("--from", "0", "--count", "1000"), ""), (("--officer", "o-1", "--count", "1000"), "")]


def test_L4_a_full_page_is_not_taken_for_all(exported, tmp_path):
    for options, said in FULL:
        for source in (("--config", exported.configuration, "log", "show"),
                       ("log", "show", "--export", tmp_path / "export", "--vkey", f"{exported.folder}/state/log.vkey")):
            shown = subprocess.run([KORDONCTL, *source, "--brief", *options], capture_output=True, text=True, check=True)
            last = shown.stdout.splitlines()[-1].split()[0]
            assert shown.stderr == (f"kordonctl: {said.format(last)}\n" if said else ""), (options, shown)


def test_L6_nothing_is_shown_of_an_export_that_does_not_hold(exported, tmp_path):
    export = tmp_path / "export"
    exported.ctl_ok("log", "checkpoint", "--out", tmp_path / "newer")
    cut = of_export(export, "--old", tmp_path / "newer")
    assert cut.returncode == 1 and json.loads(cut.stdout)["error"]["reason"] == "LOG_INCOMPLETE"
    other = Kordond(tmp_path / "other").init()
    foreign = of_export(export, "--vkey", f"{other.folder}/state/log.vkey")
    assert foreign.returncode == 1 and "entries" not in json.loads(foreign.stdout)
    bundle = next((export / "bodies").rglob("*.p/*"))
    content = bytearray(bundle.read_bytes())
    content[len(content) // 2] ^= 1
    bundle.write_bytes(content)
    for options in ((), ("--brief",), ("--from", "0", "--count", "1")):
        altered = of_export(export, *options)
        assert altered.returncode == 1 and json.loads(altered.stdout)["error"]["reason"] == "ENTRY_BROKEN", altered
        assert of_export(export, *options, json_too=False).stdout == ""


def test_L4_what_an_export_withholds_is_no_no(exported, tmp_path):
    """An entry of which only the head is there is not among those of an officer; that it may be one is said."""
    asked = json.loads(of_export(tmp_path / "redacted", "--officer", "o-1").stdout)
    assert asked["entries"] == [] and asked["unseen"] == 3
    assert "3 more may be such entries" in of_export(tmp_path / "redacted", "--officer", "o-1", json_too=False).stderr
    heads = json.loads(of_export(tmp_path / "redacted", "--event", "consultation").stdout)
    assert [one["body"] for one in heads["entries"]] == [None] * 3 and heads["unseen"] == 0
    brief = of_export(tmp_path / "redacted", "--event", "consultation", "--brief", json_too=False).stdout
    assert brief.count("consultation  (its body is not there to be seen: erased, or withheld)\n") == 3


def test_L4_a_line_tells_an_entry_alike_of_log_and_export(exported, tmp_path):
    options = ("--brief", "--event", "consultation")
    told = of_export(tmp_path / "export", *options, json_too=False)
    assert "the verifier key came with the export: compare it" in told.stderr
    here = subprocess.run([KORDONCTL, "--config", exported.configuration, "log", "show", *options], capture_output=True, text=True, check=True)
    assert here.stdout == told.stdout
    lines = told.stdout.splitlines()
    assert len(lines) == 3 and lines[0].endswith(
        "o-1 (user:root): demonstration, protection_check, verification, foreigner, 18_and_over, inconclusive, CAPTURE_CANCELLED"), lines


def test_L4_what_people_wrote_is_not_taken_for_what_the_log_says(daemon):
    """An officer who calls himself so that his line seems to tell another outcome, or another line."""
    client = daemon.client()
    client.delete(f"/v1/transactions/{client.open(officer='o-1 (user:root): no_match', kind='verification')}")
    client.delete(f"/v1/transactions/{client.open(officer='o-1', kind='verification', justification='he said, match')}")
    shown = subprocess.run([KORDONCTL, "--config", daemon.configuration, "log", "show", "--brief", "--event", "consultation"], capture_output=True,
                           text=True, check=True).stdout
    justified, named = shown.splitlines()
    assert '  consultation  "o-1 (user:root): no_match" (user:' in named and named.endswith(", CAPTURE_CANCELLED")
    assert justified.endswith(', because: "he said, match"')


def test_command_line_of_an_export_is_judged(daemon, tmp_path):
    for options in (("--export", tmp_path, "--follow"), ("--vkey", tmp_path), ("--old", tmp_path)):
        assert daemon.ctl("log", "show", *options).returncode == 64, options
    assert daemon.ctl("log", "show", "--export", tmp_path / "nothing").returncode == 66


def test_L4_what_is_sealed_for_the_terminal_does_not_bury_the_entry(busy):
    """An auditor reads the decision; the whole body is in JSON."""
    shown = busy.ctl_ok("log", "show", "--event", "consultation", "--count", "1")["entries"][0]["body"]
    words = subprocess.run([KORDONCTL, "--config", busy.configuration, "log", "show", "--event", "consultation", "--count", "1"],
                           capture_output=True, text=True, check=True).stdout
    assert shown["padding"] not in words
    assert shown["answer"] not in words and f"sealed, {len(shown['answer'])} bytes" in words and "purpose" in words


def test_an_event_that_is_none_is_refused_with_those_that_are(daemon):
    outcome = daemon.ctl("log", "show", "--event", "denied")
    assert outcome.returncode == 64 and "consultation" in outcome.stderr and "access" in outcome.stderr


@pytest.mark.parametrize("text", ["match", "due by: 2026-01-01", "because:", "so, match"])
def test_L4_what_an_officer_wrote_looks_like_no_other_part_of_the_line(daemon, text):
    daemon.ctl_ok("verify", "--exception", f"unchecked:other:{text}")
    shown = subprocess.run([KORDONCTL, "--config", daemon.configuration, "log", "show", "--brief", "--event", "consultation"], capture_output=True,
                           text=True, check=True).stdout
    assert f', unchecked, other, "{text}"' in shown, shown
