"""Degraded modes beside the mode: what is missing, since when, by whom, why; suspension of capture; records from paper (A1-A4)."""

import datetime
import json
import os
import shutil
import subprocess

import pytest

from kordond import KORDONCTL, OPENING, SCANNER, Kordond, entry, wait_until
from policies import changed
from virtual_finger import REMOVE, VirtualFinger

DAY = 86400
MEBIBYTE = 1 << 20
SUSPEND = {"minutes": 30, "reason": "the readers are being cleaned"}
FAR = {"expires": "2999-12-31"}


def degraded(client):
    """{mode: row} of status; metrics must say the same, where nothing changed meanwhile."""
    rows = metrics = None
    while rows is None or rows != {row["mode"]: row for row in client.get("/v1/status").json["degraded"]}:
        rows = {row["mode"]: row for row in client.get("/v1/status").json["degraded"]}
        metrics = client.get("/metrics").body.decode()
    for mode in ("no_storage", "self_test_failed", "capture_suspended", "no_capture", "list_too_old", "list_stale", "local_only"):
        assert f'kordon_degraded{{mode="{mode}"}} {int(mode in rows)}\n' in metrics, (mode, rows)
    return rows


def changes(client):
    """[(mode, begun or ended)] and the bodies of the entries that say so, in the log's order."""
    bodies = [each["body"] for each in client.log() if each["head"]["event"] == "mode" and "degraded" in each["body"]]
    return [(body["degraded"], body["change"]) for body in bodies], bodies


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def fill(disk, left):
    """Fills the disk up to so many bytes that are left; what takes them is to be removed again."""
    found = os.statvfs(disk)
    with open(disk / "fill", "wb") as stream:
        stream.write(bytes(max(0, found.f_bavail * found.f_frsize - left)))


# --- The list's age

@pytest.fixture(name="aging")
def fixture_aging(daemon_of, clock, fingers, tmp_path):
    """A post with a list of one whose clock may be set forward without being doubted."""
    policy = changed(tmp_path, ("list_warning_days = 3650", "list_warning_days = 5"), ("list_limit_days = 3650", "list_limit_days = 400"))
    daemon = daemon_of(environment=clock.environment, log__clock_gap_days=3650, policy__first=policy)
    assert daemon.client().import_list([entry(fingers[1, 1], **FAR)]).status == 200
    daemon.clock = clock
    return daemon


def ages(client):
    return {row["list_age"] for row in client.get("/v1/status").json["purposes"]}


def test_A4_a_stale_list_is_said_and_still_searched(aging, fingers):
    client = aging.client()
    assert degraded(client) == {} and ages(client) == {"fresh"}
    aging.clock.set(6 * DAY)
    wait_until(lambda: "list_stale" in degraded(client))
    row = degraded(client)["list_stale"]
    assert row["by"] == "kordond" and row["why"] == "LIST_STALE" and "6 days ago" in row["detail"] and "border_check" in row["detail"]
    assert ages(client) == {"stale"} and client.get("/readyz").status == 200
    assert client.identify(fingers[1, 2]).json["result"]["decision"] == "match"
    # It became stale when it was five days old, not when somebody looked.
    installed = client.get("/v1/status").json["list"]["installed_ms"] / 1000
    assert abs(moment(row["since"]).timestamp() - installed - 5 * DAY) <= 1
    assert client.import_list([entry(fingers[1, 1], **FAR)], version=2).status == 200
    assert degraded(client) == {} and ages(client) == {"fresh"}
    assert changes(client)[0] == [("list_stale", "begun"), ("list_stale", "ended")]
    words = subprocess.run([KORDONCTL, "--config", aging.configuration, "mode", "show"], capture_output=True, text=True, check=False)
    assert "degraded        no\n" in words.stdout, words


