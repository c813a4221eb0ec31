"""200 terminals at once over TLS, whose connections break: no result is lost or doubled, every answer has its record, nothing stays (A7, A9, L1)."""

import asyncio
import json
import os
import random
import ssl
import subprocess

from certificates import openssl
from kordond import KORDONCTL, KORDOND, OPENING, PATIENCE, entry, memory_kb, prints, wait_until
from test_evidence import bundle
from test_tls import Post

SANITIZED = "san" in os.path.basename(os.environ.get("KORDON_BUILD_DIR", ""))
TERMINALS = 200
CHECKS = 3 if SANITIZED else 15  # of each terminal: 600 or 3,000
LISTED, UNLISTED = 6, 6  # fingers
ATTEMPTS = 400
SALT_BYTES = 32  # before each body
LATER = ("BUSY", "REQUEST_UNDER_WAY")


def certificates(authority, folder, names):
    """(certificate, key) of each, all with one key; made by one run of openssl each."""
    key = f"{folder}/terminals.key"
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", key)
    for name in names:
        openssl("req", "-x509", "-new", "-key", key, "-CA", authority.certificate, "-CAkey", authority.key, "-days", "30", "-out",
                f"{folder}/{name}.pem", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-addext", "extendedKeyUsage=clientAuth",
                "-addext", "basicConstraints=critical,CA:FALSE")
        yield f"{folder}/{name}.pem", key


