"""What officers read comes in the language that they ask for; what programs read is the same in each."""

import http.client
import json
import os
import re
import subprocess
import sys

import pytest

sys.path.insert(0, f"{os.path.dirname(os.path.dirname(os.path.abspath(__file__)))}/support")
from kordond import KORDONCTL, OPENING, entry  # noqa: E402  pylint: disable=wrong-import-position
from listener import Listener  # noqa: E402  pylint: disable=wrong-import-position
from virtual_finger import write_png  # noqa: E402  pylint: disable=wrong-import-position

UKRAINIAN = {"Accept-Language": "uk-UA,uk;q=0.9,en;q=0.5"}
CYRILLIC = set("абвгґдеєжзиіїйклмнопрстуфхцчшщьюя")
WORDS = {"text", "detail", "remedy", "advice", "procedure", "scores_note", "notes"}
PASSING = {"transaction", "seq", "time_ms", "since"}


def is_ukrainian(text):
    return bool(set(text.lower()) & CYRILLIC)


def codes(value):
    """An answer without its sentences, and without what differs between two transactions."""
    if isinstance(value, dict):
        return {key: codes(each) for key, each in value.items() if key not in WORDS | PASSING}
    return [codes(each) for each in value] if isinstance(value, list) else value


def sentences(value, key=""):
    if isinstance(value, dict):
        return [found for name, each in value.items() for found in sentences(each, name)]
    if isinstance(value, list):
        return [found for each in value for found in sentences(each, key)]
    return [value] if key in WORDS and isinstance(value, str) and value else []


def transaction(client, headers, poor):
    """All answers about a child whose finger can't be read and who is let pass as an exception."""
    opened = client.request("POST", "/v1/transactions", {**OPENING, "kind": "verification", "age_band": "12_to_17", "purpose": "protection_check"}, headers)
    path = f"/v1/transactions/{opened.json['transaction']}"
    return [opened, client.request("POST", f"{path}/samples?position=right_index&ppi=500", poor, headers),
            client.request("GET", path, headers=headers),
            client.request("POST", f"{path}/exception", {"kind": "impossible", "reason": "worn_fingers"}, headers),
            client.request("POST", f"{path}/decision", {}, headers)]


@pytest.fixture(name="blank")
def fixture_blank(tmp_path):
    """A picture of no finger."""
    write_png(tmp_path / "blank.png", 300, 400, bytes([200]) * 120000)
    return (tmp_path / "blank.png").read_bytes()


def test_H4_a_transaction_is_told_in_ukrainian_with_the_codes_of_english(daemon, blank):
    client = daemon.client()
    english, ukrainian = (transaction(client, headers, blank) for headers in ({}, UKRAINIAN))
    assert [each.status for each in ukrainian] == [each.status for each in english]
    for one, other in zip(english, ukrainian):
        assert codes(one.json) == codes(other.json)
        assert not any(map(is_ukrainian, sentences(one.json)))
        assert one.headers["content-language"] == "en" and other.headers["content-language"] == "uk"
        assert other.headers["vary"] == "accept-language"
    said = [found for each in ukrainian for found in sentences(each.json)]
    assert {"показники порівняння для дітей не перевірено", "неможливо в теперішньому стані перевірки"} <= set(said)
    assert ukrainian[1].json["text"] == "зразок не містить придатного відбитка пальця"
    assert "Прикладіть палець до сканера" in said or ukrainian[2].json["guidance"]["text"] in said
    assert is_ukrainian(ukrainian[3].json["exception"]["procedure"])


@pytest.mark.parametrize("wanted", ["uk;q=2", "uk;;", "\xd1\x83\xd0\xba", "uk" * 900, "pl", "en, uk", "uk;q=0"])
def test_what_is_malformed_or_not_ours_is_answered_in_english(daemon, wanted):
    answer = daemon.client().request("GET", "/v1/transactions/none", headers={"Accept-Language": wanted})
    assert answer.json["text"] == "no such transaction" and answer.headers["content-language"] == "en"


def test_two_lines_are_one_list(daemon):
    connection = daemon.client().connection
    connection.putrequest("GET", "/v1/transactions/none")
    connection.putheader("Accept-Language", "en;q=0.1")
    connection.putheader("Accept-Language", "uk;q=0.3")
    connection.endheaders()
    response = connection.getresponse()
    assert isinstance(response, http.client.HTTPResponse)
    assert is_ukrainian(json.loads(response.read())["text"])


def test_what_was_repeated_is_told_in_the_words_of_the_first_time(daemon):
    client = daemon.client()
    body = {**OPENING, "kind": "verification", "exception": {"kind": "impossible", "reason": "injured"}}
    body["exception"]["reason"] = "worn_fingers"
    first = client.request("POST", "/v1/transactions", body, {**UKRAINIAN, "Idempotency-Key": "one"})
    again = client.request("POST", "/v1/transactions", body, {"Idempotency-Key": "one"})
    assert again.body == first.body and again.headers["content-language"] == "uk"


