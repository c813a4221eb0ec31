"""Terminals over the network: who has no certificate that holds is refused by TLS itself, who has one is who it says (T7, A9)."""

import os
import shutil
import socket
import ssl
import subprocess
import threading

import pytest

from certificates import Authority, TlsClient, free_port, self_signed, settings_of, shake_hands
from kordond import KORDONCTL, Kordond, posts_in, user_name, wait_until
from test_reload import change, reload

REQUEST = b"GET /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Post:
    """A kordond with an authority, its list, and who is known: lane-1 is a terminal, olena supervises, ivan audits, petro has no role."""

    def __init__(self, folder, clock=None, authority_days=400, **options):
        self.authority = Authority(folder / "ca", lasts=authority_days)
        self.server = self.authority.issue("server", "DNS:localhost,IP:127.0.0.1", "serverAuth")
        self.port = free_port()
        known = {}
        for kind, name, roles in (("device", "lane-1", "terminal"), ("person", "olena", "supervisor"), ("person", "ivan", "auditor"),
                                  ("person", "petro", "")):
            known |= {f"{kind} {name}__proof": f"certificate:post/DNS:{name}", f"{kind} {name}__roles": roles}
        known |= {"person o-17__roles": "", "person root__roles": "supervisor", "person root__proof": f"user:{user_name()}"}
        self.daemon = Kordond(folder / "d", roles={}, environment=clock.environment if clock else None, **{
            "tls__address": f"127.0.0.1:{self.port}", "tls__certificate": self.server[0], "tls__key": self.server[1],
            "client_authority post__certificate": self.authority.certificate,
            "client_authority post__revocation_list": self.authority.list, **known, **options})

    def start(self):
        self.daemon.init().start()
        return self

    def settings(self, name="lane-1", **options):
        return settings_of(self.authority, self.authority.issue(name, f"DNS:{name}", **options))

    def client(self, name="lane-1", **options):
        return TlsClient(self.port, self.settings(name, **options))

    def refused(self, settings):
        """What the client reads at its first read, the request sent at once; b"" would be an end that says nothing."""
        try:
            with shake_hands(self.port, settings) as tls:
                tls.sendall(REQUEST)
                return tls.recv(1000)
        except ssl.SSLError as error:
            return error.reason

    def counted(self, why):
        with_label = f'kordon_tls_refused_total{{why="{why}"}} '
        text = self.daemon.client().get("/metrics").body.decode()
        return int(float(text.split(with_label)[1].split("\n")[0]))

    def denials(self):
        return {each["body"]["actor"].removeprefix("refused certificate: ") for each in self.daemon.client().log()
                if each["body"].get("denied") == "handshake"}


@pytest.fixture(name="post_of")
def fixture_post_of(tmp_path):
    with posts_in(tmp_path, Post) as make:
        yield make


@pytest.fixture(name="post")
def fixture_post(post_of):
    return post_of().start()


def test_T7_a_certificate_is_who_the_register_says(post):
    """The same answers as on the unix socket, on a kept connection; the record names the principal and its proof."""
    client = post.client()
    for _ in range(3):
        status = client.get("/v1/status")
        assert (status.status, status.json["principal"], status.json["roles"]) == (200, "device:lane-1", ["terminal"])
    assert status.json["tls"]["authorities"][0] == {
        "authority": "post", "revocation_list": "fresh", "next_update": status.json["tls"]["authorities"][0]["next_update"],
        "grace_ends": status.json["tls"]["authorities"][0]["next_update"] + 72 * 3600}
    assert client.connection.sock.version() == "TLSv1.3"


REFUSED = {
    "none": ("no certificate", "TLSV13_ALERT_CERTIFICATE_REQUIRED"),
    "foreign": ("unknown authority", "TLSV1_ALERT_UNKNOWN_CA"),
    "self-signed": ("unknown authority", "TLSV1_ALERT_UNKNOWN_CA"),
    "expired": ("expired", "SSLV3_ALERT_CERTIFICATE_EXPIRED"),
    "not yet valid": ("not yet valid", "SSLV3_ALERT_BAD_CERTIFICATE"),
    "revoked": ("revoked", "SSLV3_ALERT_CERTIFICATE_REVOKED"),
    "wrong usage": ("wrong usage", "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE"),
}


