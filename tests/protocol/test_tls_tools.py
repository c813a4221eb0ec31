"""kordonctl makes a post's certificates (kordonctl tls), and works at a post over the network with them (--server) (T7, A9)."""

import base64
import contextlib
import fcntl
import json
import os
import socket
import ssl
import stat
import subprocess
import threading

import pytest

from certificates import Authority, TlsClient, free_port, settings_of
from cutting_proxy import CuttingProxy
from kordond import KORDONCTL, PATIENCE, Kordond, entry, posts_in, user_name, wait_until
from leftovers import FIND_LEFTOVERS, state_of, stopped
from test_reload import reload
from virtual_finger import VirtualFinger, read_png


def ctl(*arguments, **options):
    return subprocess.run([KORDONCTL, *map(str, arguments)], capture_output=True, text=True, check=False, **options)


def done(*arguments, **options):
    outcome = ctl(*arguments, **options)
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stdout


def refused(*arguments, **options):
    """(exit status, the one line)"""
    outcome = ctl(*arguments, **options)
    assert outcome.returncode != 0 and outcome.stdout == "" and outcome.stderr.count("\n") == 1, outcome
    return outcome.returncode, outcome.stderr


class Made:
    """An authority's folder made by kordonctl, and what it issues."""

    def __init__(self, folder, name="post-ca"):
        self.folder, self.out = f"{folder}/ca", f"{folder}/out"
        self.said = done("tls", "authority", self.folder, "--name", name)
        self.certificate, self.key, self.list = (f"{self.folder}/{file}" for file in ("authority.pem", "authority.key", "revoked.pem"))

    def issue(self, name, *more, usage="client", out=None, **options):
        """(certificate, key)"""
        made = json.loads(done("--json", "tls", "issue", usage, "--authority", self.folder, "--name", name, "--out", out or self.out, *more,
                               **options))
        return made["certificate"], made["key"]

    def revoke(self, certificate):
        return done("tls", "revoke", certificate, "--authority", self.folder)


def made_in(folder):
    folder.mkdir()
    return Made(folder)


@pytest.fixture(name="made")
def fixture_made(tmp_path):
    return made_in(tmp_path / "made")


def content(path):
    with open(path, "rb") as stream:
        return stream.read()


def put(path, data):
    with open(path, "wb") as stream:
        stream.write(data)


def shown(path):
    return json.loads(done("--json", "tls", "show", path))


# --- The authority

def mode_of(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def test_T7_keys_are_their_owners_alone_and_nothing_is_overwritten(made):
    """Whatever the umask is; also where a link of that name leads elsewhere."""
    certificate, key = made.issue("DNS:lane-3.example", preexec_fn=lambda: os.umask(0))
    assert {mode_of(key), mode_of(made.key)} == {0o600}
    assert {mode_of(made.folder), mode_of(made.out)} == {0o700}
    before = {path: content(path) for path in (certificate, key, made.key, made.list)}
    for again in (("tls", "authority", made.folder, "--name", "other"),
                  ("tls", "issue", "client", "--authority", made.folder, "--name", "DNS:lane-3.elsewhere", "--out", made.out)):
        status, line = refused(*again)
        assert status == 64 and "exists already" in line
    os.symlink(f"{made.out}/elsewhere", f"{made.out}/lane-4.key")
    assert "exists already" in refused("tls", "issue", "client", "--authority", made.folder, "--name", "DNS:lane-4", "--out", made.out)[1]
    assert not os.path.exists(f"{made.out}/elsewhere")
    assert before == {path: content(path) for path in before}


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o1777])
def test_T7_a_folder_that_others_may_write_to_holds_no_keys(made, tmp_path, mode):
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(mode)
    for arguments in (("authority", folder, "--name", "x"),
                      ("issue", "client", "--authority", made.folder, "--name", "DNS:lane-3", "--out", folder)):
        status, line = refused("tls", *arguments)
        assert status == 77 and f"its mode is {mode:04o}, others may write to it" in line
    assert os.listdir(folder) == []
    os.chmod(made.folder, mode)
    assert refused("tls", "crl", "--authority", made.folder)[0] == 77