def test_what_the_log_tells_of_a_transaction_comes_in_the_language_of_who_asks(daemon):
    opened = daemon.client().request("POST", "/v1/transactions", {**OPENING, "exception": {"kind": "impossible", "reason": "worn_fingers"}}, UKRAINIAN)
    daemon.stop()
    daemon.start()
    client = daemon.client()
    path = f"/v1/transactions/{opened.json['transaction']}"
    english, ukrainian = client.get(path), client.request("GET", path, headers=UKRAINIAN)
    assert ukrainian.json["exception"]["procedure"] == opened.json["exception"]["procedure"]
    assert english.json["exception"]["procedure"].startswith("Check the identity by other means")
    assert codes(english.json) == codes(ukrainian.json)


def test_L6_the_log_has_one_language(daemon):
    client = daemon.client()
    for headers in ({}, UKRAINIAN):
        client.request("POST", "/v1/transactions", {**OPENING, "exception": {"kind": "impossible", "reason": "worn_fingers"}}, headers)
        client.request("GET", "/v1/log/entries", headers=headers)
    answer = client.request("GET", "/v1/log/entries", headers=UKRAINIAN)
    assert "content-language" not in answer.headers
    assert not is_ukrainian(answer.body.decode()) and not is_ukrainian(json.dumps(answer.json, ensure_ascii=False))
    bodies = [each["body"] for each in answer.json["entries"] if each["body"].get("exception")]
    assert len(bodies) == 2 and bodies[0].keys() == bodies[1].keys()


def test_events_come_in_the_language_of_each_listener(daemon, blank):
    client = daemon.client()
    streams = {language: Listener(daemon.socket, language=language) for language in (None, "uk")}
    client.sample(client.open(kind="verification"), blank, ppi=500)
    told = {language: stream.until("guidance") for language, stream in streams.items()}
    english, ukrainian = (told[language][-1] for language in (None, "uk"))
    assert codes(english[1]) == codes(ukrainian[1])
    assert not is_ukrainian(english[1]["guidance"]["text"]) and is_ukrainian(ukrainian[1]["guidance"]["text"])
    # What one missed it is told again in its own words; in another language it would be another listener's.
    before = told["uk"][-2][2]
    for stream in streams.values():
        stream.close()
    resumed = Listener(daemon.socket, last_id=before, language="uk")
    assert resumed.event()[1]["guidance"]["text"] == ukrainian[1]["guidance"]["text"]
    resumed.close()
    other = Listener(daemon.socket, last_id=before)
    assert other.event()[0] == "gap"
    other.close()


def ctl(daemon, *arguments, **environment):
    bare = {name: value for name, value in os.environ.items() if name not in ("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE")}
    return subprocess.run([KORDONCTL, "--config", daemon.configuration, *arguments], capture_output=True, text=True, check=False,
                          env={**bare, **environment})


# No locale of these need be installed: a bare machine has C and C.UTF-8 alone.
@pytest.mark.parametrize("environment", [{"LANG": "uk_UA.UTF-8"}, {"LC_MESSAGES": "uk_UA.UTF-8", "LANG": "C"}, {"LANG": "en_GB.UTF-8", "LANGUAGE": "uk:en"}])
def test_H4_kordonctl_speaks_the_officer_s_language(daemon, environment):
    exception = ("identify", "--exception", "impossible:worn_fingers")
    english, ukrainian = ctl(daemon, *exception, LANG="C.UTF-8", LANGUAGE="uk"), ctl(daemon, *exception, **environment)
    assert english.returncode == ukrainian.returncode == 0
    assert "worn_fingers" in english.stdout and "It must not count against him" in english.stdout
    assert "стерті папілярні лінії" in ukrainian.stdout and "Це не може свідчити проти неї" in ukrainian.stdout
    for command in (("mode", "show"), ("scanners",), ("status",), ("manual", "form")):
        assert not is_ukrainian(ctl(daemon, *command).stdout)
        assert is_ukrainian(ctl(daemon, *command, **environment).stdout), command


def test_H4_kordonctl_s_decision_and_refusal_are_ukrainian(daemon, blank, tmp_path):
    (tmp_path / "finger.png").write_bytes(blank)
    arguments = ("verify", "--reference", tmp_path / "finger.png", "--image", tmp_path / "finger.png", "--reference-ppi", "500", "--ppi", "500")
    english, ukrainian = ctl(daemon, *arguments), ctl(daemon, *arguments, LANG="uk_UA.UTF-8")
    assert english.returncode == ukrainian.returncode != 0
    assert "no usable fingerprint in the sample" in english.stderr and "зразок не містить придатного відбитка пальця" in ukrainian.stderr
    failure = json.loads(ctl(daemon, "--json", *arguments, LANG="uk_UA.UTF-8").stdout)["error"]
    assert failure["reason"] == "SAMPLE_TOO_POOR" and is_ukrainian(failure["text"])
    unreachable = ctl(daemon, "--config", "/nonexistent", "status", LANG="uk_UA.UTF-8")
    assert "конфігурація недійсна" in unreachable.stderr


