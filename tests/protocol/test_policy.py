"""The policy in force: what a state begins with, and that kordond serves by no other."""

import hashlib
import os
import re
import sqlite3
import subprocess

import pytest

from kordond import KORDONCTL, OPENING, ROUTINE_LEGAL_BASIS, SOURCE, Kordond, entry, post_policy, preset, user_name
from policies import changed
from test_reload import change, reload, role
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
    assert post.client().get("/v1/status").json["policy"] == {"name": "demonstration", **put["body"]["policy"]}
    shown = subprocess.run([KORDONCTL, "--config", post.configuration, "status"], capture_output=True, text=True, check=True).stdout
    assert f"policy          demonstration version 1, {hash_of(text)}\n" in shown


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
    ("ukrain", "FILE_NOT_FOUND", "no preset: those are ukraine, ees"),
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


def test_A8_a_state_of_schema_3_without_a_policy_gets_one_with_the_upgrade(tmp_path):
    """It was made before policies lay in states."""
    post = OldSite(tmp_path, f"{SOURCE}/tests/vectors/state-3")
    assert post.refused_start()[0] == 78
    answer = post.ctl_ok("state", "upgrade")
    assert (answer["size"], answer["policy_name"], answer["policy_hash"]) == (3, "demonstration", hash_of(preset("demonstration")))
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


@pytest.mark.parametrize("forgery", ["UPDATE document SET sealed = zeroblob(length(sealed)) WHERE name = 'policy'",
                                     "DELETE FROM document WHERE name = 'policy'"])
def test_L10_by_a_forged_policy_nobody_is_served(tmp_path, forgery):
    """Not by the forged one, and not by none: the start says that the state was changed, and what to do."""
    post = Kordond(tmp_path).init().start()
    post.stop()
    connection = sqlite3.connect(f"{tmp_path}/state/kordon.db")
    with connection:
        assert connection.execute(forgery).rowcount == 1
    connection.close()
    status, said = post.refused_start()
    assert status == 1 and "documents: the state is not what was sealed" in said and "keep the state directory as evidence" in said, said


# --- What it decides

def keys_of(text, purpose):
    """{key: [the values of its lines]} of that purpose's section as it stands in the file."""
    section = text.split(f"[purpose {purpose}]\n")[1].split("\n[purpose ")[0]
    keys = {}
    for line in re.sub(r"\n[ \t]+", " ", section).split("\n"):
        if not line or line.startswith("#"):
            continue
        key, value = (part.strip() for part in line.split("=", 1))
        keys.setdefault(key, []).append(value)
    return keys


def as_written(value):
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else ", ".join(value) or "none" if isinstance(value, list) else str(value)


def words_of(text):
    """A list of words in no order."""
    return sorted(word.strip() for word in text.split(","))


@pytest.mark.parametrize("name", ["ukraine", "ees", "protection"])
def test_M4_a_terminal_reads_what_each_purpose_permits(daemon_of, name):
    """Each key of each purpose, as it stands in the file; and nothing of the policy stays in its text alone."""
    shown = daemon_of(policy__first=name, **REGISTERED).client().get("/v1/policy").json
    text = preset(name)
    assert (shown["name"], shown["version"], shown["hash"], shown["text"], shown["demonstration"]) == (name, 1, hash_of(text), text, False)
    assert f"authority = {shown['authority']}\n" in text
    assert [each["purpose"] for each in shown["purposes"]] == re.findall(r"(?m)^\[purpose (.*)\]", text)
    for purpose in shown["purposes"]:
        keys = keys_of(text, purpose["purpose"])
        assert purpose["legal_bases"] == keys.pop("legal_basis") and purpose["any_legal_basis"] is False
        for key, values in keys.items():
            told = as_written(purpose[key])
            assert [told] == values if key == "fingers" else words_of(told) == words_of(values[0]), (purpose["purpose"], key)


def test_P1_a_terminal_reads_whose_fingerprints_are_taken(daemon_of):
    """By bands, as it says them: at which ages, and at which where an adult is present."""
    shown = {each["purpose"]: each for each in daemon_of(policy__first="protection", **REGISTERED).client().get("/v1/policy").json["purposes"]}
    protection = shown["protection_check"]
    assert (protection["age_bands"], protection["age_bands_accompanied"]) == (["12_to_17", "18_and_over"], ["6_to_11", "12_to_17", "18_and_over"])


# One who serves at a lane, of a post with the rules of Ukraine.
LANE = {"roles": {}, "identification__require_armed": "no", "person anna__roles": "terminal, supervisor", "person anna__proof": "user:root"}
ASKED = {**OPENING, "legal_basis": ROUTINE_LEGAL_BASIS, "officer": "anna"}


def consultation(client):
    """The body of the last one."""
    return [each["body"] for each in client.log() if each["head"]["event"] == "consultation"][-1]