def test_T7_a_folder_of_somebody_else_or_behind_a_link_holds_no_keys(made, tmp_path):
    (tmp_path / "link").symlink_to(made.folder)
    assert "symbolic link" in refused("tls", "crl", "--authority", tmp_path / "link")[1]
    if os.getuid() == 0:
        os.chown(made.folder, 65534, 65534)
        assert "user 65534 owns this folder" in refused("tls", "crl", "--authority", made.folder)[1]


@pytest.mark.parametrize("usage, name, word", [
    ("client", "lane-3", "begin with DNS:, email: or URI:"), ("server", "email:anna@border.example", "begin with DNS: or IP:"),
    ("client", "IP:192.0.2.1", "begin with DNS:"), ("client", "DNS:*.example", "a host's name"), ("client", "DNS:lane 3", "a host's name"),
    ("client", "DNS:-lane", "a host's name"), ("client", "DNS:lane..example", "a host's name"), ("client", "email:anna", "a mailbox"),
    ("client", "email:an na@x", "a mailbox"), ("client", "URI:no-scheme", "a URI"), ("server", "IP:192.0.2", "an IPv4 or IPv6 address"),
    ("client", "DNS:lane-3,", "begin with"), ("client", f"URI:urn:{'x' * 190}", "has room for"), ("client", "DNS:lane\n3", "a host's name"),
    ("client", ",".join(f"DNS:a{i}" for i in range(9)), "8 names at most"), ("neither", "DNS:x", "a server's or a client's")])
def test_T7_a_name_that_no_register_could_hold_is_refused(made, usage, name, word):
    status, line = refused("tls", "issue", usage, "--authority", made.folder, "--name", name, "--out", made.out)
    assert status == 64 and word in line
    assert not os.path.exists(made.out) and os.listdir(f"{made.folder}/issued") == []


@pytest.mark.parametrize("arguments, word", [
    (("authority", "{}/new"), "--name: "), (("authority", "{}/new", "--name", "two words"), "an authority's name"),
    (("authority", "{}/new", "--name", "x" * 32), "at most 31"), (("issue", "client", "--name", "DNS:x", "--out", "{}/o"), "--authority: "),
    (("issue", "client", "--authority", "{}/made/ca", "--name", "DNS:x"), "--out: "), (("crl",), "--authority: "),
    (("crl", "--authority", "{}/made/ca", "--days", "0"), "--days: "),
    (("issue", "client", "--authority", "{}/made/ca", "--name", "DNS:x", "--out", "{}/o", "--days", "7300"), "the authority ends before: give 36")])
def test_T7_what_is_missing_or_out_of_range_is_said(made, tmp_path, arguments, word):
    status, line = refused("tls", *(each.format(tmp_path) for each in arguments))
    assert status == 64 and word in line, line
    assert not (tmp_path / "new").exists() and os.path.exists(made.certificate)


def test_T7_files_that_do_not_belong_together_are_not_used(made, tmp_path):
    """A list that another signed would let back in who is revoked; without one nobody knows who is."""
    other = made_in(tmp_path / "other")
    foreign, good = other.issue("DNS:x")[0], {path: content(path) for path in (made.list, made.key)}
    command = ("tls", "crl", "--authority", made.folder)
    put(made.list, content(other.list))
    status, line = refused(*command)
    assert status == 65 and "revoked.pem: " in line and "not signed by its authority" in line
    os.unlink(made.list)
    status, line = refused(*command)
    assert status == 66 and "it alone says who is revoked" in line and not os.path.exists(made.list)
    put(made.list, good[made.list])
    os.chmod(made.key, 0o640)
    status, line = refused(*command)
    assert status == 78 and "readable by others" in line
    os.chmod(made.key, 0o600)
    put(made.key, content(other.key))
    assert "its key is another one" in refused(*command)[1]
    put(made.key, good[made.key])
    assert "another authority issued it" in refused("tls", "revoke", foreign, "--authority", made.folder)[1]
    assert "it is the authority's own" in refused("tls", "revoke", made.certificate, "--authority", made.folder)[1]
    assert content(made.list) == good[made.list]


