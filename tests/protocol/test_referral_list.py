"""kordonctl referral list as people read it at a terminal, as scripts read it, and what they type of an id (H3, H4)."""

import fcntl
import http.server
import json
import os
import pty
import re
import socketserver
import struct
import subprocess
import termios
import threading
import urllib.parse

import pytest

from kordond import KORDONCTL, Kordond
from test_referral_tools import post_of

UKRAINIAN = "uk_UA.UTF-8"
LANGUAGES = ("C", UKRAINIAN)
BEGUN = 1795860000000  # 2026-11-28 10:00 UTC, in ms


def at_terminal(command, columns, language="C"):
    """The lines of what it prints to a terminal so wide."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {name: text for name, text in os.environ.items() if name != "COLUMNS"}
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=theirs, env={**environment, "LC_ALL": language}):
        os.close(theirs)
        said = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # nobody has the other end any more
                break
            said += part
    os.close(ours)
    return said.decode().replace("\r\n", "\n").splitlines()


class Queue(http.server.BaseHTTPRequestHandler):
    """What a kordond with such referrals says of them; asked: what for."""

    rows, asked = [], []

    def address_string(self):
        return "here"

    def log_message(self, *_):  # pylint: disable=arguments-differ
        pass

    def do_GET(self):
        self.asked.append(self.path)
        path = urllib.parse.urlparse(self.path).path
        found = [row for row in self.rows if path == f"/v1/referrals/{row['referral']}"]
        answer = json.dumps({"referrals": self.rows, "next": None} if path == "/v1/referrals" else {"referral": found[0]["referral"]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


class Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@pytest.fixture(name="queue")
def fixture_queue(tmp_path):
    """A list with the rows that a test puts there: kordonctl's command line for it, and the rows."""
    daemon = Kordond(tmp_path)
    made = type("Made", (Queue,), {"rows": [], "asked": []})
    with Server(daemon.socket, made) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        made.command = [KORDONCTL, "--config", daemon.configuration]
        yield made
        server.shutdown()


@pytest.fixture(name="post")
def fixture_post(daemon_of, fingers, tmp_path):
    return post_of(daemon_of, fingers, tmp_path / "desk")


def row(referral, **changes):
    return {"referral": referral, "time_ms": BEGUN, "purpose": "border_check", "terminal": "device:lane-1", "route": "second_line", "urgency": "normal",
            "state": "open", "due_ms": BEGUN + 1800000, "overdue": False, "own": False, "free_seats": 2, "holder_gone": False, **changes}


