"""Who is on the list twice is told to those who bring lists, and to nobody who may not see every entry of it."""

import contextlib
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, f"{os.path.dirname(os.path.dirname(os.path.abspath(__file__)))}/support")
from kordond import KORDONCTL, entry, user_name, wait_until  # noqa: E402  pylint: disable=wrong-import-position

DUPLICATES = "/v1/watchlist/duplicates"


def in_words(daemon, *arguments):
    return subprocess.run([KORDONCTL, "--config", daemon.configuration, *map(str, arguments)], capture_output=True, text=True, check=False)


def told(client):
    return client.get(f"{DUPLICATES}?limit=1000").json


def found(client):
    """What is told when everybody was searched."""
    wait_until(lambda: told(client)["finished"])
    return told(client)


def ids(pair):
    return {each["entry"] for each in pair["entries"]}


def combinations(client):
    return [each["body"] for each in client.log() if each["head"]["event"] == "combination"]


def looks(client, before=0):
    """Entries that say that somebody was shown pairs."""
    return [each for each in client.log()[before:] if each["body"].get("what") == "entries that are on the list twice"]


def people(fingers, count=3, **changes):
    return [entry(fingers[number, 1], number) for number in range(1, count + 1)] + [entry(fingers[1, 2], count + 1, **changes)]


def manifest(folder, fingers, pictures):
    """A list of people with a finger each, by their files."""
    entries = []
    for number, (finger, impression) in enumerate(pictures, 1):
        (folder / f"{number}.png").write_bytes(fingers[finger, impression])
        listed = entry(b"", number)
        listed["fingers"] = [{"position": "right_index", "file": f"{number}.png", "ppi": 500}]
        entries.append(listed)
    (folder / "list.json").write_text(json.dumps({"list": "test list", "version": 1, "entries": entries}))
    return entries


def test_F10_one_finger_under_two_people_is_told_behind_an_import(daemon, fingers, tmp_path):
    """Two impressions of one finger, under two case numbers: the import stays, and says so."""
    entries = manifest(tmp_path, fingers, [(1, 1), (2, 1), (1, 2)])
    said = in_words(daemon, "watchlist", "import", tmp_path / "list.json")
    assert said.returncode == 0 and "1 pair of entries with the same finger" in said.stdout, said
    with contextlib.closing(daemon.client()) as client:
        assert len(looks(client)) == 1
        answer = found(client)
        listed = client.get("/v1/watchlist?identity=1&justification=why").json["entries"]
    numbers = {each["entry"]: each["case_number"] for each in listed}
    (pair,) = answer["pairs"]
    assert {numbers[number] for number in ids(pair)} == {entries[0]["case_number"], entries[2]["case_number"]}
    assert pair["position"] == "right_index" and pair["score"] >= answer["threshold"]
    assert (answer["compared"], answer["not_compared"], answer["found"], answer["left_out"]) == (3, 0, 1, 0)
    assert "agree in right_index" in said.stdout and "watchlist show ENTRY --identity" in said.stdout
    assert "agree in right_index" in in_words(daemon, "watchlist", "duplicates").stdout


def test_F10_without_kordond_an_import_says_itself_who_is_twice(daemon, fingers, tmp_path):
    """And records what was found, and that it was shown, as kordond does."""
    manifest(tmp_path, fingers, [(1, 1), (2, 1), (1, 2)])
    daemon.stop()
    said = in_words(daemon, "watchlist", "import", tmp_path / "list.json")
    assert said.returncode == 0 and "1 pair of entries with the same finger" in said.stdout, said
    assert "agree in right_index" in said.stdout
    daemon.start()
    with contextlib.closing(daemon.client()) as client:
        answer = found(client)
        body = combinations(client)[0]
        assert {each["entry"] in said.stdout for each in answer["pairs"][0]["entries"]} == {True}
        (look, *_) = looks(client)
    assert (body["pairs"], body["entries"], body["list"], body["version"]) == (1, 3, "test list", 1)
    assert body["actor"] == look["body"]["actor"] != "kordond" and look["body"]["role"] == "supervisor"
    assert not any(each["entry"] in json.dumps(body) for each in answer["pairs"][0]["entries"])


def test_F10_without_kordond_where_nobody_is_twice_that_is_said_and_no_more_recorded(daemon, fingers, tmp_path):
    manifest(tmp_path, fingers, [(1, 1), (2, 1)])
    daemon.stop()
    said = in_words(daemon, "watchlist", "import", tmp_path / "list.json")
    assert "none found with a score of 40 or more among 2 entries that were compared" in said.stdout
    daemon.start()
    with contextlib.closing(daemon.client()) as client:
        assert not combinations(client) and not looks(client)


