"""What kordond refuses before anybody's handler sees it, and that no client can hold up another."""

import json
import os
import socket
import sys
import threading
import time

import pytest

sys.path.insert(0, f"{os.path.dirname(os.path.dirname(os.path.abspath(__file__)))}/support")
from kordond import PATIENCE, OPENING, entry, wait_until  # noqa: E402  pylint: disable=wrong-import-position

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


def everything(path, text):
    """What comes back until the connection ends."""
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(PATIENCE)
    connection.connect(path)
    connection.sendall(text.encode())
    received = b""
    try:
        while part := connection.recv(65536):
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
    (400, f"GET /healthz HTTP/1.1\r\n{HOST}Upgrade: something\r\nConnection: Upgrade\r\n\r\n"),
    (400, f"POST /v1/transactions HTTP/1.1\r\n{HOST}Transfer-Encoding : chunked\r\nContent-Length: 2\r\n\r\n{{}}"),
    (400, f"POST /v1/transactions HTTP/1.1\r\n{HOST}Transfer-Encoding\t: chunked\r\nContent-Length: 2\r\n\r\n{{}}"),
    (400, f"POST /v1/transactions HTTP/1.1\r\n{HOST} Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{{}}"),
    (400, f"POST /v1/transactions HTTP/1.1\r\n{HOST}X:\r\n Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{{}}"),
    (400, f"GET /healthz HTTP/1.1\r\n{HOST}X: a\r\n b\r\n\r\n"),
    (400, f"GET /healthz HTTP/1.1\r\n{HOST}X: a\r\n\tb\r\n\r\n"),
    (400, f"GET /healthz HTTP/1.1\r\n{HOST}Transfer-Encoding\r\nX: a\r\n\r\n"),
    (400, f"GET /healthz HTTP/1.1\r\n{HOST}: a\r\n\r\n"),
    (400, f"GET /healthz HTTP/1.1\r\n{HOST}X: a\rTransfer-Encoding: chunked\r\n\r\n"),
    (400, f"GET /healthz HTTP/1.1\r\n{HOST}X: a\nTransfer-Encoding: chunked\r\n\r\n"),
    (400, f"GET /healthz HTTP/1.1\n{HOST}\r\n"),
    (400, f"GET /healthz HTTP/1.1\r\n{HOST}X: a\0b\r\n\r\n"),
    (400, f"GET  /healthz HTTP/1.1\r\n{HOST}\r\n"),
    (400, f"GET /healthz  HTTP/1.1\r\n{HOST}\r\n"),
    (400, f"GET\t/healthz HTTP/1.1\r\n{HOST}\r\n"),
    (400, f" GET /healthz HTTP/1.1\r\n{HOST}\r\n"),
    (400, f"G\"ET /healthz HTTP/1.1\r\n{HOST}\r\n"),
    (400, f"get /healthz HTTP/1.1\r\n{HOST}\r\n"),
    (400, f"\r\nGET /healthz HTTP/1.1\r\n{HOST}\r\n"),
    (400, f"GET http://localhost/healthz HTTP/1.1\r\n{HOST}\r\n"),
    (400, f"GET /healthz# HTTP/1.1\r\n{HOST}\r\n"),
    (400, f"GET /v1//status HTTP/1.1\r\n{HOST}\r\n"),
    (400, f"GET /v1/log/files/../status HTTP/1.1\r\n{HOST}\r\n"),
    (400, f"GET /v1/%2e%2e/status HTTP/1.1\r\n{HOST}\r\n"),
    (400, f"GET /v1/%zz HTTP/1.1\r\n{HOST}\r\n"),
    (400, f"GET /v1/%00 HTTP/1.1\r\n{HOST}\r\n"),
    (400, f"GET /v1/%c3 HTTP/1.1\r\n{HOST}\r\n"),
    (505, f"GET /healthz HTTP/1.0\r\n{HOST}\r\n"),
    (505, f"GET /healthz HTTP/2.0\r\n{HOST}\r\n"),
    (417, f"GET /healthz HTTP/1.1\r\n{HOST}Expect: everything\r\n\r\n"),
    (431, f"GET /healthz HTTP/1.1\r\n{HOST}X: {'y' * 9000}\r\n\r\n"),
    (405, f"OPTIONS /healthz HTTP/1.1\r\n{HOST}\r\n"),
    (405, f"PATCH /v1/transactions HTTP/1.1\r\n{HOST}Content-Length: 0\r\n\r\n"),
    (405, f"DELETE /healthz HTTP/1.1\r\n{HOST}\r\n"),
    (404, f"GET /v1/nothing HTTP/1.1\r\n{HOST}\r\n"),
    (404, f"GET /v1/transactions/ HTTP/1.1\r\n{HOST}\r\n"),
], ids=range(57))
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