def test_T7_two_do_not_work_with_one_authority_at_once(made):
    holder = os.open(made.folder, os.O_RDONLY)
    fcntl.flock(holder, fcntl.LOCK_EX)
    status, line = refused("tls", "crl", "--authority", made.folder)
    os.close(holder)
    assert status == 69 and "another kordonctl works with this authority" in line
    assert "number 2 " in done("tls", "crl", "--authority", made.folder)


def test_T7_a_list_carries_on_what_the_one_before_said(made):
    """Higher number, everybody who was on it; the copy that the authority keeps is enough to revoke whoever's own file is gone."""
    first, second = made.issue("DNS:lane-1")[0], made.issue("email:anna@border.example")[0]
    assert (shown(made.list)["number"], shown(made.list)["revoked"]) == ("1", [])
    made.revoke(first)
    os.unlink(second)
    kept = [f"{made.folder}/issued/{name}" for name in os.listdir(f"{made.folder}/issued") if name.startswith("anna-")]
    assert "number 3 with 2 revoked" in made.revoke(kept[0])
    assert sorted(shown(made.list)["revoked"]) == sorted(shown(each)["serial"] for each in (first, kept[0]))
    status, line = refused("tls", "revoke", first, "--authority", made.folder)
    assert status == 64 and "on the list already; nothing was changed" in line and shown(made.list)["number"] == "3"
    done("tls", "crl", "--authority", made.folder, "--days", "3")
    renewed = shown(made.list)
    assert renewed["number"] == "4" and len(renewed["revoked"]) == 2 and renewed["usable_now"]


def test_T7_show_says_what_kordond_takes_a_file_for(made, tmp_path):
    """The names that prove somebody as kordon.conf says them; of a certificate that is for nothing here, why."""
    wicked = Authority(tmp_path / "wicked", "wicked-ca")
    client, server = made.issue("email:anna@border.example,DNS:desk-1,URI:urn:kordon:anna")[0], made.issue("DNS:post-1,IP:::1", usage="server")[0]
    assert (shown(client)["kind"], shown(client)["names"]) == ("client", ["email:anna@border.example", "DNS:desk-1", "URI:urn:kordon:anna"])
    assert (shown(server)["kind"], shown(server)["names"]) == ("server", ["DNS:post-1"])
    assert (shown(made.certificate)["kind"], shown(made.list)["kind"]) == ("authority", "revocation_list")
    assert "proof           certificate:AUTHORITY/email:anna@border.example\n" in done("tls", "show", client)
    signing = shown(wicked.issue("code", "DNS:x", usage="codeSigning")[0])
    assert (signing["kind"], signing["why"]) == ("other", "its usage is neither a client's nor a server's")
    assert not shown(wicked.issue("old", "DNS:x", days=(-10, -1))[0])["usable_now"]
    assert "(not usable now)" in done("tls", "show", wicked.issue("early", "DNS:x", days=(1, 10))[0])
    status, line = refused("tls", "show", made.key)
    assert status == 65 and "neither a certificate nor a revocation list" in line


def test_T7_serials_and_keys_are_never_the_same_twice(made):
    issued = [made.issue(f"DNS:lane-{number}") for number in range(5)]
    assert len({shown(certificate)["serial"] for certificate, _ in issued}) == 5
    assert all(len(shown(certificate)["serial"]) == 32 for certificate, _ in issued)
    assert len({content(key) for _, key in issued}) == 5


# --- At a post

