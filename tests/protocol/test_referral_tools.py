"""kordonctl referral: a match goes from the list to its outcome by commands; nothing is presumed, and the prints come as files (H1, H2, H3, H5, M2)."""

import datetime
import io
import json
import os
import pty
import re
import subprocess
import tempfile

import pytest
from PIL import Image, ImageChops

from certificates import Authority, TlsConnection, free_port, settings_of
from cutting_proxy import CuttingProxy
from doors import answered
from kordond import KORDONCTL, OPENING, PATIENCE, entry, wait_until
from later import Later

PERSONS = {"olena": "examiner", "taras": "examiner", "sofia": "supervisor"}


class Post:
    """A post whose list has one person, with a terminal, two examiners and a supervisor at desks elsewhere."""

    def __init__(self, daemon, port, authority, pairs, fingers):
        self.daemon, self.port, self.authority, self.pairs, self.fingers = daemon, port, authority, pairs, fingers

    def ask(self, name, method, path, body=None):
        status, text = answered(TlsConnection(self.port, settings_of(self.authority, self.pairs[name])), method, path,
                                json.dumps(body) if isinstance(body, dict) else body)
        assert status in (200, 201), text
        return json.loads(text)

    def install(self, version, category, listed=None):
        number = self.ask("sofia", "POST", "/v1/watchlist/imports", {"list": "wanted", "version": version})["import"]
        self.ask("sofia", "POST", f"/v1/watchlist/imports/{number}/entries", entry(listed or self.fingers[1, 1], category=category))
        self.ask("sofia", "POST", f"/v1/watchlist/imports/{number}/commit")

    def referred(self, told="match", ending="", **opening):
        """The id of a new match's referral, when it is there; told: what the terminal is."""
        made = self.ask("lane-1", "POST", "/v1/transactions", {**OPENING, "officer": "ivan", **opening})["transaction"]
        self.ask("lane-1", "POST", f"/v1/transactions/{made}/samples?position=right_index", self.fingers[1, 2])
        assert self.ask("lane-1", "POST", f"/v1/transactions/{made}/decision")["result"]["decision"] == told
        wait_until(lambda: made + ending in [row["referral"] for row in self.ask("sofia", "GET", "/v1/referrals")["referrals"]])
        return made + ending

    def command(self, name, *arguments, port=None):
        certificate, key = self.pairs[name]
        return [KORDONCTL, "--server", f"https://localhost:{port or self.port}", "--certificate", certificate, "--key", key,
                "--authority", self.authority.certificate, *map(str, arguments)]

    def said(self, name, *arguments, status=0, language="C"):
        """What it prints for people."""
        outcome = subprocess.run(self.command(name, "referral", *arguments), capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
                                 env={**os.environ, "LC_ALL": language})
        assert outcome.returncode == status, (outcome.stdout, outcome.stderr)
        return outcome.stdout + outcome.stderr

    def ctl(self, name, *arguments):
        outcome = subprocess.run(self.command(name, "--json", "referral", *arguments), capture_output=True, text=True, check=False,
                                 stdin=subprocess.DEVNULL)
        assert outcome.returncode == 0, (outcome.stdout, outcome.stderr)
        return json.loads(outcome.stdout)

    def look(self, name, made):
        """At all that he is shown now."""
        with tempfile.TemporaryDirectory() as folder:
            self.ctl(name, "pictures", made, "--out", f"{folder}/look")

    def judge(self, name, made):
        self.ctl(name, "take", made)
        self.look(name, made)
        return self.ctl(name, "judge", made, "usable")

    def why_not(self, name, *arguments):
        """(reason, exit status)"""
        outcome = subprocess.run(self.command(name, "--json", "referral", *arguments), capture_output=True, text=True, check=False,
                                 stdin=subprocess.DEVNULL)
        assert outcome.returncode != 0, outcome.stdout
        return json.loads(outcome.stdout)["error"]["reason"], outcome.returncode

    def cut(self, lost, name, *arguments, of="referral"):
        """(what it answers, how often it was cut off) where of the answers to it those are lost that lost names: the first one says who is there."""
        proxy = CuttingProxy(self.port, lost)
        outcome = subprocess.run(self.command(name, "--json", of, *arguments, port=proxy.own_port), capture_output=True, text=True, check=False,
                                 stdin=subprocess.DEVNULL)
        proxy.close()
        return json.loads(outcome.stdout), proxy.cut

    def typing(self, name, typed, *arguments):
        """The answer where that is typed at a terminal, and what was asked."""
        ours, theirs = pty.openpty()
        os.write(ours, typed.encode())
        with subprocess.Popen(self.command(name, "--json", "referral", *arguments), stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, env={**os.environ, "LC_ALL": "C"}) as program:
            out, asked = program.communicate(timeout=PATIENCE)
        os.close(ours)
        os.close(theirs)
        assert program.returncode == 0, (out, asked)
        return json.loads(out), asked


