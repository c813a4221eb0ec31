"""M1 over the network: what did not match leaves nothing in what TLS keeps of it either: records, their buffers, what waits in them."""

import contextlib

import pytest

from certificates import MemoryTls, shake_hands
from kordond import entry, wait_until
from leftovers import Debugger
from test_no_hit_memory import Post, as_jpeg, head_of, held_by_gdb, pytestmark  # noqa: F401  pylint: disable=unused-import
from test_tls import Post as Network


class TlsPost(Post):
    """Whose client is a terminal over the network; supervisor and list are on the unix socket."""

    def __init__(self, network, folder, data):
        super().__init__(network.daemon, folder, data)
        self.network = network
        self.client = network.client()

    def connect(self):
        return shake_hands(self.network.port, self.network.settings())


@pytest.fixture(name="post_of")
def fixture_post_of(fingers, tmp_path):
    made = []

    def make(data, **options):
        network = Network(tmp_path / "network", **options).start()
        made.append(network)
        assert network.daemon.client().import_list([entry(fingers[1, 1], 1)]).status == 200
        return TlsPost(network, tmp_path, data)
    yield make
    for network in made:
        network.daemon.stop()


@pytest.mark.parametrize("kind", ["png", "jpeg"])
def test_M1_no_match_over_tls_leaves_nothing(post_of, fingers, kind):
    """The terminal stays connected: what its connection keeps is looked at, too."""
    post = post_of(fingers[6, 1] if kind == "png" else as_jpeg(fingers[6, 1]))
    assert post.client.identify(post.data).json["result"]["decision"] == "no_match"
    post.must_leave_nothing()


@held_by_gdb
def test_M1_what_tls_has_opened_is_found_while_it_is_there(post_of, fingers):
    """The control: held where a record has just been opened, its piece of the picture is found; and afterwards it is not."""
    post = post_of(fingers[6, 1])
    transaction = post.client.open()
    with post.connect() as connection, Debugger(post.pid, "connection_receive") as debugger:
        connection.sendall(post.data[:12000])  # no request: it would go into locked memory next
        debugger.wait()
        found = post.forms.in_stopped(post.pid)
    assert {(form, lock) for form, _, lock, _ in found} == {("file", "unlocked")}, found
    assert post.client.sample(transaction, post.data).status == 200
    assert post.client.delete(f"/v1/transactions/{transaction}").status == 200
    post.must_leave_nothing()


def test_M1_records_that_are_cut_anywhere_leave_nothing(post_of, fingers):
    """Small records, and behind the last one the beginning of another that never ends: its buffer stays with the connection."""
    post = post_of(fingers[6, 1])
    transaction = post.client.open()
    with MemoryTls(post.network.port, post.network.settings()) as terminal:
        terminal.send(head_of(transaction, len(post.data)))
        for at in range(0, len(post.data), 700):
            terminal.send(post.data[at:at + 700])
        terminal.plain.sendall(terminal.sealed(b"GET /v1/status HTTP/1.1\r\n")[:20])
        assert b" 200 " in terminal.receive()
        assert post.client.decide(transaction).json["result"]["decision"] == "no_match"
        post.must_leave_nothing()


def send_half(post, connection, left_out):
    """The picture but for its end, which kordond reads, as its answer on another connection says."""
    head = head_of(post.client.open(), len(post.data))
    connection.sendall(head + post.data[:-left_out])
    wait_until(lambda: {(form, lock) for form, _, lock, _ in post.left()} == {("file", "locked")})


def test_M1_half_sent_over_tls_leaves_nothing_when_its_sender_is_gone(post_of, fingers):
    post = post_of(fingers[6, 1])
    connection = post.connect()
    send_half(post, connection, 1000)
    connection.close()
    wait_until(lambda: b"kordon_http_connections 2\n" in post.daemon.client().get("/metrics").body)
    post.must_leave_nothing()


def test_M1_a_body_that_nobody_wanted_over_tls_leaves_nothing(post_of, fingers):
    """Read away: for a transaction that is not there, for no route, behind a broken head."""
    post = post_of(fingers[6, 1])
    assert post.client.sample("0" * 32, post.data).status == 404
    post.client.request("POST", "/healthz", post.data)
    with post.connect() as connection:
        with contextlib.suppress(OSError):  # it may be cut off while it still sends
            connection.sendall(b"POST /v1/transactions HTTP/1.1\r\nHost : a\r\n\r\n" + post.data[:60000])
            connection.recv(1000)
        post.must_leave_nothing()
    post.must_leave_nothing()