def test_F10_where_nobody_is_twice_that_is_said_of_those_who_were_compared(daemon, client, fingers):
    client.import_list([entry(fingers[1, 1], 1), entry(fingers[2, 1], 2), entry(fingers[3, 1], 3, position="left_thumb")])
    answer = found(client)
    assert (answer["entries"], answer["compared"], answer["not_compared"]) == (3, 2, 1)
    assert (answer["found"], answer["pairs"], answer["next"]) == (0, [], None)
    said = in_words(daemon, "watchlist", "duplicates").stdout
    assert "none found with a score of 40 or more among 2 entries that were compared" in said and "not compared    1 of 3 entries" in said
    assert not combinations(client)


def test_L1_a_look_at_the_pairs_is_recorded_and_what_was_found_without_who(daemon, client, fingers):
    client.import_list(people(fingers))
    answer = found(client)
    (body,) = combinations(client)
    assert (body["pairs"], body["entries"], body["compared"], body["actor"]) == (1, 4, 4, "kordond")
    assert not any(number in json.dumps(body) for pair in answer["pairs"] for number in ids(pair))
    before = len(client.log())
    told(client)
    assert [each["head"]["event"] for each in looks(client, before)] == ["access"]
    assert "people who are on the list twice, pairs 1" in in_words(daemon, "log", "show", "--brief", "--event=combination").stdout


def test_Q10_where_nobody_is_compared_it_is_not_said_that_nobody_is_twice(daemon, client, fingers):
    client.import_list([entry(fingers[1, 1], 1)])
    answer = found(client)
    assert (answer["entries"], answer["compared"], answer["not_compared"], answer["found"]) == (1, 0, 1, 0)
    said = in_words(daemon, "watchlist", "duplicates").stdout
    assert "nobody was compared with anybody" in said and "none found" not in said


def test_L1_who_waits_for_the_end_sees_nobody_and_leaves_no_entry(client, fingers):
    client.import_list(people(fingers))
    answer = found(client)
    before = len(client.log())
    progress = client.get(f"{DUPLICATES}?progress=1").json
    assert progress == {key: value for key, value in answer.items() if key not in ("pairs", "next")}
    assert not looks(client, before)


def test_P8_a_victim_is_not_compared_with_whom_no_purpose_may_see_beside_him(client, fingers):
    """One finger under a victim of trafficking and under somebody who is wanted: no purpose sees both, so that nobody is told that they are one."""
    client.import_list(people(fingers, category="trafficking_victim", purposes=["protection_check"]))
    answer = found(client)
    assert (answer["found"], answer["left_out"], answer["not_compared"]) == (0, 0, 1)
    assert not combinations(client)


def test_M3_an_erased_entry_takes_its_pairs_with_it(client, fingers):
    client.import_list(people(fingers))
    (pair,) = found(client)["pairs"]
    client.delete(f"/v1/watchlist/{min(ids(pair))}?justification=court")
    assert told(client)["pairs"] == []
    assert found(client)["found"] == 0


def test_F10_another_list_is_searched_anew(client, fingers):
    client.import_list(people(fingers))
    assert found(client)["found"] == 1
    client.import_list([entry(fingers[number, 1], number) for number in range(1, 4)], version=2)
    wait_until(lambda: told(client)["version"] == 2)
    assert found(client)["found"] == 0


def test_Q10_killed_in_the_middle_it_searches_again(daemon, fingers):
    """What was found is in no file: a start has not finished until it has searched."""
    with contextlib.closing(daemon.client()) as client:
        client.import_list(people(fingers))
        answer = found(client)
    daemon.kill()
    daemon.start()
    with contextlib.closing(daemon.client()) as client:
        again = found(client)
    assert [ids(pair) for pair in again["pairs"]] == [ids(pair) for pair in answer["pairs"]]


def become(daemon, role):
    """The same post, at which we have that role alone."""
    daemon.stop()
    with open(daemon.configuration, encoding="ascii") as stream:
        text = stream.read()
    with open(daemon.configuration, "w", encoding="ascii") as stream:
        stream.write(re.sub(r"\[roles\]\n([a-z_]+ = .*\n)+", f"[roles]\n{role} = user:{user_name()}\n", text))
    daemon.start()


def test_P6_a_discreet_entry_s_pair_is_told_to_supervisors_alone(daemon, fingers):
    """Nor does what others are told of the post have a word of it."""
    with contextlib.closing(daemon.client()) as client:
        client.import_list(people(fingers, category="discreet_check"))
        assert found(client)["found"] == 1
    for role in ("terminal", "examiner", "protection_officer", "auditor", "administrator"):
        become(daemon, role)
        with contextlib.closing(daemon.client()) as client:
            refused = client.get(DUPLICATES)
            assert (refused.status, refused.reason) == (403, "NOT_PERMITTED")
            assert "duplicate" not in json.dumps(client.get("/v1/status").json)
            assert b"duplicate" not in client.get("/metrics").body
    become(daemon, "supervisor")
    with contextlib.closing(daemon.client()) as client:
        assert {each["category"] for each in found(client)["pairs"][0]["entries"]} == {"discreet_check", "missing_person"}
