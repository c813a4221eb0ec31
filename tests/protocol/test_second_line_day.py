"""The day of docs/scenarios/second-line-day.md, played as it says over TLS by people who have kordonctl, and told by an auditor from the log's export
alone, which proves that no verdict was seen before its time."""

import datetime
import json
import os
import shutil

from kordond import Kordond, entry, prints, user_name, wait_until
from policies import changed
from scripted_day import TRAVELLER, Desks, Hours, Page
from test_redress import made_of

BOTH = ["compare-1-right_thumb.png", "probe-right_thumb.png", "reference-1-right_thumb.png"]  # what there is to see behind one's own judgement
WRITTEN = datetime.date(2026, 12, 4)  # the day on that page
STAFF = {"lane-1": ("device", "terminal"), "nina": ("person", "examiner"), "taras": ("person", "examiner"), "halyna": ("person", "protection_officer"),
         "olena": ("person", "supervisor"), "ivan": ("person", "auditor")}
WANTED, CHILD, SOUGHT, OTHER, DOUBTFUL, REFUSED, SECRET = 1, 2, 3, 4, 5, 6, 7  # whose prints they are
LIST = {WANTED: {"category": "wanted_for_arrest", "action": "detain", "instruction": "Detain the person."},
        CHILD: {"category": "child_at_risk_of_abduction", "action": "protect", "instruction": "Speak to the child alone.",
                "purposes": ["missing_person_check"]},
        SECRET: {"category": "discreet_check", "action": "report", "instruction": "Note companions and vehicle."},
        SOUGHT: {"category": "judicial_procedure"}, DOUBTFUL: {"category": "refusal_of_entry"}, REFUSED: {"category": "refusal_of_entry"}}
DOCUMENT = {"issuer": "MDA", "number": "AB7654321"}
A_CHILD = {"purpose": "missing_person_check", "age_band": "6_to_11"}
REPORT = {"place": "lane 1", "time": "11:10", "reason": "on his way home", "route": "from Przemysl to Lviv", "companions": "a man of his age",
          "vehicle": "a grey van", "objects": "two phones"}


class Post:
    """A crossing point in earnest: registered, with certificates. What differs from Ukraine's policy is said on the page."""

    def __init__(self, folder, clock, fingers):
        self.folder, self.fingers = folder, {**fingers, **{(SECRET, i): each for (_, i), each in prints(folder / "more", fingers=1, seed=12).items()}}
        # The print that the issuer has of him is a poor one: mostly his, and somewhat like that of a man whom nobody seeks.
        self.fingers[SOUGHT, 1] = made_of(fingers[SOUGHT, 1], fingers[OTHER, 1])
        self.desks = Desks(folder, STAFF)
        self.daemon = Kordond(folder / "d", roles={}, environment=clock.environment, log__unit="Crossing point 7",
                              **{"person boris__roles": "", "person maria__roles": "", "person petro__roles": "auditor",
                                 "person petro__proof": f"user:{user_name()}"}, **self.desks.settings(),
                              policy__first=changed(folder, ("identification_fap = 45", "identification_fap = 0"),
                                                    ("verification_fap = 20", "verification_fap = 0"), ("fingers_needed = 2", "fingers_needed = 1"),
                                                    ("missing_person_check", "minimum_age = 18", "minimum_age = 6"),
                                                    ("missing_person_check", "accompanied_age = 18", "accompanied_age = 6"), base="ukraine"))

    def start(self):
        self.daemon.start()
        self.lane, self.olena = (self.desks.client(name) for name in ("lane-1", "olena"))

    # --- What the officer at the lane does

    def travel(self, finger, impression=2, **changes):
        """The end of a traveller's check, as the terminal is told it."""
        transaction = self.lane.post("/v1/transactions", {**TRAVELLER, **changes}).json["transaction"]
        answer = self.lane.post(f"/v1/transactions/{transaction}/samples?position=right_thumb", self.fingers[finger, impression])
        assert answer.status == 200, answer
        end = self.lane.decide(transaction)
        assert end.status == 200, end
        return end.json

    # --- What people do in the second line

    def ctl(self, name, *arguments):
        """kordonctl's answer at that person's desk."""
        return json.loads(self.desks.ctl(name, "--json", "referral", *arguments))

    def referral(self, number):
        """Of a match, when it is there."""
        wait_until(lambda: self.olena.get(f"/v1/referrals/{number}").status == 200)
        return number

    def seen_by(self, name):
        return {row["referral"] for row in self.ctl(name, "list")["referrals"]}

    def examine(self, name, referral, verdict, reason, judgement="usable"):
        """One person's way: the traveller's prints, what they are worth, the reference beside them, and what he finds."""
        self.ctl(name, "take", referral)
        return self.find(name, referral, verdict, reason, judgement)

    def find(self, name, referral, verdict, reason, judgement="usable"):
        self.pictures(name, referral, "probe", ["probe-right_thumb.png"])
        words = () if judgement == "usable" else ("--reason", f"{judgement}, says {name}")
        self.ctl(name, "judge", referral, judgement, *words)
        self.pictures(name, referral, "both", BOTH)
        return self.ctl(name, "verdict", referral, verdict, "--reason", reason)

    def pictures(self, name, referral, kind, files):
        folder = self.folder / f"{name}-{referral}-{kind}"
        self.ctl(name, "pictures", referral, "--out", folder)
        assert sorted(os.listdir(folder)) == files

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        return path

    def erased(self, referral):
        wait_until(lambda: self.olena.get(f"/v1/referrals/{referral}").json["probe_erased"])