@pytest.fixture(name="later")
def fixture_later(tmp_path):
    return Later(tmp_path)


def post_of(daemon_of, fingers, folder, **options):
    """A post with one person on its list, whose certificates lie in folder."""
    authority, port = Authority(folder), free_port()
    server = authority.issue("server", "DNS:localhost", "serverAuth")
    pairs = {name: authority.issue(name, f"DNS:{name}") for name in (*PERSONS, "lane-1")}
    register = {"person ivan__roles": "", "device lane-1__proof": "certificate:post/DNS:lane-1"}
    for name, roles in PERSONS.items():
        register.update({f"person {name}__roles": roles, f"person {name}__proof": f"certificate:post/DNS:{name}"})
    daemon = daemon_of(roles={}, tls__address=f"127.0.0.1:{port}", tls__certificate=server[0], tls__key=server[1],
                       **{"client_authority post__certificate": authority.certificate, "client_authority post__revocation_list": authority.list}, **register, **options)
    made = Post(daemon, port, authority, pairs, fingers)
    made.install(1, "wanted_for_arrest")
    return made


@pytest.fixture(name="post")
def fixture_post(daemon_of, fingers, tmp_path_factory, later):
    return post_of(daemon_of, fingers, tmp_path_factory.mktemp("desk"), environment=later.environment)


def day_ahead():
    return (datetime.datetime.now(datetime.timezone.utc).date() + datetime.timedelta(days=365)).isoformat()


def names(folder):
    return sorted(os.listdir(folder))


def test_H1_H3_H5_a_match_goes_from_the_list_to_its_outcome_by_commands(post, tmp_path):
    made = post.referred()
    assert [row["referral"] for row in post.ctl("olena", "list")["referrals"]] == [made]
    assert "immediate" in post.said("olena", "list") and "none yet: people have not decided" in post.said("olena", "show", made)
    assert post.why_not("olena", "pictures", made, "--out", tmp_path / "none") == ("REFERRAL_STATE", 75) and not (tmp_path / "none").exists()
    post.ctl("olena", "take", made)
    assert names_of(post.ctl("olena", "pictures", made, "--out", tmp_path / "probe")) == ["probe-right_index.png"]
    assert "in your own words" in post.said("olena", "judge", made, "limited", status=64)
    assert "write usable, limited or not_usable" in post.said("olena", "judge", made, "hit", status=64)
    post.ctl("olena", "judge", made, "limited", "--reason", "smeared on the left")
    check_pictures(post, made, tmp_path)
    first = post.ctl("olena", "verdict", made, "hit", "--reason", "14 minutiae agree")
    assert (first["outcome"], first["second"]) == (None, "deferred")
    seen = post.said("taras", "show", made)
    assert "olena" in seen and "smeared" not in seen and "14 minutiae" not in seen and "limited" not in seen
    post.judge("taras", made)
    assert "prints: usable\n" in post.said("taras", "show", made)
    post.look("taras", made)
    assert post.ctl("taras", "verdict", made, "false_positive", "--reason", "the core lies elsewhere")["state"] == "disagreed"
    assert post.why_not("olena", "override", made, "hit", "--reason", "I am sure") == ("NOT_PERMITTED", 77)
    assert "look at the probe first" in post.said("sofia", "override", made, "false_positive", "--reason", "I saw both", status=75)
    post.look("sofia", made)
    assert post.ctl("sofia", "override", made, "false_positive", "--reason", "I saw both")["outcome"] == "false_positive"
    assert post.ctl("sofia", "correct", made, "inconclusive", "--reason", "another print came")["corrected"]["verdict"] == "inconclusive"
    told = post.said("sofia", "show", made)
    assert all(each in told for each in ("14 minutiae agree", "the core lies elsewhere", "I saw both", "another print came"))


