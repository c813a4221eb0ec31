"""The policy in force: what a state begins with, and that kordond serves by no other."""

import hashlib
import os

import pytest

from kordond import SOURCE, Kordond, post_policy, preset, user_name
from test_reload import reload
from test_upgrade import OldSite

# Whoever runs the tests is registered: that makes it a post that is no demonstration.
REGISTERED = {"roles": {}, "person anna__roles": "supervisor", "person anna__proof": "user:root"}


def hash_of(text):
    return hashlib.sha256(text.encode()).hexdigest()


def read(path):
    with open(path, encoding="ascii") as stream:
        return stream.read()


def policies(entries):
    return [each["body"].get("policy") for each in entries]


def first_of(post):
    """The entry that put the first policy in force."""
    found, = [each for each in post.client().log() if each["body"].get("what") == "policy put in force"]
    return found


def test_P8_a_state_begins_with_a_policy_that_its_log_names(daemon_of):
    """T1: the entry stands behind the one of the keys, and each entry behind it names the policy."""
    post = daemon_of()
    text = preset("demonstration")
    put = first_of(post)
    assert (put["head"]["seq"], put["head"]["event"]) == (1, "configuration")
    assert put["body"]["documents"] == {"policy": hash_of(text)}
    assert (put["body"]["policy_name"], put["body"]["policy"]) == ("demonstration", {"hash": hash_of(text), "version": 1})
    entries = post.client().log()
    assert len(entries) > 3 and policies(entries[1:]) == [put["body"]["policy"]] * (len(entries) - 1)
    assert post.client().get("/v1/policy").json["text"] == text


@pytest.mark.parametrize("name", ["ukraine", "ees", "protection"])
def test_P8_a_post_begins_with_the_preset_that_it_names(daemon_of, name):
    post = daemon_of(policy__first=name, **REGISTERED)
    assert first_of(post)["body"]["policy"] == {"hash": hash_of(preset(name)), "version": 1}


def test_P8_a_post_begins_with_a_file_of_its_own(daemon_of, tmp_path):
    path = post_policy(tmp_path, ("version = 1", "version = 7"))
    post = daemon_of(policy__first=path, **REGISTERED)
    assert first_of(post)["body"]["policy"] == {"hash": hash_of(read(path)), "version": 7}


@pytest.mark.parametrize("first, reason, words", [
    ("", "CONFIGURATION_BAD", "[policy] first is missing: the policy to begin with, a file or one of ukraine, ees, protection"),
    ("demonstration", "POLICY_BAD", "the configuration is no demonstration"),
    ("ukrain", "FILE_NOT_FOUND", ""),
    ("kordon.conf", "POLICY_BAD", "")])
def test_P8_a_state_is_made_with_a_policy_or_not_at_all(tmp_path, first, reason, words):
    post = Kordond(tmp_path, policy__first=first, **REGISTERED)
    refused, _, detail = post.ctl_refused("init")
    assert refused == reason and words in detail
    assert not os.path.exists(f"{tmp_path}/state/kordon.db") and not os.path.exists(f"{tmp_path}/machine.key")


def test_P8_a_demonstrations_policy_is_refused_where_real_persons_are_registered(daemon_of):
    """Also where they are registered later: by a reload, and at the next start."""
    post = daemon_of(roles={"supervisor": "user:root"})
    with open(post.configuration, "a", encoding="ascii") as stream:
        stream.write("[person anna]\nroles = supervisor\nproof = user:root\n")
    assert "it takes any legal basis" in reload(post)
    assert post.client().get("/v1/status").json["demonstration"] is True
    post.stop()
    status, said = post.refused_start()
    assert status == 65 and "demonstration: the policy is not valid: it takes any legal basis" in said


def test_A8_a_state_without_a_policy_says_what_puts_one_there(tmp_path):
    """Of this schema, but made before policies lay in it."""
    post = OldSite(tmp_path, f"{SOURCE}/tests/vectors/state-3")
    status, said = post.refused_start()
    assert status == 66 and "kordonctl state upgrade puts it there" in said
    answer = post.ctl_ok("state", "upgrade")
    assert (answer["seq"], answer["policy_name"], answer["policy_hash"]) == (1, "demonstration", hash_of(preset("demonstration")))
    assert post.ctl_refused("state", "upgrade")[0] == "STATE_EXISTS"
    post.start()
    put = first_of(post)["body"]
    assert put["policy"]["hash"] == hash_of(preset("demonstration"))
    assert (put["actor"], put["role"]) == (f"user:{user_name()}", "supervisor")
    post.stop()


@pytest.mark.parametrize("schema", [1, 2])
def test_P8_an_older_state_gets_its_policy_with_the_upgrade(tmp_path, schema):
    post = OldSite(tmp_path, f"{SOURCE}/tests/vectors/state-{schema}", policy__first="ees", **REGISTERED)
    post.ctl_ok("state", "upgrade")
    post.start()
    put = first_of(post)
    assert put["body"]["policy"] == {"hash": hash_of(preset("ees")), "version": 1}
    assert policies(post.client().log(put["head"]["seq"] + 1))[0] == put["body"]["policy"]
    post.stop()


def test_P8_an_older_state_without_a_policy_to_begin_with_stays_as_it_is(tmp_path):
    post = OldSite(tmp_path, policy__first="", **REGISTERED)
    assert post.upgrade_refused()[0] == "CONFIGURATION_BAD"