def test_T7_each_certificate_that_does_not_hold_is_refused_by_tls(post, tmp_path):
    """The client reads why at its first read, also where its request was on its way; each kind is counted and noted."""
    revoked = post.authority.issue("gone", "DNS:lane-1")
    post.authority.revoke(revoked[0])
    post.authority.publish()
    assert "configuration reloaded" in reload(post.daemon)
    foreign = Authority(tmp_path / "foreign")  # of the same name
    shown = {
        "none": None,
        "foreign": foreign.issue("lane-1", "DNS:lane-1"),
        "self-signed": self_signed(tmp_path, "lane-1", "DNS:lane-1"),
        "expired": post.authority.issue("old", "DNS:lane-1", days=(-10, -1)),
        "not yet valid": post.authority.issue("early", "DNS:lane-1", days=(1, 10)),
        "revoked": revoked,
        "wrong usage": post.authority.issue("serving", "DNS:lane-1", usage="serverAuth"),
    }
    told = {}
    for kind, pair in shown.items():
        before = post.counted(REFUSED[kind][0])
        told[kind] = {post.refused(settings_of(post.authority, pair)) for _ in range(5)}
        assert post.counted(REFUSED[kind][0]) == before + 5, kind
    assert told == {kind: {alert} for kind, (_, alert) in REFUSED.items()}
    assert post.client().get("/v1/status").status == 200
    post.daemon.stop()
    post.daemon.start()
    assert post.denials() == {why for why, _ in REFUSED.values()}


def test_T7_each_authority_speaks_for_its_own(post_of, tmp_path):
    """A name that is somebody's by one authority is nobody's by another; two of one name are refused, since so would be their lists."""
    other, namesake = Authority(tmp_path / "other", "other-ca"), Authority(tmp_path / "namesake")
    post = post_of(**{"client_authority other__certificate": other.certificate}).start()
    client = TlsClient(post.port, settings_of(post.authority, other.issue("olena", "DNS:olena")))
    assert client.get("/v1/status").status == 403
    assert [each["body"]["actor"] for each in post.daemon.client().log() if each["body"].get("denied") == "/v1/status"] == [
        "certificate:other/DNS:olena"]
    assert post.client("olena").get("/v1/status").json["principal"] == "person:olena"
    change(post.daemon, (other.certificate, namesake.certificate))
    assert "has the name of another authority" in reload(post.daemon)


@pytest.mark.parametrize("name", ["petro", "nobody", "ivan"])
def test_T7_a_right_certificate_of_the_wrong_role_is_forbidden(post, name):
    """403 and a note of it, whether the register knows the name without the role or does not know it."""
    answer = post.client(name).request("POST", "/v1/transactions", {"kind": "identification"})
    assert answer.status == 403, answer
    denied = [each["body"] for each in post.daemon.client().log() if each["body"].get("denied") == "/v1/transactions"]
    assert [each["actor"] for each in denied] == ["certificate:post/DNS:nobody" if name == "nobody" else f"person:{name}"]


def test_T7_nothing_but_tls_1_3_is_spoken_on_the_port(post):
    """Neither an older version nor plain HTTP; and the unix socket speaks no TLS."""
    older = post.settings()
    older.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION"):
        shake_hands(post.port, older)
    with socket.create_connection(("127.0.0.1", post.port)) as plain:
        plain.sendall(REQUEST)
        assert b"HTTP" not in plain.recv(1000)
    assert post.counted("other") == 2
    with socket.socket(socket.AF_UNIX) as sock, pytest.raises(ssl.SSLError):
        sock.connect(post.daemon.socket)
        post.settings().wrap_socket(sock, server_hostname="localhost")
    assert post.client().get("/healthz").status == 200