def names_of(answer):
    return [os.path.basename(path) for path in answer["written"]]


BLUE, ORANGE = (0, 60, 220), (225, 100, 0)


def drawn_prints(compare):
    """The two prints as they lie in the picture of both, in one scale and each within its frame, which a screen shows whole."""
    assert compare.width <= 1900 and compare.height <= 1040
    drawing = compare.convert("RGB")
    across, found = [drawing.getpixel((x, 115)) == (0, 0, 0) for x in range(drawing.width)], []
    left = across.index(True)
    while left < drawing.width:
        right = (across.index(False, left) if False in across[left:] else drawing.width) - 1
        low = 115
        while drawing.getpixel((left, low + 1)) == (0, 0, 0):
            low += 1
        found.append(drawing.crop((left + 1, 116, right, low)))
        left = across.index(True, right + 1) if True in across[right + 1:] else drawing.width
    assert len(found) == 2
    return found


def check_pictures(post, made, tmp_path):
    """The probe as it was captured, the reference as it was enrolled, and both in one, which differs from them at its marks alone."""
    folder = tmp_path / "all"
    parts = ["compare-1-right_index.png", "probe-right_index.png", "reference-1-right_index.png"]
    assert sorted(names_of(post.ctl("olena", "pictures", made, "--out", folder))) == parts == names(folder)
    assert {os.stat(folder / name).st_mode & 0o777 for name in parts} == {0o600}
    compare, probe, reference = (Image.open(folder / name) for name in parts)
    assert probe.mode == reference.mode == "L"
    with Image.open(io.BytesIO(post.fingers[1, 2])) as captured:
        assert ImageChops.difference(captured.convert("L"), probe).getbbox() is None
    for bare, drawn in zip((probe, reference), drawn_prints(compare), strict=True):
        changed = ImageChops.difference(bare.resize(drawn.size, Image.Resampling.BILINEAR), drawn.convert("L"))
        assert 0 < sum(1 for value in changed.getdata() if value > 40) < drawn.width * drawn.height / 3
        assert 0 < list(drawn.getdata()).count(BLUE) < drawn.width * drawn.height / 10
    assert post.why_not("olena", "pictures", made, "--out", folder) == ("OUTPUT_EXISTS", 64)
    told = post.said("olena", "pictures", made, "--out", tmp_path / "words")
    assert all(each in told for each in ("marks with the same number", "  what to do    ", "quality of the probe "))
    what = [each["body"].get("what") for each in post.ask("sofia", "GET", "/v1/log/entries?limit=1000")["entries"]]
    assert (what.count("probe seen"), what.count("reference seen"), what.count("comparison seen")) == (3, 2, 2)


def test_H3_a_record_s_minutiae_are_shown_where_the_list_has_no_picture(post, records, tmp_path):
    post.install(2, "wanted_for_arrest", records[1, 1])
    made = post.referred()
    post.judge("olena", made)
    assert "no picture of it" in post.said("olena", "pictures", made, "--out", tmp_path / "look", "--finger", "right_index")
    assert names(tmp_path / "look") == ["compare-1-right_index.png", "probe-right_index.png"]
    with Image.open(tmp_path / "look" / "compare-1-right_index.png") as compare:
        probe, reference = drawn_prints(compare)
    colours = set(reference.getdata())
    assert {BLUE, ORANGE} <= colours and len(colours) == 4 and ORANGE not in probe.getdata()
    assert post.why_not("olena", "pictures", made, "--out", tmp_path / "thumb", "--finger", "left_thumb") == ("BAD_VALUE", 65)
    assert not (tmp_path / "thumb").exists()