@pytest.mark.parametrize("language, label", [("C", "number"), ("uk_UA.UTF-8", "номер")])
def test_P6_each_check_says_the_number_that_the_traveller_may_ask_for(daemon, fingers, tmp_path, language, label):
    for impression in (1, 2):
        (tmp_path / f"1_{impression}.png").write_bytes(fingers[1, impression])
    (tmp_path / "other.png").write_bytes(fingers[4, 1])
    verify = ["verify", "--reference", tmp_path / "1_1.png", "--reference-ppi", "500", "--finger", "right_index", "--ppi", "500", "--image"]
    ends = [[*verify, tmp_path / "1_2.png"], [*verify, tmp_path / "other.png"], ["verify", "--exception", "impossible:worn_fingers"]]
    numbers = []
    for end in ends:
        said = ctl(daemon, *end, LC_ALL=language)
        told = re.search(f"^{label} +([0-9a-f]{{32}})$", said.stdout, re.MULTILINE)
        assert told, said
        numbers.append(told.group(1))
    assert numbers[::-1] == [row["transaction"] for row in daemon.ctl_ok("transaction", "list")["transactions"]]


def test_what_auditors_run_is_english(daemon):
    for command in (("log", "verify"), ("log", "show"), ("watchlist", "check"), ("help",)):
        said = ctl(daemon, *command, LANG="uk_UA.UTF-8")
        assert said.returncode == 0 and not is_ukrainian(said.stdout), said


# --- What a traveller is told

@pytest.mark.parametrize("preset", ["ukraine", "ees", "protection", "demonstration"])
def test_H4_a_notice_for_each_purpose_in_both_languages(daemon_of, preset):
    daemon = daemon_of(policy__first=preset, log__unit="Krakovets")
    client = daemon.client()
    policy = client.get("/v1/policy").json["text"]
    purposes = re.findall(r"^\[purpose (\w+)\]", policy, re.M)
    authority = re.search(r"^authority = (.*)", policy, re.M)[1]
    assert purposes
    for purpose in purposes:
        english, ukrainian = (client.request("GET", f"/v1/notice?purpose={purpose}", headers=headers) for headers in ({}, UKRAINIAN))
        assert english.json["language"] == english.headers["content-language"] == "en"
        assert ukrainian.json["language"] == ukrainian.headers["content-language"] == "uk"
        for answer in (english.json, ukrainian.json):
            assert answer["purpose"] == purpose and answer["policy"]["authority"] == authority
            assert f"{authority}, Krakovets" in answer["text"] and purpose in answer["text"]
        assert "A machine can be wrong." in english.json["text"] and "Машина може помилитися." in ukrainian.json["text"]
        adults_only = preset == "ukraine" or (preset, purpose) == ("demonstration", "border_check")
        assert [answer.json["child_text"] is None for answer in (english, ukrainian)] == [adults_only] * 2
        other = client.request("GET", f"/v1/notice?purpose={purpose}&language=en", headers=UKRAINIAN)
        assert other.json == english.json and other.headers["content-language"] == "en"


def test_H4_kordonctl_prints_the_notice_in_the_traveller_s_language(daemon):
    english, ukrainian = (ctl(daemon, "notice", "protection_check", "--language", language, LANG="uk_UA.UTF-8").stdout for language in ("en", "uk"))
    assert ukrainian == ctl(daemon, "notice", "protection_check", LANG="uk_UA.UTF-8").stdout
    assert "YOUR RIGHTS\n" in english and "FOR YOU, IF YOU ARE A CHILD\n" in english and not is_ukrainian(english)
    assert "ВАШІ ПРАВА\n" in ukrainian and "ДЛЯ ТЕБЕ, ЯКЩО ТИ ДИТИНА\n" in ukrainian
    assert daemon.ctl_ok("notice", "protection_check")["text"].startswith("YOUR FINGERPRINTS")


def test_a_notice_is_refused_for_what_is_not_declared(daemon):
    client = daemon.client()
    unknown = client.request("GET", "/v1/notice?purpose=curiosity", headers=UKRAINIAN)
    assert unknown.status == 403 and unknown.reason == "PURPOSE_NOT_DECLARED" and unknown.json["text"] == "такої мети тут не визначено"
    assert client.get("/v1/notice").reason == "BAD_REQUEST"
    assert client.get("/v1/notice?purpose=border_check&language=pl").reason == "BAD_REQUEST"
    assert client.request("GET", "/v1/notice", headers=UKRAINIAN).json["detail"] == "вкажіть, для якої"


def test_H4_values_of_status_stand_in_one_column_in_ukrainian(daemon, fingers):
    assert daemon.client().import_list([entry(fingers[1, 1])]).status == 200
    (line,) = [line for line in ctl(daemon, "status", LANG="uk_UA.UTF-8").stdout.splitlines() if " пал." in line and "показник" in line]
    assert line.index("показник") == 16
