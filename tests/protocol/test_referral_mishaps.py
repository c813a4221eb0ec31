"""What goes wrong at a second line's desk: each time one clear line that says what, where, why and what to do, nothing is lost, and the same command does it
when the cause is gone (A7, A8)."""

import contextlib
import os
import pwd
import signal
import socket
import subprocess
import time

import pytest
from PIL import Image

from certificates import Authority
from kordond import KORDONCTL, Kordond, reachable
from test_referral_tools import day_ahead, post_of
from test_tls_tools import heard_by

UKRAINIAN = "uk_UA.UTF-8"


@pytest.fixture(name="post")
def fixture_post(daemon_of, fingers, tmp_path):
    return post_of(daemon_of, fingers, tmp_path / "desk")


def said_by(command, status, language="C", **options):
    """The one line that it says of why it did nothing."""
    outcome = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": language},
                             **{"stdin": subprocess.DEVNULL, **options})
    assert outcome.returncode == status, outcome
    assert outcome.stderr.startswith("kordonctl: ") and outcome.stderr.count("\n") == 1, outcome
    return outcome.stderr.removeprefix("kordonctl: ").rstrip("\n")


@contextlib.contextmanager
def full(folder):
    """Nothing more fits on that disk."""
    filler = f"{folder}/filler"
    with open(filler, "wb", buffering=0) as stream, contextlib.suppress(OSError):
        while True:
            stream.write(bytes(4096))
    try:
        yield
    finally:
        os.unlink(filler)


def prepared(fingers, folder, small_disk):
    """A post on a small disk, and a referral whose verdict olena is about to give."""
    daemons = []

    def make(**options):
        daemons.append(Kordond(small_disk / "d", **options).init().start())
        return daemons[0]
    post = post_of(make, fingers, folder)
    made = post.referred()
    post.judge("olena", made)
    post.look("olena", made)
    return post, made


def test_A8_H2_what_is_said_while_the_post_s_disk_is_full_is_said_again_when_it_is_not(fingers, tmp_path, small_disk):
    """Nothing of it is recorded, and no seat and judgement lost; what is looked at is not shown."""
    post, made = prepared(fingers, tmp_path / "desk", small_disk)
    verdict = post.command("olena", "referral", "verdict", made, "hit", "--reason", "14 minutiae agree")
    pictures = post.command("olena", "referral", "pictures", made, "--out", tmp_path / "look")
    with full(small_disk):
        assert said_by(verdict, 71).endswith("/state: no space left on the device: nothing was written; free space, then try again")
        assert said_by(verdict, 71, UKRAINIAN).endswith("/state: на носії немає місця: нічого не записано; звільніть місце й повторіть спробу")
        assert "no space left on the device" in said_by(post.command("taras", "referral", "take", made), 71)
        assert "no space left on the device" in said_by(pictures, 71) and not (tmp_path / "look").exists()
        assert [(seat["held"], seat.get("phase")) for seat in post.ctl("olena", "show", made)["seats"]] == [(True, "comparison"), (False, None)]
    for command in (verdict, post.command("taras", "referral", "take", made)):
        assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert [seat["held"] for seat in post.ctl("olena", "show", made)["seats"]] == [True, True]
    what = [each["body"].get("what") for each in post.ask("sofia", "GET", "/v1/log/entries?limit=1000")["entries"]]
    assert (what.count("verdict given"), what.count("referral taken"), what.count("reference seen")) == (1, 2, 1)
    post.daemon.stop()


def test_A8_pictures_that_do_not_all_fit_are_taken_back(post, tmp_path, small_disk):
    """No half of them is left on a disk, where it would say that there is no more to see; the same command then writes them all."""
    made = post.referred()
    post.judge("olena", made)
    command = post.command("olena", "referral", "pictures", made, "--out", small_disk / "look")
    sizes, taken_back = [], 0
    for room in (0, 100, 300, 500, 700, 900, 6000):
        with full(small_disk):
            with open(small_disk / "filler", "r+b") as stream:
                stream.truncate(stream.seek(0, os.SEEK_END) - room * 1024)
            outcome = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"})
            sizes.append(outcome.returncode)
            if outcome.returncode != 0:
                assert "no space left on the device" in outcome.stderr.splitlines()[-1] and not (small_disk / "look").exists(), outcome
                assert ("removed again" in outcome.stderr) == ("written to" in outcome.stdout), outcome
                taken_back += "removed again" in outcome.stderr
    assert sizes[0] == 71 and sizes[-1] == 0 and taken_back > 0, sizes
    assert len(os.listdir(small_disk / "look")) == 3