def test_H1_no_verdict_is_presumed(post):
    """Without a terminal what is not said is an error; at one he is asked until he says one of those that there are."""
    made = post.referred()
    post.ctl("olena", "take", made)
    post.look("olena", made)
    assert "write usable, limited or not_usable: nothing is presumed" in post.said("olena", "judge", made, status=64)
    judged, asked = post.typing("olena", "\nperhaps\n2\n\n \nsmeared\n", "judge", made)
    assert asked.count("it is none of these") == 2 and judged["seats"][0]["judgement"] == "limited"
    post.look("olena", made)
    assert asked.count("why, in your own words") == 3 and judged["seats"][0]["judgement_reason"] == "smeared"
    for act in ("verdict", "override", "correct"):
        assert "VERDICT: argument not usable: write hit, false_positive or inconclusive: nothing is presumed" in post.said(
            "olena", act, made, "--reason", "I am sure", status=64)
    assert "або inconclusive (результат не визначено): нічого не припускається" in post.said(
        "olena", "verdict", made, status=64, language="uk_UA.UTF-8")
    assert "in your own words" in post.said("olena", "verdict", made, "hit", status=64)
    assert "phase" in post.ctl("olena", "show", made)["seats"][0] and "verdict" not in post.ctl("olena", "show", made)["seats"][0]
    given, asked = post.typing("olena", "\n3\nboth are smeared\n", "verdict", made)
    assert "false_positive" in asked and (given["seats"][0]["verdict"], given["seats"][0]["reason"]) == ("inconclusive", "both are smeared")
    assert given["outcome"] is None


def test_H3_a_hit_on_an_entry_that_was_changed_says_so(post):
    """What became of the list's entry stands with the referral; nothing is said of it while it is the same."""
    made = post.referred()
    post.judge("olena", made)
    post.look("olena", made)
    assert "the list's entry since the match" not in post.said("olena", "show", made)
    post.install(2, "refusal_of_entry")
    assert "candidate 1     the list's entry since the match: changed" in post.said("olena", "show", made)
    assert "look again: the list's entry is not the one that you were shown any more" in post.said(
        "olena", "verdict", made, "hit", "--reason", "the cores agree", status=75)
    post.look("olena", made)
    told = post.said("olena", "verdict", made, "hit", "--reason", "the cores agree", status=65)
    assert told.startswith("kordonctl: ENTRY: ") and "hit has to say so (changed)" in told
    assert post.ctl("olena", "verdict", made, "hit", "changed", "--reason", "the cores agree")["seats"][0]["entry_since"] == "changed"


def test_H2_a_seat_goes_to_another_and_back(post):
    made = post.referred()
    post.ctl("olena", "take", made)
    assert post.said("olena", "hand-over", made, "olena", status=65).startswith("kordonctl: PERSON: ")
    post.ctl("olena", "hand-over", made, "taras")
    assert [seat["holder"] for seat in post.ctl("taras", "show", made)["seats"] if seat["own"]] == ["person:taras"]
    assert not any(seat["held"] for seat in post.ctl("taras", "give-back", made)["seats"])
    assert post.ctl("sofia", "claim-protection", made)["protection_claimed"] is True
    assert "REFERRAL_NOT_FOUND" in post.why_not("olena", "show", "0" * 32)
    assert post.why_not("olena", "show", "../transactions") == ("BAD_ARGUMENT", 64)
    assert post.why_not("sofia", "report", made, "--place", "Krakovets") == ("REFERRAL_STATE", 75)  # it is no silent one