@pytest.mark.parametrize("query, subject, detail", [
    ("justification=%zz", "justification", "percent-encoding is malformed"),
    ("justification=%4", "justification", "percent-encoding is malformed"),
    ("justification=a%00b", "justification", "percent-encoding is malformed"),
    ("justification=%ff", "justification", "byte 0xFF"), ("justification=%c3", "justification", "byte 0xC3"),
    ("justification=%e2%80%ae", "justification", "U+202E"),
    ("justification=a&justification=b", "justification", "it is given twice"),
    ("justification=" + "a" * 512, "justification", "it is too long"), ("a=1&&justification=b", "query", "a name is missing"),
    ("=1", "query", "a name is missing"), ("%zz=1", "query", "a name is missing or its percent-encoding is malformed"),
    ("%ff=1", "query", "byte 0xFF"), ("&".join(f"a{i}=1" for i in range(13)), "query", "too many names"),
    ("a" * 24 + "=1", "query", "a name is too long"), ("identity=1&", "query", "a name is missing"),
    ("identity=1", "identity", "does not take"), ("justification=", "justification", "say why"),
], ids=range(17))
def test_L3_a_query_is_understood_or_refused_by_name(daemon, query, subject, detail):
    """Nothing of a query vanishes: what is not understood is named."""
    answer = daemon.client().delete(f"/v1/watchlist/0123456789abcdef0123456789abcdef?{query}")
    assert answer.status in (400, 414) and answer.json["subject"] == subject and detail in answer.json["detail"], answer


def test_queries_and_paths_are_decoded(daemon):
    client = daemon.client()
    assert client.get("/v1/log/entrie%73?afte%72=%30&limit=1&").status == 400  # an empty name
    answer = client.get("/v1/log/entrie%73?afte%72=%30&limit=1")
    assert answer.status == 200 and len(answer.json["entries"]) == 1, answer


def test_a_head_may_come_in_pieces(daemon):
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(PATIENCE)
    connection.connect(daemon.socket)
    for byte in f"GET /healthz HTTP/1.1\r\n{HOST}\r\n".encode():
        connection.send(bytes([byte]))
    assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")
    connection.close()


def test_after_a_malformed_head_nothing_of_the_connection_is_read(daemon):
    """What follows could be the body or a request: nobody knows."""
    text = f"POST /v1/transactions HTTP/1.1\r\n{HOST}Content-Length : 5\r\n\r\n" + f"GET /healthz HTTP/1.1\r\n{HOST}\r\n"
    received = everything(daemon.socket, text)
    assert received.count(b"HTTP/1.1 ") == 1 and received.startswith(b"HTTP/1.1 400 ") and b"connection: close" in received


def test_a_client_that_asks_whether_to_go_on_is_told(daemon):
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(PATIENCE)
    connection.connect(daemon.socket)
    body = json.dumps({**OPENING, "kind": "verification"}).encode()
    connection.sendall(f"POST /v1/transactions HTTP/1.1\r\n{HOST}Expect: 100-continue\r\n"
                       f"Content-Length: {len(body)}\r\n\r\n".encode())
    assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.sendall(body)
    assert connection.recv(65536).startswith(b"HTTP/1.1 201 Created\r\n")
    connection.close()


def test_a_refused_method_is_told_which_ones_there_are(client):
    for method, path, allowed in (("DELETE", "/healthz", "GET, HEAD"), ("PUT", "/v1/transactions", "GET, HEAD, POST"),
                                  ("POST", "/v1/transactions/0", "GET, HEAD, DELETE"), ("BREW", "/v1/status", "GET, HEAD")):
        answer = client.request(method, path, body=b"")
        assert (answer.status, answer.headers.get("allow")) == (405, allowed), (method, path)
    assert "allow" not in client.get("/v1/nothing").headers


