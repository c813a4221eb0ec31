"""An auditor reads from an export alone whether matches were decided by the rules (H1, H2, H3, H5, M2): here from logs whose signatures hold, and
which say what kordond would never write."""

import json
import subprocess

import pytest

from kordond import KORDONCTL
from signed_log import commitment, make_export

MATCH = "00112233445566778899aabbccddeeff"
SALTS = {"nina": bytes(32), "taras": bytes(range(32))}


def act(name, what, **more):
    return {"actor": f"person:{name}", "role": "examiner", "what": what, "referral": MATCH, "transaction": MATCH, "purpose": "border_check",
            "route": "second_line", "examiners": 2, **more}


def committed(name, what, found):
    return "decision", act(name, what, commitment=commitment(SALTS[name], found).hexdigest())


def opened(name, verdict):
    return {"examiner": f"person:{name}", "role": "examiner", "judgement": "usable", "judgement_words": "", "judgement_salt": SALTS[name].hex(),
            "verdict": verdict, "reason": "seen", "verdict_salt": SALTS[name].hex()}


def judged(name):
    return committed(name, "probe judged", {"judgement": "usable", "words": ""})


def course():
    """As it must be; the numbers of its entries are their places."""
    return [("consultation", {"actor": "device:lane-1", "role": "terminal", "officer": "boris", "transaction": MATCH, "purpose": "border_check",
                              "decision": "match", "told": "match", "identification": {"decision": "match"}}),
            ("decision", act("nina", "referral taken")), judged("nina"), ("consultation", act("nina", "reference seen", candidate=1)),
            committed("nina", "verdict given", {"reason": "seen", "verdict": "hit"}),
            ("decision", act("taras", "referral taken")), judged("taras"),
            ("decision", act("taras", "outcome", outcome="hit", verdicts=[opened("nina", "hit"), opened("taras", "hit")])),
            ("decision", {"actor": "kordond", "role": "system", "what": "probe erased", "transaction": MATCH})]


def seen_too_early(entries):
    entries[2], entries[3] = entries[3], entries[2]


def altered_afterwards(entries):
    entries[7][1]["verdicts"][0] = opened("nina", "false_positive")
    entries[7][1]["outcome"] = "disagreed"


def by_one_person(entries):
    entries[5:8] = [("decision", act("nina", "referral taken"))]


def told_before_its_time(entries):
    entries[4][1]["verdict"] = "hit"


def without_outcome(entries):
    del entries[7]


# (what is done to it, the first entry that shows it, how)
BREAKS = ((seen_too_early, 2, "before the probe was judged"), (altered_afterwards, 7, "not the one that was committed to"),
          (by_one_person, 5, "two seats of one person"), (told_before_its_time, 4, "told before its time"),
          (without_outcome, 7, "erased before there is an outcome"))


def audit(folder, entries, *words):
    make_export(folder, entries)
    return subprocess.run([KORDONCTL, *words, f"{folder}/export", "--vkey", f"{folder}/log.vkey"], capture_output=True, text=True, check=False)


def test_H5_a_course_as_it_must_be_is_proven(tmp_path):
    verified = audit(tmp_path, course(), "log", "verify")
    assert verified.returncode == 0 and "1: 0 open, 0 disagreed, 1 decided" in verified.stdout, verified
    told = audit(tmp_path, course(), "log", "referrals")
    assert told.returncode == 0 and "proven: each act was allowed" in told.stdout and "hit, because: seen" in told.stdout, told


def taras_looks(entries):
    entries.insert(6, ("consultation", act("taras", "probe seen")))
    entries.insert(8, ("consultation", act("taras", "reference seen", candidate=1)))
    entries[9][1]["candidates"] = [{}]


def shown_before(entries):
    """As an older kordond wrote it: what was shown stands in the verdict's own entry, and is not committed to."""
    taras_looks(entries)
    for number in (4, 9):
        entries[number][1].update(looked=True, shown=[1])


def shown_at_the_opening(entries):
    entries[4] = committed("nina", "verdict given", {"reason": "seen", "shown": [1], "verdict": "hit"})
    taras_looks(entries)
    entries[4][1]["looked"] = True
    for each in entries[9][1]["verdicts"]:
        each["shown"] = [1]