def test_H3_what_was_seen_of_a_silent_referral_is_reported(post):
    post.install(2, "discreet_check")
    made = post.referred(told="no_match", ending="s")
    assert "silent" in post.said("olena", "list")
    assert f"kordonctl referral report {made} --place PLACE" in post.said("olena", "show", made)
    assert post.why_not("olena", "report", made, "--vehicle", "white van") == ("BAD_ARGUMENT", 64)
    assert "--place" in post.said("olena", "report", made, "--vehicle", "white van", status=64)
    told = {"place": "Krakovets", "time": "at noon", "reason": "he was looked for", "route": "to Lviv", "companions": "two men", "vehicle": "white van",
            "objects": "a bag"}
    assert post.ctl("olena", "report", made, *(f"--{key}={text}" for key, text in told.items()))["reports"] == 1
    bodies = [json.dumps(each["body"]) for each in post.ask("sofia", "GET", "/v1/log/entries?limit=1000")["entries"]]
    assert any(all(text in body for text in told.values()) for body in bodies)


def test_H3_what_is_overdue_raises_an_alarm(post, later):
    """The list exits 1; time decides nothing, and a supervisor ends it, but not as a hit; the log proves that it was time."""
    made = post.referred()
    assert "OVERDUE" not in post.said("sofia", "list")
    later.go_by(31 * 60)
    assert "OVERDUE, immediate" in post.said("sofia", "list", status=1) and "OVERDUE, immediate" in post.said("sofia", "show", made)
    assert post.ctl("sofia", "show", made)["outcome"] is None
    assert f"kordonctl referral override {made} inconclusive\n" in post.said("sofia", "show", made)
    assert post.why_not("sofia", "override", made, "hit", "--reason", "it takes too long") == ("BAD_VALUE", 65)
    post.ctl("sofia", "override", made, "inconclusive", "--reason", "nobody came")
    told = post.said("sofia", "list")
    assert "OVERDUE" not in told and "immediate" not in told
    verified = subprocess.run(post.command("sofia", "log", "verify"), capture_output=True, text=True, check=False)
    assert verified.returncode == 0 and "1 decided" in verified.stdout, verified  # by the entries' times it was overdue


def test_H4_who_works_at_it_is_told_what_comes_next_as_he_types_it(post, tmp_path):
    made = post.referred()
    due = re.search(r"decide by +(\S+ \S+ UTC)", post.said("olena", "show", made)).group(1)
    assert f"border_check  decide by {due}  immediate\n" in post.said("olena", "list")
    assert "kordonctl referral" not in post.said("olena", "show", made)
    for name, verdict in (("olena", "hit"), ("taras", "false_positive")):
        taken = post.said(name, "take", made)
        assert f"kordonctl referral pictures {made} --out " in taken and f"kordonctl referral judge {made}\n" in taken
        post.ctl(name, "pictures", made, "--out", tmp_path / name)
        judged = post.said(name, "judge", made, "usable")
        assert f"kordonctl referral pictures {made} --out " in judged and f"kordonctl referral verdict {made}\n" in judged
        post.look(name, made)
        given = post.said(name, "verdict", made, verdict, "--reason", "so it is")
    assert "none: the verdicts differ" in given
    first, second = f"kordonctl referral pictures {made} --out FOLDER\n", f"kordonctl referral override {made}\n"
    assert 0 < given.index(first) < given.index(second)
    post.look("sofia", made)
    post.ctl("sofia", "override", made, "inconclusive", "--reason", "nobody knows")
    assert "kordonctl referral" not in post.said("sofia", "show", made) and "decide by" not in post.said("sofia", "list")