@pytest.mark.parametrize("change, reason, subject", [
    ({"purpose": "customs"}, "PURPOSE_NOT_DECLARED", "purpose"),
    ({"legal_basis": "Border Act art. 7"}, "LEGAL_BASIS_NOT_IN_POLICY", "legal_basis"),
    ({"legal_basis": ROUTINE_LEGAL_BASIS + "."}, "LEGAL_BASIS_NOT_IN_POLICY", "legal_basis"),
    ({"purpose": "missing_person_check", "kind": "both"}, "COMPARISON_NOT_PERMITTED", "kind"),
    ({"purpose": "readmission", "case_number": "R-1"}, "COMPARISON_NOT_PERMITTED", "kind"),
    ({"traveller_group": "diplomat"}, "GROUP_EXEMPT", "traveller_group"),
    ({"traveller_group": "crew"}, "GROUP_EXEMPT", "traveller_group"),
    ({"traveller_group": "international_official"}, "GROUP_EXEMPT", "traveller_group"),
    ({"traveller_group": "citizen"}, "GROUP_EXEMPT", "traveller_group"),
    ({"age_band": "12_to_17"}, "AGE_NOT_PERMITTED", "age_band"),
    ({"age_band": "12_to_17", "accompanied": True}, "AGE_NOT_PERMITTED", "age_band"),
    ({"age_band": "unknown"}, "AGE_NOT_PERMITTED", "age_band")])
def test_P1_what_the_policy_does_not_permit_is_refused_before_anything_is_captured(daemon_of, change, reason, subject):
    client = daemon_of(policy__first="ukraine", **LANE).client()
    assert client.post("/v1/transactions", ASKED).status == 201
    refused = client.post("/v1/transactions", {**ASKED, **change})
    assert (refused.status, refused.reason, refused.json["subject"]) == (403, reason, subject)
    assert client.get("/v1/status").json["transactions"] == 1
    assert not {"collection", "consultation"} & {each["head"]["event"] for each in client.log()}


