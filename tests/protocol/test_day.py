"""The day of docs/scenarios/first-line-day.md, played as it says over TLS, and told by an auditor from the log's export alone."""

import datetime
import json
import os
import shutil
import threading

from kordond import SCANNER, Kordond, entry, user_name, wait_until
from policies import changed
from scripted_day import LAW, TRAVELLER, Desks, Hours, Page
from test_degraded import fill
from test_tls_tools import done
from virtual_finger import REMOVE, RETRY, RETRY_REASONS, VirtualFinger

DRIVER = {**TRAVELLER, "document": {"issuer": "MDA", "number": "AB1234567"}}
RETURNED = {**TRAVELLER, "kind": "verification", "purpose": "readmission", "legal_basis": "Readmission agreement with the requesting state",
            "case_number": "MD-2026/114"}
WRITTEN = datetime.date(2026, 12, 3)  # the day on that page
LISTED, STRANGER, WORN, HURT, HOME = 6, 1, 2, 3, 4  # whose prints they are


class Post:
    """A crossing point as it is set up in earnest: registered, with certificates, Ukraine's policy but for the class of the reader, which is
    none here. What the log stands on is a small disk."""

    def __init__(self, folder, disk, clock, fingers):
        self.folder, self.disk, self.clock, self.fingers = folder, disk, clock, fingers
        self.reader, self.unplugged = f"{folder}/reader", folder / "unplugged"
        self.desks = Desks(folder, {"lane-1": ("device", "terminal"), "olena": ("person", "supervisor"), "ivan": ("person", "auditor")})
        known = {"person boris__roles": "", "person maria__roles": "", "person petro__roles": "auditor", "person petro__proof": f"user:{user_name()}"}
        self.daemon = Kordond(folder / "d", roles={}, environment={**clock.environment, "FP_VIRTUAL_IMAGE": self.reader}, **{
            "state__directory": f"{disk}/state", "state__machine_key": f"file:{folder}/machine.key", "log__unit": "Crossing point 7",
            "scanner__enabled": "yes", "scanner__program": self.scanner_with_a_plug(), **known, **self.desks.settings(),
            "policy__first": changed(folder, ("identification_fap = 45", "identification_fap = 0"),
                                     ("verification_fap = 20", "verification_fap = 0"), base="ukraine")})
        os.makedirs(f"{disk}/state", mode=0o700)

    def scanner_with_a_plug(self):
        program = self.folder / "scanner"
        program.write_text(f'#!/bin/sh\n[ -e {self.unplugged} ] && exit 1\nexec {SCANNER} "$@"\n', encoding="ascii")
        program.chmod(0o755)
        return program

    def start(self):
        self.daemon.start()
        self.lane, self.olena, self.ivan, self.looks = (self.desks.client(name) for name in ("lane-1", "olena", "ivan", "lane-1"))
        wait_until(lambda: self.readers() == ["ready"])

    def readers(self):
        return [row["state"] for row in self.looks.get("/v1/scanners").json["scanners"]]

    def degraded(self):
        return {row["mode"] for row in self.looks.get("/v1/status").json["degraded"]}

    # --- What the officer at the lane does

    def open(self, traveller, **changes):
        answer = self.lane.post("/v1/transactions", {**traveller, **changes})
        assert answer.status == 201, answer
        return answer.json

    def refused(self, reason, traveller, **changes):
        answer = self.lane.post("/v1/transactions", {**traveller, **changes})
        assert answer.reason == reason, answer
        return answer.json

    def capture(self, transaction, hand):
        """The answer of a capture; hand(virtual finger) when the reader wants one."""
        answers = []
        waiting = threading.Thread(target=lambda: answers.append(self.lane.post(f"/v1/transactions/{transaction}/captures")))
        waiting.start()
        wait_until(lambda: not waiting.is_alive() or [row["finger_needed"] for row in self.looks.get("/v1/scanners").json["scanners"]] == [True])
        with VirtualFinger(self.reader) as finger:
            hand(finger)
        waiting.join()
        return answers[0]

    def give(self, transaction, finger, *impressions):
        """The traveller's hand on the reader: one finger after the other, as they are asked for."""
        for impression in impressions:
            path = self.folder / f"{finger}_{impression}.png"
            path.write_bytes(self.fingers[finger, impression])
            answer = self.capture(transaction, lambda hand, path=path: hand.png(str(path)))
            assert answer.status == 200, answer
        return answer.json

    def except_from(self, transaction, **exception):
        answer = self.lane.post(f"/v1/transactions/{transaction}/exception", exception)
        assert (answer.status, answer.json["state"]) == (200, "excepted"), answer
        return answer.json["exception"]


