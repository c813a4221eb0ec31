"""What kordond says of readers and of the watcher that go wrong: in the API, the metrics and the log. The children are
tests/support/hostile_scanner.c, under the name of what they do."""

import os
import re
import subprocess

import pytest

from kordond import BUILD, KORDONCTL, Kordond, wait_until


@pytest.fixture
def run(tmp_path):
    """run(behaviour) is a kordond with such children; with None their program is missing until they are put there."""
    daemons = []

    def start(behaviour):
        program = f"{tmp_path}/{behaviour or 'reader-is-honest'}"
        if behaviour is not None:
            os.symlink(f"{BUILD}/tests/hostile_scanner", program)
        daemon = Kordond(tmp_path, scanner__enabled="yes", scanner__program=program).init().start()
        daemon.program = program
        daemons.append(daemon)
        return daemon

    yield start
    for daemon in daemons:
        daemon.stop()


def shown(daemon):
    outcome = subprocess.run([KORDONCTL, "--config", daemon.configuration, "scanners"], capture_output=True, text=True, check=True)
    return outcome.stdout


def test_A6_nobody_to_look_is_not_no_reader(run):
    """An empty list says that there is no reader only where somebody could look; what is over is not shown as present."""
    daemon = run(None)
    client = daemon.client()
    wait_until(lambda: client.get("/v1/scanners").json["watcher"]["state"] == "failed")
    answer = client.get("/v1/scanners").json
    assert answer["scanners"] == []
    assert answer["watcher"]["reason"] == "SCANNER_FAILED" and daemon.program in answer["watcher"]["detail"], answer
    status = client.get("/v1/status").json["scanner_watcher"]
    assert status["state"] == "failed" and daemon.program in status["detail"]
    assert "no scanner is plugged in" not in shown(daemon) and daemon.program in shown(daemon)
    assert b"\nkordon_scanners_watched 0\n" in client.get("/metrics").body
    os.symlink(f"{BUILD}/tests/hostile_scanner", daemon.program)
    wait_until(lambda: client.get("/v1/scanners").json["watcher"]["state"] == "ready")
    wait_until(lambda: b'\nkordon_scanners{state="ready"} 1\n' in client.get("/metrics").body)
    assert b"\nkordon_scanners_watched 1\n" in client.get("/metrics").body
    answer = client.get("/v1/scanners").json
    assert [scanner["scanner"] for scanner in answer["scanners"]] == ["hostile-1"]
    assert answer["scanners"][0]["landlock"] >= 0  # the threat model sends its reader here
    assert "reason" not in answer["watcher"]
    assert answer["watcher"]["last_failure"]["reason"] == "SCANNER_FAILED"
    assert "can't look" not in shown(daemon)
    client.close()


def test_A6_readers_that_are_not_wanted_are_not_looked_for(tmp_path):
    daemon = Kordond(tmp_path).init().start()
    client = daemon.client()
    assert client.get("/v1/scanners").json == {"scanners": [], "next": None, "watcher": None}
    assert client.get("/v1/status").json["scanner_watcher"] is None
    client.close()
    daemon.stop()


def test_A6_reader_that_works_again_shows_its_failure_as_its_last(run):
    daemon = run("reader-dies-in-capture")
    client = daemon.client()

    def reader():
        scanners = client.get("/v1/scanners").json["scanners"]
        return scanners[0] if scanners else {"state": "none", "restarts": 0}

    wait_until(lambda: reader()["state"] == "ready")
    assert "last_failure" not in reader()
    transaction = client.open(kind="verification")
    answer = client.post(f"/v1/transactions/{transaction}/captures", {"position": "right_index"})
    assert answer.reason == "SCANNER_FAILED", answer
    wait_until(lambda: reader()["state"] == "ready" and reader()["restarts"] == 1)
    assert "reason" not in reader()
    assert reader()["last_failure"]["reason"] == "SCANNER_FAILED"
    assert "its last failure" in shown(daemon)
    client.close()


def faults(client):
    return [entry["body"] for entry in client.log() if entry["head"]["event"] == "fault"]


def faults_counted(client):
    found = re.search(r"^kordon_scanner_faults_total (\d+)$", client.get("/metrics").body.decode(), flags=re.M)
    return int(found.group(1))


def test_A6_missing_program_is_one_fault_in_the_log(run):
    """Not one for each time that it is tried again."""
    daemon = run(None)
    client = daemon.client()
    wait_until(lambda: client.get("/v1/scanners").json["watcher"]["restarts"] >= 2)
    fault, = faults(client)
    assert fault["reason"] == "SCANNER_FAILED" and fault["subject"] == "scanner watcher", fault
    assert daemon.program in fault["detail"] and fault["actor"] == "kordond"
    assert "scanner" not in fault and "driver" not in fault
    assert faults_counted(client) == 1
    client.close()


@pytest.mark.parametrize("behaviour", ["watcher-lists-twice", "watcher-sends-garbage"])
def test_A7_watcher_that_misbehaves_is_in_the_log(behaviour, run):
    daemon = run(behaviour)
    client = daemon.client()
    wait_until(lambda: client.get("/v1/scanners").json["watcher"]["restarts"] >= 2)
    fault, = faults(client)
    assert fault["reason"] == "SCANNER_MISBEHAVED" and fault["subject"] == "scanner watcher", fault
    assert faults_counted(client) == 1
    client.close()


def test_A7_reader_that_misbehaves_is_in_the_log(run):
    daemon = run("reader-lies-about-pixels")
    client = daemon.client()
    transaction = client.open(kind="verification")
    answer = client.post(f"/v1/transactions/{transaction}/captures", {"position": "right_index"})
    assert answer.reason == "SCANNER_MISBEHAVED", answer
    fault, = faults(client)
    assert fault["reason"] == "SCANNER_MISBEHAVED", fault
    assert (fault["scanner"], fault["driver"]) == ("hostile-1", "hostile")
    assert faults_counted(client) == 1  # the capture that it cost is no further one
    client.close()


def test_A6_reader_that_dies_is_counted(run):
    """It is no misbehaviour, and not in the log; each time after work well done is a fault of its own."""
    daemon = run("reader-dies-in-capture")
    client = daemon.client()
    transaction = client.open(kind="verification")
    for count in (1, 2):
        answer = client.post(f"/v1/transactions/{transaction}/captures", {"position": "right_index"})
        assert answer.reason == "SCANNER_FAILED", answer
        assert faults_counted(client) == count
        wait_until(lambda: any(scanner["state"] == "ready" for scanner in client.get("/v1/scanners").json["scanners"]))
    assert not faults(client)
    client.close()