class Post:
    """A kordond whose certificates kordonctl made: lane-1 is a terminal, olena supervises, ivan audits."""

    def __init__(self, folder, environment=None, **options):
        folder.mkdir()
        self.made, self.port = Made(folder), free_port()
        self.server = self.made.issue("DNS:localhost,IP:127.0.0.1", usage="server")
        self.pairs = {name: self.made.issue(f"{kind}:{name}{host}") for name, kind, host in (
            ("lane-1", "DNS", ".example"), ("olena", "email", "@border.example"), ("ivan", "URI:urn:kordon", ""))}
        self.daemon = Kordond(folder / "d", roles={}, environment=environment, **{
            "tls__address": f"127.0.0.1:{self.port}", "tls__certificate": self.server[0], "tls__key": self.server[1],
            "client_authority post-ca__certificate": self.made.certificate,
            "client_authority post-ca__revocation_list": self.made.list,
            "device lane-1__roles": "terminal", "device lane-1__proof": "certificate:post-ca/DNS:lane-1.example",
            "person olena__roles": "supervisor", "person olena__proof": "certificate:post-ca/email:olena@border.example",
            "person ivan__roles": "auditor", "person ivan__proof": "certificate:post-ca/URI:urn:kordon:ivan",
            "person root__roles": "supervisor", "person root__proof": f"user:{user_name()}", **options})

    def start(self):
        self.daemon.init().start()
        return self

    def client(self, name):
        return TlsClient(self.port, settings_of(self.made, self.pairs[name]))

    def desk(self, name="olena", pair=None, server=None, authority=None):
        """What kordonctl is told there, without a configuration."""
        certificate, key = pair or self.pairs[name]
        return ("--server", server or f"https://localhost:{self.port}", "--certificate", certificate, "--key", key,
                "--authority", authority or self.made.certificate)

    def asked(self, name, *arguments):
        return json.loads(done(*self.desk(name), "--json", *arguments))


@pytest.fixture(name="post_of")
def fixture_post_of(tmp_path):
    with posts_in(tmp_path, Post) as make:
        yield make


@pytest.fixture(name="post")
def fixture_post(post_of):
    return post_of().start()


def test_T7_a_post_serves_with_what_was_made_and_knows_each_kind_of_name(post):
    for name, principal in (("lane-1", "device:lane-1"), ("olena", "person:olena"), ("ivan", "person:ivan")):
        status = post.client(name).get("/v1/status")
        assert (status.status, status.json["principal"]) == (200, principal), status
    assert status.json["tls"]["authorities"][0]["revocation_list"] == "fresh"


# --- kordonctl at a desk elsewhere

BASIS = ("--legal-basis", "Border Act art. 7")
OPENING = (*BASIS, "--officer", "olena", "--traveller-group", "foreigner", "--age-band", "18_and_over")


def write_list(folder, numbers=(1,)):
    """A manifest of those whose pictures lie there."""
    entries = [{**entry(b"", number), "fingers": [{"position": "right_index", "ppi": 500, "file": f"{number}.png"}]} for number in numbers]
    (folder / "manifest.json").write_text(json.dumps({"list": "test", "version": 1, "entries": entries}))
    return folder / "manifest.json"


