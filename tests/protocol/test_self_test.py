"""Q5: a post says whether it still compares as it was proven to: at its start, on demand, and by whom; one that does not is not armed."""

import hashlib
import json
import os
import struct
import subprocess
import zlib

import pytest

from kordond import KORDONCTL, SOURCE, Kordond, entry, prints, user_name

SET = f"{SOURCE}/packaging/self_test"
FAR = {"expires": "2999-12-31"}


def of_event(client, event):
    return [each for each in client.log() if each["head"]["event"] == event]


def manifest():
    """([(print, SHA-256)], [(probe, reference, mated)]) as it stands in the sources."""
    with open(f"{SET}/manifest", encoding="ascii") as stream:
        lines = [line.split() for line in stream if not line.startswith("#")]
    return ([(name, digest) for word, name, digest, *_ in lines if word == "print"],
            [(words[1], words[2], words[3] == "mated") for words in lines if words[0] == "pair"])


def check_whole(result):
    """It compared all that the manifest says, each pair on its side of the threshold."""
    names, pairs = manifest()
    assert [row["print"] for row in result["prints"]] == [name for name, _ in names]
    assert [(row["probe"], row["reference"], row["mated"]) for row in result["pairs"]] == pairs
    for row in result["pairs"]:
        assert row["passed"] and (row["score"] >= result["threshold"]) == row["mated"], row
    with open(f"{SET}/manifest", "rb") as stream:
        assert result["prints_sha256"] == hashlib.sha256(stream.read()).hexdigest()


def test_Q5_the_post_tests_itself_at_its_start_before_it_is_armed(daemon_of, fingers):
    post = daemon_of()
    client = post.client()
    assert client.import_list([entry(fingers[1, 1], 1)]).status == 200
    post.stop()
    client = post.start().client()
    events = [(each["head"]["event"], each["body"]) for each in client.log()]
    start = max(i for i, (event, _) in enumerate(events) if event == "start")
    assert [event for event, _ in events[start:start + 3]] == ["start", "self_test", "mode"]
    body, mode = events[start + 1][1], events[start + 2][1]
    assert (body["result"], body["trigger"], body["actor"], body["role"]) == ("passed", "start", "kordond", "system")
    assert mode["mode"] == "armed"
    check_whole(body)
    status = client.get("/v1/status").json
    assert (status["self_test"]["result"], status["self_test"]["trigger"], status["self_test"]["by"]) == ("passed", "start", "kordond")
    metrics = client.get("/metrics").body.decode()
    assert "\nkordon_self_test_passed 1\n" in metrics and "\nkordon_self_tests_passed_total 1\n" in metrics


def test_Q5_an_officer_asks_at_the_beginning_of_the_shift(daemon, client):
    assert client.import_list([], version=1).status == 200
    before = client.get("/v1/status").json
    answer = client.post("/v1/self_test", {"officer": "o-17"})
    assert answer.status == 200 and answer.json["result"] == "passed" and answer.json["build"] == before["build"]
    check_whole(answer.json)
    told = of_event(client, "self_test")[-1]
    assert told["head"]["seq"] == answer.json["seq"]
    assert (told["body"]["role"], told["body"]["officer"], told["body"]["trigger"]) == ("terminal", "o-17", "demand")
    assert {key: told["body"][key] for key in ("pairs", "prints", "threshold")} == {key: answer.json[key] for key in ("pairs", "prints", "threshold")}
    after = client.get("/v1/status").json
    # Nobody crossed, and the list is what it was.
    assert after["transactions"] == 0 and client.get("/v1/transactions").json["transactions"] == []
    assert after["list"] == before["list"] and after["memory"] == before["memory"]
    assert not of_event(client, "consultation") and not of_event(client, "collection")
    shown = daemon.ctl_ok("selftest")
    assert shown["result"] == "passed" and shown["by"] == after["principal"]
    assert client.post("/v1/self_test").status == 200  # nothing need be said
    assert client.post("/v1/self_test", {"officer": ""}).status == 422
    assert client.post("/v1/self_test", {"who": "o-17"}).status == 422


def test_Q5_in_words(daemon):
    shown = subprocess.run([KORDONCTL, "--config", daemon.configuration, "selftest", "--officer", "o-17"],
                           capture_output=True, text=True, check=True).stdout
    assert shown.startswith("self-test passed in ") and "1_1 and 1_2  one finger  score 107, proven 107\n" in shown
    status = subprocess.run([KORDONCTL, "--config", daemon.configuration, "status"], capture_output=True, text=True, check=True).stdout
    assert "\nself-test       passed 20" in status


@pytest.fixture(name="broken")
def fixture_broken(daemon_of, fingers):
    """A post with a list that takes any two fingers for one: its start says so."""
    post = daemon_of()
    assert post.client().import_list([entry(fingers[1, 1], 1, **FAR)]).status == 200
    post.stop()
    change(post, "[identification]", "[verification]\ntarget_fmr = 0.999\n[identification]")
    return post.start()


def change(post, old, new):
    with open(post.configuration, encoding="ascii") as stream:
        text = stream.read()
    assert text.count(old) == 1
    with open(post.configuration, "w", encoding="ascii") as stream:
        stream.write(text.replace(old, new))