class Terminal:
    """One device: a kept connection that it breaks now and then, and a stream of events."""

    def __init__(self, post, number, pair):
        self.post, self.number = post, number
        self.chance = random.Random(number)
        self.settings = ssl.create_default_context(cafile=post.authority.certificate)
        self.settings.load_cert_chain(*pair)
        self.reader = self.writer = None
        self.keys = self.broken = self.later = 0
        self.done = []  # (a transaction as it was told at its end, receipt)
        self.heard = {}  # final state by transaction

    async def connect(self):
        """From an address of its own, as terminals have one; while too many shake hands at once a connection ends, and is made again."""
        for attempt in range(ATTEMPTS):
            try:
                return await asyncio.open_connection("127.0.0.1", self.post.port, ssl=self.settings, server_hostname="localhost",
                                                     local_addr=(f"127.0.1.{self.number + 1}", 0), ssl_handshake_timeout=PATIENCE)
            except OSError:
                await asyncio.sleep(0.01 * (1 + attempt))
        raise AssertionError("the post does not let this terminal in")

    def drop(self):
        if self.writer is not None:
            self.writer.transport.abort()
        self.reader = self.writer = None

    async def once(self, message, breaks):
        """(status, body) of one attempt; None where the connection broke, whether by itself or at this place of it."""
        try:
            if self.writer is None:
                self.reader, self.writer = await self.connect()
            if breaks == "request":
                self.writer.write(message[:self.chance.randrange(1, len(message))])
                await self.writer.drain()
                raise ConnectionError
            self.writer.write(message)
            await self.writer.drain()
            if breaks == "before the answer":
                raise ConnectionError
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
            if breaks == "answer":
                raise ConnectionError
            size = int(head.split("content-length:")[1].split("\r\n")[0])
            body = await self.reader.readexactly(size)
            if "connection: close" in head:
                self.drop()
            return int(head.split()[1]), body
        except (OSError, asyncio.IncompleteReadError):
            self.drop()
            return None

    async def ask(self, method, path, body=b""):
        """The answer, which must be one of success, whatever breaks meanwhile: one request in five breaks once or twice."""
        self.keys += 1
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        message = (f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
                   + (f"Idempotency-Key: {self.number}-{self.keys}\r\n" if method != "GET" else "") + "\r\n").encode() + body
        breaks = self.chance.choices(["request", "before the answer", "answer"], k=self.chance.choice([0] * 8 + [1, 2]))
        for _ in range(ATTEMPTS):
            answer = await self.once(message, breaks.pop() if breaks else None)
            if answer is None:
                self.broken += 1
            elif answer[0] < 400:
                return answer[1]
            else:
                assert json.loads(answer[1])["reason"] in LATER, answer
                self.later += 1
                await asyncio.sleep(0.05)
        raise AssertionError(f"no answer to {method} {path}")

    async def check(self, fingers):
        """One traveller: identified, found to be unable to give a finger, or gone before the decision."""
        # One in five is on the list: nobody verifies a match here, and no more than some 900 can wait for that (store/probe_slot.h).
        finger = self.chance.randrange(LISTED) if self.chance.random() < 0.2 else LISTED + self.chance.randrange(UNLISTED)
        way = self.chance.choice(["decision"] * 8 + ["exception", "cancel"])
        opened = json.loads(await self.ask("POST", "/v1/transactions", OPENING))
        place = f"/v1/transactions/{opened['transaction']}"
        await self.ask("POST", f"{place}/samples?position=right_index", fingers[finger])
        if way == "decision":
            answer = await self.ask("POST", f"{place}/decision")
        elif way == "exception":
            answer = await self.ask("POST", f"{place}/exception", {"kind": "impossible", "reason": "worn_fingers"})
        else:
            answer = await self.ask("DELETE", place)
        told = json.loads(answer)
        assert told["transaction"] == opened["transaction"]
        if way == "decision":
            candidates = [each["instruction"] for each in told["result"]["identification"]["candidates"]]
            assert candidates == ([f"of finger {finger}"] if finger < LISTED else []), (finger, told)
        assert told["state"] == {"decision": "decided", "exception": "excepted", "cancel": "cancelled"}[way]
        self.done.append((told, (await self.ask("GET", f"{place}/receipt")).decode() if way != "cancel" else None))

    async def listen(self, stream):
        """Notes how its transactions end."""
        reader, writer = stream
        writer.write(b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await writer.drain()
        assert b" 200 " in await reader.readuntil(b"\r\n\r\n")
        while line := await reader.readline():
            if line.startswith(b"data: ") and b'"transaction":' in line:
                data = json.loads(line[6:])
                self.heard[data["transaction"]] = data.get("state", self.heard.get(data["transaction"]))

    async def run(self, fingers, meeting, measure):
        """All are there at once before the first check, and meet again behind a third of them: what was taken by then is what it takes."""
        self.reader, self.writer = await self.connect()
        stream = await self.connect()
        listening = asyncio.create_task(self.listen(stream))
        await meeting.wait()
        for number in range(CHECKS):
            if number == CHECKS // 3 and await meeting.wait() == 0:
                measure()
            await self.check(fingers)
        if await meeting.wait() == 0:
            measure()
        while any(self.heard.get(told["transaction"]) != told["state"] for told, _ in self.done):
            assert not listening.done(), "a stream of events has ended"
            await asyncio.sleep(0.05)
        listening.cancel()
        stream[1].transport.abort()
        self.drop()


async def run_all(terminals, fingers, measure):
    meeting = asyncio.Barrier(len(terminals))
    await asyncio.gather(*(each.run(fingers, meeting, measure) for each in terminals))


def left_over(post, client):
    """What kordond holds: connections, transactions, bytes of locked memory, descriptors."""
    lines = [line.rsplit(" ", 1) for line in client.get("/metrics").body.decode().splitlines()]
    names = ("kordon_http_connections", "kordon_transactions_unfinished", "kordon_memory_locked_bytes")
    return {**{name: float(value) for name, value in lines if name in names},
            "descriptors": len(os.listdir(f"/proc/{post.daemon.process.pid}/fd"))}


def exported(post, folder):
    """{event: {transaction: [entry]}} of the log's export, which must verify; each entry is its body."""
    for arguments in (("log", "export", folder), ("log", "verify", folder)):
        outcome = subprocess.run([KORDONCTL, "--config", post.daemon.configuration, *arguments], capture_output=True, text=True, check=False)
        assert outcome.returncode == 0, outcome.stderr
    found = {"collection": {}, "consultation": {}}
    for head, salted in zip(entries_of(folder, "tile/entries", ">H"), entries_of(folder, "bodies", ">I"), strict=True):
        head, body = json.loads(head), json.loads(salted[SALT_BYTES:])
        if head["event"] in found:
            found[head["event"]].setdefault(body["transaction"], []).append(body)
    return found


def entries_of(folder, kind, form):
    """All pieces of that kind, in order: full bundles of 256, then the last one."""
    found, number = [], 0
    while os.path.exists(f"{folder}/{kind}/{number:03}"):
        found += bundle(f"{folder}/{kind}/{number:03}", form)
        number += 1
    for width in os.listdir(f"{folder}/{kind}/{number:03}.p"):
        found += bundle(f"{folder}/{kind}/{number:03}.p/{width}", form)
    return found


def test_A7_A9_two_hundred_terminals_lose_and_double_nothing(tmp_path):
    names = [f"gate-{number}" for number in range(TERMINALS)]
    devices = {f"device {name}__proof": f"certificate:post/DNS:{name}" for name in names}
    post = Post(tmp_path, api__connections="600", api__connections_each="4", api__transactions_each="4", identification__require_armed="no",
                policy__minimum_quality="1", **devices)
    post.daemon.prefix = ["prlimit", "--nofile=1024:"]  # the usual limit
    post.start()
    try:
        images = prints(tmp_path / "prints", fingers=LISTED + UNLISTED, impressions=2, seed=17, options=("-w", "260", "-h", "300"))
        fingers = [images[number + 1, 2] for number in range(LISTED + UNLISTED)]
        client = post.daemon.client()
        listed = client.import_list([entry(images[number + 1, 1], number, instruction=f"of finger {number}") for number in range(LISTED)])
        assert listed.status == 200, listed
        client.wait_for_duplicates()
        terminals = [Terminal(post, number, pair) for number, pair in enumerate(certificates(post.authority, tmp_path, names))]
        before, measured = left_over(post, client), []
        asyncio.run(run_all(terminals, fingers, lambda: measured.append(memory_kb(post.daemon.process.pid, "VmRSS"))))
        client.close()
        client = post.daemon.client()  # the other one was silent for too long by now
        wait_until(lambda: left_over(post, client)["kordon_http_connections"] == before["kordon_http_connections"])
        assert left_over(post, client) == before
        assert SANITIZED or measured[1] - measured[0] < 24576, measured  # kB; a picture held of each check would be three times as much
        done = {told["transaction"]: (terminal.number, told, receipt) for terminal in terminals for told, receipt in terminal.done}
        assert len(done) == TERMINALS * CHECKS
        assert sum(terminal.broken for terminal in terminals) > TERMINALS * CHECKS / 2
        entries = exported(post, tmp_path / "export")
        for event, found in entries.items():
            assert set(found) == set(done), event
            assert {len(each) for each in found.values()} == {1}, event
        for transaction, (number, told, receipt) in done.items():
            end, = entries["consultation"][transaction]
            assert end["actor"] == f"device:gate-{number}"
            if "result" in told:
                assert (end["decision"], end["told"]) == 2 * (told["result"]["decision"],)
            assert receipt is None or f"\nid {transaction}\nnumber {end['receipt_number']}\n" in receipt, receipt
    finally:
        post.daemon.stop()


def test_A9_connections_that_need_more_descriptors_than_there_may_be_are_refused_at_the_start(tmp_path):
    """And by --check-config: without a descriptor no entry could be anchored, and no state read."""
    post = Post(tmp_path, api__connections="600")
    post.daemon.init()
    post.daemon.prefix = ["prlimit", "--nofile=1024:1500"]
    status, said = post.daemon.refused_start()
    assert status == 78 and "[api] connections: the configuration is not valid: so many need 1772 file descriptors, and 1500 are allowed" in said, said
    checked = subprocess.run([*post.daemon.prefix, KORDOND, "--config", post.daemon.configuration, "--check-config"], capture_output=True,
                             text=True, check=False)
    assert checked.returncode == 78 and "LimitNOFILE=1772" in checked.stderr, checked
