"""The register of persons and devices: who asks is proven, whom a terminal names is known, and a demonstration says that it is one."""

import grp
import json
import os
import pwd
import re
import signal
import subprocess

import pytest

from kordond import KORDONCTL, KORDOND, OPENING, Client, Kordond, as_user, entry, post_policy, reachable, wait_until

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="needs root, to be several users")

# Users that every Debian has (base-passwd).
LANE, STRANGER = (pwd.getpwnam(name).pw_uid for name in ("daemon", "nobody"))
REGISTER = {
    "person anna": {"roles": "supervisor", "proof": "user:root", "full_name": "Anna K."},
    "person boris": {},
    "device lane-3": {"proof": "user:daemon"},
}


def options_of(register):
    return {f"{section}__{key}": value for section, keys in register.items() for key, value in keys.items()}


def register_post(daemon_of, register=None, roles=None, **options):
    """A post with a register; Kordond writes no section without a key, so whoever has none gets an empty one."""
    register = {section: keys or {"full_name": ""} for section, keys in (register or REGISTER).items()}
    return daemon_of(roles=roles or {}, **options_of(register), **options)


def asked_by(post, uid, method, path, body=None, groups=()):
    """[status, answer] of a request by that user."""
    reachable(post.folder)

    def ask():
        answer = Client(post.socket).request(method, path, body)
        return [answer.status, answer.json]
    said = as_user(uid, ask, groups)
    assert isinstance(said, list), said
    return said


def bodies(post, event):
    return [each["body"] for each in post.client().log() if each["head"]["event"] == event]


def test_T8_the_record_says_who_acted_what_proved_it_and_for_whom(daemon_of, fingers):
    post = register_post(daemon_of)
    assert post.client().import_list([entry(fingers[1, 1], 1)]).status == 200
    reachable(post.folder)

    def identify():
        return Client(post.socket).identify(fingers[2, 1], officer="boris").json["result"]["decision"]
    assert as_user(LANE, identify) == "no_match"
    body, = bodies(post, "consultation")
    assert (body["actor"], body["actor_proof"], body["actor_uid"]) == ("device:lane-3", f"user:daemon uid {LANE}", LANE)
    assert (body["officer"], body["officer_registered"], body["role"]) == ("boris", True, "terminal")
    assert not any("demonstration" in each["body"] for each in post.client().log())
    installed, = bodies(post, "alteration")
    assert (installed["actor"], installed["actor_proof"], installed["actor_uid"]) == ("person:anna", "user:root uid 0", 0)


@pytest.mark.parametrize("officer", ["o-17", "Boris", "person:boris", "lane-3", "boris "])
def test_T8_an_officer_who_is_not_in_the_register_is_refused(daemon_of, officer):
    """L3: also one that is written otherwise, and a device."""
    post = register_post(daemon_of)
    status, answer = asked_by(post, LANE, "POST", "/v1/transactions", {**OPENING, "officer": officer})
    assert (status, answer["reason"], answer["subject"]) == (403, "OFFICER_NOT_REGISTERED", "officer")


def test_T7_status_says_who_you_are_and_how_many_are_privileged(daemon_of):
    post = register_post(daemon_of, {**REGISTER, "person clara": {"roles": "examiner, supervisor", "proof": "user:bin"}},
                         roles={"auditor": "user:sys, group:games"})
    status = post.client().get("/v1/status").json
    assert (status["demonstration"], status["principal"], status["roles"]) == (False, "person:anna", ["supervisor"])
    assert {each["role"]: (each["persons"], each["users"], each["groups"]) for each in status["privileged"]} == {
        "examiner": (1, 0, 0), "protection_officer": (0, 0, 0), "supervisor": (2, 0, 0), "auditor": (0, 1, 1),
        "administrator": (0, 0, 0)}
    shown = post.ctl("status")
    assert json.loads(shown.stdout)["privileged"] == status["privileged"]


