"""All that a terminal, and each role that is not cleared for discreet alerts, sees of one traveller after the other: made for comparing
travellers sought in secret with travellers whom nobody seeks (indistinguishable.py).

A post has two lists of people in one, each for a purpose of its own. The same picture is therefore a person sought where it is shown for the one
purpose, and nobody where it is shown for the other: the two differ in nothing that the observer sends but the purpose, and each purpose has
as many of either. Observers come to a door (doors.py). Needs root, to be several users.
"""

import base64
import collections
import contextlib
import itertools
import json
import os
import random
import re
import select
import socket
import threading
import time
import uuid

from doors import STRANGER, SocketDoor
from indistinguishable import Seen, alike, beside_neighbours
from kordond import OPENING, PATIENCE, Kordond, entry, policy_file, post_policy, prints, reachable, user_name, wait_until, with_purpose

PURPOSES = ("border_check", "border_again")  # of one length
POSITIONS = ("right_index", "left_index")
DEVICES, PERSONS = ("owner", "terminal"), ("administrator", "protection_officer", "examiner")  # each person has the role of his name
OFFICER = "ivan"
WARMING = 2  # pairs: the first transactions of a post are none like the others, lists are shorter
STEPPED = ("decision", "decided")  # told at the end of a step that is the same for all, and moves now and then
COUNTERS = ("/v1/status", "/metrics")
# What a role without clearance looks at behind each transaction.
LOOKS = {"owner": ("/v1/status", "/metrics", "/readyz", "/healthz", "/v1/scanners", "/v1/policy", "/v1/transactions?limit=2", "/v1/referrals"),
         "terminal": ("/v1/status", "/metrics", "/v1/transactions?limit=2", "{}", "{}/receipt", "/v1/referrals"),
         "administrator": ("/v1/status", "/metrics", "/v1/watchlist?limit=1", "{}", "/v1/log/entries?limit=1", "/v1/figures", "/v1/referrals"),
         "protection_officer": ("/v1/status", "/metrics", "/v1/watchlist?limit=1", "{}", "/v1/referrals"),
         STRANGER: ("/metrics", "/readyz", "/healthz", "/v1/status")}


def people_for(folder, count, category):
    """({number: pictures to show}, [entries]): the first half is sought for the one purpose, the second for the other; None: nobody is.
    category: one, or several that they have in turn."""
    categories = [category or "missing_person"] if category is None or isinstance(category, str) else category
    made = prints(folder, fingers=2 * count * len(POSITIONS), impressions=2, options=("-t", "50"))

    def pictures(source, number, impression):
        return [source[len(POSITIONS) * (number - 1) + finger, impression] for finger in range(1, len(POSITIONS) + 1)]
    listed = [entry(b"", number, category=categories[number % len(categories)], purposes=[PURPOSES[number > count]], fingers=[
        {"position": position, "ppi": 500, "data": base64.b64encode(picture).decode()}
        for position, picture in zip(POSITIONS, pictures(made, number, 1))]) for number in range(1, 2 * count + 1)]
    if category is None:
        made = prints(f"{folder}/strangers", fingers=2 * count * len(POSITIONS), impressions=2, seed=12)
    return {number: pictures(made, number, 2) for number in range(1, 2 * count + 1)}, listed


def settings_of(door, folder, colleagues):
    """What a post's configuration says of who comes to that door, and by which policy."""
    with open(post_policy(folder), encoding="ascii") as stream:
        policy = policy_file(folder, with_purpose(stream.read(), PURPOSES[1]))
    register = {f"person {OFFICER}__roles": "", "policy__first": policy, **door.settings()}
    register.update({f"device {name}__proof": door.proof(name) for name in DEVICES})
    for name, role in {**dict(zip(PERSONS, PERSONS)), **colleagues}.items():
        register.update({f"person {name}__roles": role, f"person {name}__proof": door.proof(name)})
    return register


