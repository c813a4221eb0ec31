"""kordonctl makes a post's certificates (kordonctl tls), and works at a post over the network with them (--server) (T7, A9)."""

import base64
import contextlib
import fcntl
import json
import os
import stat
import subprocess

import pytest

from certificates import Authority, TlsClient, free_port, settings_of
from kordond import KORDONCTL, Kordond, user_name, wait_until
from leftovers import FIND_LEFTOVERS, state_of, stopped


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

    def issue(self, name, *more, usage="client", **options):
        """(certificate, key)"""
        made = json.loads(done("--json", "tls", "issue", usage, "--authority", self.folder, "--name", name, "--out", self.out, *more,
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

    def __init__(self, folder, clock=None, **options):
        folder.mkdir()
        self.made, self.port = Made(folder), free_port()
        self.server = self.made.issue("DNS:localhost,IP:127.0.0.1", usage="server")
        self.pairs = {name: self.made.issue(f"{kind}:{name}{host}") for name, kind, host in (
            ("lane-1", "DNS", ".example"), ("olena", "email", "@border.example"), ("ivan", "URI:urn:kordon", ""))}
        self.daemon = Kordond(folder / "d", roles={}, environment=clock.environment if clock else None, **{
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


@pytest.fixture(name="post_of")
def fixture_post_of(tmp_path):
    made = []

    def make(**options):
        made.append(Post(tmp_path / str(len(made)), **options))
        return made[-1]
    yield make
    for post in made:
        post.daemon.stop()


@pytest.fixture(name="post")
def fixture_post(post_of):
    return post_of().start()


def test_T7_a_post_serves_with_what_was_made_and_knows_each_kind_of_name(post):
    for name, principal in (("lane-1", "device:lane-1"), ("olena", "person:olena"), ("ivan", "person:ivan")):
        status = post.client(name).get("/v1/status")
        assert (status.status, status.json["principal"]) == (200, principal), status
    assert status.json["tls"]["authorities"][0]["revocation_list"] == "fresh"


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