def test_T7_a_demonstration_says_so_in_status_and_each_entry(daemon_of, fingers):
    post = daemon_of()
    status = post.client().get("/v1/status").json
    assert status["demonstration"] is True
    assert post.client().import_list([entry(fingers[1, 1], 1)]).status == 200
    assert post.client().identify(fingers[2, 1]).status == 200
    post.stop()
    assert post.ctl("watchlist", "check").returncode == 0  # kordonctl on its own
    post.start(wait=False)
    assert post.process.stdout.readline().decode().endswith(", a demonstration\n")
    entries = post.client().log()
    assert len(entries) > 8 and entries[0]["body"]["what"] == "keys made"
    assert [each["head"] for each in entries if each["body"].get("demonstration") is not True] == []
    consultation, = (each["body"] for each in entries if each["head"]["event"] == "consultation")
    assert consultation["officer_registered"] is False


def test_T7_a_register_may_be_a_demonstration_all_the_same(daemon_of):
    post = register_post(daemon_of, {**REGISTER, "persons": {"demonstration": "yes"}}, roles={"auditor": "user:root"})
    assert post.client().get("/v1/status").json["roles"] == ["supervisor", "auditor"]
    status, _ = asked_by(post, LANE, "POST", "/v1/transactions", OPENING)
    assert status == 409  # nobody is listed; the officer was no reason
    assert all(each["body"]["demonstration"] for each in post.client().log())


@pytest.mark.parametrize("register, roles, says", [
    ({"person a": {"roles": "supervisor, administrator", "proof": "user:root"}}, {}, r"kordon.conf:\d+: .*person:a: .*administrator and supervisor"),
    ({"person a": {"roles": "auditor", "proof": "user:root"}}, {"terminal": "user:root"}, "user:root: .*auditor and terminal"),
    ({"device a": {"proof": "user:daemon"}}, {"supervisor": "user:daemon"}, "user:daemon: .*a device"),
    ({"person a": {"proof": "user:no-such-user"}}, {}, "user:no-such-user is no user"),
    ({"person a": {"proof": "user:root"}, "device b": {"proof": "user:root"}}, {}, "user:root proves two"),
    ({"person a": {"proof": "certificate:ca/DNS:x"}}, {}, "names no .client_authority."),
])
def test_T7_a_register_that_must_not_be_is_refused_at_load(tmp_path, register, roles, says):
    post = Kordond(tmp_path, roles=roles, **options_of(register))
    checked = subprocess.run([KORDOND, "--config", post.configuration, "--check-config"], capture_output=True, text=True, check=False)
    assert checked.returncode == 78 and re.search(says, checked.stderr), checked.stderr


def test_T7_groups_that_bring_conflicting_roles_together_leave_none(daemon_of):
    """And the one who has them is told why, as the log is."""
    groups = [grp.getgrnam(name).gr_gid for name in ("games", "news")]
    post = register_post(daemon_of, {**REGISTER, "person clara": {"roles": "examiner", "proof": "user:nobody"}},
                         roles={"terminal": "group:games", "auditor": "group:news"})
    for uid, name in ((STRANGER, "person:clara"), (4711, "uid:4711")):
        status, answer = asked_by(post, uid, "GET", "/v1/status", groups=groups)
        assert (status, answer["reason"], answer["subject"]) == (403, "NOT_PERMITTED", name), answer
        assert "auditor and terminal" in answer["detail"], answer
    denials = [each for each in bodies(post, "access") if "denied" in each]
    assert [each["actor"] for each in denials] == ["person:clara", "uid:4711"]
    assert all("auditor and terminal" in each["why"] and each["role"] == "none" for each in denials), denials
    status, answer = asked_by(post, 4711, "GET", "/v1/status", groups=groups[:1])
    assert (status, answer["roles"]) == (200, ["terminal"])