def test_A4_a_list_too_old_is_not_searched_and_no_mode_says_otherwise(aging, fingers):
    client = aging.client()
    begun = client.open()
    assert client.sample(begun, fingers[1, 2]).status == 200
    aging.clock.set(401 * DAY)
    wait_until(lambda: {"list_stale", "list_too_old"} == set(degraded(client)))
    status = client.get("/v1/status").json
    assert (status["mode"], status["why"]) == ("identification_refused", "LIST_TOO_OLD") and ages(client) == {"too_old"}
    ready = client.get("/readyz")
    assert (ready.status, ready.reason) == (503, "LIST_TOO_OLD")
    refused = client.post("/v1/transactions", OPENING)
    assert (refused.status, refused.reason) == (409, "LIST_TOO_OLD")
    # What was opened before is no "no match": it says what it lacks.
    result = client.decide(begun).json["result"]
    assert (result["decision"], result["identification"]["why"]) == ("inconclusive", "LIST_TOO_OLD"), result
    assert client.open(kind="verification")
    assert client.import_list([entry(fingers[1, 1], **FAR)], version=2).status == 200
    assert degraded(client) == {} and client.get("/readyz").status == 200
    assert client.identify(fingers[1, 2]).json["result"]["decision"] == "match"


def test_A4_an_age_that_cannot_be_known_is_not_fresh(aging, fingers):
    """Installed while the clock was wrong, which a supervisor then set right."""
    aging.clock.set(100 * DAY)
    client = aging.client()
    assert client.import_list([entry(fingers[1, 1], **FAR)], version=2).status == 200
    aging.clock.set(0)
    wait_until(lambda: client.get("/v1/status").json.get("why") == "CLOCK_BEHIND")
    assert ages(client) == {"unknown"} and degraded(client) == {}
    aging.ctl_ok("state", "accept", "clock", "--justification", "the clock was wrong")
    assert "its age can't be known" in degraded(client)["list_too_old"]["detail"]
    assert client.get("/v1/status").json["why"] == "LIST_TOO_OLD"


# --- What is not there: the anchor, a reader