def test_A7_a_supervisor_works_from_his_desk_as_at_the_post(post, fingers, tmp_path):
    """The list, transactions, the log, modes and records, each by the roles of the certificate; the actor in the log is who it names."""
    put(tmp_path / "1.png", fingers[1, 1])
    put(tmp_path / "2.png", fingers[2, 1])
    listed = post.asked("olena", "watchlist", "import", write_list(tmp_path, (1, 2)))
    assert listed["entries"] == 2
    shown_list = post.asked("olena", "watchlist", "list")
    assert len(shown_list["entries"]) == 2
    assert post.asked("olena", "watchlist", "check")["problems"] == []
    checked = ctl(*post.desk("lane-1"), "--json", "identify", "--image", tmp_path / "1.png", "--ppi", "500", "--finger", "right_index", *OPENING)
    assert checked.returncode == 0, checked.stderr
    transaction = json.loads(checked.stdout)["transaction"]
    assert [each["transaction"] for each in post.asked("lane-1", "transaction", "list")["transactions"]] == [transaction]
    assert post.asked("lane-1", "transaction", "show", transaction)["transaction"] == transaction
    receipt = tmp_path / "receipt"
    post.asked("lane-1", "transaction", "receipt", transaction, "--out", receipt)
    assert post.asked("olena", "log", "verify-receipt", receipt)["valid"]
    assert post.asked("olena", "mode", "suspend", "--until", "90m", "--reason", "power cut")
    assert post.asked("olena", "mode", "show")["degraded"][0]["mode"] == "capture_suspended"
    post.asked("olena", "mode", "resume")
    whole = post.asked("ivan", "log", "show", "--from", "0", "--count", "1000")
    assert {"person:olena", "device:lane-1"} <= {each["body"].get("actor") for each in whole["entries"]}
    assert {each["body"]["officer"] for each in whole["entries"] if each["body"].get("transaction") == transaction} == {"olena"}
    assert post.asked("ivan", "log", "verify")["valid"]
    done(*post.desk("ivan"), "log", "checkpoint", "--out", tmp_path / "checkpoint")
    done(*post.desk("ivan"), "log", "export", tmp_path / "export")
    done("log", "verify", tmp_path / "export", "--old", tmp_path / "checkpoint")
    post.asked("olena", "watchlist", "erase", shown_list["entries"][0]["entry"], "--justification", "court order 12/26")
    status, line = refused(*post.desk("ivan"), "watchlist", "list")
    assert status == 77, line


def test_A7_a_traveller_is_checked_once_though_answers_are_lost(post, fingers, tmp_path):
    """Each second answer never arrives, of every request of the command: one transaction, one sample, one end."""
    put(tmp_path / "1.png", fingers[1, 1])
    post.asked("olena", "watchlist", "import", write_list(tmp_path))
    captured, made = ("identify", "--image", tmp_path / "1.png", "--ppi", "500", "--finger", "right_index", *OPENING), []
    for command in (captured, ("identify", "--exception", "unchecked:emergency", *OPENING)):
        proxy = CuttingProxy(post.port, lambda number: number % 2 == 0)  # the first one says who is there
        made.append(json.loads(done(*post.desk("lane-1", server=f"https://localhost:{proxy.own_port}"), "--json", *command))["transaction"])
        proxy.close()
        assert proxy.cut >= 1
    ends = [each["body"] for each in post.asked("ivan", "log", "show", "--from", "0", "--count", "1000")["entries"]
            if each["head"]["event"] in ("collection", "consultation") and "transaction" in each["body"]]
    assert [each["transaction"] for each in ends] == [made[0], *made]


def test_T8_the_officer_is_whom_the_certificate_is_of(post):
    """A terminal's has none: the officer must be said."""
    record = ("manual", "enter", "--time", "2026-11-27T04:12:00Z", "--traveller-group", "foreigner", "--purpose", "border_check",
              "--legal-basis", "Border Act art. 7", "--outcome", "passed", "--reason", "no_power", "--stamp", "7")
    assert ctl(*post.desk("olena"), *record).returncode == 64  # of a paper form the officer is always said
    exception = ("identify", *BASIS, "--exception", "unchecked:emergency", "--traveller-group", "foreigner", "--age-band", "18_and_over")
    status, line = refused(*post.desk("lane-1"), *exception)
    assert status == 64 and "--officer: " in line and "you are device:lane-1" in line
    done(*post.desk("lane-1"), *exception, "--officer", "olena")
    status, line = refused(*post.desk("lane-1"), "identify", *BASIS, "--exception", "unchecked:emergency", "--officer", "olena",
                           stdin=subprocess.DEVNULL)
    assert status == 64 and "--traveller-group" in line  # nothing is presumed: a post that serves the network is no demonstration