def asked_for(queue, *words):
    """Of which referral kordonctl asked, its exit status, and what it said instead."""
    queue.asked.clear()
    outcome = subprocess.run([*queue.command, "referral", *words], capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"})
    shown = [path.rsplit("/", 1)[1] for path in queue.asked if path != "/v1/referrals"]
    return shown, outcome.returncode, outcome.stderr


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("columns", [80, 100])
def test_H4_the_queue_fits_into_a_terminal(queue, columns, language):
    """The longest words of either language; what is acted on is there at any width."""
    queue.rows += [row("ab" * 16, route="protection_officer", urgency="immediate", overdue=True, own=True),
                   row("cd" * 16, urgency="immediate", state="disagreed", free_seats=0), row("ef" * 16 + "s", route="silent", free_seats=1),
                   row("01" * 16, free_seats=0, holder_gone=True), *(row(f"{number:02x}" * 16, state="decided", free_seats=0) for number in range(16, 28))]
    lines = at_terminal([*queue.command, "referral", "list"], columns, language)
    assert max(map(len, lines)) <= columns, lines
    cells = [re.split("  +", line) for line in lines]
    overdue, differing, silent, left = (next(each for each in cells if each[0] == id_) for id_ in ("abababab", "cdcdcdcd", "efefefefs", "01010101"))
    assert "11-28 10:30" in overdue and "11-28 10:30" in silent
    assert "show" in overdue and "override" in differing and "take" in silent and "free" in left
    assert ("OVERDUE, immediate" if language == "C" else "ПРОСТРОЧЕНЕ, негайне") in overdue
    assert ("yours" if language == "C" else "Ваше") in overdue and ("free: 1" if language == "C" else "вільних: 1") in silent
    assert sum("decided" in each or "вирішене" in each for each in cells) == 10  # beside which the rest is counted
    assert any(re.search(r"\b2\b.*referral list \| less", line) for line in lines)


def test_H4_as_many_digits_are_shown_as_tell_one_from_all_others(queue):
    queue.rows += [row("a" * 10 + "0" * 22), row("a" * 10 + "1" * 22), row("a" * 10 + "1" * 22 + "s", route="silent")]
    shown = [line.split()[0] for line in at_terminal([*queue.command, "referral", "list"], 100)[1:4]]
    assert shown == ["a" * 10 + "0", "a" * 10 + "1", "a" * 10 + "1s"]
    for typed, whole in zip(shown, queue.rows, strict=True):
        assert asked_for(queue, "show", typed) == ([whole["referral"]], 0, "")


def test_H4_an_id_s_beginning_is_enough_where_it_is_no_other_s(queue):
    """What is silent is meant by its s alone; a whole id is taken as it is."""
    one, other, silent = "a1b2c3" + "0" * 26, "a1b2c4" + "0" * 26, "a1b2c4" + "0" * 26 + "s"
    queue.rows += [row(one), row(other), row(silent, route="silent")]
    assert asked_for(queue, "show", "a1b2c3") == ([one], 0, "")
    assert asked_for(queue, "show", "a1b2c4") == ([other], 0, "")
    assert asked_for(queue, "show", "a1b2c4s") == ([silent], 0, "")
    assert asked_for(queue, "show", one) == ([one], 0, "") and len(queue.asked) == 1
    shown, status, said = asked_for(queue, "show", "a1b2c3s")
    assert (shown, status) == ([], 66) and said.startswith("kordonctl: a1b2c3s: no such referral: none that you are shown begins so; ")
    for typed in ("a1b2c", "a1b2c3x", "a1b2c3ss", "A1B2C3", "../transactions", "a" * 33, ""):
        shown, status, said = asked_for(queue, "show", typed)
        assert (shown, status, said.count("\n")) == ([], 64, 1) and "its first 6 digits or more" in said, typed


def test_H4_a_beginning_that_several_have_is_one_clear_error(queue):
    one, other = "a1b2c3" + "0" * 26, "a1b2c3" + "1" * 26
    queue.rows += [row(one), row(other)]
    for command, *more in (["take"], ["verdict"], ["judge", "usable"], ["hand-over", "anna"]):
        shown, status, said = asked_for(queue, command, "a1b2c3", *more)
        assert (shown, status, said.count("\n")) == ([], 64, 1), (command, said)
        assert f"several begin so, {one} and {other}: write more digits" in said


def test_H4_scripts_read_the_list_as_ever(queue):
    """A line a referral, with all of its id and its times, however narrow a terminal is said to be."""
    queue.rows += [row("ab" * 16, own=True), row("cd" * 16, state="decided", free_seats=0)]
    outcome = subprocess.run([*queue.command, "referral", "list"], capture_output=True, text=True, check=True, env={**os.environ, "LC_ALL": "C", "COLUMNS": "40"})
    assert outcome.stdout == ("ab" * 16 + "   2026-11-28 10:00:00.000 UTC  open  second_line  border_check  decide by 2026-11-28 10:30:00.000 UTC"
                              " (a seat is yours)\n" + "cd" * 16 + "   2026-11-28 10:00:00.000 UTC  decided  second_line  border_check\n")


def test_H4_what_the_list_shows_is_what_is_typed(post):
    made = post.referred()
    shown = at_terminal(post.command("olena", "referral", "list"), 80)[1].split()[0]
    assert made.startswith(shown) and len(shown) == 8
    assert [seat["own"] for seat in post.ctl("olena", "take", shown)["seats"]] == [True, False]
    listed, = post.ctl("taras", "list")["referrals"]
    assert (listed["free_seats"], listed["own"]) == (1, False)
    post.look("olena", shown)
    assert post.ctl("olena", "judge", shown, "usable")["referral"] == made
    post.ctl("taras", "take", shown)
    assert [each["free_seats"] for each in post.ctl("sofia", "list")["referrals"]] == [0]
    assert "taken" in at_terminal(post.command("sofia", "referral", "list"), 80)[1]