def test_P8_who_says_another_legal_basis_is_told_those_that_there_are(daemon_of):
    """In the words that he types, and in his language."""
    daemon = daemon_of(policy__first="ukraine", **LANE)
    for locale, told in (("C", "for readmission it names"), ("uk_UA.UTF-8", "для readmission вона називає")):
        refused = subprocess.run([KORDONCTL, "--config", daemon.configuration, "verify", "--purpose", "readmission", "--legal-basis", "Border Act; art. 7",
                                  "--justification", "handed over", "--traveller-group", "foreigner", "--age-band", "18_and_over", "--case-number", "R-1",
                                  "--reference", daemon.configuration], capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": locale})
        assert refused.returncode == 77 and refused.stderr.startswith("kordonctl: --legal-basis: "), refused
        assert f'{told} "{ROUTINE_LEGAL_BASIS}", "Readmission agreement with the requesting state"; ' in refused.stderr


def test_P1_a_purpose_is_asked_for_by_the_roles_that_the_policy_names(daemon_of, tmp_path):
    path = post_policy(tmp_path, ("roles = terminal", "roles = protection_officer"))
    refused = daemon_of(policy__first=path, **LANE).client().post("/v1/transactions", {**OPENING, "officer": "anna"})
    assert (refused.status, refused.reason, refused.json["subject"]) == (403, "NOT_PERMITTED", "purpose")


@pytest.mark.parametrize("accompanied, status", [(True, 201), (False, 403)])
def test_P1_a_child_may_be_captured_where_the_policy_says_with_whom(daemon_of, accompanied, status):
    client = daemon_of(policy__first="protection", **LANE).client()
    child = {**ASKED, "purpose": "protection_check", "legal_basis": "Law on the protection of persons at risk", "age_band": "6_to_11"}
    assert client.post("/v1/transactions", {**child, "accompanied": accompanied}).status == status


def test_P2_who_is_exempt_is_recorded_by_his_group(daemon_of):
    client = daemon_of(policy__first="ukraine", **LANE).client()
    for change, ground in (({"traveller_group": "diplomat"}, "diplomat"), ({"age_band": "12_to_17"}, "under_age")):
        answer = client.post("/v1/transactions", {**ASKED, **change, "exception": {"kind": "not_applicable"}})
        assert answer.status == 201, answer
        body = consultation(client)
        assert body["exception"] == {"kind": "not_applicable", "reason": ground} and "decision" not in body
    foreigner = client.post("/v1/transactions", {**ASKED, "exception": {"kind": "not_applicable"}})
    assert (foreigner.status, foreigner.reason) == (403, "NOT_EXEMPT")
    worn = client.post("/v1/transactions", {**ASKED, "traveller_group": "diplomat",
                                            "exception": {"kind": "impossible", "reason": "skin_condition"}})
    assert (worn.status, worn.reason) == (403, "GROUP_EXEMPT")


def test_F8_what_a_sensor_took_that_the_policy_does_not_take_by_the_time_of_the_comparison_is_not_compared(daemon_of, fingers):
    """Its samples were permitted when they came; another transaction's, of the sensor that is asked for now, is compared."""
    sensors = {f"sensor {name}__{key}": value for name, fap in (("plate", "45"), ("plain", "20"))
               for key, value in (("device", name), ("fap", fap))}
    client = daemon_of(**sensors).client()
    client.import_list([entry(fingers[1, 1])])
    transactions = {device: client.open() for device in ("plain", "plate")}
    for device, transaction in transactions.items():
        assert client.sample(transaction, fingers[1, 2], device=device).status == 200
    approve(client, preset("demonstration").replace("version = 1", "version = 2").replace("identification_fap = 0", "identification_fap = 45"))
    result = client.decide(transactions["plain"]).json["result"]
    assert (result["decision"], result["why"]) == ("inconclusive", "SENSOR_NOT_PERMITTED") and "identification" not in result
    assert (consultation(client)["decision"], consultation(client)["why"]) == ("inconclusive", "SENSOR_NOT_PERMITTED")
    assert client.decide(transactions["plate"]).json["result"]["decision"] == "match"


def test_P8_a_manual_record_has_a_legal_basis_of_the_policy(daemon_of):
    """What was done on paper was done by the same rules."""
    client = daemon_of(policy__first="ukraine", **LANE).client()
    record = {"officer": "anna", "traveller_group": "foreigner", "purpose": "border_check", "legal_basis": ROUTINE_LEGAL_BASIS,
              "time": "2026-01-01T00:00:00Z", "outcome": "passed", "reason": "no_power", "stamp_number": "7"}
    refused = client.post("/v1/manual_records", {**record, "legal_basis": OPENING["legal_basis"]})
    assert (refused.status, refused.reason, refused.json["subject"]) == (403, "LEGAL_BASIS_NOT_IN_POLICY", "legal_basis")
    assert not [each for each in client.log() if each["head"]["event"] == "consultation"]
    assert client.post("/v1/manual_records", record).status == 201


def approve(client, text):
    proposal = client.post("/v1/policy/proposals?justification=law", text)
    assert proposal.status == 200, proposal
    answer = client.post(f"/v1/policy/proposals/{proposal.json['hash']}/approval?justification=law")
    assert answer.status == 200, answer


def test_P8_what_the_policy_forbids_by_the_time_of_the_comparison_is_not_compared(daemon_of, fingers):
    """Never a no match: nobody was looked for. The entry names the policy that forbade it, the one before the policy that permitted."""
    client = daemon_of().client()
    client.import_list([entry(fingers[1, 1])])
    text = preset("demonstration").replace("version = 1", "version = 2")
    before, behind = client.open(), client.open()
    for transaction in (before, behind):
        assert client.sample(transaction, fingers[1, 2]).status == 200
    assert client.decide(before).json["result"]["decision"] == "match"
    assert consultation(client)["policy"] == {"hash": hash_of(preset("demonstration")), "version": 1}
    text = text.replace("captured_groups = citizen, foreigner,", "captured_groups = citizen,", 1)
    text = text.replace("exempt_groups = none", "exempt_groups = foreigner", 1)
    approve(client, text)
    result = client.decide(behind).json["result"]
    assert (result["decision"], result["why"]) == ("inconclusive", "GROUP_EXEMPT")
    assert "identification" not in result
    body = consultation(client)
    assert (body["transaction"], body["decision"], body["why"]) == (behind, "inconclusive", "GROUP_EXEMPT")
    assert body["policy"] == {"hash": hash_of(text), "version": 2}


@pytest.mark.parametrize("now", [("fingers_needed = 1", "fingers_needed = 2"), ("fingers = right_index, ", "fingers = ")])
def test_Q3_fingers_are_compared_as_the_policy_has_it_by_then(daemon_of, fingers, now):
    """One that needs more of them, or does not take that one any more: nobody was looked for by it."""
    client = daemon_of().client()
    client.import_list([entry(fingers[1, 1])])
    transaction = client.open(fingers=["right_index"])
    assert client.sample(transaction, fingers[1, 2]).status == 200
    approve(client, preset("demonstration").replace("version = 1", "version = 2").replace(*now))
    result = client.decide(transaction).json["result"]
    assert (result["decision"], result["why"]) == ("inconclusive", "POLICY_CHANGED")
    assert "identification" not in result


def test_P1_who_lost_the_role_meanwhile_has_nothing_compared(daemon_of, fingers, tmp_path):
    """The policy is asked again about who he is now, not about who opened it."""
    policy = changed(tmp_path, ("border_check", "roles = terminal", "roles = protection_officer"))
    post = daemon_of(policy__first=policy)
    client = post.client()
    client.import_list([entry(fingers[1, 1])])
    transaction = client.open()
    assert client.sample(transaction, fingers[1, 2]).status == 200
    change(post, (role("protection_officer"), ""))
    assert "[roles] protection_officer" in reload(post)
    result = client.decide(transaction).json["result"]
    assert (result["decision"], result["why"]) == ("inconclusive", "NOT_PERMITTED")
    assert "identification" not in result