class Post:
    """A running post. category: of those who are sought (people_for()), None where none of them comes; others: further entries of its list; colleagues: {name: role}
    of further persons; environment: of kordond."""

    def __init__(self, folder, category, count=3, others=(), door=SocketDoor, colleagues=None, environment=None):
        folder = str(folder)
        for part in ("d", "door"):
            os.makedirs(f"{folder}/{part}", exist_ok=True)
        self.count, self.door = count, door((*DEVICES, *PERSONS, *(colleagues or {})), f"{folder}/door")
        self.daemon = Kordond(f"{folder}/d", roles={"supervisor": f"user:{user_name()}"}, environment=environment, identification__target_fpir="0.001",
                              api__entries_each="6000000", api__event_streams_each="512", **settings_of(self.door, folder, colleagues or {})).init()
        reachable(self.daemon.folder)
        self.daemon.start()
        self.shown, listed = people_for(f"{folder}/prints", count, category)
        answer = self.daemon.client().import_list(listed + list(others))
        assert answer.status == 200, answer

    def connect(self, name):
        return self.door.connect(self.daemon, name)

    def is_secret(self, number, purpose):
        return purpose == PURPOSES[number > self.count]

    def truth(self):
        """{transaction: (what was found, what was told)} by the log."""
        bodies = (each["body"] for each in self.daemon.client().log() if each["head"]["event"] == "consultation")
        return {body["transaction"]: (body["decision"], body["told"]) for body in bodies if "told" in body}