class Day(Hours):
    """Its hours. The list was installed so many days before."""

    def __init__(self, post):
        super().__init__(post.clock, days=5)
        self.post = post
        self.due = str(self.date + datetime.timedelta(days=20))

    def sets_up(self):
        post = self.post
        self.at(15, 30, days=0)
        post.daemon.init()
        post.start()
        listed = entry(post.fingers[LISTED, 1], position="right_index", expires="2999-12-31")
        assert post.olena.import_list([listed], name="Interior Ministry", version=41).status == 200
        post.daemon.stop()
        return int(post.daemon.ctl_ok("log", "checkpoint")["checkpoint"].splitlines()[1])

    def begins(self):
        post = self.post
        self.at(6, 0)
        post.start()
        wait_until(lambda: post.degraded() == {"list_stale"})
        assert post.lane.post("/v1/self_test", {"officer": "boris"}).json["result"] == "passed"

    def ordinary_traveller(self):
        post = self.post
        self.at(6, 40)
        opened = post.open(TRAVELLER)
        assert opened["guidance"]["position"] == "right_thumb"
        assert post.give(opened["transaction"], STRANGER, 1, 2)["guidance"]["code"] == "enough"
        result = post.lane.decide(opened["transaction"]).json["result"]
        assert (result["decision"], result["identification"]["searched"]) == ("no_match", 1)

    def worn_fingers(self):
        post = self.post
        self.at(7, 20)
        transaction = post.open(TRAVELLER)["transaction"]
        for _ in range(6):
            answer = post.capture(transaction, lambda hand: hand.command(RETRY, RETRY_REASONS["general"]))
            assert answer.reason == "CAPTURE_RETRY", answer
        seen = post.lane.get(f"/v1/transactions/{transaction}").json
        assert seen["next_finger"] == "right_middle", seen
        assert "must not count against him" in post.except_from(transaction, kind="impossible", reason="worn_fingers")["procedure"]

    def under_age(self):
        post = self.post
        self.at(8, 10)
        assert "without fingerprints" in post.refused("AGE_NOT_PERMITTED", TRAVELLER, age_band="12_to_17")["remedy"]
        told = post.open(TRAVELLER, age_band="12_to_17", exception={"kind": "not_applicable"})
        assert told["exception"]["reason"] == "under_age"

    def diplomat(self):
        post = self.post
        self.at(8, 40)
        post.refused("GROUP_EXEMPT", TRAVELLER, traveller_group="diplomat")
        told = post.open(TRAVELLER, traveller_group="diplomat", exception={"kind": "not_applicable"})
        assert told["exception"]["reason"] == "diplomat"

    def put_off(self):
        post = self.post
        self.at(9, 15)
        post.open(DRIVER, exception={"kind": "temporarily_impossible", "reason": "bandaged", "due": self.due})

    def readmission(self):
        post = self.post
        self.at(10, 0)
        transaction = post.open(RETURNED)["transaction"]
        reference = post.lane.put(f"/v1/transactions/{transaction}/reference?position=right_thumb&ppi=500", post.fingers[HOME, 1])
        assert reference.status == 200, reference
        post.give(transaction, HOME, 2)
        assert post.lane.decide(transaction).json["result"]["decision"] == "match"
        evidence = post.folder / "evidence"
        post.desks.ctl("olena", "transaction", "evidence", transaction, "--recipient", "Border Police of Moldova", "--justification", "their request 114",
                       "--out", evidence)
        judged = json.loads(done("--json", "log", "verify-receipt", evidence, "--vkey", f"{post.disk}/state/log.vkey", cwd=post.folder))
        assert judged["valid"] and (judged["body"]["case_number"], judged["body"]["decision"]) == ("MD-2026/114", "match")

    def unplugged(self):
        post = self.post
        self.at(11, 5)
        transaction = post.open(TRAVELLER)["transaction"]
        post.unplugged.touch()
        assert post.capture(transaction, lambda hand: hand.command(REMOVE)).reason == "SCANNER_FAILED"
        wait_until(lambda: "no_capture" in post.degraded())
        row, = [each for each in post.looks.get("/v1/status").json["degraded"] if each["mode"] == "no_capture"]
        assert "exception, with the reason device_fault" in row["remedy"], row
        post.except_from(transaction, kind="unchecked", reason="device_fault")
        post.unplugged.unlink()
        wait_until(lambda: "no_capture" not in post.degraded())

    def suspended(self):
        post = self.post
        self.at(12, 0)
        post.desks.ctl("olena", "mode", "suspend", "--until", f"{self.date}T12:45:00Z", "--reason", "the readers are being cleaned")
        told = post.refused("CAPTURE_SUSPENDED", TRAVELLER)
        assert "person:olena" in told["detail"] and "exception unchecked with the reason capture_suspended" in told["remedy"], told
        post.open(TRAVELLER, exception={"kind": "unchecked", "reason": "capture_suspended"})
        self.at(12, 30)
        post.desks.ctl("olena", "mode", "resume")

    def disk_full(self):
        post = self.post
        acted = self.at(13, 10)
        fill(post.disk, 0)
        wait_until(lambda: "no_storage" in post.degraded())
        assert "manual form" in post.refused("DISK_FULL", TRAVELLER)["detail"]
        self.at(13, 40)
        os.remove(post.disk / "fill")
        wait_until(lambda: "no_storage" not in post.degraded())
        entered = post.desks.ctl("olena", "manual", "enter", "--time", acted, "--officer", "maria", "--traveller-group", "foreigner", "--purpose", "border_check",
                                 "--legal-basis", LAW, "--outcome", "passed", "--reason", "no_storage", "--stamp", "UA-0417")
        assert "no_storage" in entered, entered

    def put_off_no_more(self):
        post = self.post
        self.at(14, 40)
        opened = post.open(DRIVER)
        assert (opened["capture_due"]["reason"], opened["capture_due"]["due"]) == ("bandaged", self.due), opened
        post.give(opened["transaction"], HURT, 1, 2)
        assert post.lane.decide(opened["transaction"]).json["result"]["decision"] == "no_match"
        again = post.open(DRIVER)
        assert "capture_due" not in again and "capture_due_unknown" not in again, again
        assert post.lane.delete(f"/v1/transactions/{again['transaction']}").status == 200

    def list_too_old(self):
        post = self.post
        self.at(15, 35)
        wait_until(lambda: "list_too_old" in post.degraded())
        told = post.refused("LIST_TOO_OLD", TRAVELLER)
        assert "5 days ago" in told["detail"] and "exception unchecked with the reason list_too_old" in told["remedy"], told
        post.open(TRAVELLER, exception={"kind": "unchecked", "reason": "list_too_old"})

    def new_list(self):
        post = self.post
        self.at(16, 20)
        listed = entry(post.fingers[LISTED, 1], position="right_index", expires="2999-12-31")
        assert post.olena.import_list([listed], name="Interior Ministry", version=42).status == 200
        wait_until(lambda: post.degraded() == set())

    def auditor(self):
        self.at(17, 0)
        self.post.desks.ctl("ivan", "log", "export", self.post.folder / "export")

    def play(self, blocks):
        """Each hour's entries are in the log before the next hour comes: what is noted by itself has the time at which it is written."""
        hours = (self.begins, self.ordinary_traveller, self.worn_fingers, self.under_age, self.diplomat, self.put_off, self.readmission, self.unplugged,
                 self.suspended, self.disk_full, self.put_off_no_more, self.list_too_old, self.new_list, self.auditor)
        size = self.sets_up()
        for hour, lines in zip(hours, blocks, strict=True):
            hour()
            size += len(lines.splitlines())
            wait_until(lambda: self.post.olena.get("/v1/status").json["log"]["size"] >= size)  # pylint: disable=cell-var-from-loop


