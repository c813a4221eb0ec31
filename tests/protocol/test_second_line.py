"""Whether anybody is there who sees matches: a post where nobody would compares with nobody, and says so to whoever asks."""

import os
import pwd
import signal
import subprocess

import pytest

from kordond import KORDOND, OPENING, Client, Kordond, as_user, entry, reachable, wait_until

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="needs root, to be several users")

LANE = pwd.getpwnam("daemon").pw_uid
# The supervisor is the test itself; whoever opens transactions is another user.
REGISTERED = {"person anna__roles": "supervisor", "person anna__proof": "user:root", "person boris__full_name": "B.", "device lane-3__proof": "user:daemon"}


def change(post, old, new):
    """Another configuration, in force."""
    with open(post.configuration, encoding="ascii") as stream:
        text = stream.read()
    assert old in text
    with open(post.configuration, "w", encoding="ascii") as stream:
        stream.write(text.replace(old, new))
    reloads = post.errors().count("configuration reloaded")
    post.process.send_signal(signal.SIGHUP)
    wait_until(lambda: post.errors().count("configuration reloaded") > reloads)


def opened(post, **changes):
    """(status, reason) of an opening by whoever is at the lane."""
    reachable(post.folder)

    def ask():
        answer = Client(post.socket).post("/v1/transactions", {**OPENING, "officer": "boris", **changes})
        return [answer.status, answer.json.get("reason")]
    return as_user(LANE, ask)


def gaps(post):
    return [each["gap"] for each in post.client().get("/v1/status").json["second_line"]]


def test_H1_a_post_where_nobody_would_see_a_match_is_not_armed(daemon_of, fingers):
    """It says so in its mode, for each purpose, and to a terminal; what is no identification goes on; a reload mends it."""
    post = daemon_of(roles={"administrator": "user:sys"}, **REGISTERED)
    assert post.client().import_list([entry(fingers[1, 1], 1)]).status == 200
    assert opened(post)[0] == 201 and gaps(post) == ["few_examiners", "no_protection_officer"]
    change(post, "roles = supervisor", "roles = terminal")
    status = post.client().get("/v1/status").json
    assert (status["mode"], status["why"]) == ("identification_refused", "NO_SECOND_LINE")
    assert {each["why"] for each in status["purposes"] if each["identification"]} == {"NO_SECOND_LINE"}
    assert post.client().get("/readyz").json["reason"] == "NO_SECOND_LINE"
    assert gaps(post) == ["nobody", "few_examiners", "no_protection_officer", "no_supervisor"]
    assert opened(post) == [409, "NO_SECOND_LINE"]
    assert "nobody would see a match" in post.errors()
    assert opened(post, kind="verification", document={"issuer": "UKR", "number": "FE123456"})[0] == 201
    change(post, "roles = terminal", "roles = supervisor")
    assert opened(post)[0] == 201


def test_P6_who_may_be_all_that_see_his_matches_opens_no_identification(daemon_of, fingers):
    """A silent referral is none for who may be the traveller's officer: of one who is not in the register that is each who is."""
    post = daemon_of(roles={"terminal": "user:daemon"}, **{name: each for name, each in REGISTERED.items() if "device" not in name})
    assert post.client().import_list([entry(fingers[1, 1], 1)]).status == 200
    assert "terminals_unseen" in gaps(post)
    assert opened(post) == [409, "NO_SECOND_LINE"]
    assert "register both" in subprocess.run([KORDOND, "--config", post.configuration, "--check-config"], capture_output=True, text=True, check=True).stderr
    assert "terminals_unseen" in post.ctl("status").stdout
    change(post, "terminal = user:daemon", "terminal = user:daemon\nexaminer = user:nobody")
    assert "terminals_unseen" not in gaps(post)
    assert opened(post)[0] == 201


def test_A9_supervisors_see_what_waits_and_for_how_many_more_there_is_a_place(daemon, fingers):
    """And nobody else: status of a terminal has none of it (test_roles.py)."""
    client = daemon.client()
    assert client.import_list([entry(fingers[1, 1], 1), entry(fingers[2, 1], 2, category="wanted_for_arrest", action="detain")]).status == 200
    before = client.get("/v1/status").json["referrals"]
    assert before == {"waiting": 0, "immediate": 0, "overdue": 0, "ended": 0, "places": 1024, "places_few": False}
    for finger, decision in ((1, "match"), (2, "match"), (4, "no_match")):
        assert client.identify(fingers[finger, 2]).json["result"]["decision"] == decision
    wait_until(lambda: client.get("/v1/status").json["referrals"]["waiting"] == 2)
    assert client.get("/v1/status").json["referrals"] == {**before, "waiting": 2, "immediate": 1, "places": 1022}
    rows = client.get("/v1/referrals").json["referrals"]
    assert len({row["terminal"] for row in rows}) == 1 and rows[0]["urgency"] == "immediate"
    metrics = client.get("/metrics").body.decode()
    assert all(f"\n{line}\n" in metrics for line in ("kordon_referrals_waiting 2", "kordon_referrals_immediate 1", "kordon_referral_places 1022",
                                                     "kordon_referral_places_few 0", "kordon_referrals_ended 0", "kordon_second_line_gaps 0"))
    listed = subprocess.run([*daemon.ctl("referral", "list").args[:3], "referral", "list"], capture_output=True, text=True, check=False).stdout.splitlines()
    assert len(listed) == 2 and "immediate" in listed[0] and "immediate" not in listed[1]


def is_told_nobody_was_found(client, picture):
    """False: it was refused at some step."""
    begun = client.post("/v1/transactions", OPENING)
    if begun.status != 201 or client.sample(begun.json["transaction"], picture).status != 200:
        return False
    decided = client.decide(begun.json["transaction"])
    assert decided.status != 200 or decided.json["result"]["decision"] == "no_match", decided
    return decided.status == 200


def test_A2_where_places_fill_the_disk_no_match_that_was_told_is_lost(small_disk, fingers):
    """Places are written as transactions end, which takes room till each was; what does not fit any more is told to nobody."""
    post = Kordond(small_disk).init().start()
    try:
        client = post.client()
        assert client.import_list([entry(fingers[1, 1], 1)]).status == 200
        told = 0
        for turn in range(100):
            begun = client.post("/v1/transactions", OPENING)
            if begun.status != 201:
                break
            assert client.sample(begun.json["transaction"], fingers[1 + turn % 2 * 3, 2]).status == 200
            decided = client.decide(begun.json["transaction"])
            if decided.status != 200:
                break
            told += decided.json["result"]["decision"] == "match"
        refused = begun if begun.status != 201 else decided
        assert refused.reason == "DISK_FULL" and told > 5, (refused, told)
        subprocess.run(["mount", "-o", "remount,size=64m", small_disk], check=True)
        wait_until(lambda: is_told_nobody_was_found(client, fingers[4, 2]))  # what the log could not take is looked at each second
        wait_until(lambda: client.get("/v1/status").json["referrals"]["waiting"] == told)
        client.close()
        post.stop()
        post.start()
        assert post.client().get("/v1/status").json["referrals"]["waiting"] == told
    finally:
        post.stop()
