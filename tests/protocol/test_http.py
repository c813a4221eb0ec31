"""What kordond refuses before anybody's handler sees it, and that no client can hold up another."""

import os
import socket
import sys
import threading
import time

import pytest

sys.path.insert(0, f"{os.path.dirname(os.path.dirname(os.path.abspath(__file__)))}/support")
from kordond import PATIENCE, Client, OPENING, wait_until  # noqa: E402  pylint: disable=wrong-import-position

HOST = "Host: localhost\r\n"


def raw(path, text, patience=PATIENCE):
    """Sends bytes as they are; what comes back until the end, or until the first whole answer."""
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(patience)
    connection.connect(path)
    try:
        connection.sendall(text.encode() if isinstance(text, str) else text)
    except BrokenPipeError:
        pass
    received = b""
    try:
        while b"\r\n\r\n" not in received:
            part = connection.recv(65536)
            if not part:
                break
            received += part
    except ConnectionResetError:
        pass
    connection.close()
    return received


def status(path, text):
    answer = raw(path, text)
    return int(answer.split()[1]) if answer else None


@pytest.mark.parametrize("expected, text", [
    (411, f"POST /v1/transactions HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
    (411, f"POST /v1/transactions HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{{}}"),
    (411, f"POST /v1/transactions HTTP/1.1\r\n{HOST}\r\n"),
    (411, f"PUT /v1/transactions/0/reference HTTP/1.1\r\n{HOST}\r\n"),
    (400, f"POST /v1/transactions HTTP/1.1\r\n{HOST}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{{}}"),
    (400, f"POST /v1/transactions HTTP/1.1\r\n{HOST}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{{}} "),
    (400, f"POST /v1/transactions HTTP/1.1\r\n{HOST}Content-Length: -2\r\n\r\n{{}}"),
    (400, f"POST /v1/transactions HTTP/1.1\r\n{HOST}Content-Length: +2\r\n\r\n{{}}"),
    (400, f"POST /v1/transactions HTTP/1.1\r\n{HOST}Content-Length: 2, 2\r\n\r\n{{}}"),
    (400, f"POST /v1/transactions HTTP/1.1\r\n{HOST}Content-Length: 0x2\r\n\r\n{{}}"),
    (400, f"POST /v1/transactions HTTP/1.1\r\n{HOST}Content-Length: 99999999999999999999\r\n\r\n{{}}"),
    (413, f"POST /v1/transactions HTTP/1.1\r\n{HOST}Content-Length: 999999999999\r\n\r\n{{}}"),
    (413, f"POST /v1/transactions HTTP/1.1\r\n{HOST}Content-Length: 16385\r\n\r\n" + " " * 16385),
    (400, "GET /healthz HTTP/1.1\r\n\r\n"),
    (400, "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
    (400, f"GET /healthz HTTP/1.1\r\n{HOST}Content-Length: 2\r\n\r\n{{}}"),
    (414, f"GET /{'a' * 600} HTTP/1.1\r\n{HOST}\r\n"),
    (414, f"GET /healthz?a={'b' * 600} HTTP/1.1\r\n{HOST}\r\n"),
    (400, f"GET /healthz HTTP/1.1\r\n{HOST}Upgrade: websocket\r\nConnection: Upgrade\r\n"
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"),
    (400, f"GET /healthz HTTP/1.1\r\n{HOST}Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n"
          "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n"),
    (403, f"GET /healthz HTTP/1.1\r\n{HOST}Upgrade: something\r\nConnection: Upgrade\r\n\r\n"),
    (405, f"OPTIONS /healthz HTTP/1.1\r\n{HOST}\r\n"),
    (405, f"PATCH /v1/transactions HTTP/1.1\r\n{HOST}Content-Length: 0\r\n\r\n"),
    (405, f"DELETE /healthz HTTP/1.1\r\n{HOST}\r\n"),
    (404, f"GET /v1/nothing HTTP/1.1\r\n{HOST}\r\n"),
    (404, f"GET /v1/transactions/ HTTP/1.1\r\n{HOST}\r\n"),
], ids=range(26))
def test_malformed_requests_are_refused(daemon, expected, text):
    assert status(daemon.socket, text) == expected
    assert daemon.client().get("/healthz").status == 200


@pytest.mark.parametrize("text", [
    b"BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", b"\0" * 100,
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + b"X: " + b"y" * 100000 + b"\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + b"X-a: y\r\n" * 20000 + b"\r\n",
], ids=["unknown method", "TLS", "zeroes", "HTTP/2", "CONNECT", "long header", "many headers"])
def test_what_is_no_request_ends_the_connection(daemon, text):
    answer = raw(daemon.socket, text)
    assert answer == b"" or int(answer.split()[1]) >= 400
    assert daemon.client().get("/healthz").status == 200


def test_a_refusal_says_why(client):
    answer = client.post("/v1/transactions", b"{")
    assert (answer.status, answer.reason) == (422, "BAD_JSON")
    assert set(answer.json) == {"reason", "subject", "text", "detail", "remedy", "exit_code"}
    assert answer.json["exit_code"] == 65


def test_refused_body_keeps_the_connection(client):
    for _ in range(3):
        assert client.post("/v1/transactions", b" " * 20000).status == 413
        assert client.get("/healthz").status == 200


def test_pipelined_requests_are_answered_in_order(daemon):
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(PATIENCE)
    connection.connect(daemon.socket)
    paths = ["/healthz", "/v1/log/entries?from=0&count=1", "/readyz", "/v1/watchlist/none"] * 3
    connection.sendall("".join(f"GET {path} HTTP/1.1\r\n{HOST}\r\n" for path in paths).encode())
    received = b""
    while received.count(b"HTTP/1.1 ") < len(paths):
        part = connection.recv(65536)
        assert part, received
        received += part
    statuses = [int(part.split()[0]) for part in received.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [200, 200, 503, 404] * 3  # no list: not ready


def test_connections_beyond_the_limit_are_turned_away(daemon_of):
    daemon = daemon_of(api__connections="4")
    held = [Client(daemon.socket) for _ in range(4)]
    assert [client.get("/healthz").status for client in held] == [200] * 4
    assert raw(daemon.socket, f"GET /healthz HTTP/1.1\r\n{HOST}\r\n") == b""
    held[0].close()

    def admitted():
        return raw(daemon.socket, f"GET /healthz HTTP/1.1\r\n{HOST}\r\n") != b""
    wait_until(admitted)


def test_silent_and_slow_clients_hold_up_nobody(daemon):
    held = []
    for text in ("", "GET /hea", f"POST /v1/transactions HTTP/1.1\r\n{HOST}Content-Length: 100\r\n\r\n{{",
                 f"GET /metrics HTTP/1.1\r\n{HOST}\r\n" * 40):
        for _ in range(4):
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(daemon.socket)
            connection.sendall(text.encode())
            held.append(connection)
    client = daemon.client()
    assert [client.get("/healthz").status for _ in range(50)] == [200] * 50
    for connection in held:
        connection.close()


def test_a_client_that_leaves_in_the_middle_costs_nothing(daemon):
    for text in (f"GET /v1/log/entries HTTP/1.1\r\n{HOST}\r\n", f"GET /v1/events HTTP/1.1\r\n{HOST}\r\n",
                 f"POST /v1/watchlist/check HTTP/1.1\r\n{HOST}Content-Length: 0\r\n\r\n"):
        for _ in range(10):
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(daemon.socket)
            connection.sendall(text.encode())
            connection.close()
    assert daemon.client().get("/healthz").status == 200
    wait_until(lambda: b"kordon_http_connections 1\n" in daemon.client().get("/metrics").body)


def processor_ticks(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stream:
        fields = stream.read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def test_no_client_makes_the_loop_spin(daemon):
    """One that does not read its answers and goes on sending, and one that listens to events and sends."""
    held = []
    for text in (f"GET /metrics HTTP/1.1\r\n{HOST}\r\n" * 300, f"GET /v1/events HTTP/1.1\r\n{HOST}\r\n" + "x" * 1000):
        connection = socket.socket(socket.AF_UNIX)
        connection.setblocking(False)
        connection.connect(daemon.socket)
        try:
            connection.sendall(text.encode())
        except BlockingIOError:
            pass
        held.append(connection)
    assert daemon.client().get("/healthz").status == 200
    time.sleep(0.5)
    before = processor_ticks(daemon.process.pid)
    time.sleep(2)
    used = processor_ticks(daemon.process.pid) - before
    assert used < os.sysconf("SC_CLK_TCK") / 2, f"{used} ticks in 2 s"
    for connection in held:
        connection.close()


def test_events_are_told(daemon):
    heard = []
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(PATIENCE)
    connection.connect(daemon.socket)
    connection.sendall(f"GET /v1/events HTTP/1.1\r\n{HOST}\r\n".encode())

    def listen():
        while True:
            part = connection.recv(65536)
            if not part:
                return
            heard.append(part)
    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    wait_until(lambda: b"event: mode" in b"".join(heard))
    transaction = daemon.client().post("/v1/transactions", {**OPENING, "kind": "verification"}).json["transaction"]
    wait_until(lambda: transaction.encode() in b"".join(heard))
    assert b'event: transaction\ndata: {"state":"open","transaction":"' in b"".join(heard)
    connection.shutdown(socket.SHUT_RDWR)
    thread.join()