def test_A1_without_its_anchor_the_post_works_alone_and_says_so(daemon_of, fingers, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    daemon = daemon_of(log__anchor=elsewhere / "anchor", log__anchor_first="no")
    client = daemon.client()
    assert client.import_list([entry(fingers[1, 1], **FAR)]).status == 200
    assert degraded(client) == {}
    shutil.move(elsewhere, tmp_path / "unplugged")
    client.open()
    assert client.identify(fingers[1, 2]).json["result"]["decision"] == "match"
    wait_until(lambda: "local_only" in degraded(client))
    assert degraded(client)["local_only"]["why"] == "ANCHOR_UNREACHABLE" and client.get("/readyz").status == 200
    shutil.move(tmp_path / "unplugged", elsewhere)
    wait_until(lambda: degraded(client) == {})
    assert changes(client)[0] == [("local_only", "begun"), ("local_only", "ended")]


def test_A6_an_unplugged_reader_is_no_capture_until_it_is_back(daemon_of, fingers, tmp_path):
    """What drives the reader ends while the plug is out, and so does each that takes its place."""
    socket, unplugged, program = tmp_path / "reader", tmp_path / "unplugged", tmp_path / "scanner"
    program.write_text(f'#!/bin/sh\n[ -e {unplugged} ] && exit 1\nexec {SCANNER} "$@"\n', encoding="ascii")
    program.chmod(0o755)
    daemon = daemon_of(scanner__enabled="yes", scanner__program=program, environment={"FP_VIRTUAL_IMAGE": str(socket)})
    client = daemon.client()
    assert client.import_list([entry(fingers[1, 1], **FAR)]).status == 200
    wait_until(lambda: [row["state"] for row in client.get("/v1/scanners").json["scanners"]] == ["ready"])
    assert degraded(client) == {}
    unplugged.touch()
    with VirtualFinger(str(socket)) as finger:
        finger.command(REMOVE)
        capture = client.post(f"/v1/transactions/{client.open()}/captures", {"position": "right_index"})
    assert (capture.status, capture.reason) == (503, "SCANNER_FAILED"), capture
    wait_until(lambda: "no_capture" in degraded(client))
    assert (degraded(client)["no_capture"]["by"], degraded(client)["no_capture"]["why"]) == ("kordond", "SCANNER_FAILED")
    unplugged.unlink()
    wait_until(lambda: degraded(client) == {})
    assert changes(client)[0] == [("no_capture", "begun"), ("no_capture", "ended")]


def test_A1_a_post_whose_readers_are_not_there_says_so(daemon_of):
    client = daemon_of(scanner__enabled="yes").client()
    wait_until(lambda: "no_capture" in degraded(client))
    row = degraded(client)["no_capture"]
    assert (row["why"], row["detail"]) == ("SCANNER_NOT_FOUND", "no reader is there"), row


# --- Suspension

@pytest.fixture(name="serving")
def fixture_serving(daemon_of, clock, fingers):
    daemon = daemon_of(environment=clock.environment)
    assert daemon.client().import_list([entry(fingers[1, 1], **FAR)]).status == 200
    daemon.clock = clock
    return daemon


def test_A3_a_supervisor_suspends_capture_and_resumes_it(serving, fingers):
    client = serving.client()
    opened = client.open()
    assert client.sample(opened, fingers[1, 2]).status == 200
    answer = client.post("/v1/mode/suspension", SUSPEND)
    assert answer.status == 200, answer
    row = degraded(client)["capture_suspended"]
    assert answer.json["degraded"] == [row] and row["why"] == "CAPTURE_SUSPENDED" and row["detail"] == SUSPEND["reason"]
    assert row["by"].startswith("user:") and 1790 <= (moment(row["until"]) - moment(row["since"])).total_seconds() <= 1801
    ready = client.get("/readyz")
    assert (ready.status, ready.reason) == (503, "CAPTURE_SUSPENDED")
    for kind in ("identification", "verification", "both"):
        refused = client.post("/v1/transactions", {**OPENING, "kind": kind})
        assert (refused.status, refused.reason) == (409, "CAPTURE_SUSPENDED") and row["by"] in refused.json["detail"], refused
    # An open one takes nothing more, and finishes with what it has.
    refused = client.sample(opened, fingers[1, 3], position="right_middle")
    assert (refused.status, refused.reason) == (409, "CAPTURE_SUSPENDED")
    assert client.post(f"/v1/transactions/{opened}/captures", {}).reason == "CAPTURE_SUSPENDED"
    assert client.decide(opened).status == 200
    resumed = client.delete("/v1/mode/suspension")
    assert (resumed.status, resumed.json["mode"], resumed.json["degraded"]) == (200, "armed", [])
    assert client.delete("/v1/mode/suspension").reason == "CAPTURE_NOT_SUSPENDED"
    assert client.identify(fingers[1, 2]).json["result"]["decision"] == "match"
    said, bodies = changes(client)
    assert said == [("capture_suspended", "begun"), ("capture_suspended", "ended")]
    assert all(body["actor"] == row["by"] and body["role"] == "supervisor" and body["detail"] == SUSPEND["reason"] for body in bodies)
    assert bodies[0]["until"] == row["until"] and bodies[1]["ended"] >= row["since"]


@pytest.mark.parametrize("until", ["7h", "0h", "2d", "h", "361m"])
def test_A3_a_suspension_that_is_too_long_or_no_time_is_refused_with_what_can_be_said(serving, until):
    outcome = serving.ctl("mode", "suspend", "--until", until, "--reason", "power cut")
    assert outcome.returncode == 64 and ("six hours are the most" in outcome.stderr or "a number from 1 to" in outcome.stderr), outcome
    assert degraded(serving.client()) == {}


def test_A3_hours_are_understood(serving):
    row = serving.ctl_ok("mode", "suspend", "--until", "2h", "--reason", "power cut")["degraded"]
    lasts = [datetime.datetime.fromisoformat(row[0][key].replace("Z", "+00:00")) for key in ("since", "until")]
    assert lasts[1] - lasts[0] == datetime.timedelta(hours=2)


def test_A3_it_ends_by_itself_and_an_entry_says_so(serving, fingers):
    client = serving.client()
    until = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert serving.ctl_ok("mode", "suspend", "--until", until, "--reason", "sensor exchange")["mode"] == "identification_refused"
    assert serving.ctl_ok("mode", "show")["degraded"][0]["until"] == until
    serving.clock.set(2 * 3600 + 1)
    assert client.identify(fingers[1, 2]).json["result"]["decision"] == "match"
    wait_until(lambda: len(changes(client)[0]) == 2)
    _, bodies = changes(client)
    assert (bodies[1]["change"], bodies[1]["actor"], bodies[1]["ended"] >= until) == ("ended", "kordond", True), bodies


def test_A3_a_restart_keeps_it_and_gives_no_time(serving, fingers):
    client = serving.client()
    assert client.post("/v1/mode/suspension", SUSPEND).status == 200
    row = degraded(client)["capture_suspended"]
    client.close()
    serving.stop()
    serving.start()
    client = serving.client()
    assert degraded(client)["capture_suspended"] == row
    assert client.post("/v1/transactions", OPENING).reason == "CAPTURE_SUSPENDED"
    assert client.post("/v1/mode/suspension", {"minutes": 360, "reason": "more"}).reason == "SUSPENSION_TOO_LONG"
    # Its end comes while kordond is away.
    client.close()
    serving.stop()
    serving.clock.set(31 * 60)
    serving.start()
    client = serving.client()
    assert client.identify(fingers[1, 2]).json["result"]["decision"] == "match"
    wait_until(lambda: changes(client)[0] == [("capture_suspended", "begun"), ("capture_suspended", "ended")])
    # Nor is it forgotten that there was one.
    client.close()
    serving.stop()
    serving.start()
    client = serving.client()
    assert client.post("/v1/mode/suspension", {"minutes": 360, "reason": "again"}).reason == "SUSPENSION_TOO_LONG"
    assert len(changes(client)[0]) == 2


def test_A3_a_clock_set_back_makes_it_no_longer(serving):
    """By less than makes the clock doubted."""
    client = serving.client()
    until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=4)
    assert client.post("/v1/mode/suspension", {"until": until.strftime("%Y-%m-%dT%H:%M:%SZ"), "reason": "x"}).status == 200
    serving.clock.set(-50)
    assert "capture_suspended" in degraded(client)
    wait_until(lambda: "capture_suspended" not in degraded(client))
    assert changes(client)[0] == [("capture_suspended", "begun"), ("capture_suspended", "ended")]