def test_what_was_made_has_a_location(client):
    answer = client.post("/v1/transactions", {**OPENING, "kind": "verification"})
    assert answer.status == 201
    shown = client.get(answer.headers["location"])
    assert shown.status == 200 and shown.json["transaction"] == answer.json["transaction"]
    answer = client.post("/v1/watchlist/imports", {"list": "l", "version": 1})
    assert answer.status == 201
    shown = client.get(answer.headers["location"])
    assert shown.status == 200 and shown.json["imports"][0]["import"] == answer.json["import"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/v1/status", "/v1/scanners", "/v1/watchlist", "/v1/nothing",
                                  "/v1/watchlist/imports", "/v1/log/entries?limit=1", "/v1/log/files/checkpoint"])
def test_HEAD_is_GET_without_the_body(client, path):
    got = client.get(path)
    headed = client.request("HEAD", path)
    assert (headed.status, headed.body) == (got.status, b"")
    assert headed.headers["content-type"] == got.headers["content-type"]
    changes = path in ("/metrics", "/v1/status") or path.startswith("/v1/log")  # each reading adds an entry, or is counted
    assert changes or headed.headers["content-length"] == got.headers["content-length"]
    assert int(headed.headers["content-length"]) > 0
    assert client.get("/healthz").status == 200  # on the same connection


