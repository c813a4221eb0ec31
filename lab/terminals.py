"""What an officer waits for, from the last finger lifted to the answer: over TLS and at the unix socket, turn by turn, with few and many terminals."""

import asyncio
import json
import os
import random
import ssl
import time

from figures import Failed
from terminals_post import LEGAL_BASIS, LISTED, POSITIONS, TRAVELLERS

WAYS = ("tls", "unix")
OPENING = {"kind": "identification", "purpose": "border_check", "legal_basis": LEGAL_BASIS, "officer": "officer", "traveller_group": "foreigner",
           "age_band": "18_and_over", "fingers": list(POSITIONS)}
AT_ONCE = 20  # shake hands at a time


class Terminal:
    """A kept connection, and a stream of events beside it, as a terminal has them."""

    def __init__(self, post, way, name):
        self.post, self.way, self.busy = post, way, asyncio.Lock()
        self.settings = None
        if way == "tls":
            self.settings = ssl.create_default_context(cafile=post.authority)
            self.settings.load_cert_chain(f"{post.folder}/{name}.pem", f"{post.folder}/{name}.key")
        self.writers, self.listening = [], None

    async def open_connection(self):
        if self.way == "unix":
            pair = await asyncio.open_unix_connection(self.post.socket)
        else:
            pair = await asyncio.open_connection("127.0.0.1", self.post.port, ssl=self.settings)
        self.writers.append(pair[1])
        return pair

    async def connect(self):
        """Seconds until the first answer on a new connection: with TLS the handshake is in it."""
        started = time.perf_counter()
        self.reader, self.writer = await self.open_connection()
        status = await self.ask("GET", "/v1/status")
        seconds = time.perf_counter() - started
        if status["mode"] != "armed":
            raise Failed(f"the post is not armed: {status['mode']}")
        reader, writer = await self.open_connection()
        writer.write(b"GET /v1/events HTTP/1.1\r\nHost: bench\r\n\r\n")
        await reader.readuntil(b"data: ")
        self.listening = asyncio.create_task(self.listen(reader))
        return seconds

    async def listen(self, reader):
        while await reader.read(1 << 16):
            pass

    async def ask(self, method, path, body=b""):
        body = json.dumps(body).encode() if isinstance(body, dict) else body
        self.writer.write(f"{method} {path} HTTP/1.1\r\nHost: bench\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
        answer = json.loads(await self.reader.readexactly(int(head.split("content-length: ")[1].split("\r\n")[0])))
        if int(head.split()[1]) >= 400:
            raise Failed(f"{method} {path}: {answer}")
        return answer

    async def check(self, number, pictures):
        """Seconds from the last finger lifted to its sample's answer, and to the decision's."""
        async with self.busy:
            place = f"/v1/transactions/{(await self.ask('POST', '/v1/transactions', OPENING))['transaction']}"
            first, second = (f"{place}/samples?position={position}&ppi=500" for position in POSITIONS)
            await self.ask("POST", first, pictures[0])
            lifted = time.perf_counter()
            await self.ask("POST", second, pictures[1])
            taken = time.perf_counter()
            told = await self.ask("POST", f"{place}/decision")
            decided = time.perf_counter()
        if told["result"]["decision"] != ("match" if number < LISTED else "no_match"):
            raise Failed(f"traveller {number}: {told['result']}")
        return taken - lifted, decided - lifted

    async def leave(self):
        self.listening.cancel()
        for writer in self.writers:
            writer.transport.abort()


async def in_turn(post, terminals, checks):
    """One check after the other, each at the next terminal."""
    return [await terminals[number % len(terminals)].check(number % TRAVELLERS, post.pictures[number % TRAVELLERS]) for number in range(checks)]


async def arriving(post, terminals, checks, rate, seed):
    """Travellers come when they come, so many a second in the mean, whether others are done or not; those of one terminal queue there."""
    chance, tasks = random.Random(seed), []
    for number in range(checks):
        await asyncio.sleep(chance.expovariate(rate))
        tasks.append(asyncio.create_task(terminals[number % len(terminals)].check(number % TRAVELLERS, post.pictures[number % TRAVELLERS])))
    return await asyncio.gather(*tasks)


def processor_seconds(pid):
    """That the process has used until now."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stream:
        user, system = stream.read().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


async def block(post, way, count, run):
    """What run(terminals) measures while so many terminals are connected, kordond's processor time for it, and what connecting took."""
    terminals = [Terminal(post, way, name) for name in post.names[:count]]
    connecting = []
    for start in range(0, count, AT_ONCE):
        connecting += await asyncio.gather(*(each.connect() for each in terminals[start:start + AT_ONCE]))
    try:
        before = processor_seconds(post.process.pid)
        measured = await run(terminals)
        return measured, processor_seconds(post.process.pid) - before, connecting
    finally:
        for each in terminals:
            await each.leave()


def quantiles(seconds):
    ordered = sorted(seconds)
    return {f"p{percent}_ms": 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] for percent in (50, 95, 99)}


async def in_pairs(post, count, pairs, run):
    """The figures of each way; blocks turn by turn, the other way first in every second pair."""
    samples, answers, used, connecting = ({way: [] for way in WAYS} for _ in range(4))
    for pair in range(pairs):
        for way in WAYS if pair % 2 == 0 else WAYS[::-1]:
            measured, seconds, connected = await block(post, way, count, lambda terminals, pair=pair: run(terminals, pair))
            connecting[way] += connected
            used[way].append(seconds)
            samples[way] += [taken for taken, _ in measured]
            answers[way] += [decided for _, decided in measured]
    return {way: {"checks": len(answers[way]), **quantiles(answers[way]), "sample_p50_ms": quantiles(samples[way])["p50_ms"],
                  "processor_ms": 1000 * sum(used[way]) / len(answers[way]),
                  "connecting_p50_ms": quantiles(connecting[way])["p50_ms"]} for way in WAYS}


async def measure(post, counts, pairs, checks, rate):
    """[{"terminals", "rate", "tls", "unix"}]: one check at a time for each number of terminals; and with the most, so many a second."""
    figures = []
    await block(post, "unix", 1, lambda terminals: in_turn(post, terminals, 5))  # what comes first is slower
    for count in counts:
        figures.append({"terminals": count, "rate": None,
                        **await in_pairs(post, count, pairs, lambda terminals, _: in_turn(post, terminals, checks))})
        print(f"  {count} terminal{'s' if count > 1 else ''}, one traveller at a time", flush=True)
    figures.append({"terminals": counts[-1], "rate": rate,
                    **await in_pairs(post, counts[-1], pairs, lambda terminals, pair: arriving(post, terminals, checks, rate, pair))})
    print(f"  {counts[-1]} terminals, {rate} travellers a second", flush=True)
    return figures