def test_A7_what_is_needed_may_stand_in_the_environment(post):
    """For a desk's whole day; what is named on the command line goes before, and so does this machine's configuration."""
    words = post.desk("olena")
    environment = {**os.environ, **{f"KORDON_{words[i][2:].upper()}": words[i + 1] for i in range(0, len(words), 2)}}
    assert json.loads(done("--json", "status", env=environment))["principal"] == "person:olena"
    certificate, key = post.pairs["ivan"]
    assert json.loads(done("--certificate", certificate, "--key", key, "--json", "status", env=environment))["principal"] == "person:ivan"
    assert json.loads(done("--config", post.daemon.configuration, "--json", "status", env=environment))["principal"] == "person:root"
    done("manual", "form", env=environment)


def test_T7_what_is_printed_for_a_person_gives_no_role_and_says_that_one_is_to_be_named(made):
    """An empty "roles =" looked done; which ones a person holds is nobody's default."""
    said = json.loads(done("--json", "tls", "issue", "client", "--authority", made.folder, "--name", "email:anna@border.example", "--out", made.out))
    lines = said["configuration"].splitlines()
    assert lines[0] == "[person anna]" and lines[1].startswith("# roles = ") and lines[2] == "proof = certificate:post-ca/email:anna@border.example"


@pytest.mark.parametrize("command", [("init",), ("state", "upgrade")])
def test_A7_what_works_on_the_machine_itself_says_so(post, command):
    status, line = refused(*post.desk(), *command)
    assert status == 64 and "run it at the post, without --server" in line


@pytest.mark.parametrize("left_out", ["--certificate", "--key", "--authority"])
def test_A7_what_is_missing_beside_a_server_is_said(post, left_out):
    words = post.desk()
    at = words.index(left_out)
    status, line = refused(*words[:at], *words[at + 2:], "status")
    assert status == 64 and line.startswith(f"kordonctl: {left_out}: ") and "mandatory with --server" in line
    assert refused("--config", post.daemon.configuration, *words, "status")[0] == 64


@pytest.mark.parametrize("server", ["http://localhost:1", "localhost:1", "https://localhost:1/v1", "https://anna@localhost:1", "https://", "ftp://localhost",
                                    "https://localhost:99999", "https://localhost:1?x"])
def test_A7_a_server_is_an_address_and_nothing_more(post, server):
    status, line = refused(*post.desk(server=server), "status")
    assert status == 64 and "give https://HOST:PORT" in line


def test_A7_a_post_that_does_not_answer_is_not_worked_on_here(post):
    status, line = refused(*post.desk(server=f"https://localhost:{free_port()}"), "log", "show")
    assert status == 69 and "kordond does not answer over the network" in line and "--server" in line


# --- Who is not let in is told why, in one sentence

def test_T7_each_certificate_that_does_not_hold_is_told_in_one_sentence(post_of, tmp_path):
    wicked, foreign = Authority(tmp_path / "wicked", "wicked-ca"), Authority(tmp_path / "foreign", "foreign-ca")
    wicked.publish(since=-300)
    post = post_of(**{"client_authority wicked__certificate": wicked.certificate,
                      "client_authority wicked__revocation_list": wicked.list}).start()
    revoked = wicked.issue("gone", "DNS:lane-1")
    wicked.revoke(revoked[0])
    wicked.publish(since=-299)
    assert "configuration reloaded" in reload(post.daemon)
    told = {
        wicked.issue("old", "DNS:lane-1", days=(-10, -1)): "it ended at 2",
        wicked.issue("early", "DNS:lane-1", days=(1, 10)): "it is valid from 2",
        wicked.issue("serving", "DNS:lane-1", usage="serverAuth"): "it is not a client's",
        foreign.issue("stranger", "DNS:lane-1"): "its authority is none of the post's",
        revoked: "it is revoked: have a new one issued",
    }
    for pair, sentence in told.items():
        for command in (("status",), ("log", "show"), ("identify", "--exception", "unchecked:emergency")):
            status, line = refused(*post.desk(pair=pair), *command)
            assert status == 77 and line.startswith(f"kordonctl: {pair[0]}: the post refuses this certificate: {sentence}"), line
    # An overdue list is the same alert as an expired certificate's.
    wicked.publish(since=-200, until=-100)
    reload(post.daemon)
    status, line = refused(*post.desk(pair=wicked.issue("late", "DNS:lane-1")), "status")
    assert status == 77 and "revocation list is overdue there" in line