def test_HEAD_of_events_ends(daemon):
    received = everything(daemon.socket, f"HEAD /v1/events HTTP/1.1\r\n{HOST}\r\n")
    assert received.startswith(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n") and received.endswith(b"\r\n\r\n")


def counters(client):
    lines = client.get("/metrics").body.decode().splitlines()
    return {line.split()[0]: float(line.split()[1]) for line in lines if not line.startswith("#")}


def test_metrics_count_what_they_name(client):
    names = [f"kordon_http_requests_{name}" for name in ("total", "refused_total", "failed_total")]
    before = counters(client)
    client.get("/readyz")                                                 # 503: no list
    client.post("/v1/transactions", {**OPENING, "purpose": "something"})  # refused by its handler
    client.get("/v1/nothing")                                             # refused before
    client.get("/healthz")
    after = counters(client)
    assert [after[name] - before[name] for name in names] == [5, 2, 1]


def test_metrics_have_the_time_of_each_step_and_what_the_post_lives_on(daemon, fingers):
    client = daemon.client()
    before = counters(client)
    assert before["kordon_list_version"] == 0 and "kordon_list_age_seconds" not in before  # a list that is not there has no age
    client.import_list([entry(fingers[1, 1], 1)])
    assert client.identify(fingers[1, 2]).json["result"]["decision"] == "match"
    after = counters(client)
    name = "kordon_transaction_step_seconds"
    for step in ("capturing", "extracting", "collecting", "comparing", "recording"):
        taken = 0 if step == "capturing" else 1
        label = f'{{step="{step}"}}'
        assert before[f"{name}_count{label}"] == 0 and after[f"{name}_count{label}"] == taken
        assert (after[f"{name}_sum{label}"] > 0) == (taken == 1)
        buckets = [value for key, value in after.items() if key.startswith(f'{name}_bucket{{step="{step}",')]
        assert len(buckets) == 15 and buckets == sorted(buckets) and buckets[-1] == taken
    assert 0 <= after["kordon_list_age_seconds"] < 3600
    assert after["kordon_disk_free_bytes"] > 0 and after["kordon_memory_needed_bytes"] > 0
    assert not any(key.startswith("kordon_scanners") for key in after)  # this post has none to look for


def test_a_socket_that_can_not_be_made_ends_the_start(daemon_of):
    """One line that says why, and no signal."""
    daemon = daemon_of()
    daemon.stop()
    with open(daemon.configuration, encoding="ascii") as stream:
        text = stream.read()
    for path, reason, code in ((f"{daemon.folder}/missing/s", "no such file", 66), (f"{daemon.folder}/kordon.conf", "is no socket", 71)):
        with open(daemon.configuration, "w", encoding="ascii") as stream:
            stream.write(text.replace(f"socket = {daemon.folder}/s\n", f"socket = {path}\n"))
        for _ in range(3):
            status_, said = daemon.refused_start()
            assert status_ == code and reason in said and said.count("\n") == 1, (status_, said)


def test_a_refusal_says_why(client):
    answer = client.post("/v1/transactions", b"{")
    assert (answer.status, answer.reason) == (422, "BAD_JSON")
    assert set(answer.json) == {"reason", "subject", "text", "detail", "remedy", "exit_code"}
    assert answer.json["exit_code"] == 65


def test_refused_body_keeps_the_connection(client):
    for _ in range(3):
        assert client.post("/v1/transactions", b" " * 20000).status == 413
        assert client.get("/healthz").status == 200


def test_what_follows_a_refused_body_is_the_next_request(daemon):
    """Also where both came at once, and where the body holds what looks like one."""
    inner = f"GET /v1/nothing HTTP/1.1\r\n{HOST}\r\n"
    for length in (20000, 200000, 3 << 20):
        body = (inner * (length // len(inner) + 1))[:length]
        last = f"GET /healthz HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n"
        received = everything(daemon.socket, f"POST /v1/transactions HTTP/1.1\r\n{HOST}Content-Length: {length}\r\n\r\n{body}{last}")
        assert [int(part.split()[0]) for part in received.split(b"HTTP/1.1 ")[1:]] == [413, 200]


def held_connections(daemon):
    """Connections that wait for nothing, for the rest of a head, of a body, for somebody who reads the answers, and for events."""
    for text in ("", "GET /hea", f"POST /v1/transactions HTTP/1.1\r\n{HOST}Content-Length: 100\r\n\r\n{{",
                 f"POST /v1/transactions HTTP/1.1\r\n{HOST}Content-Length: 90000\r\n\r\n{{",
                 f"GET /metrics HTTP/1.1\r\n{HOST}\r\n" * 300, f"GET /v1/events HTTP/1.1\r\n{HOST}\r\n",
                 f"GET /healthz HTTP/1.1\r\n{HOST}\r\n"):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(daemon.socket)
        connection.setblocking(False)
        try:
            connection.sendall(text.encode())
        except BlockingIOError:
            pass
        yield connection


def test_a_stop_waits_for_no_client(daemon):
    """None of them may keep kordond from its stop entry, nor from its end."""
    held = list(held_connections(daemon))
    assert daemon.client().get("/healthz").status == 200
    daemon.stop()
    assert "took more than" not in daemon.errors()
    for connection in held:
        connection.close()
    daemon.start()
    events = [each["head"]["event"] for each in daemon.client().log()]
    assert events[-4:] == ["start", "self_test", "mode", "access"] and "stop" in events, events


def test_a_draining_kordond_answers_what_came_and_takes_no_more(daemon, fingers):
    """A request that is being worked on when the stop comes is answered, as the last one of its connection."""
    client = daemon.client()
    transaction = client.open(kind="verification")
    assert client.put(f"/v1/transactions/{transaction}/reference?position=right_index", fingers[1, 1]).status == 200
    assert client.sample(transaction, fingers[1, 2]).status == 200
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(PATIENCE)
        connection.connect(daemon.socket)
        connection.sendall(f"POST /v1/transactions/{transaction}/decision HTTP/1.1\r\n{HOST}Content-Length: 0\r\n\r\n".encode())
        assert daemon.client().get("/healthz").status == 200  # so it has been read
        daemon.stop()
        received = b""
        while part := connection.recv(65536):
            received += part
    assert received.count(b"HTTP/1.1 ") == 1 and received.split()[1] in (b"200", b"503"), received


def test_pipelined_requests_are_answered_in_order(daemon):
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(PATIENCE)
    connection.connect(daemon.socket)
    paths = ["/healthz", "/v1/log/entries?limit=1", "/readyz", "/v1/watchlist/none"] * 3
    connection.sendall("".join(f"GET {path} HTTP/1.1\r\n{HOST}\r\n" for path in paths).encode())
    received = b""
    while received.count(b"HTTP/1.1 ") < len(paths):
        part = connection.recv(65536)
        assert part, received
        received += part
    statuses = [int(part.split()[0]) for part in received.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [200, 200, 503, 404] * 3  # no list: not ready


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
    assert b'event: transaction\ndata: {"state":"open","time_ms":' in b"".join(heard)
    connection.shutdown(socket.SHUT_RDWR)
    thread.join()