def test_A8_H6_a_letter_that_has_no_room_is_missed_before_the_case_is_made(post, tmp_path, small_disk):
    """Its number stands nowhere else, and the referral has one case: the same command makes it when there is room."""
    made = post.referred(document={"issuer": "UKR", "number": "FB 123456"})
    for name in ("olena", "taras"):
        post.judge(name, made)
        post.look(name, made)
        post.ctl(name, "verdict", made, "false_positive", "--reason", "the cores differ")
    document, letter = tmp_path / "document", small_disk / "letter"
    document.write_text("UKR:fb123456\n")
    command = post.command("sofia", "redress", "add", made[:8], "--document", document, "--until", day_ahead(), "--reason", "told apart", "--out", letter)
    with full(small_disk):
        assert said_by(command, 71) == f"{letter}: no space left on the device: write; free space, then try again"
    assert not letter.exists()
    outcome = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"})
    assert outcome.returncode == 0 and "Your case number" in letter.read_text(encoding="utf-8"), outcome
    what = [each["body"].get("what") for each in post.ask("sofia", "GET", "/v1/log/entries?limit=1000")["entries"]]
    assert what.count("redress recorded") == 1


def test_A7_who_may_not_write_there_is_told_so(post, tmp_path):
    """As a user without rights, in a folder that is another's or below one that he may not enter."""
    made = post.referred()
    post.ctl("olena", "take", made)
    certificate, key = (tmp_path / "nobodys.pem", tmp_path / "nobodys.key")
    for file, copy in zip(post.pairs["olena"], (certificate, key), strict=True):
        with open(file, "rb") as stream:
            copy.write_bytes(stream.read())
    os.chown(key, pwd.getpwnam("nobody").pw_uid, -1)
    key.chmod(0o600)
    reachable(str(tmp_path))
    reachable(post.authority.folder)
    (tmp_path / "closed").mkdir(mode=0o700)
    command = [KORDONCTL, "--server", f"https://localhost:{post.port}", "--certificate", certificate, "--key", key, "--authority", post.authority.certificate,
               "referral", "pictures", made, "--out"]
    for folder in (tmp_path / "look", tmp_path / "closed" / "look"):
        assert said_by([*command, folder], 77, user="nobody") == f"{folder}: not permitted: its folder is not there, or you may not write into it: name another one"
    assert "не можете в неї писати" in said_by([*command, tmp_path / "look"], 77, UKRAINIAN, user="nobody")


def test_A7_a_post_that_is_not_there_is_said_to_be_so(post, tmp_path):
    """Not running, and gone while it was asked; each in the words of who reads it."""
    made = post.referred()
    here = [KORDONCTL, "--config", post.daemon.configuration, "referral", "list"]
    elsewhere = post.command("olena", "referral", "take", made)
    for command in (here, elsewhere):
        post.daemon.signal(signal.SIGSTOP)
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "LC_ALL": "C"}) as program:
            time.sleep(1)
            post.daemon.kill()
            _, said = program.communicate()
        assert program.returncode == 69 and said.count("\n") == 1 and "kordond does not answer" in said, said
        assert "the connection broke off" in said or "nobody" in said, said
        post.daemon.start()
    assert [seat["held"] for seat in post.ctl("taras", "show", made)["seats"]] == [False, False]
    post.daemon.stop()
    assert said_by(here, 69) == (f"{post.daemon.folder}/s: kordond does not answer: there is no such socket; "
                                 "start kordond, or mend [api] socket in the configuration")
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(post.daemon.socket)
    assert ": kordond does not answer: nobody listens there; start kordond" in said_by(here, 69)
    assert ": kordond не відповідає: там ніхто не слухає; запустіть kordond" in said_by(here, 69, UKRAINIAN)
    os.unlink(post.daemon.socket)
    assert ": kordond does not answer over the network: nobody takes the connection; look at --server" in said_by(elsewhere, 69)
    assert "з’єднання ніхто не приймає" in said_by(elsewhere, 69, UKRAINIAN)
    unknown = [f"https://post.invalid:{post.port}" if word.startswith("https:") else word for word in elsewhere]
    assert ": kordond does not answer over the network: its name is not known here; " in said_by(unknown, 69)
    post.daemon.start()
    assert post.ctl("olena", "take", made)["seats"][0]["own"]