def test_H3_a_seat_of_somebody_who_left_the_register_is_seen(post):
    """kordond started again without him: a supervisor must see it, and frees it; so another one judges."""
    made = post.referred()
    post.ctl("olena", "take", made)
    assert [row["holder_gone"] for row in post.ctl("sofia", "list")["referrals"]] == [False]
    assert "REGISTER" not in post.said("sofia", "show", made)
    with open(post.daemon.configuration, encoding="ascii") as stream:
        text = stream.read()
    without = re.sub(r"\[person olena\]\n(?:[^\[].*\n|\n)*", "", text)
    assert without != text
    post.daemon.stop()
    with open(post.daemon.configuration, "w", encoding="ascii") as stream:
        stream.write(without)
    post.daemon.start()
    assert [row["holder_gone"] for row in post.ctl("sofia", "list")["referrals"]] == [True]
    assert [seat.get("holder_gone") for seat in post.ctl("sofia", "show", made)["seats"]] == [True, None]
    assert "(who has a seat is not in the register any more)" in post.said("sofia", "list")
    told = post.said("sofia", "show", made)
    assert "NOT IN THE REGISTER ANY MORE" in told and f"kordonctl referral free {made} person:olena\n" in told
    assert "У РЕЄСТРІ ЙОГО ВЖЕ НЕМАЄ" in post.said("sofia", "show", made, language="uk_UA.UTF-8")
    post.ctl("taras", "take", made)
    assert "say why" in post.said("sofia", "free", made, status=64)
    nobody = post.said("sofia", "free", made, "person:marta", "--reason", "she works elsewhere", status=65)
    assert nobody.startswith("kordonctl: PERSON: ") and "name its holder as kordonctl referral show does" in nobody
    freed = post.ctl("sofia", "free", made, "--reason", "she works elsewhere")
    assert [seat.get("holder") for seat in freed["seats"]] == [None, "person:taras"]
    assert [row["holder_gone"] for row in post.ctl("sofia", "list")["referrals"]] == [False]
    body, = [each["body"] for each in post.ask("sofia", "GET", "/v1/log/entries?limit=1000")["entries"] if each["body"].get("what") == "seat freed"]
    assert (body["actor"], body["released"], body["justification"], body.get("seat")) == ("person:sofia", "person:olena", "she works elsewhere", None)
    assert post.why_not("sofia", "free", made, "person:taras", "--reason", "why") == ("NOT_PERMITTED", 77)  # she has read of it by now


def test_H4_whose_verdict_is_given_is_told_the_same_whether_the_other_seat_is_taken_or_not(post):
    made = post.referred()
    waits = "outcome         none: your verdict is recorded, and waits for a second person's"
    post.judge("olena", made)
    post.look("olena", made)
    assert waits in post.said("olena", "verdict", made, "hit", "--reason", "the cores agree")
    post.ctl("taras", "take", made)
    assert waits in post.said("olena", "show", made) and waits not in post.said("taras", "show", made)


@pytest.mark.parametrize("verdict, follows", [("hit", ["as the alert's instruction says", "kordonctl watchlist show NUMBER --identity --justification"]),
                                              ("false_positive", ["kordonctl redress add "])])
def test_H4_what_follows_from_an_outcome_is_told(post, verdict, follows):
    made = post.referred()
    for name in ("olena", "taras"):
        post.judge(name, made)
        post.look(name, made)
        assert "delete the pictures" not in post.said("olena", "show", made) and "a seat is yours" in post.said(name, "list")
        post.ctl(name, "verdict", made, verdict, "--reason", "so it is")
    told = post.said("olena", "show", made)
    assert all(text in told for text in [*follows, "delete the pictures that were fetched"]), told
    assert "a seat is yours" not in post.said("olena", "list")


def test_A7_what_is_said_once_is_done_once_though_the_answers_are_lost(post):
    """Not twice, and nobody is refused what he was never told that he has done."""
    post.install(2, "discreet_check")
    made = post.referred(told="no_match", ending="s")
    for act in (["take", made], ["judge", made, "usable"], ["verdict", made, "hit", "--reason", "14 minutiae agree"], ["report", made, "--place", "Krakovets"]):
        if act[0] in ("judge", "verdict"):
            post.look("olena", made)
        answer, cut = post.cut(lambda number: number in (2, 3), "olena", *act)
        assert cut == 2 and "error" not in answer, (act, cut, answer)
    answer, cut = post.cut(lambda number: number > 1, "olena", "report", made, "--place", "Medyka")
    assert cut >= 4 and answer["error"]["reason"] == "OUTCOME_UNKNOWN"
    assert post.ctl("olena", "show", made)["reports"] == 2
    what = [each["body"].get("what") for each in post.ask("sofia", "GET", "/v1/log/entries?limit=1000")["entries"]]
    assert [what.count(each) for each in ("referral taken", "probe judged", "verdict given", "second-line report")] == [1, 1, 1, 2]
    assert "reports         2" in post.said("olena", "show", made)


