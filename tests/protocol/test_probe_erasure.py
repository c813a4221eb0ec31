"""M2: of what is kept of a match nothing is left when it was decided and its time is over: neither picture nor template in any form, nor the slot
that it was sealed in, nor that slot's key, in kordond, its children or its files. Each of them is found before."""

import contextlib
import functools
import json
import os
import shutil
import sqlite3
import subprocess

import pytest

import seat_way
from certificates import TlsConnection
from doors import SocketDoor, TlsDoor
from first_line_view import Wire
from kordond import BUILD, DESCRIPTION, Answer, wait_until
from later import Later
from leftovers import Debugger, Forms, scanner_children
from test_no_hit_memory import held_by_gdb, pytestmark  # noqa: F401  pylint: disable=unused-import
from test_referrals import PERSONS, SECRET, WANTED, fixture_post_behind  # noqa: F401  pylint: disable=unused-import

SLOT_FORMS = f"{BUILD}/tests/slot_forms"
NAMES = (*PERSONS, "lane-1")
IN_FILES = {"slot_sealed", "slot_key_wrapped"}
OF_THE_PROBE = {"template_packed", "kept_picture"}
HOUR = 3600


class KeptTlsDoor(TlsDoor):
    """Whose connections stay open: what they keep is looked at, too."""

    def __init__(self, names, folder):
        super().__init__(names, folder)
        self.connections = {}

    def ask(self, _post, name, method, path, body=None, headers=None):
        if name not in self.connections:
            self.connections[name] = TlsConnection(self.port, self.shown[name])
        connection = self.connections[name]
        connection.request(method, path, body=body, headers=headers or {})
        response = connection.getresponse()
        content = response.read()
        DESCRIPTION.check(method, path, Answer(response.status, content, dict(response.getheaders())))
        return response.status, content.decode("latin-1")


class Kept:
    """What is kept of a match, in all its forms: those of its print, known from the code that makes them, those of its slot, and what was shown."""

    def __init__(self, post, folder, data):
        self.post = post
        os.makedirs(folder)
        self.forms = Forms(folder, data)
        self.content = f"{folder}/content"
        self.opened = self.open(post.daemon.folder)

    def open(self, folder):
        """Whether the key that lies with the slot opens it."""
        outcome = subprocess.run([SLOT_FORMS, f"{folder}/state", f"file:{self.post.daemon.folder}/machine.key", self.forms.folder, self.content],
                                 capture_output=True, text=True, check=False)
        assert outcome.returncode in (0, 2), outcome.stderr
        return outcome.returncode == 0

    def shown(self, text):
        """The probe's minutiae as an examiner was told them."""
        probe = text[text.index('"probe":{'):]
        minutiae = probe[probe.index('"minutiae":['):]
        with open(f"{self.forms.folder}/shown_minutiae", "w", encoding="ascii") as stream:
            stream.write(minutiae[:minutiae.index("]")])

    def in_files(self, folder=None):
        return {form for form, *_ in self.forms.in_files(folder or self.post.daemon.folder)}

    def in_memory(self):
        pid = self.post.daemon.process.pid
        found = self.forms.in_process(pid)
        for role, child in scanner_children(pid).items():
            found += [(form, size, lock, f"{role}: {place}") for form, size, lock, place in self.forms.in_process(child)]
        return found

    def must_be_gone(self):
        self.post.done("sofia", "GET", "/v1/status")  # whatever the loop still had to do, it has done
        left = self.in_memory() + self.forms.in_files(self.post.daemon.folder)
        assert not left, "left behind:\n" + "\n".join(map(str, left))
        assert not self.open(self.post.daemon.folder)


@pytest.fixture(name="kept_of")
def fixture_kept_of(tmp_path, fingers):
    """Once for each match: it must be kept, sealed, and nothing of it be found but that."""
    made = []

    def make(post, finger=WANTED):
        kept = Kept(post, tmp_path / f"kept{len(made)}", fingers[finger, 2])
        made.append(kept)
        assert kept.opened and kept.forms.names() >= IN_FILES | {"slot_key"} | OF_THE_PROBE
        with open(kept.content, "rb") as stream:
            content = stream.read()
        assert all(kept.forms.read(form) in content for form in OF_THE_PROBE)
        assert kept.in_files() == IN_FILES
        return kept
    return make


def examine(post, kept, path, verdicts):
    """Both examiners see all that there is."""
    for name, verdict in zip(("olena", "taras"), verdicts):
        post.judge(name, path)
        for _ in range(2):
            assert post.done(name, "GET", f"{path}/probe?finger=right_index").startswith("\x89PNG")
            post.done(name, "GET", f"{path}/reference?finger=right_index")
            kept.shown(json.dumps(post.done(name, "GET", f"{path}/comparison?finger=right_index"), separators=(",", ":")))
        assert kept.open(post.daemon.folder)
        post.verdict(name, path, verdict)


def erased(post, path):
    wait_until(lambda: post.done("sofia", "GET", path)["probe_erased"])


@pytest.mark.parametrize("door", [SocketDoor, KeptTlsDoor])
def test_M2_nothing_of_a_probe_is_left_when_it_is_decided(post_behind, tmp_path, kept_of, door):
    post = post_behind(door(NAMES, tmp_path / "door"))
    path = post.referred()
    kept = kept_of(post)
    examine(post, kept, path, ("hit", "hit"))
    erased(post, path)
    kept.must_be_gone()