def test_Q5_a_post_that_does_not_compare_as_proven_is_not_armed(broken, fingers):
    client = broken.client()
    ready = client.get("/readyz")
    assert (ready.status, ready.reason) == (503, "SELF_TEST_FAILED")
    status = client.get("/v1/status").json
    assert (status["mode"], status["why"]) == ("identification_refused", "SELF_TEST_FAILED")
    assert status["self_test"]["result"] == "failed" and "of two fingers" in status["self_test"]["detail"]
    row, = [row for row in status["degraded"] if row["mode"] == "self_test_failed"]
    assert row["why"] == "SELF_TEST_FAILED" and row["by"] == "kordond"
    metrics = client.get("/metrics").body.decode()
    assert '\nkordon_degraded{mode="self_test_failed"} 1\n' in metrics and "\nkordon_self_test_passed 0\n" in metrics
    for kind in ("identification", "verification", "both"):
        refused = client.post("/v1/transactions", {"kind": kind, "purpose": "border_check", "legal_basis": "law", "officer": "o-17",
                                                   "traveller_group": "foreigner", "age_band": "18_and_over"})
        assert (refused.status, refused.reason) == (409, "SELF_TEST_FAILED")
    # Travellers cross, and that is counted.
    crossed = client.post("/v1/transactions", {"kind": "identification", "purpose": "border_check", "legal_basis": "law", "officer": "o-17",
                                               "traveller_group": "foreigner", "age_band": "18_and_over",
                                               "exception": {"kind": "unchecked", "reason": "self_test_failed"}})
    assert crossed.status == 201 and crossed.json["exception"]["reason"] == "self_test_failed"
    asked = broken.ctl("selftest")
    assert asked.returncode == 1 and json.loads(asked.stdout)["result"] == "failed"
    changes = [(each["body"]["degraded"], each["body"]["change"]) for each in of_event(client, "mode") if "degraded" in each["body"]]
    assert changes == [("self_test_failed", "begun")]
    assert {each["body"]["reason"] for each in of_event(client, "self_test") if each["body"]["result"] == "failed"} == {"SELF_TEST_FAILED"}
    # A start forgets nothing of it; what mends it does.
    broken.stop()
    client = broken.start().client()
    assert client.get("/readyz").reason == "SELF_TEST_FAILED"
    broken.stop()
    change(broken, "target_fmr = 0.999", "target_fmr = 0.0005")
    client = broken.start().client()
    assert client.get("/readyz").status == 200
    assert client.identify(fingers[1, 2]).json["result"]["decision"] == "match"


def test_Q5_a_threshold_that_nobody_reaches_fails_too(daemon_of):
    client = daemon_of(verification__target_fmr="1e-30").client()
    status = client.get("/v1/status").json
    assert status["self_test"]["result"] == "failed" and "can't be reached" in status["self_test"]["detail"]
    answer = client.post("/v1/self_test")
    assert answer.status == 200 and answer.json["result"] == "failed" and "threshold" not in answer.json
    assert answer.json["mode"] == "identification_refused"


def test_Q5_without_an_interval_it_is_tested_at_the_start_all_the_same(daemon_of):
    client = daemon_of(self_test__interval_hours="0").client()
    assert [each["body"]["trigger"] for each in of_event(client, "self_test")] == ["start"]


def test_Q5_a_state_that_was_locked_is_tested_before_it_serves(daemon_of, fingers, tmp_path):
    """The lock ends with a supervisor's word; what is armed then has been tested, too."""
    post = daemon_of(log__anchor=f"{tmp_path}/anchor")
    assert post.client().import_list([entry(fingers[1, 1], 1)]).status == 200
    post.stop()
    os.remove(f"{tmp_path}/anchor")
    client = post.start().client()
    assert client.get("/v1/status").json["self_test"] is None
    assert (client.post("/v1/self_test").status, client.post("/v1/self_test").reason) == (503, "ANCHOR_MISSING")
    assert post.ctl_ok("state", "accept", "anchor", "--justification", "lost")["mode"] == "armed"
    events = [each["head"]["event"] for each in client.log()]
    start = max(i for i, event in enumerate(events) if event == "start")
    assert events[start + 1] == "self_test" and events.index("mode", start) > start + 1
    assert client.get("/v1/status").json["self_test"]["result"] == "passed"


def scanlines(png):
    """What is compressed in a PNG, whatever compressed it; and its head."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    chunks, at = {}, 8
    while at < len(png):
        size, name = struct.unpack(">I4s", png[at:at + 8])
        chunks[name] = chunks.get(name, b"") + png[at + 8:at + 8 + size]
        at += 12 + size
    return chunks[b"IHDR"], zlib.decompress(chunks[b"IDAT"])


def test_Q5_the_prints_are_nobodys(tmp_path):
    """They are what kordon-synth makes of the numbers that the manifest names, to the pixel."""
    made = prints(tmp_path, fingers=4, impressions=2, seed=5, options=("--width", "256", "--height", "300", "--strain", "200"))
    names, pairs = manifest()
    assert {name for name, _ in names} == {f"{finger}_{impression}" for finger, impression in made}
    for name, digest in names:
        with open(f"{SET}/{name}.png", "rb") as stream:
            content = stream.read()
        assert hashlib.sha256(content).hexdigest() == digest
        assert scanlines(content) == scanlines(made[tuple(map(int, name.split("_")))])
    for probe, reference, mated in pairs:
        assert (probe[0] == reference[0]) == mated


def test_T8_the_officer_who_asks_is_in_the_register(tmp_path):
    """Elsewhere than in a demonstration nobody asks in a name that nobody has."""
    with_register = {"person anna__roles": "supervisor", "person anna__proof": f"user:{user_name()}"}
    post = Kordond(tmp_path, roles={}, **with_register).init().start()
    try:
        client = post.client()
        assert (client.post("/v1/self_test", {"officer": "boris"}).status, client.post("/v1/self_test", {"officer": "boris"}).reason) == \
            (403, "OFFICER_NOT_REGISTERED")
        answer = client.post("/v1/self_test", {"officer": "anna"})
        assert answer.status == 200 and answer.json["by"] == "person:anna"
    finally:
        post.stop()
