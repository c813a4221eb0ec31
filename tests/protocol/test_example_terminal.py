"""The example terminal of docs/example-terminal: over TLS, with a virtual reader, as an integrator would run it."""

import datetime
import os
import pathlib
import re
import subprocess
import sys
import threading

import pytest

from cutting_proxy import CuttingProxy
from kordond import KORDONCTL, PATIENCE, SOURCE, entry, wait_until
from test_tls import Post
from virtual_finger import REMOVE, RETRY, VirtualFinger

TERMINAL = f"{SOURCE}/docs/example-terminal/terminal.py"


class Lane:
    """A post with a reader, and the example terminal that stands at it."""

    def __init__(self, folder, fingers, **options):
        self.folder, self.reader = folder, f"{folder}/finger"
        self.post = Post(folder, scanner__enabled="yes", identification__require_armed="no", policy__minimum_quality="1", **options)
        self.post.daemon.environment = {"FP_VIRTUAL_IMAGE": self.reader}
        self.post.start()
        self.socket = self.post.daemon.client()
        listed = self.socket.import_list([entry(fingers[1, 1], 1)])
        assert listed.status == 200, listed
        wait_until(lambda: [each["state"] for each in self.scanners()] == ["ready"])
        self.pair = self.post.authority.issue("lane-1", "DNS:lane-1")
        self.count = 0

    def scanners(self):
        return self.socket.get("/v1/scanners").json["scanners"]

    def wants_finger(self):
        return [each["finger_needed"] for each in self.scanners() if each["state"] == "capturing"] == [True]

    def start(self, *arguments, port=None, pair=None, **changes):
        """The running terminal, and where its receipt will be."""
        self.count += 1
        certificate, key = pair or self.pair
        options = {"post": f"localhost:{port or self.post.port}", "authority": self.post.authority.certificate, "certificate": certificate,
                   "key": key, "officer": "o-17", "traveller-group": "foreigner", "age-band": "18_and_over", "purpose": "border_check",
                   "legal-basis": "Cabinet of Ministers of Ukraine, Resolution 1073 of 27 December 2017",
                   "receipt": f"{self.folder}/receipt.{self.count}", **changes}
        command = [sys.executable, TERMINAL, *arguments, *(part for name, value in options.items() for part in (f"--{name}", value))]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   env={**os.environ, "LANG": "en"})
        return process, pathlib.Path(options["receipt"])

    def run(self, *arguments, says="", do=None, **changes):
        """(what the officer reads, the error, the receipt) of a check; do(hand) happens whenever the reader wants the finger that the
        officer is told to have placed."""
        process, receipt = self.start(*arguments, **changes)
        giving_up = threading.Timer(PATIENCE, process.kill)
        giving_up.start()
        process.stdin.write(says)
        process.stdin.close()
        lines = []
        for line in process.stdout:
            lines.append(line)
            if do and re.match("[a-z_]+: ", line):
                wait_until(lambda: process.poll() is not None or self.wants_finger())
                with VirtualFinger(self.reader) as hand:  # a reader that was opened anew has forgotten an earlier hand
                    do(hand)
        error = process.stderr.read()
        process.wait()
        giving_up.cancel()
        assert process.returncode == (1 if error else 0), (lines, error)
        return "".join(lines), error, receipt

    def ends(self):
        """What the log's entries say that ended a transaction."""
        return [each["body"] for each in self.post.daemon.client().log() if each["head"]["event"] == "consultation"]


@pytest.fixture(name="lane")
def fixture_lane(tmp_path, fingers):
    lane = Lane(tmp_path, fingers)
    yield lane
    lane.socket.close()
    lane.post.daemon.stop()


@pytest.fixture(name="shows")
def fixture_shows(fingers, tmp_path):
    """shows(finger, impression): a hand that puts that finger on the reader."""
    def make(finger, impression):
        path = tmp_path / f"{finger}_{impression}.png"
        path.write_bytes(fingers[finger, impression])
        return lambda hand: hand.png(str(path))
    return make