def test_T7_who_is_revoked_is_refused_once_the_post_has_the_list(post):
    """Made, revoked and published by kordonctl alone; the others are served on."""
    assert post.asked("lane-1", "status")["principal"] == "device:lane-1"
    post.made.revoke(post.pairs["lane-1"][0])
    assert post.asked("lane-1", "status")["principal"] == "device:lane-1"
    assert "configuration reloaded" in reload(post.daemon)
    status, line = refused(*post.desk("lane-1"), "status")
    assert status == 77 and "it is revoked" in line
    assert post.asked("olena", "status")["principal"] == "person:olena"


def test_T7_a_right_certificate_without_a_role_is_told_by_kordond(post):
    status, line = refused(*post.desk(pair=post.made.issue("DNS:lane-9.example")), "status")
    assert status == 77 and "refuses this certificate" not in line, line


def test_T7_keys_and_files_that_can_not_be_used_are_said_before_anything_is_sent(post):
    certificate, key = post.pairs["olena"]
    os.chmod(key, 0o640)
    status, line = refused(*post.desk(), "status")
    assert status == 78 and line.startswith(f"kordonctl: {key}: the key is readable by others")
    os.chmod(key, 0o600)
    status, line = refused(*post.desk(pair=(certificate, post.pairs["ivan"][1])), "status")
    assert status == 65 and f"it is not the key of {certificate}" in line
    assert refused(*post.desk(pair=(certificate, certificate)), "status")[0] in (65, 78)
    assert refused(*post.desk(authority=key), "status")[0] == 65
    assert refused(*post.desk(pair=(f"{certificate}.none", key)), "status")[0] == 66


# --- The server proves itself

def heard_by(pair, authority, action):
    """What a server with that certificate reads of a client's requests while action runs; b"" where it comes to none."""
    settings = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    settings.load_cert_chain(*pair)
    settings.load_verify_locations(authority)
    heard = []
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(PATIENCE)

        def serve():
            plain, _ = listening.accept()
            plain.settimeout(PATIENCE)
            try:
                with settings.wrap_socket(plain, server_side=True) as tls:
                    heard.append(tls.recv(1000))
            except OSError:
                heard.append(b"")
        thread = threading.Thread(target=serve)
        thread.start()
        outcome = action(listening.getsockname()[1])
        thread.join()
    return outcome, heard[0]


def test_T7_a_server_that_is_another_is_sent_nothing(post, tmp_path):
    """Of another authority, of another name, a client's certificate: the connection ends before a request."""
    foreign = Authority(tmp_path / "foreign", "post-ca")
    servers = {
        "foreign": foreign.issue("server", "DNS:localhost", "serverAuth"),
        "another name": post.made.issue("DNS:post-2.example", usage="server"),
        "a client's": post.made.issue("DNS:elsewhere,DNS:localhost"),
    }
    for kind, pair in servers.items():
        (status, line), heard = heard_by(pair, post.made.certificate,
                                         lambda port: refused(*post.desk(server=f"https://localhost:{port}"), "status"))
        assert (status, heard) == (69, b""), (kind, line)
        assert "does not prove that it is this post's kordond" in line and "nothing was sent to it" in line, (kind, line)
    good, heard = heard_by(post.server, post.made.certificate, lambda port: ctl(*post.desk(server=f"https://localhost:{port}"), "status"))
    assert heard.startswith(b"GET /healthz HTTP/1.1") and good.returncode == 69