def test_A7_who_may_not_use_the_socket_or_the_configuration_is_told_whom_to_ask(post):
    command = [KORDONCTL, "--config", post.daemon.configuration, "referral", "list"]
    reachable(post.daemon.folder)
    os.chmod(post.daemon.socket, 0o600)
    assert said_by(command, 77, user="nobody") == (f"{post.daemon.folder}/s: not permitted: you are none of those to whom kordond opens its socket: "
                                                   "ask whoever administers the post")
    assert "Ви не серед тих, кому kordond відкриває свій сокет" in said_by(command, 77, UKRAINIAN, user="nobody")
    os.chmod(post.daemon.socket, 0o666)
    os.chmod(post.daemon.configuration, 0o600)
    assert said_by(command, 77, user="nobody").startswith(f"{post.daemon.configuration}: not permitted: you may not read it: ask whoever administers the post")
    assert "Вам не дозволено її читати" in said_by(command, 77, UKRAINIAN, user="nobody")
    os.chmod(post.daemon.configuration, 0o644)
    assert "such" not in said_by(command, 77, user="nobody")  # he has no role, which kordond says


def with_pair(post, pair, authority=None, server=None):
    return [KORDONCTL, "--server", server or f"https://localhost:{post.port}", "--certificate", pair[0], "--key", pair[1],
            "--authority", authority or post.authority.certificate, "referral", "list"]


def test_A7_a_certificate_that_has_ended_is_said_to_have(post):
    """One's own; and in the language of who reads it, whatever the post has against it."""
    old = post.authority.issue("olena-old", "DNS:olena", days=(-10, -1))
    assert ": the post refuses this certificate: it ended at " in said_by(with_pair(post, old), 77)
    assert "його строк скінчився" in said_by(with_pair(post, old), 77, UKRAINIAN)
    foreign = Authority(f"{post.authority.folder}/foreign").issue("olena", "DNS:olena")
    for pair, english, ukrainian in ((post.authority.issue("early", "DNS:olena", days=(1, 10)), "it is valid from ", "він дійсний від "),
                                     (foreign, "its authority is none of the post's", "його видав орган, якого пункт не знає"),
                                     (post.authority.issue("a-server", "DNS:olena", "serverAuth"), "it is not a client's", "він не клієнтський")):
        assert english in said_by(with_pair(post, pair), 77) and ukrainian in said_by(with_pair(post, pair), 77, UKRAINIAN)


@pytest.mark.parametrize("kind, english, ukrainian", [
    ("ended", "its certificate has ended, or its authority's: whoever administers the post renews it", "скінчився: його оновлює адміністратор пункту"),
    ("early", "its certificate is not valid yet: look at both clocks", "його сертифікат ще не дійсний"),
    ("another name", "its certificate is for another name", "на інше ім’я"),
    ("a client's", "its certificate is no server's", "не серверний"),
    ("foreign", "its certificate is not of the authority that you name", "не той орган")])
def test_A7_T7_why_a_server_does_not_prove_itself_is_said(tmp_path, kind, english, ukrainian):
    authority = Authority(tmp_path / "desk")
    other = Authority(tmp_path / "foreign", "foreign-ca") if kind == "foreign" else authority
    server = other.issue("server", "DNS:elsewhere" if kind == "another name" else "DNS:localhost", "clientAuth" if kind == "a client's" else "serverAuth",
                         days={"ended": (-10, -1), "early": (1, 10)}.get(kind, (-1, 10)))
    pair = authority.issue("olena", "DNS:olena")
    for language, why in (("C", f": the server does not prove that it is this post's kordond: {english}; nothing was sent to it; "), (UKRAINIAN, ukrainian)):
        line, heard = heard_by(server, authority.certificate, lambda port: said_by(
            [KORDONCTL, "--server", f"https://localhost:{port}", "--certificate", pair[0], "--key", pair[1], "--authority", authority.certificate,  # pylint: disable=cell-var-from-loop
             "referral", "list"], 69, language))  # pylint: disable=cell-var-from-loop
        assert why in line and heard == b"", line