class Day(Hours):
    """Its hours, on the day after the list was installed."""

    def __init__(self, post, clock):
        super().__init__(clock, days=1)
        self.post = post
        self.made = {}  # {what happened: the referral}

    def sets_up(self):
        post = self.post
        self.at(15, 30, days=0)
        post.daemon.init()
        post.start()
        listed = [entry(post.fingers[finger, 1], finger, position="right_thumb", expires="2999-12-31", **changes) for finger, changes in LIST.items()]
        assert post.olena.import_list(listed, name="Interior Ministry", version=43).status == 200
        post.daemon.stop()
        return int(post.daemon.ctl_ok("log", "checkpoint")["checkpoint"].splitlines()[1])

    def begins(self):
        self.at(6, 0)
        self.post.start()

    def matched(self, name, finger, route="second_line", **changes):
        """The referral of a match that the first line knows of, and the alert as its screen shows it."""
        told = self.post.travel(finger, **changes)
        result = told["result"]
        assert (result["decision"], result["referral"]) == ("match", {"id": told["transaction"], "route": route}), told
        self.made[name] = self.post.referral(told["transaction"])
        return self.made[name], result["identification"]["candidates"][0]

    def wanted(self):
        post = self.post
        self.at(7, 30)
        referral, alert = self.matched("wanted", WANTED)
        assert (alert["protection"], alert["instruction"]) == (False, "Detain the person.")
        assert post.ctl("olena", "show", referral)["urgency"] == "immediate"
        first = post.examine("nina", referral, "hit", "14 minutiae agree", "limited")
        assert (first["outcome"], first["second"]) == (None, "deferred")
        seen = json.dumps(post.ctl("taras", "show", referral))
        assert "14 minutiae" not in seen and "limited" not in seen and '"hit"' not in seen
        assert post.examine("taras", referral, "hit", "core and delta agree")["outcome"] == "hit"
        post.erased(referral)

    def child(self):
        post = self.post
        self.at(9, 0)
        referral, alert = self.matched("child", CHILD, "protection_officer", **A_CHILD)
        assert (alert["protection"], alert["action"], alert["instruction"]) == (True, "protect", "Speak to the child alone.")
        post.examine("halyna", referral, "hit", "the loop and 12 minutiae agree")
        assert post.examine("nina", referral, "hit", "it is the same thumb")["outcome"] == "hit"
        post.erased(referral)

    def in_secret(self):
        post = self.post
        self.at(11, 10)
        told = post.travel(SECRET)
        stranger = post.travel(CHILD)
        assert told["result"]["decision"] == stranger["result"]["decision"] == "no_match"
        assert told["result"].keys() == stranger["result"].keys() and "referral" not in told["result"]
        referral = self.made["in secret"] = post.referral(told["transaction"] + "s")
        assert post.seen_by("halyna") == {self.made["child"]} and referral in post.seen_by("taras")
        post.ctl("nina", "report", referral, *(f"--{key}={text}" for key, text in REPORT.items()))
        post.examine("nina", referral, "hit", "11 minutiae agree")
        assert post.examine("taras", referral, "hit", "the same whorl")["outcome"] == "hit"
        post.erased(referral)

    def somebody_else(self):
        post = self.post
        self.at(12, 20)
        referral, _ = self.matched("somebody else", OTHER, document=DOCUMENT)
        post.examine("nina", referral, "false_positive", "the core lies elsewhere")
        assert post.examine("taras", referral, "false_positive", "ridges end that go on there")["outcome"] == "false_positive"
        post.erased(referral)

    def told_apart(self):
        post = self.post
        self.at(13, 5)
        document = post.file("document", f"{DOCUMENT['issuer']}:{DOCUMENT['number']}\n".encode())
        thumb, letter = post.file("thumb.png", post.fingers[OTHER, 2]), post.folder / "letter"
        post.desks.ctl("olena", "redress", "add", self.made["somebody else"], "--document", document, "--until", self.date + datetime.timedelta(days=365),
                       "--reason", "two examiners told him apart", "--consent", "--finger", "right_thumb", "--image", thumb, "--language", "uk",
                       "--out", letter)
        assert letter.read_text(encoding="utf-8")

    def in_doubt(self):
        post = self.post
        self.at(14, 0)
        referral, _ = self.matched("in doubt", DOUBTFUL)
        post.examine("nina", referral, "hit", "9 minutiae agree")
        differing = post.examine("taras", referral, "false_positive", "a scar explains nothing here")
        assert (differing["state"], differing["outcome"]) == ("disagreed", None)
        post.pictures("olena", referral, "both", BOTH)
        assert post.ctl("olena", "override", referral, "false_positive", "--reason", "the scar is old")["outcome"] == "false_positive"
        post.erased(referral)

    def asks_for_protection(self):
        post = self.post
        self.at(15, 40)
        referral, _ = self.matched("asks for protection", REFUSED)
        post.ctl("nina", "take", referral)
        assert referral not in post.seen_by("halyna")
        assert post.ctl("nina", "claim-protection", referral)["route"] == "protection_officer"
        post.find("nina", referral, "hit", "10 minutiae agree")
        assert post.examine("halyna", referral, "hit", "it is his thumb")["outcome"] == "hit"
        post.erased(referral)

    def he_comes_again(self):
        post = self.post
        self.at(17, 10)
        told = post.travel(OTHER, document=DOCUMENT)
        assert told["result"]["decision"] == "no_match" and "referral" not in told["result"]
        referral, _ = self.matched("who is sought", SOUGHT, document=DOCUMENT)
        post.examine("nina", referral, "hit", "15 minutiae agree")
        assert post.examine("taras", referral, "hit", "so does the core")["outcome"] == "hit"
        post.erased(referral)

    def one_examiner(self):
        post = self.post
        self.at(19, 0)
        referral, _ = self.matched("one examiner", DOUBTFUL, impression=3, officer="maria")
        first = post.examine("nina", referral, "false_positive", "the scar is missing")
        assert (first["outcome"], first["second"]) == (None, "deferred")
        self.at(21, 15)
        late = post.ctl("olena", "show", referral)
        assert (late["overdue"], late["outcome"]) == (True, None)
        assert post.examine("taras", referral, "false_positive", "another ridge flow")["outcome"] == "false_positive"
        post.erased(referral)

    def day_after(self):
        post = self.post
        self.at(10, 0, days=2)
        corrected = post.ctl("olena", "correct", self.made["in doubt"], "inconclusive", "--reason", "his own state sent no better prints")
        assert (corrected["state"], corrected["outcome"]) == ("corrected", "inconclusive")

    def auditor(self):
        self.at(11, 0, days=2)
        self.post.desks.ctl("ivan", "log", "export", self.post.folder / "export")

    def play(self, blocks):
        """Each hour's entries are in the log before the next hour comes."""
        hours = (self.begins, self.wanted, self.child, self.in_secret, self.somebody_else, self.told_apart, self.in_doubt, self.asks_for_protection,
                 self.he_comes_again, self.one_examiner, self.day_after, self.auditor)
        size = self.sets_up()
        for hour, lines in zip(hours, blocks, strict=True):
            hour()
            size += len(lines.splitlines())
            wait_until(lambda: self.post.olena.get("/v1/status").json["log"]["size"] >= size)  # pylint: disable=cell-var-from-loop


