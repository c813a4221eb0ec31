"""What the officer is told while a finger is taken and after it, live and in the answers, with libfprint's virtual reader."""

import subprocess
import threading

import pytest

from kordond import KORDONCTL, Kordond, wait_until
from listener import Listener
from policies import changed
from virtual_finger import AUTOMATIC_FINGER, ERROR, FINGER, RETRY, VirtualFinger, read_png, write_png


class Post:
    """A kordond with a virtual reader, and a hand that puts fingers on it."""

    def __init__(self, folder, **options):
        self.folder, self.reader = folder, f"{folder}/finger"
        self.daemon = Kordond(folder, environment={"FP_VIRTUAL_IMAGE": self.reader}, scanner__enabled="yes",
                              identification__require_armed="no", **options).init().start()
        self.client = self.daemon.client()
        wait_until(lambda: [each["state"] for each in self.client.get("/v1/scanners").json["scanners"]] == ["ready"])

    def capture(self, transaction, do, **body):
        """The answer to a capture during which do(hand) happens, once the reader wants a finger; and the guidance told until then."""
        listener = Listener(self.daemon.socket)
        answers = []
        client = self.daemon.client()
        thread = threading.Thread(target=lambda: answers.append(client.post(f"/v1/transactions/{transaction}/captures", body)))
        thread.start()
        while not (event := listener.event())[1].get("finger_needed"):
            pass
        with VirtualFinger(self.reader) as hand:
            do(hand)
            thread.join()
        # The end of what was told: the transaction is open again.
        told = [event]
        while told[-1][0] != "transaction" or told[-1][1]["state"] != "open":
            told.append(listener.event())
        listener.close()
        client.close()
        return answers[0], [data["guidance"]["code"] for name, data, _ in told if name == "guidance"]

    def state(self, transaction):
        return self.client.get(f"/v1/transactions/{transaction}").json


@pytest.fixture(name="post_of")
def fixture_post_of(tmp_path):
    made = []

    def make(**options):
        made.append(Post(tmp_path, **options))
        return made[-1]
    yield make
    for post in made:
        post.client.close()
        post.daemon.stop()


@pytest.fixture(name="picture")
def fixture_picture(fingers, tmp_path):
    """picture(finger, impression): what the reader is to see, pixels as VirtualFinger.image takes them."""
    def read(finger, impression):
        path = tmp_path / "print.png"
        path.write_bytes(fingers[finger, impression])
        return read_png(path)
    return read


def shows(picture):
    return lambda hand: hand.image(*picture)


def rests(post, picture):
    """The finger is down for a while before its picture comes, and a while longer."""
    def present():
        return [each["finger_present"] for each in post.client.get("/v1/scanners").json["scanners"]][0]

    def do(hand):
        hand.command(AUTOMATIC_FINGER, False)
        hand.command(FINGER, True)
        wait_until(present)
        hand.image(*picture)
        wait_until(lambda: not needed(post))
        hand.command(FINGER, False)
        hand.command(AUTOMATIC_FINGER, True)
    return do


def needed(post):
    return post.client.get("/v1/scanners").json["scanners"][0]["finger_needed"]


FINGERS = ["right_index", "right_middle"]


def test_Q3_the_next_finger_is_taken_and_told(post_of, picture):
    post = post_of(policy__minimum_quality="1")
    transaction = post.client.open(kind="identification", fingers=FINGERS)
    opened = post.state(transaction)
    assert (opened["next_finger"], opened["guidance"]["code"], opened["guidance"]["position"]) == ("right_index", "place_finger", "right_index")
    answer, told = post.capture(transaction, rests(post, picture(1, 1)))
    assert answer.status == 200, answer
    assert [sample["position"] for sample in answer.json["samples"]] == ["right_index"]
    assert (answer.json["next_finger"], answer.json["guidance"]["code"]) == ("right_middle", "place_finger")
    assert told == ["swipe_finger", "lift_finger", "place_finger"], told  # the virtual reader is one that fingers are drawn over
    answer, told = post.capture(transaction, shows(picture(2, 1)))
    assert [sample["position"] for sample in answer.json["samples"]] == FINGERS
    assert (answer.json["next_finger"], answer.json["guidance"]["code"]) == (None, "enough") and told[-1] == "enough"
    assert "skipped_fingers" not in answer.json
    refused = post.client.post(f"/v1/transactions/{transaction}/captures", {})
    assert refused.reason == "TRANSACTION_STATE" and "have been taken" in refused.json["detail"], refused
    decided = post.client.decide(transaction).json
    assert "guidance" not in decided and "next_finger" not in decided


@pytest.mark.parametrize("retry,code", [(0, "place_again"), (1, "swipe_again"), (2, "centre_finger"), (3, "lift_finger")])
def test_A7_a_bad_placement_is_guidance(post_of, retry, code):
    post = post_of()
    transaction = post.client.open(kind="identification", fingers=FINGERS)
    answer, told = post.capture(transaction, lambda hand: hand.command(RETRY, retry))
    assert answer.reason == "CAPTURE_RETRY" and told[-1] == code, (answer, told)
    state = post.state(transaction)
    assert (state["guidance"]["code"], state["guidance"]["position"], state["next_finger"]) == (code, "right_index", "right_index")