def test_A3_what_is_too_long_or_no_time_is_refused(serving):
    client = serving.client()
    later = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=6, minutes=1)
    for wanted, reason in (({"until": later.strftime("%Y-%m-%dT%H:%M:%SZ")}, "SUSPENSION_TOO_LONG"), ({"minutes": 361}, "BAD_VALUE"),
                           ({"until": "2020-01-01T00:00:00Z"}, "BAD_VALUE"), ({"until": "tomorrow"}, "BAD_VALUE"), ({}, "BAD_VALUE"),
                           ({"minutes": 5, "until": "2999-01-01T00:00:00Z"}, "BAD_VALUE")):
        refused = client.post("/v1/mode/suspension", {"reason": "x", **wanted})
        assert refused.reason == reason, (wanted, refused)
    assert client.post("/v1/mode/suspension", {"minutes": 5}).reason == "BAD_VALUE"
    assert degraded(client) == {} and changes(client)[0] == []
    assert client.post("/v1/mode/suspension", {"minutes": 360, "reason": "x"}).status == 200
    assert client.post("/v1/mode/suspension", {"minutes": 360, "reason": "x"}).reason == "SUSPENSION_TOO_LONG"
    assert client.post("/v1/mode/suspension", {"minutes": 5, "reason": "shorter"}).status == 200
    assert client.delete("/v1/mode/suspension").status == 200
    assert client.post("/v1/mode/suspension", {"minutes": 360, "reason": "again"}).reason == "SUSPENSION_TOO_LONG"


# --- No storage, and the paper that takes its place

RECORD = {"officer": "o-17", "traveller_group": "foreigner", "purpose": "border_check", "legal_basis": "Border Act art. 7",
          "outcome": "passed", "reason": "no_storage", "stamp_number": "UA-0417"}


def test_A2_without_storage_it_says_so_and_the_log_tells_it_afterwards(small_disk, fingers):
    daemon = Kordond(small_disk).init().start()
    client = daemon.client()
    assert client.import_list([entry(fingers[1, 1], **FAR)]).status == 200
    fill(small_disk, 0)
    wait_until(lambda: "no_storage" in degraded(client))
    row = degraded(client)["no_storage"]
    assert row["why"] == "DISK_FULL" and "manual form" in row["remedy"], row
    ready = client.get("/readyz")
    assert (ready.status, ready.reason) == (503, "DISK_FULL") and "manual form" in ready.json["detail"]
    for kind in ("identification", "verification"):
        assert client.post("/v1/transactions", {**OPENING, "kind": kind}).reason == "DISK_FULL"
    acted = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert client.post("/v1/manual_records", {**RECORD, "time": acted}).reason == "DISK_FULL"
    os.remove(small_disk / "fill")
    wait_until(lambda: degraded(client) == {})
    wait_until(lambda: changes(client)[0] == [("no_storage", "begun"), ("no_storage", "ended")])
    _, bodies = changes(client)
    assert bodies[0]["since"] == bodies[1]["since"] == row["since"] and bodies[1]["ended"] >= row["since"]
    # L8: who enters it is the actor, who acted then is the officer.
    answer = client.post("/v1/manual_records", {**RECORD, "time": acted})
    assert (answer.status, answer.json["period"]) == (201, "no_storage"), answer
    said = client.log(answer.json["seq"])[0]
    body = said["body"]
    assert said["head"]["event"] == "consultation" and (body["kind"], body["biometrics"], body["proven"]) == ("manual_record", "none", True)
    assert (body["officer"], body["acted"], body["justification"]) == ("o-17", acted, "no_storage") and body["actor"].startswith("user:")
    client.close()
    daemon.stop()


