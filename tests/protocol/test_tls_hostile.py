"""What comes over the network may be anything, and come in any pieces: kordond goes on serving, and what it holds stays bounded (A9, T7)."""

import contextlib
import os
import random
import socket
import ssl
import struct
import threading
import time

from certificates import MemoryTls, shake_hands
from kordond import entry, memory_kb, wait_until
from test_tls import REQUEST, Post

SANITIZED = "san" in os.path.basename(os.environ.get("KORDON_BUILD_DIR", ""))
REQUESTS = int(os.environ.get("KORDON_HOSTILE_REQUESTS", "1000" if SANITIZED else "10000"))
CONNECTIONS = 64  # [api] connections of the post
LEFT = 32  # that are open at once, whatever became of them
STRANGERS = CONNECTIONS // 4  # who shake hands at once
DESCRIPTORS = 2 * (CONNECTIONS + STRANGERS) + 16  # two each, and those that were turned away last
WHILE_KB, AFTER_KB, LOCKED_KB = 32 << 10, 8 << 10, 8 << 10  # what it may hold more than before: meanwhile, in the end, and locked
RECORD = 16384
GOOD = [
    REQUEST,
    b"GET /v1/log/entries?limit=3&newest_first=true HTTP/1.1\r\nHost: localhost\r\nAccept-Language: uk, en;q=0.5\r\n\r\n",
    b"GET /v1/transactions/0123456789abcdef0123456789abcdef HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"POST /v1/transactions HTTP/1.1\r\nHost: localhost\r\nIdempotency-Key: k\r\nContent-Length: 24\r\n\r\n{\"kind\":\"verification\"}\n",
    b"POST /v1/transactions/0123456789abcdef0123456789abcdef/samples?position=right_index HTTP/1.1\r\nHost: localhost\r\n"
    b"Content-Length: 40\r\n\r\n\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 24,
    b"DELETE /v1/transactions/0123456789abcdef0123456789abcdef HTTP/1.1\r\nHost: localhost\r\n\r\n",
]


def mutated(chance):
    """A request with some bytes changed, left out, doubled, or put in: in half of them as a lazy programmer would, letter for letter."""
    text, mild = bytearray(chance.choice(GOOD)), chance.randrange(2)
    for _ in range(chance.randrange(1, 6)):
        at, kind = chance.randrange(len(text)), 0 if mild else chance.randrange(1, 6)
        if kind == 0 and chr(text[at]).isalnum():
            text[at] = chance.choice(b"0123456789abcxyzABC%&=/-")
        elif kind == 1:
            text[at] = chance.randrange(256)
        elif kind == 2:
            del text[at:at + chance.randrange(1, 9)]
        elif kind == 3:
            text[at:at] = text[at:at + chance.randrange(1, 65)]
        elif kind == 4:
            text[at:at] = chance.choice(GOOD)[:chance.randrange(1, 99)]
        elif kind == 5:
            text[at:at + 1] = bytes(chance.randrange(256) for _ in range(chance.randrange(20)))
        text = text or bytearray(b"\n")
    return bytes(text)


def pieces(chance, data, most):
    """data, cut anywhere."""
    while data:
        size = chance.randrange(1, most + 1)
        yield data[:size]
        data = data[size:]


class Held:
    """What of kordond's it holds now, against what it held before."""

    def __init__(self, post):
        self.pid = post.daemon.process.pid
        self.descriptors, self.resident, self.locked = self.now()

    def now(self):
        return len(os.listdir(f"/proc/{self.pid}/fd")), memory_kb(self.pid, "VmRSS"), memory_kb(self.pid, "VmLck")

    def check(self):
        """The bounds that hold at any moment; the address sanitizer keeps what is freed."""
        grown = [now - before for now, before in zip(self.now(), (self.descriptors, self.resident, self.locked))]
        assert grown[0] <= DESCRIPTORS and grown[2] <= LOCKED_KB and (grown[1] <= WHILE_KB or SANITIZED), grown

    def is_given_back(self):
        descriptors, resident, locked = self.now()
        return descriptors <= self.descriptors and locked <= self.locked + 1024 and (resident <= self.resident + AFTER_KB or SANITIZED)


def send_batch(chance, tls, count):
    """Mutated requests one behind the other, in records and segments that are cut anywhere; a few byte by byte."""
    text = b"".join(mutated(chance) for _ in range(count))
    sealed = b"".join(tls.sealed(part) for part in pieces(chance, text, chance.choice([40, 700, RECORD])))
    most = chance.choice([3, 1400, RECORD, RECORD]) if len(sealed) < 4000 else RECORD
    for part in pieces(chance, sealed, most):
        tls.plain.sendall(part)


def end(chance, tls):
    """By TLS's own word, by half a close, by none, or by a reset; gives what kordond had answered by then."""
    answers, kind = b"", chance.randrange(4)
    with contextlib.suppress(OSError):
        tls.plain.setblocking(False)
        while True:
            answers += tls.receive()
    with contextlib.suppress(OSError):
        if kind == 0:
            with contextlib.suppress(ssl.SSLError):
                tls.tls.unwrap()
            tls.plain.sendall(tls.outgoing.read())
        elif kind == 1:
            tls.plain.shutdown(socket.SHUT_WR)
        elif kind == 2:
            tls.plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    tls.plain.close()
    return answers


def send_broken_tls(chance, post, settings):
    """A handshake with some bytes of its records changed, or a part of one."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        settings.wrap_bio(incoming, outgoing, server_hostname="localhost").do_handshake()
    hello = bytearray(outgoing.read())
    for _ in range(chance.randrange(5)):
        hello[chance.randrange(len(hello))] = chance.randrange(256)
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", post.port), 60) as plain:
        plain.sendall(hello[:chance.randrange(1, len(hello) + 1)])


def counted(post, name):
    return next(int(line.split()[1]) for line in post.daemon.client().get("/metrics").body.decode().splitlines() if line.startswith(f"{name} "))


def hammer(post, settings, inside, held, seed):
    """Sends all the requests, some dozens on a connection, and leaves that as it is while others come; a broken record or handshake now and then.
    None of them is anything that kordond itself did wrong."""
    chance, sent, left = random.Random(seed), 0, []
    while sent < REQUESTS:
        if chance.randrange(4) == 0:
            send_broken_tls(chance, post, settings)
        with contextlib.suppress(OSError, ssl.SSLError):
            left.append(MemoryTls(post.port, settings))
            for _ in range(chance.randrange(1, 5)):
                count = chance.randrange(1, 4)
                sent += count
                send_batch(chance, left[-1], count)
            if chance.randrange(4) == 0:
                left[-1].plain.sendall(bytes(chance.randrange(256) for _ in range(chance.randrange(1, 60))))
        assert inside.get("/healthz").status == 200  # by then kordond has read what came before
        while len(left) > LEFT:
            assert b"HTTP/1.1 500" not in end(chance, left.pop(chance.randrange(len(left))))
        held.check()
    for each in left:
        each.plain.close()


class Sluggish:
    """Connections that never come to an end by themselves, each with the bytes that it sends and then goes on sending, one now and then."""

    SENDS = {
        "head": b"GET /v1/status HTTP/1.1\r\nHost: localhost\r\n",
        "body": b"POST /v1/transactions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4096\r\n\r\n{",
        "unwanted body": b"POST /v1/no-such HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n{",
    }

    def __init__(self, post, settings):
        self.connections = {kind: shake_hands(post.port, settings) for kind in self.SENDS}
        self.connections["handshake"] = socket.create_connection(("127.0.0.1", post.port))
        for kind, text in self.SENDS.items():
            self.connections[kind].sendall(text)
        self.connections["handshake"].sendall(b"\x16\x03\x01\x02\x00")
        self.ended = set()
        self.thread = threading.Thread(target=self.trickle, daemon=True)
        self.thread.start()

    def trickle(self):
        while len(self.ended) < len(self.connections):
            for kind, connection in self.connections.items():
                try:
                    if kind not in self.ended:
                        connection.sendall(b"a")
                except OSError:
                    self.ended.add(kind)
            time.sleep(0.25)


def test_A9_hostile_bytes_over_the_network_leave_it_serving_within_bounds(tmp_path, fingers):
    """Mutated and pipelined requests, records cut anywhere, connections left in each way, half heads, bodies that never come, streams that nobody
    reads: all of them end within their time, nothing stays, and a right transaction has its result."""
    post = Post(tmp_path, api__connections=str(CONNECTIONS), api__connections_each=str(CONNECTIONS)).start()
    try:
        assert post.daemon.client().import_list([entry(fingers[1, 1], 1)]).status == 200
        inside, settings = post.client(), post.settings()
        assert inside.identify(fingers[1, 2]).json["result"]["decision"] == "match"
        held = Held(post)
        slow = Sluggish(post, post.settings("olena"))
        unread = [shake_hands(post.port, settings) for _ in range(4)]
        for each in unread:
            each.sendall(b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        hammer(post, settings, inside, held, 7)
        assert counted(post, "kordon_http_requests_total") > REQUESTS // 5  # what stands behind a broken head is not looked at
        slow.thread.join(120)
        assert slow.ended == set(slow.connections)
        assert inside.identify(fingers[1, 2]).json["result"]["decision"] == "match"
        for each in unread:
            each.close()
        wait_until(held.is_given_back)
    finally:
        post.daemon.stop()