def test_T7_no_older_tls_is_spoken(post):
    def serve_older(pair):
        settings = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        settings.maximum_version = ssl.TLSVersion.TLSv1_2
        settings.load_cert_chain(*pair)
        return settings
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(PATIENCE)

        def serve():
            plain, _ = listening.accept()
            with plain, pytest.raises(OSError):
                serve_older(post.server).wrap_socket(plain, server_side=True)
        thread = threading.Thread(target=serve)
        thread.start()
        status, line = refused(*post.desk(server=f"https://localhost:{listening.getsockname()[1]}"), "status")
        thread.join()
    assert status in (69, 77), line


# --- Events over the network

def test_Q1_the_officer_at_a_terminal_reads_what_to_do_with_the_finger(post_of, fingers, tmp_path):
    reader = f"{tmp_path}/finger"
    post = post_of(environment={"FP_VIRTUAL_IMAGE": reader}, scanner__enabled="yes", identification__require_armed="no").start()
    client = post.client("lane-1")
    wait_until(lambda: [each["state"] for each in client.get("/v1/scanners").json["scanners"]] == ["ready"])
    officer = subprocess.Popen([KORDONCTL, *post.desk("lane-1"), "identify", "--finger", "right_index", *OPENING], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    said = []
    while not said or "right_index: Place the finger on the reader" not in said[-1]:
        said.append(officer.stderr.readline())
        assert said[-1] != "", said
    wait_until(lambda: [each["finger_needed"] for each in client.get("/v1/scanners").json["scanners"]] == [True])
    put(tmp_path / "print.png", fingers[1, 1])
    with VirtualFinger(reader) as hand:
        hand.image(*read_png(tmp_path / "print.png"))
        out, err = officer.communicate()
    assert officer.returncode == 2 and "LIST_MISSING" in out, (out, said, err)


def test_L4_new_entries_come_to_the_desk_as_they_are_written(post):
    with subprocess.Popen([KORDONCTL, *post.desk("ivan"), "--json", "log", "show", "--follow", "--event", "mode,consultation", "--count", "1"],
                          stdout=subprocess.PIPE, text=True) as following:
        done(*post.desk("lane-1"), "identify", "--exception", "unchecked:emergency", *OPENING)
        while "unchecked" not in following.stdout.readline():
            assert following.poll() is None
        following.terminate()


# --- No key stays in memory

@pytest.mark.skipif(os.geteuid() != 0, reason="kordonctl lets only root look into it")
@pytest.mark.skipif("san" in os.environ.get("KORDON_BUILD_DIR", ""), reason="sanitizers keep freed memory on purpose")
def test_M1_no_key_stays_in_memory_when_its_file_is_written(made, tmp_path):
    """What kordonctl still has to say waits in a full pipe: then its work is done, and neither the key's number nor its text is there."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writing, b"x" * 4096)
    os.set_blocking(writing, True)
    arguments = ("tls", "issue", "client", "--authority", made.folder, "--name", "DNS:lane-3", "--out", made.out)
    with subprocess.Popen([KORDONCTL, *arguments], stdout=writing) as program:
        wait_until(lambda: os.path.exists(f"{made.out}/lane-3.pem") and state_of(program.pid) == "S")
        forms = tmp_path / "forms"
        forms.mkdir()
        for name, key in (("issued", f"{made.out}/lane-3.key"), ("authority", made.key)):
            text = content(key).decode()
            der = base64.b64decode("".join(text.split("\n")[1:-2]))
            private = der.index(b"\x04\x20") + 2  # the number, an OCTET STRING of 32 bytes
            put(forms / f"{name}-text", text.encode())
            put(forms / f"{name}-number", der[private:private + 32])
            put(forms / f"{name}-number-reversed", der[private:private + 32][::-1])
        put(forms / "said", "[device lane-3]\nroles = terminal\nproof = certificate:post-ca/DNS:lane-3\n".encode())
        with stopped(program.pid):
            found = subprocess.run([FIND_LEFTOVERS, forms, "pid", str(program.pid)], capture_output=True, text=True, check=True).stdout
        os.close(writing)
        while os.read(reading, 65536):
            pass
    os.close(reading)
    assert program.returncode == 0
    assert {line.split("\t")[0] for line in found.splitlines()} == {"said"}, found