@pytest.mark.parametrize("told", (shown_before, shown_at_the_opening))
def test_H5_what_was_shown_is_proven_wherever_it_was_told(tmp_path, told):
    entries = course()
    told(entries)
    verified = audit(tmp_path, entries, "log", "verify")
    assert verified.returncode == 0 and "1: 0 open, 0 disagreed, 1 decided" in verified.stdout, verified
    where = entries[4][1] if told is shown_before else entries[9][1]["verdicts"][0]
    where["shown"] = []
    found = json.loads(audit(tmp_path, entries, "--json", "log", "verify", "--all").stdout)["found"]
    assert {each["entry"] for each in found} == {9}, found


def both_mean(entries, nina, taras, outcome, outcomes=None):
    """Both were shown two candidates; whom each hit means."""
    shown_at_the_opening(entries)
    entries[9][1]["candidates"] = [{}, {}]
    entries.insert(9, ("consultation", act("taras", "reference seen", candidate=2)))
    entries.insert(4, ("consultation", act("nina", "reference seen", candidate=2)))
    entries[5] = committed("nina", "verdict given", {"candidate": nina, "reason": "seen", "shown": [1, 2], "verdict": "hit"})
    for each, candidate in zip(entries[11][1]["verdicts"], (nina, taras)):
        each.update(shown=[1, 2], candidate=candidate)
    entries[11][1].update(outcome=outcome, **({"candidate": outcomes} if outcomes else {}))


# whom they mean, what comes of it, what the outcome says of whom, why that may not be
MEANT = ((2, 2, "hit", 2, None), (1, 2, "hit", 1, "does not follow"), (2, 2, "hit", 1, "does not follow"), (2, 2, "hit", None, "does not follow"),
         (2, 2, "disagreed", None, "does not follow"), (3, 3, "hit", 3, "whose reference its giver was not shown"))


@pytest.mark.parametrize("nina, taras, outcome, outcomes, why", MEANT)
def test_H2_hits_that_mean_two_people_are_no_hit_in_the_log(tmp_path, nina, taras, outcome, outcomes, why):
    entries = course()
    both_mean(entries, nina, taras, outcome, outcomes)
    found = json.loads(audit(tmp_path, entries, "--json", "log", "verify", "--all").stdout)["found"]
    assert [each for each in found if each["entry"] == 11 and why and why in each["detail"]] if why else found == [], found
    if why is None:
        told = audit(tmp_path, entries, "log", "referrals")
        assert told.returncode == 0 and told.stdout.count(f"candidate {outcomes}") == 3, told


def test_H2_where_they_mean_two_people_they_differ(tmp_path):
    entries = course()
    both_mean(entries, 1, 2, "disagreed")
    del entries[12]
    verified = audit(tmp_path, entries, "log", "verify")
    assert verified.returncode == 0 and "0 open, 1 disagreed" in verified.stdout, verified
    word = {**act("sofia", "overridden", outcome="hit", candidate=2, justification="the cores agree", looked=True, shown=[1, 2], candidates=[{}, {}]),
            "role": "supervisor"}
    looks = [("consultation", {**act("sofia", what, **more), "role": "supervisor"})
             for what, more in (("probe seen", {}), ("reference seen", {"candidate": 1}), ("reference seen", {"candidate": 2}))]
    verified = audit(tmp_path, [*entries, *looks, ("decision", word)], "log", "verify")
    assert verified.returncode == 0 and "1 decided" in verified.stdout, verified
    for candidate, why in ((3, "whom no examiner meant"), (None, "does not say whom it means")):
        changed = {key: value for key, value in {**word, "candidate": candidate}.items() if value is not None}
        found = json.loads(audit(tmp_path, [*entries, *looks, ("decision", changed)], "--json", "log", "verify", "--all").stdout)["found"]
        assert any(each["entry"] == 15 and why in each["detail"] for each in found), found


def test_H3_who_judged_without_having_looked_is_remarked(tmp_path):
    """Nina looked at the reference alone, Taras at nothing."""
    verified = audit(tmp_path, course(), "log", "verify")
    assert verified.returncode == 0 and "of 1 somebody judged who had not looked" in verified.stdout, verified
    told = audit(tmp_path, course(), "log", "referrals")
    remarks = [line.strip() for line in told.stdout.splitlines() if "REMARK" in line]
    assert told.returncode == 0 and [line.split("entry ")[1].split(":")[0] for line in remarks] == ["2", "6", "7"], told
    assert "not looked at it" in remarks[0] and "not seen what the probe is compared with" in remarks[2], remarks
    course_told, = json.loads(audit(tmp_path, course(), "--json", "log", "referrals").stdout)["referrals"]
    assert [each["entry"] for each in course_told["remarks"]] == [2, 6, 7] and course_told["proof"] == "whole", course_told