def test_T7_who_becomes_another_by_a_reload_is_another_at_once(daemon_of):
    """A connection that came as a user who is registered meanwhile ends: what it holds is not the person's. Nothing is held for ever."""
    post = daemon_of(api__connections_each="4")
    before = post.client()
    assert before.get("/v1/status").json["principal"] == "user:root"
    with open(post.configuration, "a", encoding="ascii") as stream:
        stream.write("[persons]\ndemonstration = yes\n[person anna]\nproof = user:root\n")
    for _ in range(6):
        said = post.errors().count("configuration re")
        post.signal(signal.SIGHUP)
        wait_until(lambda: post.errors().count("configuration re") > said)  # pylint: disable=cell-var-from-loop
    with pytest.raises(OSError):
        before.get("/v1/status")
    clients = [post.client() for _ in range(4)]
    assert [each.get("/v1/status").json["principal"] for each in clients] == 4 * ["person:anna"]
    reloaded = [each for each in clients[0].log() if each["body"].get("what") == "configuration reloaded"]
    assert reloaded[0]["body"]["changed"] == [
        {"section": "persons", "key": "demonstration", "before": "no", "after": "yes"},
        {"section": "person", "name": "anna", "after": "proof = user:root"}]


def test_T7_entries_behind_a_reload_say_whether_it_is_a_demonstration(daemon_of, tmp_path):
    post = daemon_of(roles={"supervisor": "user:root"}, policy__first=post_policy(tmp_path))
    with open(post.configuration, "a", encoding="ascii") as stream:
        stream.write("[person anna]\nproof = user:root\n")
    post.signal(signal.SIGHUP)
    wait_until(lambda: "configuration reloaded" in post.errors())
    client = post.client()
    client.get("/v1/log/entries?limit=1")
    said = ["demonstration" in each["body"] for each in client.log()]
    entry_of_reload = [each["body"].get("what") for each in client.log()].index("configuration reloaded")
    assert all(said[:entry_of_reload + 1]) and not any(said[entry_of_reload + 1:]) and len(said) > entry_of_reload + 1


def test_T8_kordonctl_names_the_officer_as_the_register_does(daemon_of, fingers, tmp_path):
    post = register_post(daemon_of, {"person anna": {"roles": "terminal, supervisor", "proof": "user:root"},
                                     "person clara": {"roles": "examiner", "proof": "user:bin"}})  # who would see a match
    assert post.client().import_list([entry(fingers[1, 1], 1)]).status == 200
    image = tmp_path / "finger.png"
    image.write_bytes(fingers[2, 1])
    identify = ("identify", "--image", image, "--finger", "right_index", "--ppi", "500", "--age-band", "18_and_over",
                "--traveller-group", "foreigner")
    assert post.ctl(*identify).returncode == 1  # no match
    assert post.ctl_refused(*identify, "--officer", "o-17")[:2] == ("OFFICER_NOT_REGISTERED", 77)
    body, = bodies(post, "consultation")
    assert (body["actor"], body["officer"], body["officer_registered"]) == ("person:anna", "anna", True)
    shown = subprocess.run([KORDONCTL, "--config", post.configuration, "status"], capture_output=True, text=True, check=True).stdout
    assert "you are         person:anna\n" in shown and "supervisor: 1 registered, 0 users of [roles]\n" in shown
    assert "demonstration" not in shown


def test_T7_kordonctl_on_its_own_knows_the_register(tmp_path):
    post = Kordond(tmp_path, roles={}, **options_of({"person anna": {"roles": "supervisor", "proof": "user:root"}})).init()
    assert post.ctl("watchlist", "check").returncode == 0
    post.start()
    try:
        body = next(each["body"] for each in post.client().log() if each["body"]["actor"] == "person:anna")
        assert (body["actor_proof"], body["role"]) == ("user:root uid 0", "supervisor")
    finally:
        post.stop()
    with open(post.configuration, "a", encoding="ascii") as stream:
        stream.write("[roles]\nadministrator = group:root\n")
    reason, status, detail = post.ctl_refused("log", "show")
    assert (reason, status) == ("NOT_PERMITTED", 77) and "administrator and supervisor" in detail
