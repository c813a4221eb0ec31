"""A crossing point for measuring what officers wait for: 100,000 people on its list, terminals over TLS and at the unix socket."""

import json
import os
import pwd
import socket
import subprocess

import import_post
from figures import Failed

TRAVELLERS, LISTED = 12, 3  # whose prints are pictures; those of them who are on the list
POSITIONS = ("right_index", "left_index")
LEGAL_BASIS = "for measuring"
ISO_LENGTH = slice(8, 12)  # of a record of ISO/IEC 19794-2:2005, in its head

CONFIGURATION = """[state]
directory = {place}/state
machine_key = file:{place}/machine.key
[log]
origin = bench.example/post
unit = bench
[api]
socket = {place}/s
connections = 2048
connections_each = 1024
event_streams_each = 512
entries_each = 600000
[tls]
address = 127.0.0.1:{port}
certificate = {place}/127.0.0.1.pem
key = {place}/127.0.0.1.key
[client_authority bench]
certificate = {place}/ca/authority.pem
revocation_list = {place}/ca/revoked.pem
[policy]
first = {place}/bench.policy
[person officer]
roles = supervisor, terminal
proof = user:{user}
[person examiner]
roles = examiner
proof = user:nobody
[scanner]
enabled = no
"""


class Post(import_post.Post):
    """A state with its list, and the certificates of its terminals."""

    def __init__(self, build, folder, terminals, people):
        super().__init__(build, folder)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.socket, self.authority = f"{folder}/s", f"{folder}/ca/authority.pem"
        self.configuration, self.process = f"{folder}/kordon.conf", None
        self.names = [f"gate-{number}" for number in range(terminals)]
        self.make_certificates()
        self.configure_post()
        self.pictures = self.make_pictures()
        self.run(self.ctl, "--config", self.configuration, "watchlist", "import", self.make_long_list(people))

    def make_certificates(self):
        self.run(self.ctl, "tls", "authority", f"{self.folder}/ca", "--name", "bench")
        self.issue("server", "IP:127.0.0.1")
        for name in self.names:
            self.issue("client", f"DNS:{name}")

    def issue(self, kind, name):
        self.run(self.ctl, "tls", "issue", kind, "--authority", f"{self.folder}/ca", "--name", name, "--out", self.folder)

    def configure_post(self):
        """Everybody's policy: the demonstration's, that of a post which knows its people."""
        os.makedirs(f"{self.folder}/state", mode=0o700)
        source = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        with open(f"{source}/packaging/policies/demonstration.policy", encoding="ascii") as stream:
            policy = stream.read()
        for old, new in (("demonstration = yes\n", ""), ("name = demonstration", "name = bench"), ("= any\n", f"= {LEGAL_BASIS}\n"),
                         ("fingers_needed = 1", "fingers_needed = 2")):
            policy = policy.replace(old, new)
        with open(f"{self.folder}/bench.policy", "w", encoding="ascii") as stream:
            stream.write(policy)
        with open(self.configuration, "w", encoding="ascii") as stream:
            stream.write(CONFIGURATION.format(place=self.folder, port=self.port, user=pwd.getpwuid(os.getuid()).pw_name))
            for name in self.names:
                stream.write(f"[device {name}]\nroles = terminal\nproof = certificate:bench/DNS:{name}\n")
        self.run(self.ctl, "--config", self.configuration, "init")

    def make_pictures(self):
        """The travellers' fingers as a reader gives them: [(first, second)], the listed ones first; not the impressions on the list."""
        self.run(f"{self.build}/tools/synth/kordon-synth", "-n", TRAVELLERS * len(POSITIONS), "-m", 2, "-s", 11, "-o", f"{self.folder}/prints")

        def picture(finger):
            with open(f"{self.folder}/prints/{finger}_2.png", "rb") as stream:
                return stream.read()
        return [(picture(2 * number + 1), picture(2 * number + 2)) for number in range(TRAVELLERS)]

    def make_long_list(self, people):
        """The manifest's path: made people as records, and the listed travellers' other impressions as pictures."""
        self.run(f"{self.build}/tools/bench/kordon-bench", "people", "--templates", people - LISTED, "--fingers", len(POSITIONS), "--out",
                 f"{self.folder}/people")
        files = [[f"prints/{2 * number + finger}_1.png" for finger in (1, 2)] for number in range(LISTED)]
        os.makedirs(f"{self.folder}/records")
        with open(f"{self.folder}/people", "rb") as stream:
            files += [[self.split_record(stream, f"records/{number}_{finger}.iso") for finger in (1, 2)] for number in range(people - LISTED)]
        entries = [{"case_number": f"CASE-{number}", "name": f"Person {number}", "category": "missing_person", "action": "inform",
                    "instruction": "Take the person to the protection desk.", "purposes": ["border_check"], "legal_basis": LEGAL_BASIS,
                    "authority": "bench", "entered": "2026-01-31", "expires": "2099-01-31",
                    "fingers": [{"position": position, "file": file, **({"ppi": 500} if file.endswith("png") else {})}
                                for position, file in zip(POSITIONS, names)]} for number, names in enumerate(files)]
        with open(f"{self.folder}/manifest.json", "w", encoding="ascii") as stream:
            json.dump({"list": "bench", "version": 1, "entries": entries}, stream)
        return f"{self.folder}/manifest.json"

    def split_record(self, stream, name):
        head = stream.read(ISO_LENGTH.stop)
        with open(f"{self.folder}/{name}", "wb") as record:
            record.write(head + stream.read(int.from_bytes(head[ISO_LENGTH], "big") - len(head)))
        return name

    def __enter__(self):
        self.process = subprocess.Popen([self.daemon, "--config", self.configuration], stdout=subprocess.PIPE)  # pylint: disable=consider-using-with
        line = self.process.stdout.readline().decode()
        if not line.startswith("kordond: ready"):
            raise Failed(f"kordond does not start: {line}")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()