def test_L1_the_log_tells_the_day_from_the_export_alone(tmp_path, small_disk, clock, fingers):
    page = Page("first-line-day", WRITTEN)
    post = Post(tmp_path, small_disk, clock, fingers)
    day = Day(post)
    try:
        day.play(page.told)
    finally:
        post.daemon.stop()
    (tmp_path / "auditor").mkdir()
    export = shutil.move(tmp_path / "export", tmp_path / "auditor/export")
    shutil.move(small_disk / "state/log.vkey", tmp_path / "auditor/log.vkey")
    os.remove(export / "log.vkey")
    verified, shown = page.audited(tmp_path / "auditor", day.date)
    assert (verified.returncode, shown.returncode, shown.stderr) == (0, 0, ""), (verified, shown)
    assert page.comparable(shown.stdout, day.date) == page.comparable("".join(page.told), WRITTEN), shown.stdout
    # Somebody makes it Maria who let the traveller with worn fingers pass.
    number, = [line.split()[0] for line in shown.stdout.splitlines() if "worn_fingers" in line]
    bundle = next((export / "bodies").rglob("*.p/*"))
    content = bundle.read_bytes()
    place = content.index(b'"officer":"boris"', content.index(b"worn_fingers"))
    bundle.write_bytes(content[:place] + b'"officer":"maria"' + content[place + 17:])
    for outcome in page.audited(tmp_path / "auditor", day.date):
        assert (outcome.returncode, outcome.stdout) == (1, "") and f"entry {number}" in outcome.stderr, outcome