class Wire:
    """One connection, whose answers are kept byte by byte."""

    def __init__(self, connection):
        self.socket = connection
        self.kept, self.known = b"", False  # known: that what is answered now is about somebody sought

    def send(self, method, path, body=b"", headers=""):
        self.socket.sendall(f"{method} {path} HTTP/1.1\r\nHost: x\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    def more(self):
        part = self.socket.recv(1 << 16)
        assert part, f"the connection has ended behind {self.kept[-200:]!r}"
        self.kept += part

    def answer(self):
        """(head, body) if a whole one has come, else None."""
        head, end, rest = self.kept.partition(b"\r\n\r\n")
        if not end:
            return None
        size = int(re.search(rb"content-length: ([0-9]+)", head, re.IGNORECASE)[1])
        if len(rest) < size:
            return None
        self.kept = rest[size:]
        return head.decode(), rest[:size].decode(errors="backslashreplace")

    def ask(self, *request, **options):
        self.send(*request, **options)
        while (answer := self.answer()) is None:
            self.more()
        return answer

    def close(self):
        self.socket.close()


class PlantedWire(Wire):
    """A connection in which somebody who knows the truth delays or changes what is answered: the positive control."""

    def __init__(self, connection, plant):
        super().__init__(connection)
        self.there, self.plant = connection, plant
        self.socket, self.near = socket.socketpair()
        self.socket.settimeout(PATIENCE)
        for source, target, change in ((self.near, self.there, bytes), (self.there, self.near, self.changed)):
            threading.Thread(target=self.pump, args=(source, target, change), daemon=True).start()

    def changed(self, part):
        return self.plant(part) if self.known else part

    @staticmethod
    def pump(source, target, change):
        with contextlib.suppress(OSError):
            while part := source.recv(1 << 16):
                target.sendall(change(part))
            target.shutdown(socket.SHUT_WR)


def late(part):
    time.sleep(0.001)
    return part


def byte(part):
    return part.replace(b'"decision"', b'"Decision"', 1)


class Stream(Wire):
    """Events of somebody: what came behind the last one that he has heard."""

    def __init__(self, connection, last=None):
        super().__init__(connection)
        self.heard = []
        self.send("GET", "/v1/events", headers=f"Last-Event-ID: {last}\r\n" if last else "")

    def events(self):
        """Whole ones that have come: (name, the id's number in its series taken out, id)."""
        *whole, self.kept = self.kept.split(b"\n\n")
        for each in whole:
            lines = each.decode().split("\r\n")[-1].split("\n")
            said = dict(line.split(": ", 1) for line in lines)
            if said["event"] != "heartbeat":
                yield said["event"], said["data"], said["id"]

    def to_mode(self):
        """What was missed, which ends with the mode as it is."""
        heard = []
        while not heard or heard[-1][0] != "mode":
            self.more()
            heard += self.events()
        return heard

    def decided(self):
        """What came up to the decision, once it has come."""
        self.heard += [f"{event} {data}" for event, data, _ in self.events()]
        if not self.heard or '"state":"decided"' not in self.heard[-1]:
            return None
        told, self.heard = self.heard, []
        return told


def numbers_in(value, name=""):
    """{path: number} of a JSON value."""
    if isinstance(value, dict):
        return {key: number for part, each in value.items() for key, number in numbers_in(each, f"{name}.{part}").items()}
    if isinstance(value, list):
        return {key: number for place, each in enumerate(value) for key, number in numbers_in(each, f"{name}[{place}]").items()}
    return {name: value} if isinstance(value, (int, float)) and not isinstance(value, bool) else {}


def read_counters(path, body):
    """(text without numbers, {name: number}) of status or metrics."""
    if path == "/metrics":
        lines = [line.rsplit(" ", 1) for line in body.splitlines() if not line.startswith("#")]
        return re.sub(r"(?m)^([^#].*) \S+$", r"\1 <n>", body), {name: float(value) for name, value in lines}
    return re.sub(r'(?<=[:\[,])-?[0-9.]+(e[-+][0-9]+)?(?=[,\]}])', "<n>", body), numbers_in(json.loads(body))


def is_time(name):
    """Whether such a number is another one each time."""
    return any(word in name for word in ("seconds", "_ms", "bytes", "memory"))


def ready(sockets):
    """Those that have something to read; what TLS has opened already the kernel does not know of."""
    opened = [each for each in sockets if hasattr(each, "pending") and each.pending()]
    return opened or select.select(sockets, [], [], PATIENCE)[0]


class Observer:
    """Shows one traveller after the other as the owner, and looks as everybody who is not cleared."""

    def __init__(self, post, plant=None, seed=1):
        self.post, self.chance = post, random.Random(seed)
        self.transactions = []  # in the order of what was seen
        self.connect()
        if plant is not None:
            self.wires["owner"].close()
            self.wires["owner"] = PlantedWire(post.connect("owner"), plant)

    def connect(self):
        self.wires = {role: Wire(self.post.connect(role)) for role in LOOKS}
        self.live = Stream(self.post.connect("owner"))
        self.live.to_mode()
        self.last = {role: self.heard(role)[-1][2] for role in LOOKS if role != STRANGER}
        self.before = collections.defaultdict(dict)

    def start_anew(self):
        """The post is killed, where it has not ended yet, and started; everybody comes again."""
        self.close()
        self.post.daemon.kill()
        self.post.daemon.start()
        self.connect()

    def heard(self, role, last=None):
        stream = Stream(self.post.connect(role), last)
        try:
            return stream.to_mode()
        finally:
            stream.close()

    def close(self):
        for each in (*self.wires.values(), self.live):
            each.close()

    def see_counters(self, seen, name, path, answer):
        """Text, and by how much each number grew; an answer's length says no more than its numbers."""
        head, body = answer
        text, numbers = read_counters(path, body)
        seen.texts[name] = alike(re.sub("(?i)content-length: [0-9]+", "content-length: <n>", head) + text)
        for key, number in numbers.items():
            grown = round(number - self.before[name].get(key, 0), 9)
            (seen.times if is_time(key) else seen.counts)[f"{name} {key}"] = grown
        self.before[name] = numbers

    def look(self, seen, role, path, transaction):
        name = f"{role}: {path}"
        answer = self.wires[role].ask("GET", path.format(f"/v1/transactions/{transaction}"))
        if path in COUNTERS and " 200 " in answer[0].split("\r\n")[0] + " ":
            self.see_counters(seen, name, path, answer)
        else:
            self.see(seen, name, answer)

    @staticmethod
    def see(seen, name, answer):
        text = "\r\n\r\n".join(answer)
        for purpose in PURPOSES:
            text = text.replace(purpose, "<purpose>")
        seen.texts[name] = alike(text)

    def act(self, seen, name, *request, **options):
        started = time.perf_counter()
        answer = self.wires["owner"].ask(*request, **options)
        seen.times[name] = 1000 * (time.perf_counter() - started)
        self.see(seen, name, answer)
        return answer

    def decide(self, seen, place, key):
        """The answer and the event that says so come on two connections: when each does, and which is first."""
        wire = self.wires["owner"]
        wire.known = seen.secret
        waiting = {"decision": (wire, wire.answer), "decided": (self.live, self.live.decided)}
        started, order = time.perf_counter(), []
        wire.send("POST", f"{place}/decision", headers=key)
        while waiting:
            readable = ready([each.socket for each, _ in waiting.values()])
            assert readable, f"neither {list(waiting)} came"
            for name, (each, read) in list(waiting.items()):
                if each.socket not in readable:
                    continue
                each.more()
                told = read()
                if told is not None:
                    seen.times[name] = 1000 * (time.perf_counter() - started)
                    self.see(seen, name, told)
                    order.append(name)
                    del waiting[name]
        wire.known = False
        seen.times["order"] = order.index("decided")

    def arrival(self, number, purpose):
        """What is seen of that one up to the decision, the transaction's path, and the keys of the opening and of the decision."""
        seen = Seen(number, self.post.is_secret(number, purpose))
        keys = [f"Idempotency-Key: {uuid.uuid4()}\r\n" for _ in range(2)]
        opening = json.dumps({**OPENING, "officer": OFFICER, "purpose": purpose, "fingers": POSITIONS}).encode()
        _, body = self.act(seen, "open", "POST", "/v1/transactions", opening, headers=keys[0])
        transaction = json.loads(body)["transaction"]
        place = f"/v1/transactions/{transaction}"
        for position, picture in zip(POSITIONS, self.post.shown[number]):
            self.act(seen, position, "POST", f"{place}/samples?position={position}&ppi=500", picture)
        self.transactions.append(transaction)
        return seen, place, keys

    def traveller(self, number, purpose):
        """What is seen of that one."""
        seen, place, keys = self.arrival(number, purpose)
        transaction = self.transactions[-1]
        self.decide(seen, place, keys[1])
        for name, method, path, options in (
                ("retried", "POST", f"{place}/decision", {"headers": keys[1]}), ("decided again", "POST", f"{place}/decision", {}),
                ("recall", "GET", place, {}), ("receipt", "GET", f"{place}/receipt", {}),
                ("evidence", "GET", f"{place}/evidence?recipient=r&justification=j", {}),
                ("late sample", "POST", f"{place}/samples?position=right_thumb", {"body": b"x"}), ("given up", "DELETE", place, {})):
            self.act(seen, name, method, path, **options)
        self.look_round(seen, transaction)
        seen.times.update({f"id {place}": octet for place, octet in enumerate(bytes.fromhex(transaction))})
        return seen

    def look_round(self, seen, transaction):
        """What each role sees and has heard."""
        for role, paths in LOOKS.items():
            for path in paths:
                self.look(seen, role, path, transaction)
        for role, last in self.last.items():
            heard = self.heard(role, last)
            self.last[role] = heard[-1][2]
            self.see(seen, f"{role}: events", [f"{event} {data}" for event, data, _ in heard])
        for name in ("kordon.db", "kordon.db-wal"):  # who has a shell sees what is left of the disk
            seen.times[f"bytes of {name}"] = os.path.getsize(f"{self.post.daemon.folder}/state/{name}")

    def travellers(self, pairs):
        """So many pairs of one sought and one whom nobody seeks, each pair by one picture and in an order that is left to chance. As many come with
        each picture, but for one. Of times that are STEPPED: beside their neighbours'."""
        numbers, made = itertools.cycle(self.chance.sample(list(self.post.shown), len(self.post.shown))), []
        for _, number in zip(range(-WARMING, pairs), numbers):
            for purpose in self.chance.sample(PURPOSES, 2):
                made.append(self.traveller(number, purpose))
        del made[:2 * WARMING], self.transactions[:2 * WARMING]
        for name in STEPPED:
            for each, beside in zip(made, beside_neighbours([each.times[name] for each in made])):
                each.times[name] = beside
        return made

    def work(self, transaction):
        """An examiner takes the silent referral of that one, looks at all and gives his verdict."""
        examiner, path = Wire(self.post.connect("examiner")), f"/v1/referrals/{transaction}s"

        def done(method, part, body=None):
            head, text = examiner.ask(method, f"{path}{part}", json.dumps(body).encode() if body is not None else b"")
            return " 200 " in head.split("\r\n", maxsplit=1)[0], text
        wait_until(lambda: done("GET", "")[0])
        for method, part, body in (("POST", "/seat", None), ("GET", f"/probe?finger={POSITIONS[0]}", None),
                                   ("POST", "/probe_judgement", {"judgement": "usable"}), ("GET", f"/reference?finger={POSITIONS[0]}", None),
                                   ("GET", f"/comparison?finger={POSITIONS[0]}", None),
                                   ("POST", "/report", {"place": "lane 1"}), ("POST", "/verdict", {"verdict": "hit", "reason": "it is he"})):
            answered, text = done(method, part, body)
            assert answered, (method, part, text)
        examiner.close()

    def recall(self, seen):
        """What the owner is told of each again, by a post that was killed and has been started anew."""
        self.start_anew()
        for each, transaction in zip(seen, self.transactions):
            self.ask_again(each, transaction)

    def ask_again(self, seen, transaction, key=""):
        """key: a header, that of the decision which has been asked for before."""
        place = f"/v1/transactions/{transaction}"
        if key:
            self.act(seen, "started anew: retried", "POST", f"{place}/decision", headers=key)
        for name, method, path in (("recall", "GET", place), ("decided again", "POST", f"{place}/decision"),
                                   ("receipt", "GET", f"{place}/receipt"), ("given up", "DELETE", place)):
            self.act(seen, f"started anew: {name}", method, path)