@pytest.mark.parametrize("done, number, why", BREAKS)
def test_H5_a_course_that_breaks_a_rule_is_named(tmp_path, done, number, why):
    entries = course()
    done(entries)
    verified = json.loads(audit(tmp_path, entries, "--json", "log", "verify", "--all").stdout)
    assert (verified["valid"], verified["error"]["reason"], verified["error"]["subject"]) == (False, "COURSE_BROKEN", f"entry {number}"), verified
    assert verified["referrals"]["broken"] == 1 and (verified["found"][0]["entry"], why in verified["found"][0]["detail"]) == (number, True), verified
    plain = audit(tmp_path, entries, "log", "verify")
    assert plain.returncode == 1 and f"entry {number}" in plain.stderr and why in plain.stderr and plain.stdout == "", plain
    told = audit(tmp_path, entries, "log", "referrals")
    assert told.returncode == 1 and f"A RULE IS BROKEN: entry {number}" in told.stdout and f"entry {number}" in told.stderr, told


def test_H5_of_what_is_not_there_nothing_is_proven_and_nobody_is_accused(tmp_path):
    """The judgement's body was erased: what it said nobody knows."""
    entries = course()
    entries[2] = ("decision", None)
    entries.append(("erasure", {"actor": "kordond", "role": "system", "erased_seq": 2}))
    verified = audit(tmp_path, entries, "log", "verify")
    assert verified.returncode == 0 and "of 1 nothing is proven" in verified.stdout, verified
    course_told, = json.loads(audit(tmp_path, entries, "--json", "log", "referrals").stdout)["referrals"]
    assert (course_told["proof"], course_told["breaks"]) == ("unseen", [])


def test_P6_L1_what_was_reported_and_until_when_a_case_counts_is_told(tmp_path):
    """A report is of a silent referral; a case of one that people found to be of another person."""
    entries = course()
    entries[7][1]["outcome"] = "false_positive"
    for number, name in ((4, "nina"), (7, "taras")):
        entries[7][1]["verdicts"][number == 7] = opened(name, "false_positive")
    entries[4] = committed("nina", "verdict given", {"reason": "seen", "verdict": "false_positive"})
    entries.append(("decision", {**act("sofia", "redress recorded"), "role": "supervisor", "case": "00" * 8, "until": "2027-12-04", "consent": True,
                                 "justification": "told apart", "references": []}))
    seen = {"place": "Krakovets", "vehicle": "a white\x1b[2Jvan"}
    silent = {**act("nina", "second-line report"), "referral": MATCH + "s", "route": "silent", "report": seen}
    entries.insert(8, ("decision", silent))
    told = audit(tmp_path, entries, "log", "referrals").stdout
    assert all(f"\n      {line}\n" in told for line in ("case 0000000000000000", "until 2027-12-04", "because: told apart", "place: Krakovets")), told
    assert "vehicle: a white?[2Jvan" in told, told
    steps = [step for each in json.loads(audit(tmp_path, entries, "--json", "log", "referrals").stdout)["referrals"] for step in each["steps"]]
    assert [step["report"] for step in steps if "report" in step] == [seen] and [step["until"] for step in steps if "until" in step] == ["2027-12-04"]


def test_H5_one_transaction_is_asked_for(tmp_path):
    told = audit(tmp_path, course(), "--json", "log", "referrals", "--transaction", MATCH)
    assert [each["referral"] for each in json.loads(told.stdout)["referrals"]] == [MATCH]
    told = audit(tmp_path, course(), "--json", "log", "referrals", "--transaction", f"{MATCH}s")
    assert [each["referral"] for each in json.loads(told.stdout)["referrals"]] == [MATCH]


@pytest.mark.parametrize("transaction, status", (("0" * 32, 66), ("0" * 32 + "s", 66), ("ffff", 64), (f"{MATCH}t", 64)))
def test_H5_one_that_is_not_there_is_not_passed_over(tmp_path, transaction, status):
    told = audit(tmp_path, course(), "log", "referrals", "--transaction", transaction)
    assert (told.returncode, told.stdout) == (status, ""), told


def test_H5_of_a_match_on_which_nobody_acted_no_act_s_members_are_told(tmp_path):
    told = audit(tmp_path, course()[:1], "log", "referrals")
    assert told.returncode == 0 and f"referral {MATCH}: border_check, nobody has acted on it yet: open\n" in told.stdout, told