def test_A7_H6_a_case_is_made_once_and_its_number_told_though_the_answers_are_lost(post, tmp_path):
    made = post.referred(document={"issuer": "UKR", "number": "FB 123456"})
    for name in ("olena", "taras"):
        post.judge(name, made)
        post.look(name, made)
        post.ctl(name, "verdict", made, "false_positive", "--reason", "the cores differ")
    document, image = tmp_path / "document", tmp_path / "finger.png"
    document.write_text("UKR:fb123456\n")
    image.write_bytes(post.fingers[1, 2])
    answer, cut = post.cut(lambda number: number in (2, 4), "sofia", "add", made, "--document", document, "--until", day_ahead(), "--reason", "told apart",
                           "--consent", "--finger", "right_index", "--image", image, of="redress")
    assert cut == 2 and "error" not in answer and answer["fingers"] == ["right_index"], (cut, answer)
    what = [each["body"].get("what") for each in post.ask("sofia", "GET", "/v1/log/entries?limit=1000")["entries"]]
    assert [what.count(each) for each in ("redress recorded", "redress finger kept")] == [1, 1]


def test_H4_examiners_read_it_in_ukrainian(post):
    made = post.referred()
    told = post.said("olena", "judge", made, "usable", status=77, language="uk_UA.UTF-8")
    assert "це може зробити лише той, хто взяв направлення" in told
    assert "вирішити до" in post.said("olena", "show", made, language="uk_UA.UTF-8")
    assert "його теки немає" in post.said("olena", "pictures", made, "--out", "/nonexistent-kordon/x", status=66, language="uk_UA.UTF-8")
    assert "такого пальця немає" in post.said("olena", "pictures", made, "--finger", "index", "--out", "x", status=64, language="uk_UA.UTF-8")
    assert "ще немає: люди не вирішили" in post.said("olena", "show", made, language="uk_UA.UTF-8")
    assert "друга лінія контролю" in post.said("olena", "list", language="uk_UA.UTF-8")


def test_H3_who_has_not_looked_is_told_what_to_do(post):
    """In one line, and in his language."""
    made = post.referred()
    post.ctl("olena", "take", made)
    assert "look at the probe first: fetch its picture (kordonctl referral pictures)" in post.said("olena", "judge", made, "usable", status=75)
    assert "спершу огляньте зразок" in post.said("olena", "judge", made, "usable", status=75, language="uk_UA.UTF-8")
    post.look("olena", made)
    post.ctl("olena", "judge", made, "usable")
    assert "look at the reference beside the probe first: fetch it (kordonctl referral pictures)" in post.said(
        "olena", "verdict", made, "hit", "--reason", "I am sure", status=75)
    post.look("olena", made)
    assert post.ctl("olena", "verdict", made, "hit", "--reason", "I am sure")["second"] == "deferred"


def test_H2_who_is_told_that_the_list_s_entry_is_gone_was_shown_nothing(post, tmp_path):
    """There is nothing of him to be seen, which is said once and in the log; then what is left to say is that nothing can be said."""
    made = post.referred()
    post.judge("olena", made)
    number = post.ask("sofia", "POST", "/v1/watchlist/imports", {"list": "wanted", "version": 2, "allow_empty": True})["import"]
    post.ask("sofia", "POST", f"/v1/watchlist/imports/{number}/commit")
    verdict = ("verdict", made, "hit", "gone", "--reason", "I know that person")
    assert "look at the reference beside the probe first" in post.said("olena", *verdict, status=75)
    assert "candidate 1 is on the list no more: there is nothing to look at" in post.said("olena", "pictures", made, "--out", tmp_path / "look")
    assert names(tmp_path / "look") == ["probe-right_index.png"]
    assert "what is left to say is inconclusive" in post.said("olena", *verdict, status=75)
    assert post.ctl("olena", "verdict", made, "inconclusive", "--reason", "nothing to compare with")["seats"][0]["entry_since"] == "gone"
    looks = [each["body"].get("what") for each in post.ask("sofia", "GET", "/v1/log/entries?limit=1000")["entries"]]
    assert looks.count("reference seen") == 1