def test_M2_nothing_is_left_of_a_silent_one_that_a_supervisor_decided(post_behind, tmp_path, kept_of):
    post = post_behind(SocketDoor(NAMES, tmp_path))
    path = f"/v1/referrals/{post.travel(SECRET)['transaction']}s"
    wait_until(lambda: post.ask("sofia", "GET", path)[0] == 200)
    kept = kept_of(post, SECRET)
    examine(post, kept, path, ("hit", "inconclusive"))
    assert kept.open(post.daemon.folder) and not post.done("sofia", "GET", path)["probe_erased"]
    post.override("sofia", path, {"verdict": "false_positive", "reason": "another core"})
    erased(post, path)
    kept.must_be_gone()


@contextlib.contextmanager
def reading(post):
    """Somebody reads the database: what was in it when he began can't be cut off the write-ahead log."""
    connection = sqlite3.connect(f"file:{post.daemon.folder}/state/kordon.db?mode=ro", uri=True, isolation_level=None)
    connection.execute("BEGIN")
    connection.execute("SELECT count(*) FROM probe_slot").fetchall()
    yield
    connection.close()


def test_M2_what_a_reader_kept_goes_when_he_ends(post_behind, tmp_path, kept_of):
    """No other entry has to come for it."""
    post = post_behind(SocketDoor(NAMES, tmp_path))
    path = post.referred()
    kept = kept_of(post)
    with reading(post):
        examine(post, kept, path, ("inconclusive", "inconclusive"))
        erased(post, path)
        assert kept.in_files() == IN_FILES
    wait_until(lambda: not kept.in_files())
    kept.must_be_gone()


def test_M2_what_a_reader_kept_goes_when_kordond_was_killed_meanwhile(post_behind, tmp_path, kept_of):
    post = post_behind(SocketDoor(NAMES, tmp_path))
    path = post.referred()
    kept = kept_of(post)
    with reading(post):
        examine(post, kept, path, ("hit", "hit"))
        erased(post, path)
        post.daemon.kill()
    assert kept.in_files() == IN_FILES
    post.daemon.start()
    wait_until(lambda: not kept.in_files())
    kept.must_be_gone()


@held_by_gdb
def test_M2_the_probe_is_in_locked_memory_while_an_examiner_is_shown_it(post_behind, tmp_path, kept_of):
    """The control: held where what the slot keeps has been opened, it is found there."""
    post = post_behind(SocketDoor(NAMES, tmp_path))
    path = post.referred()
    kept = kept_of(post)
    post.done("olena", "POST", f"{path}/seat")
    with contextlib.closing(Wire(post.door.connect(post.daemon, "olena"))) as wire:
        with Debugger(post.daemon.process.pid, "referral_opening_destroy") as debugger:
            wire.send("GET", f"{path}/probe?finger=right_index")
            debugger.wait()
            found = {(form, lock) for form, _, lock, _ in kept.forms.in_stopped(post.daemon.process.pid)}
        while wire.answer() is None:
            wire.more()
    assert {(form, "locked") for form in OF_THE_PROBE} <= found, found
    assert kept.in_files(kept.forms.folder) == kept.forms.names()
    post.done("olena", "POST", f"{path}/probe_judgement", {"judgement": "usable"})
    post.verdict("olena", path)
    post.judge("taras", path)
    post.verdict("taras", path)
    erased(post, path)
    kept.must_be_gone()


@held_by_gdb
def test_M2_a_probe_goes_at_the_next_start_where_kordond_was_killed_before(post_behind, tmp_path, kept_of):
    """Between outcome and erasure. A copy of the state from then keeps it, and opens with the machine's key."""
    post = post_behind(SocketDoor(NAMES, tmp_path))
    path = post.referred()
    kept = kept_of(post)
    for name in ("olena", "taras"):
        post.judge(name, path)
    post.verdict("olena", path)
    seat_way.look_at_references(functools.partial(post.done, "taras"), path, "right_index")
    with contextlib.closing(Wire(post.door.connect(post.daemon, "taras"))) as wire:
        with Debugger(post.daemon.process.pid, "legal_holds_read") as debugger:  # which the erasure asks first
            wire.send("POST", f"{path}/verdict", json.dumps({"verdict": "hit", "reason": "why"}).encode())
            debugger.wait()
            post.daemon.process.kill()
    post.daemon.kill()
    shutil.copytree(f"{post.daemon.folder}/state", tmp_path / "backup" / "state")
    assert kept.in_files() == IN_FILES and kept.open(post.daemon.folder)
    post.daemon.start()
    erased(post, path)
    assert post.done("olena", "GET", path)["outcome"] == "hit"
    kept.must_be_gone()
    assert kept.open(tmp_path / "backup") and kept.in_files(tmp_path / "backup") == IN_FILES


def test_M2_a_held_probe_stays_until_nothing_holds_it(post_behind, tmp_path, kept_of):
    """It goes within an hour of when it is held no more. How many days it is kept: tests/unit/daemon_referrals_test.c."""
    later = Later(tmp_path)
    post = post_behind(SocketDoor(NAMES, tmp_path), environment=later.environment)
    path = post.referred()
    transaction = path.rsplit("/", 1)[1]
    kept = kept_of(post)
    post.done("auditor", "POST", "/v1/log/holds", {"transaction": transaction, "reason": "proceeding"}, status=201)
    examine(post, kept, path, ("false_positive", "false_positive"))
    post.referred()  # the tick that shows it has tried to erase what is due, and a stop waits for that
    post.daemon.stop()
    post.daemon.start()
    assert not post.done("sofia", "GET", path)["probe_erased"]
    assert post.done("sofia", "GET", f"{path}/probe?finger=right_index").startswith("\x89PNG")
    assert IN_FILES <= kept.in_files()
    post.done("auditor", "DELETE", f"/v1/log/holds/{transaction}?justification=over")
    later.go_by(2 * HOUR)
    erased(post, path)
    left = kept.in_memory() + kept.forms.in_files(post.daemon.folder)
    assert not left, left