def test_T7_no_session_is_resumed(post):
    """There are no tickets; each connection shows its certificate anew."""
    settings = post.settings()
    with shake_hands(post.port, settings) as tls:
        tls.sendall(REQUEST)
        assert tls.recv(15) == b"HTTP/1.1 200 OK"
        session = tls.session
    assert session is None or not session.has_ticket
    if session is not None:
        with socket.create_connection(("127.0.0.1", post.port)) as plain, \
                settings.wrap_socket(plain, server_hostname="localhost", session=session) as tls:
            assert not tls.session_reused


def test_T7_a_reload_under_load_loses_no_request_and_ends_the_revoked(post):
    """What is asked while certificates, authorities and lists are swapped is answered; who is revoked is cut off, also his stream."""
    gone = post.authority.issue("gone", "DNS:olena")
    stream = shake_hands(post.port, settings_of(post.authority, gone))
    stream.sendall(b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert stream.recv(15) == b"HTTP/1.1 200 OK"
    idle = shake_hands(post.port, settings_of(post.authority, gone))
    idle.sendall(REQUEST)
    assert idle.recv(15) == b"HTTP/1.1 200 OK"
    answers, stopping = [], threading.Event()

    def ask(client):
        while not stopping.is_set():
            answers.append(client.get("/v1/status").status)
    threads = [threading.Thread(target=ask, args=(post.client(),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    post.authority.revoke(gone[0])
    for _ in range(5):
        post.authority.publish()
        assert "configuration reloaded" in reload(post.daemon)
    seen = len(answers)
    wait_until(lambda: len(answers) > seen + 20)
    stopping.set()
    for thread in threads:
        thread.join()
    assert set(answers) == {200}
    for ended in (stream, idle):
        ended.settimeout(60)
        with ended:
            while ended.recv(65536):
                pass
    assert post.refused(settings_of(post.authority, gone)) == "SSLV3_ALERT_CERTIFICATE_REVOKED"


def test_T7_what_can_not_be_proven_leaves_what_was(post):
    """A missing, unreadable or foreign list, another key, a key that others may read: refused at the reload, the old stays, and at a start."""
    client = post.client()
    with open(post.authority.list, encoding="ascii") as stream:
        good = stream.read()
    other = Authority(f"{post.daemon.folder}/other")
    with open(other.list, encoding="ascii") as stream:
        foreign = stream.read()
    for text, words in (("nothing", "no revocation list in PEM"), (foreign, "not signed by its authority")):
        with open(post.authority.list, "w", encoding="ascii") as stream:
            stream.write(text)
        assert words in reload(post.daemon)
        assert client.get("/v1/status").status == 200
    post.daemon.stop()
    status, said = post.daemon.refused_start()
    assert (status, words in said) == (78, True), said
    with open(post.authority.list, "w", encoding="ascii") as stream:
        stream.write(good)
    post.daemon.start()
    change(post.daemon, (f"key = {post.server[1]}", f"key = {post.authority.key}"))
    assert "is not the key of [tls] certificate" in reload(post.daemon)
    assert post.client().get("/v1/status").status == 200
    change(post.daemon, (f"key = {post.authority.key}", f"key = {post.server[1]}"))
    os.chmod(post.server[1], 0o644)
    assert "readable by others" in reload(post.daemon)
    assert post.client().get("/v1/status").status == 200


def test_T7_an_older_revocation_list_does_not_let_in_who_was_revoked(post):
    """By its number or by its time; also beside a change that is right. The one in force stays, and the log says why."""
    gone = post.authority.issue("gone", "DNS:lane-1")
    with open(post.authority.list, encoding="ascii") as stream:
        first = stream.read()
    post.authority.revoke(gone[0])
    post.authority.publish()
    assert "configuration reloaded" in reload(post.daemon)
    with open(post.authority.list, encoding="ascii") as stream:
        second = stream.read()
    post.authority.publish(since=-5)  # a higher number and an earlier time
    with open(post.authority.list, encoding="ascii") as stream:
        earlier = stream.read()
    for text in (first, earlier):
        with open(post.authority.list, "w", encoding="ascii") as stream:
            stream.write(text)
        assert "its revocation list is older than one that was in force" in reload(post.daemon)
        assert post.refused(settings_of(post.authority, gone)) == "SSLV3_ALERT_CERTIFICATE_REVOKED"
    refused = [each["body"] for each in post.daemon.client().log() if each["body"].get("what") == "configuration refused"]
    assert [each["reason"] for each in refused] == ["CONFIGURATION_BAD"] * 2 and {each["subject"] for each in refused} == {"post"}
    with open(post.authority.list, "w", encoding="ascii") as stream:
        stream.write(second)
    assert "as it was" in reload(post.daemon)
    post.authority.publish()
    assert "configuration reloaded" in reload(post.daemon)


def read_list(post):
    with open(post.authority.list, encoding="ascii") as stream:
        return stream.read()


def write_list(post, text):
    with open(post.authority.list, "w", encoding="ascii") as stream:
        stream.write(text)


def with_revoked(post, name="gone"):
    """A certificate of lane-1 that the newest list, which is in force by now, revokes; and the list before."""
    gone, before = post.authority.issue(name, "DNS:lane-1"), read_list(post)
    post.authority.revoke(gone[0])
    post.authority.publish()
    assert "configuration reloaded" in reload(post.daemon)
    return gone, before


def is_reachable(post):
    try:
        socket.create_connection(("127.0.0.1", post.port)).close()
        return True
    except ConnectionRefusedError:
        return False


def told_of_lists(post):
    return [each["body"] for each in post.daemon.client().log() if "revocation_lists" in each["body"]]


def test_A8_a_revocation_list_of_a_time_to_come_ends_nobody(post):
    """Somebody's clock is wrong: the list in force stays, so that terminals stay, and the list made by the right clock is no older one."""
    client = post.client()
    assert client.get("/v1/status").status == 200
    post.authority.publish(since=1)
    ahead = read_list(post)
    assert "its revocation list is of a time to come" in reload(post.daemon)
    assert client.get("/v1/status").status == 200 and post.client().get("/v1/status").status == 200
    post.daemon.stop()
    post.daemon.start()
    write_list(post, ahead)
    assert "its revocation list is of a time to come" not in reload(post.daemon), "it was there at the start already"
    post.authority.publish()
    assert "configuration reloaded" in reload(post.daemon)
    assert post.client().get("/v1/status").status == 200


def test_T7_an_older_revocation_list_is_known_behind_a_restart(post):
    """The network is not served, the unix socket is, and log, status and metrics say why; the newest list opens it, without a restart."""
    gone, before = with_revoked(post)
    newest = read_list(post)
    assert [each["revocation_lists"][0]["number"] for each in told_of_lists(post)] == ["1", "2"]
    assert all(each["documents"].keys() == {"revocation_lists"} for each in told_of_lists(post))
    post.daemon.stop()
    write_list(post, before)
    post.daemon.start()
    assert not is_reachable(post)
    client = post.daemon.client()
    told = client.get("/v1/status").json["tls"]
    assert (told["served"], told["reason"], told["subject"]) == (False, "CONFIGURATION_BAD", "post") and "older" in told["detail"]
    assert b"kordon_tls_served 0\n" in client.get("/metrics").body
    assert "network         not served: CONFIGURATION_BAD, post" in subprocess.run(
        [KORDONCTL, "--config", post.daemon.configuration, "status"], capture_output=True, text=True, check=True).stdout
    said = [each["body"] for each in client.log() if each["body"].get("what") == "network not served"]
    assert [(each["reason"], each["subject"]) for each in said] == [("CONFIGURATION_BAD", "post")]
    assert "older than one that was in force" in reload(post.daemon)
    assert not is_reachable(post)
    write_list(post, newest)
    assert "configuration reloaded" in reload(post.daemon)
    assert client.get("/v1/status").json["tls"]["served"] is True
    assert b"kordon_tls_served 1\n" in client.get("/metrics").body
    assert post.client().get("/v1/status").status == 200
    assert post.refused(settings_of(post.authority, gone)) == "SSLV3_ALERT_CERTIFICATE_REVOKED"


def test_T7_what_was_seen_of_a_list_stays_while_nobody_names_its_authority(post, tmp_path):
    """Nor does a detour over another authority bring back an old list; what was seen once is not noted again."""
    _, before = with_revoked(post)
    other = Authority(tmp_path / "other", "other-ca")
    detour = [(f"certificate = {post.authority.certificate}", f"certificate = {other.certificate}"),
              (f"revocation_list = {post.authority.list}", f"revocation_list = {other.list}")]
    change(post.daemon, *detour)
    assert "configuration reloaded" in reload(post.daemon)
    post.daemon.stop()
    post.daemon.start()
    assert is_reachable(post) and len(told_of_lists(post)) == 3
    change(post.daemon, *[(new, old) for old, new in detour])
    newest = read_list(post)
    write_list(post, before)
    assert "older than one that was in force" in reload(post.daemon)
    post.daemon.stop()
    post.daemon.start()
    assert not is_reachable(post)
    write_list(post, newest)
    assert "configuration reloaded" in reload(post.daemon)
    assert is_reachable(post) and len(told_of_lists(post)) == 3


def test_T7_an_authority_made_anew_begins_with_any_number(post, tmp_path):
    """Of the same name but with another key it is another one; one of the same key is the same, and goes on, whatever its certificate."""
    settings, anew = post.settings(), Authority(tmp_path / "anew")
    _, before = with_revoked(post)
    newest = read_list(post)
    post.daemon.stop()
    post.authority.renew(500)
    write_list(post, before)
    post.daemon.start()
    assert not is_reachable(post)
    write_list(post, newest)
    assert "configuration reloaded" in reload(post.daemon)
    assert is_reachable(post) and len(told_of_lists(post)) == 2
    post.daemon.stop()
    for old, new in ((post.authority.certificate, anew.certificate), (post.authority.list, anew.list)):
        shutil.copy(new, old)
    post.daemon.start()
    settings.load_cert_chain(*anew.issue("lane-1", "DNS:lane-1"))
    assert TlsClient(post.port, settings).get("/v1/status").status == 200
    told = told_of_lists(post)[-1]
    assert (told["what"], told["revocation_lists"][0]["number"]) == ("revocation lists in force", "1")


def test_T7_while_its_state_does_not_prove_itself_nobody_comes_over_the_network(post_of, tmp_path):
    """An older state would not know the newest list, and whoever was revoked could come and accept it. Behind the acceptance, made at the post, the
    network is served without a restart."""
    post = post_of(**{"log__anchor": f"{tmp_path}/anchor"}).start()
    post.daemon.stop()
    os.rename(f"{tmp_path}/anchor", f"{tmp_path}/elsewhere")
    post.daemon.start()
    told = post.daemon.client().get("/v1/status").json
    assert (told["mode"], told["tls"]["served"], told["tls"]["reason"]) == ("locked", False, told["why"])
    assert not is_reachable(post)
    assert "network" in post.daemon.errors()
    post.daemon.ctl_ok("state", "accept", "anchor", "--justification", "the medium is lost")
    wait_until(lambda: is_reachable(post))
    assert post.client().get("/v1/status").json["tls"]["served"] is True


def test_T7_a_stale_list_is_gone_by_for_its_grace(post_of, clock):
    """It is said once when the grace begins and when it ends; behind it nobody of that authority is let in, nor stays."""
    post = post_of(clock=clock, tls__grace_hours="48")
    post.authority.publish(until=10)
    post.start()
    client = post.client(days=(-1, 300))
    days = 24 * 3600

    def state():
        return post.daemon.client().get("/v1/status").json["tls"]["authorities"][0]["revocation_list"]

    def said():
        return [each["body"]["state"] for each in post.daemon.client().log() if each["body"].get("what") == "revocation list"]
    assert (client.get("/v1/status").status, state(), said()) == (200, "fresh", [])
    clock.set(11 * days)
    wait_until(lambda: said() == ["stale"])
    assert (client.get("/v1/status").status, post.client(days=(-1, 300)).get("/v1/status").status, state()) == (200, 200, "stale")
    clock.set(13 * days)
    wait_until(lambda: said() == ["stale", "too_old"])
    wait_until(lambda: post.counted("revocation list stale") == 1)  # the open one
    with pytest.raises(OSError):
        client.connection.auto_open = 0
        client.get("/v1/status")
    late = post.settings(days=(-1, 300))
    assert post.refused(late) == "SSLV3_ALERT_CERTIFICATE_EXPIRED"
    post.authority.publish(until=100)
    assert "configuration reloaded" in reload(post.daemon)
    assert post.client(days=(-1, 300)).get("/v1/status").status == 200
    wait_until(lambda: said() == ["stale", "too_old", "fresh"])


def test_T7_a_certificate_ends_while_it_is_connected(post_of, clock):
    post = post_of(clock=clock)
    post.authority.publish(until=300)
    post.start()
    with shake_hands(post.port, post.settings(days=(-1, 2))) as tls:
        tls.sendall(REQUEST)
        assert tls.recv(15) == b"HTTP/1.1 200 OK"
        clock.set(3 * 24 * 3600)
        while tls.recv(65536):
            pass
    assert post.counted("expired") == 1


def test_A9_half_open_connections_keep_out_nobody_else(post_of):
    """From one address come so many that shake hands no further; the unix socket, other addresses and those who are in go on."""
    post = post_of(api__connections="32").start()
    inside = post.client()
    assert inside.get("/v1/status").status == 200
    half = [socket.create_connection(("127.0.0.1", post.port)) for _ in range(100)]
    for each in half:
        each.setblocking(False)
    assert inside.get("/v1/status").status == 200
    assert post.daemon.client().get("/v1/status").status == 200
    plain = socket.create_connection(("127.0.0.1", post.port), source_address=("127.0.0.9", 0))
    with post.settings().wrap_socket(plain, server_hostname="localhost") as tls:
        tls.sendall(REQUEST)
        assert tls.recv(15) == b"HTTP/1.1 200 OK"

    def ended():
        left = 0
        for each in half:
            try:
                left += each.recv(1) != b""
            except BlockingIOError:
                left += 1
            except OSError:
                pass
        return left == 0
    wait_until(ended)
    for each in half:
        each.close()
    assert post.client().get("/v1/status").status == 200


def test_A9_a_slow_reader_over_the_network_holds_up_nobody(post):
    """One that asks and does not read is waited for, and its like gets answers meanwhile."""
    slow = shake_hands(post.port, post.settings("olena"))
    slow.sendall(b"GET /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n" * 2000)
    client = post.client()
    assert {client.get("/v1/status").status for _ in range(50)} == {200}
    slow.close()
    assert client.get("/v1/status").status == 200


def test_T7_a_demonstration_serves_nobody_over_the_network(post):
    """Neither from its start nor by a reload."""
    post.daemon.stop()
    with open(post.daemon.configuration, "a", encoding="ascii") as stream:
        stream.write("[persons]\ndemonstration = yes\n")
    status, said = post.daemon.refused_start()
    assert status == 78 and "a demonstration serves nobody over the network" in said
    change(post.daemon, ("demonstration = yes", "demonstration = no"))
    post.daemon.start()
    change(post.daemon, ("demonstration = no", "demonstration = yes"))
    assert "a demonstration serves nobody over the network" in reload(post.daemon)
    post.daemon.stop()