def test_A7_a_fault_and_a_finger_that_does_not_come_are_no_guidance(post_of):
    post = post_of()
    transaction = post.client.open(kind="identification", fingers=FINGERS)
    answer, told = post.capture(transaction, lambda hand: hand.command(ERROR))
    assert answer.reason == "SCANNER_FAILED" and set(told) <= {"swipe_finger"}, (answer, told)
    assert "guidance" not in post.state(transaction)
    wait_until(lambda: [each["state"] for each in post.client.get("/v1/scanners").json["scanners"]] == ["ready"])
    late = post.client.post(f"/v1/transactions/{transaction}/captures", {"timeout_ms": 100})
    assert late.reason == "CAPTURE_TIMED_OUT" and "guidance" not in post.state(transaction)
    assert post.state(transaction)["next_finger"] == "right_index"


def test_P3_P4_a_finger_without_attempts_is_skipped_and_others_serve(post_of, picture, tmp_path):
    post = post_of(policy__first=changed(tmp_path, ("attempts = 3", "attempts = 2")), policy__minimum_quality="1")
    transaction = post.client.open(kind="identification", fingers=FINGERS)
    _, told = post.capture(transaction, lambda hand: hand.command(RETRY, 0))
    assert told[-1] == "place_again"
    _, told = post.capture(transaction, lambda hand: hand.command(RETRY, 0))
    assert told[-1] == "next_finger"
    state = post.state(transaction)
    assert (state["next_finger"], state["skipped_fingers"]) == ("right_middle", ["right_index"])
    assert state["guidance"] == {**state["guidance"], "code": "next_finger", "position": "right_middle"}
    answer, _ = post.capture(transaction, shows(picture(2, 1)))
    assert answer.json["next_finger"] is None and answer.json["skipped_fingers"] == ["right_index"]
    assert answer.json["guidance"]["code"] == "enough"
    refused = post.client.post(f"/v1/transactions/{transaction}/captures", {})
    assert refused.reason == "ATTEMPTS_EXHAUSTED", refused
    assert post.client.decide(transaction).status == 200


def test_A7_a_match_leaves_no_guidance(daemon_of, fingers):
    client = daemon_of().client()
    transaction = client.open(kind="verification", fingers=["right_index"])
    assert client.put(f"/v1/transactions/{transaction}/reference?position=right_index", fingers[1, 2]).status == 200
    taken = client.sample(transaction, fingers[1, 1]).json
    assert taken["guidance"]["code"] == "enough" and "position" not in taken["guidance"]
    decided = client.decide(transaction).json
    assert decided["result"]["decision"] == "match" and "guidance" not in decided


def test_Q1_samples_are_guided_by_what_their_ridges_show(daemon_of, fingers, tmp_path):
    """The same print, laid so far to the right that its half is cut off; then as it should be."""
    client = daemon_of(policy__minimum_quality="100", identification__require_armed="no").client()
    (tmp_path / "whole.png").write_bytes(fingers[1, 1])
    width, height, pixels = read_png(tmp_path / "whole.png")
    aside = width * 2 // 5
    rows = [b"\xff" * aside + pixels[y * width:(y + 1) * width - aside] for y in range(height)]
    write_png(tmp_path / "aside.png", width, height, b"".join(rows))
    transaction = client.open(kind="identification", fingers=["right_index"])
    aside = client.sample(transaction, (tmp_path / "aside.png").read_bytes(), ppi=500).json
    assert aside["guidance"]["code"] == "move_left" and aside["again"]["advice"] == aside["guidance"]["text"], aside


def test_the_officer_reads_it_while_the_finger_is_down(post_of, picture):
    post = post_of(policy__minimum_quality="1")
    officer = subprocess.Popen([KORDONCTL, "--config", post.daemon.configuration, "identify", "--finger", "right_index", "--finger", "right_middle"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    said = []

    def read_until(text):
        while text not in (line := officer.stderr.readline()):
            assert line != "", said
            said.append(line)
        said.append(line)
    read_until("right_index: Place the finger on the reader")
    with VirtualFinger(post.reader) as hand:
        hand.command(RETRY, 2)
        read_until("right_index: Lay the finger on the middle of the reader")
    read_until("right_index: Place the finger on the reader")
    wait_until(lambda: needed(post))
    with VirtualFinger(post.reader) as hand:
        hand.image(*picture(1, 1))
        read_until("right_middle: Place the finger on the reader")
    wait_until(lambda: needed(post))
    with VirtualFinger(post.reader) as hand:
        hand.image(*picture(2, 1))
        out, err = officer.communicate()
    assert officer.returncode == 2 and "LIST_MISSING" in out, (out, said, err)