def test_it_says_what_the_officer_needs_and_keeps_the_receipt(lane, shows):
    """Guidance while the finger is down, the result, no more than a referral where it is a match; the receipt is the log's."""
    for finger, words in ((1, "REFERRAL to the protection officer: a machine's match, no hit until people confirm it"), (5, "NO MATCH with any of the 1 ")):
        told, error, receipt = lane.run(do=shows(finger, 2))
        assert error == "" and words in told, (told, error)
        assert "right_index: Place the finger" in told, told
        checked = subprocess.run([KORDONCTL, "--config", lane.post.daemon.configuration, "log", "verify-receipt", receipt],
                                 capture_output=True, text=True, check=False)
        end = lane.ends()[-1]
        assert end["transaction"] == told.split()[1]
        assert f"the receipt holds: the end of {end['transaction']} was recorded by" in checked.stdout, checked
        assert f"receipt number  {end['receipt_number']}," in checked.stdout, checked
        assert ("missing_person: inform: Take the person to the protection desk." in told) == (finger == 1)
    assert [each["decision"] for each in lane.ends()] == ["match", "no_match"]


@pytest.mark.parametrize("phase", range(3))
def test_A7_no_result_is_lost_or_doubled_where_answers_are(lane, shows, phase):
    """Two of three answers never arrive, and each request is sent again with its key: one transaction, one result, one record."""
    proxy = CuttingProxy(lane.post.port, lambda number: number % 3 != phase)
    told, error, receipt = lane.run(do=shows(1, 2), port=proxy.own_port)
    proxy.close()
    assert error == "" and "REFERRAL" in told, (told, error)
    assert proxy.cut >= 4
    known, = lane.socket.get("/v1/transactions").json["transactions"]
    end, = lane.ends()
    assert (end["transaction"], known["transaction"], end["decision"]) == (told.split()[1], told.split()[1], "match")
    assert receipt.read_bytes().startswith(b"kordon-receipt/v1\n")
    again, error, other = lane.run("--recall", end["transaction"])
    assert error == "" and "REFERRAL" in again and other.read_bytes() == receipt.read_bytes()


def test_P4_fingers_that_give_nothing_end_as_an_exception(lane):
    """Placed badly as often as it may be: the officer is asked why, and told what to do instead."""
    told, error, receipt = lane.run(do=lambda hand: hand.command(RETRY, 2), says="worn_fingers\n")
    assert error == "" and "NOT CAPTURED, and recorded: " in told, (told, error)
    assert receipt.exists()
    end, = [each["body"] for each in lane.post.daemon.client().log() if each["body"].get("exception")]
    assert end["transaction"] == told.split()[1]


def test_P4_nothing_is_captured_where_it_is_known_before(lane, shows, tmp_path):
    """What is only put off is found again by the traveller's document, and is over once a finger was captured."""
    document = tmp_path / "document"
    document.write_text('{"issuer": "UTO", "number": "L898902C3"}')
    due = (datetime.date.today() + datetime.timedelta(days=30)).isoformat()
    told, error, _ = lane.run("--exception", f"temporarily_impossible:bandaged:{due}", document=str(document))
    assert error == "" and "NOT CAPTURED, and recorded: " in told, (told, error)
    for crossing in range(2):
        told, error, _ = lane.run(do=shows(5, 2), document=str(document))
        assert error == "" and "NO MATCH" in told, (told, error)
        assert (f"capture was put off (bandaged), and is due until {due}" in told) == (crossing == 0), told


def test_each_error_is_told_in_one_sentence(lane, tmp_path):
    """And no result is claimed: neither by words nor by a receipt."""
    def refused(words, *arguments, **changes):
        told, error, receipt = lane.run(*arguments, **changes)
        assert error.startswith("not finished: ") and error.count("\n") == 1 and words in error, error
        assert not receipt.exists() and "MATCH" not in told and "Traceback" not in error
    revoked = lane.post.authority.issue("other", "DNS:nobody")
    refused("this officer is not in the register", officer="nobody")
    refused("not permitted (certificate:post/DNS:nobody needs one of the roles: terminal)", pair=revoked)
    refused("Connection refused", port=1)
    lane.post.authority.revoke(revoked[0])
    lane.post.authority.publish()
    lane.post.daemon.signal(1)
    wait_until(lambda: "configuration reloaded" in lane.post.daemon.errors())
    refused("CERTIFICATE_REVOKED", pair=revoked)
    refused("call the supervisor", authority=lane.post.authority.issue("stranger", "DNS:stranger")[0])
    refused("", do=lambda hand: hand.command(REMOVE))