OUTCOMES = {"wanted": ("decided", "hit"), "child": ("decided", "hit"), "in secret": ("decided", "hit"), "somebody else": ("decided", "false_positive"), "who is sought": ("decided", "hit"),
            "in doubt": ("corrected", "inconclusive"), "asks for protection": ("decided", "hit"), "one examiner": ("decided", "false_positive")}
ROUTES = {"child": "protection_officer", "in secret": "silent", "asks for protection": "protection_officer"}


def check_courses(told, day):
    """Of each match the auditor has all: who did what, what was committed to before anything was opened, and that the rules allow it."""
    courses = {course["referral"]: course for course in told["referrals"]}
    assert {name: (courses[number]["state"], courses[number]["outcome"]) for name, number in day.made.items()} == OUTCOMES
    assert {name: courses[number]["route"] for name, number in day.made.items()} == {name: ROUTES.get(name, "second_line") for name in day.made}
    assert len(courses) == len(OUTCOMES)
    for course in courses.values():
        assert (course["proof"], course["breaks"], course["probe_erased"], course["owner"]) == ("whole", [], True, "device:lane-1")
        order = [step["what"] for step in course["steps"]]
        opened = order.index("outcome")
        assert order.index("probe judged") < order.index("reference seen") < order.index("verdict given") < opened < order.index("probe erased")
        assert order.count("probe judged") == 2 and all("commitment" in step for step in course["steps"] if step["what"] in ("probe judged", "verdict given"))
        assert len({seat["examiner"] for seat in course["verdicts"]}) == 2
    cleared = [step for step in courses[day.made["somebody else"]]["steps"] if step["what"] == "redress recorded"]
    assert [(step["by"], step["role"]) for step in cleared] == [("person:olena", "supervisor")]


def test_L1_H1_H2_H3_H5_the_log_tells_of_each_match_from_the_export_alone(tmp_path, clock, fingers):
    page = Page("second-line-day", WRITTEN)
    post = Post(tmp_path, clock, fingers)
    day = Day(post, clock)
    try:
        day.play(page.told)
    finally:
        post.daemon.stop()
    (tmp_path / "auditor").mkdir()
    export = shutil.move(tmp_path / "export", tmp_path / "auditor/export")
    shutil.move(export / "log.vkey", tmp_path / "auditor/log.vkey")
    verified, shown, courses = page.audited(tmp_path / "auditor", day.date)
    assert (verified.returncode, shown.returncode, shown.stderr) == (0, 0, ""), (verified, shown)
    assert page.comparable(shown.stdout, day.date) == page.comparable("".join(page.told), WRITTEN), shown.stdout
    assert "8: 0 open, 0 disagreed, 8 decided" in verified.stdout, verified
    check_courses(json.loads(courses.stdout), day)