def test_L8_a_record_of_another_time_is_said_to_be_unproven(daemon, tmp_path):
    client = daemon.client()
    answer = client.post("/v1/manual_records", {**RECORD, "time": "2026-01-01T00:00:00Z", "reason": "no_power"})
    assert (answer.status, answer.json["period"]) == (201, "unproven"), answer
    assert client.log(answer.json["seq"])[0]["body"]["proven"] is False
    for change in ({"time": "2999-01-01T00:00:00Z"}, {"time": "noon"}, {"stamp_number": "AB 123"}, {"stamp_number": "1" * 17},
                   {"traveller_group": "unsaid"}, {"outcome": "refused"}, {"reason": "lazy"}, {"name": "Person 1"}):
        refused = client.post("/v1/manual_records", {**RECORD, "time": "2026-01-01T00:00:00Z", **change})
        assert (refused.status, refused.reason) == (422, "BAD_VALUE"), (change, refused)
    assert client.post("/v1/manual_records", {**RECORD, "time": "2026-01-01T00:00:00Z", "purpose": "x"}).reason == "PURPOSE_NOT_DECLARED"
    assert client.post("/v1/manual_records", {**RECORD, "time": "2026-01-01T00:00:00Z", "legal_basis": ""}).status == 422
    # From a file, and by options; kordond did not run for a while.
    stopped = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    client.close()
    daemon.stop()
    daemon.start()
    path = tmp_path / "records.json"
    path.write_text('[{"time": "%s", "officer": "o-3", "traveller_group": "crew", "purpose": "border_check", "legal_basis": "b", '
                    '"outcome": "referred", "reason": "not_running", "stamp_number": "7"}]' % stopped, encoding="ascii")
    outcome = daemon.ctl("manual", "enter", "--file", path)
    assert outcome.returncode == 0, outcome.stderr
    row, = json.loads(outcome.stdout)
    assert row["period"] == "not_running"
    options = ("--time", stopped, "--officer", "o-3", "--traveller-group", "crew", "--purpose", "border_check", "--legal-basis", "b",
               "--outcome", "passed", "--reason", "not_running")
    assert daemon.ctl_refused("manual", "enter", *options)[0] == "BAD_ARGUMENT"
    assert daemon.ctl("manual", "enter", *options, "--stamp", "7").returncode == 0


def test_L8_a_start_by_a_wrong_clock_proves_no_record_of_the_time_behind_it(daemon_of, clock):
    """Started with its clock years ahead, which is then set right: it works from then on, and was not away till the wrong time."""
    daemon = daemon_of(environment=clock.environment)
    daemon.stop()
    clock.set(800 * DAY)
    daemon.start()
    clock.set(0)
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    answer = daemon.client().post("/v1/manual_records", {**RECORD, "time": now, "reason": "not_running"})
    assert (answer.status, answer.json["period"]) == (201, "unproven"), answer


def test_A2_the_form_asks_for_nothing_by_which_a_traveller_is_found():
    form = subprocess.run([KORDONCTL, "manual", "form"], capture_output=True, text=True, check=True).stdout
    lines = form.splitlines()
    asked = lines[[line.startswith("Crossing point") for line in lines].index(True):]
    assert len(asked) > 8 and all(len(line) <= 90 for line in lines)
    for word in ("name", "passport", "document", "birth", "nationality", "finger", "photo"):
        assert not any(word in line.lower() for line in asked), word