def test_A7_an_id_that_is_none_another_s_or_one_decided_is_one_line(post):
    made, gone = post.referred(), "0" * 32
    for name in ("olena", "taras"):
        post.judge(name, made)
        post.look(name, made)
        post.ctl(name, "verdict", made, "false_positive", "--reason", "the cores differ")
    waits = post.referred()
    post.ctl("taras", "take", waits)
    for status, english, ukrainian, arguments in (
            (66, "no such referral", "такого направлення немає", ("take", gone)),
            (66, "no such referral", "такого направлення немає", ("verdict", gone, "hit", "--reason", "why")),
            (77, "who has no seat at it can't do that: take one", "направлення: не дозволено: ", ("verdict", waits, "hit", "--reason", "why")),
            (75, "no verdict is wanted any more", "висновок більше не потрібен", ("take", made)),
            (75, "your verdict is given", "Ви вже дали висновок", ("verdict", made, "hit", "--reason", "why")),
            (75, "there is nothing for you to look at", "Вам немає на що дивитися", ("pictures", made, "--out", "nothing"))):
        assert english in said_by(post.command("olena", "referral", *arguments), status)
        assert ukrainian in said_by(post.command("olena", "referral", *arguments), status, UKRAINIAN)
    assert not os.path.exists("nothing")


def closed(descriptor):
    return {"preexec_fn": lambda: os.close(descriptor)}


def test_A7_without_a_console_nothing_is_asked_and_nothing_presumed(post, tmp_path):
    """Standard input closed: what is not said is missing; standard output closed or full: it is done, and said to be."""
    made = post.referred()
    post.ctl("olena", "take", made)
    post.look("olena", made)
    judge = post.command("olena", "referral", "judge", made)
    assert said_by(judge, 64, **closed(0)).startswith("JUDGEMENT: argument not usable: write usable, limited or not_usable: nothing is presumed")
    assert said_by(judge, 64, UKRAINIAN, **closed(0)).startswith("оцінка: ")
    assert said_by([*judge, "limited"], 64, **closed(0)).startswith("--reason: ")
    outcome = subprocess.run([*judge, "usable"], stderr=subprocess.PIPE, text=True, check=False, env={**os.environ, "LC_ALL": "C"}, **closed(1))
    assert (outcome.returncode, outcome.stderr) == (71, "kordonctl: standard output: file operation failed: it is done, but the result was not written whole\n")
    assert post.ctl("olena", "show", made)["seats"][0]["judgement"] == "usable"
    post.look("olena", made)
    outcome = subprocess.run(post.command("olena", "referral", "pictures", made, "--out", tmp_path / "look"), check=False, **closed(2))
    assert outcome.returncode == 0
    for name in os.listdir(tmp_path / "look"):
        with Image.open(tmp_path / "look" / name) as picture:
            picture.load()
    with open("/dev/full", "wb") as nowhere:
        outcome = subprocess.run(post.command("olena", "referral", "verdict", made, "hit", "--reason", "14 agree"), stdout=nowhere, stderr=subprocess.PIPE,
                                 text=True, check=False, env={**os.environ, "LC_ALL": UKRAINIAN})
    assert outcome.returncode == 71 and "це зроблено, але результат виведено не повністю" in outcome.stderr
    assert post.ctl("olena", "show", made)["seats"][0]["verdict"] == "hit"


def test_A7_where_no_answer_comes_it_is_said_where_to_look(post):
    """The act may be done: it is not said again blindly, and nobody who examines is sent to the log, by which he would have no seat any more."""
    made = post.referred()
    answer, _ = post.cut(lambda number: number > 1, "olena", "take", made)
    assert answer["error"]["reason"] == "OUTCOME_UNKNOWN" and answer["error"]["subject"] == made
    assert "kordonctl referral show" in answer["error"]["detail"] and "log" not in answer["error"]["remedy"]
    assert post.ctl("olena", "show", made)["seats"][0]["own"]
