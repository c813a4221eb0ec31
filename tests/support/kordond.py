"""A real kordond in a folder of its own, and a client for its unix socket: what the protocol tests start from."""

import base64
import contextlib
import fcntl
import hashlib
import http.client
import itertools
import json
import os
import pwd
import re
import signal
import socket
import subprocess
import tempfile
import time

from description import Description

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("KORDON_BUILD_DIR", f"{SOURCE}/build")
KORDOND = f"{BUILD}/daemon/kordond"
KORDONCTL = f"{BUILD}/tools/kordonctl/kordonctl"
SCANNER = f"{BUILD}/scanner/kordon-scanner"
SYNTH = f"{BUILD}/tools/synth/kordon-synth"
# Whose programs make the prints that tests bring: they are the same in each build, and a sanitizer's take half a minute.
PRINTS_BUILD = os.environ.get("KORDON_PRINTS_BUILD", BUILD)
PATIENCE = 600  # seconds until a test gives up, on the most loaded machine too: it hangs; nothing is measured by it
ALL_ROLES = ("terminal", "examiner", "protection_officer", "supervisor", "auditor", "administrator")
OPENING = {"kind": "identification", "purpose": "border_check", "legal_basis": "Border Act art. 7", "officer": "o-17",
           "traveller_group": "foreigner", "age_band": "18_and_over"}
ROUTINE_LEGAL_BASIS = "Cabinet of Ministers of Ukraine, Resolution 1073 of 27 December 2017"
DESCRIPTION = Description.load(f"{SOURCE}/docs/openapi.yaml")


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout=PATIENCE):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Answer:
    def __init__(self, status, body, headers=None):
        self.status, self.body, self.headers = status, body, headers or {}

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def reason(self):
        return self.json.get("reason")

    def __repr__(self):
        return f"{self.status} {self.body[:500]!r}"


class Client:
    """Requests on one kept connection; each answer must be one that is described."""

    def __init__(self, path):
        self.path = path
        self.connection = UnixConnection(path)

    def request(self, method, path, body=None, headers=None):
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        try:
            self.connection.request(method, path, body=body, headers=headers or {})
        except BrokenPipeError:
            pass  # its head was refused and the connection closed while the body was still on its way: the answer is there
        response = self.connection.getresponse()
        answer = Answer(response.status, response.read(), dict(response.getheaders()))
        DESCRIPTION.check(method, path, answer)
        return answer

    def get(self, path):
        return self.request("GET", path)

    def post(self, path, body=b""):
        return self.request("POST", path, body)

    def put(self, path, body=b""):
        return self.request("PUT", path, body)

    def delete(self, path):
        return self.request("DELETE", path)

    def close(self):
        self.connection.close()

    def open(self, **changes):
        answer = self.post("/v1/transactions", {**OPENING, **changes})
        assert answer.status == 201, answer
        return answer.json["transaction"]

    def sample(self, transaction, image, position="right_index", **query):
        extra = "".join(f"&{name}={value}" for name, value in query.items())
        return self.post(f"/v1/transactions/{transaction}/samples?position={position}{extra}", image)

    def decide(self, transaction):
        return self.post(f"/v1/transactions/{transaction}/decision")

    def identify(self, image, position="right_index", **changes):
        transaction = self.open(**changes)
        answer = self.sample(transaction, image, position)
        assert answer.status == 200, answer
        return self.decide(transaction)

    def import_list(self, entries, name="test list", version=1):
        begun = self.post("/v1/watchlist/imports", {"list": name, "version": version, "allow_empty": not entries})
        assert begun.status == 201, begun
        number = begun.json["import"]
        for entry in entries:
            added = self.post(f"/v1/watchlist/imports/{number}/entries", entry)
            assert added.status == 200, added
        return self.post(f"/v1/watchlist/imports/{number}/commit")

    def wait_for_duplicates(self):
        """Until people who are on the list twice are looked for no more: that takes memory, and an entry where there are any."""
        wait_until(lambda: self.get("/v1/watchlist/duplicates?progress=1").json["finished"])

    def log(self, start=0):
        """All entries from start on (the reading itself adds one)."""
        return list(self.rows("/v1/log/entries", "entries", after=start - 1 if start > 0 else None))

    def rows(self, path, key, after=None, limit=1000):
        """All rows of a list, page by page."""
        while True:
            answer = self.get(f"{path}?limit={limit}" + (f"&after={after}" if after is not None else ""))
            assert answer.status == 200, answer
            yield from answer.json[key]
            after = answer.json["next"]
            if after is None:
                return


def entry(image, number=1, position="right_index", **changes):
    """A manifest entry with its finger's file inline."""
    return {"case_number": f"CASE-{number}", "name": f"Person {number}", "category": "missing_person",
            "action": "inform", "instruction": "Take the person to the protection desk.", "purposes": ["border_check"],
            "legal_basis": "Search Act art. 3", "authority": "National Police", "entered": "2026-01-31",
            "expires": "2027-01-31",
            "fingers": [{"position": position, "ppi": 500, "data": base64.b64encode(image).decode()}], **changes}


def record_entry(record, number=1):
    """The same with a record's file."""
    made = entry(record, number)
    del made["fingers"][0]["ppi"]
    return made


def user_name():
    return pwd.getpwuid(os.getuid()).pw_name


def preset(name):
    """The text of a policy that kordon brings along."""
    with open(f"{SOURCE}/packaging/policies/{name}.policy", encoding="ascii") as stream:
        return stream.read()


def with_purpose(text, name, **keys):
    """The policy with one purpose more, which is its first one but for its name and those keys."""
    section = text[text.index("[purpose "):].split("\n\n", 1)[0]
    section = re.sub(r"^\[purpose .*", f"[purpose {name}]", section)
    for key, value in keys.items():
        section, found = re.subn(rf"^{key} = .*(\n .*)*", f"{key} = {value}", section, flags=re.MULTILINE)
        assert found == 1, key
    return f"{text.rstrip()}\n\n{section}\n"


def policy_file(folder, text):
    """The path of a file with that policy."""
    path = f"{folder}/post.policy"
    with open(path, "w", encoding="ascii") as stream:
        stream.write(text)
    return path


def post_policy(folder, *changes):
    """The path of the policy of a post that is no demonstration: the demonstration's, but that it takes two legal bases alone, that of
    OPENING and kordonctl's own; changes: pairs of texts, the second in each place of the first."""
    text = preset("demonstration")
    for old, new in (("demonstration = yes\n", ""), ("name = demonstration", "name = test"),
                     ("legal_basis = any", f"legal_basis = {OPENING['legal_basis']}\nlegal_basis = {ROUTINE_LEGAL_BASIS}"), *changes):
        assert old in text, old
        text = text.replace(old, new)
    return policy_file(folder, text)


class Kordond:
    """One state directory and the daemon on it; options are [section] key = value."""

    def __init__(self, folder, roles=None, environment=None, **options):
        self.folder = str(folder)
        self.process = None
        self.environment = environment or {}
        self.prefix = []  # of kordond's command line: what it is run under
        os.makedirs(f"{self.folder}/state", mode=0o700, exist_ok=True)
        self.socket = f"{self.folder}/s"
        if len(self.socket) > 100:
            self.socket = os.path.relpath(self.socket)
        self.configuration = f"{self.folder}/kordon.conf"
        roles = roles if roles is not None else {role: f"user:{user_name()}" for role in ALL_ROLES}
        settings = {
            "state": {"directory": f"{self.folder}/state", "machine_key": f"file:{self.folder}/machine.key"},
            "log": {"origin": "kordon.example/test", "unit": "Test post"},
            "api": {"socket": f"{self.folder}/s", "socket_mode": "0666"},
            "roles": roles,
            "scanner": {"program": SCANNER, "enabled": "no"},
            "identification": {"target_fpir": "0.01"},
        }
        for name, value in options.items():
            section, key = name.split("__")
            settings.setdefault(section, {})[key] = value
        registered = any(section.startswith(("person ", "device ")) for section in settings)
        if registered and "first" not in settings.get("policy", {}):
            settings.setdefault("policy", {})["first"] = post_policy(self.folder)
        with open(self.configuration, "w", encoding="ascii") as stream:
            for section, keys in settings.items():
                stream.write(f"[{section}]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items()))

    def init(self):
        outcome = subprocess.run([KORDONCTL, "--config", self.configuration, "init"], capture_output=True, text=True,
                                 check=False)
        assert outcome.returncode == 0, outcome.stderr
        return self

    def start(self, wait=True, preexec=None):
        self.log = open(f"{self.folder}/kordond.err", "ab")  # pylint: disable=consider-using-with
        self.process = subprocess.Popen(  # pylint: disable=consider-using-with
            [*self.prefix, KORDOND, "--config", self.configuration], stdout=subprocess.PIPE, stderr=self.log,
            env={**os.environ, **self.environment}, preexec_fn=preexec)
        if wait:
            line = self.process.stdout.readline().decode()
            assert line.startswith("kordond: ready"), line + self.errors()
        return self

    def refused_start(self):
        """A start that must fail: its exit status and what it says."""
        before = len(self.errors())
        self.start(wait=False)
        status = self.wait()
        return status, self.errors()[before:]

    def client(self):
        return Client(self.socket)

    def ctl(self, *arguments, **options):
        return subprocess.run([KORDONCTL, "--config", self.configuration, "--json", *map(str, arguments)],
                              capture_output=True, text=True, check=False, **options)

    def ctl_ok(self, *arguments):
        """The answer of a kordonctl that must succeed."""
        outcome = self.ctl(*arguments)
        assert outcome.returncode == 0, outcome.stderr
        return json.loads(outcome.stdout) if outcome.stdout.startswith("{") else outcome.stdout

    def ctl_refused(self, *arguments):
        """(reason, exit status, detail) of a kordonctl that must fail."""
        outcome = self.ctl(*arguments)
        assert outcome.returncode != 0 and outcome.stderr.startswith("kordonctl: "), (outcome.stdout, outcome.stderr)
        error = json.loads(outcome.stdout)["error"]
        assert error["exit_code"] == outcome.returncode
        return error["reason"], outcome.returncode, error["detail"]

    def errors(self):
        if not os.path.exists(f"{self.folder}/kordond.err"):
            return ""
        with open(f"{self.folder}/kordond.err", encoding="utf-8", errors="replace") as stream:
            return stream.read()

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self):
        status = self.process.wait(timeout=PATIENCE)
        self.process.stdout.close()
        self.log.close()
        self.process = None
        return status

    def stop(self):
        """An orderly stop, which must be one."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        status = self.wait()
        assert status == 0, f"exit status {status}: {self.errors()}"
        assert "handles were left open" not in self.errors()

    def kill(self):
        if self.process is not None:
            if self.process.poll() is None:
                self.process.kill()
            self.wait()


@contextlib.contextmanager
def posts_in(folder, kind):
    """Makes posts of that kind, each in a folder of its own; their daemons must end in order."""
    made = []

    def make(**options):
        made.append(kind(folder / str(len(made)), **options))
        return made[-1]
    yield make
    for post in made:
        post.daemon.stop()


class Clock:
    """What time kordond believes it is, changed while it runs (moved_clock.c). moved: which of the machine's clocks; what times the turns of
    the loop goes on as it is, unless it is named."""

    def __init__(self, folder, moved=("REALTIME",)):
        self.path = f"{folder}/clock"
        self.set(0)
        checks = os.environ.get("ASAN_OPTIONS", "")
        self.environment = {"LD_PRELOAD": f"{BUILD}/tests/moved_clock.so", "KORDON_TEST_CLOCK": self.path, "KORDON_TEST_CLOCKS": " ".join(moved),
                            "ASAN_OPTIONS": f"{checks}:verify_asan_link_order=0".lstrip(":")}

    def set(self, seconds):
        """So many seconds beside the machine's time."""
        with open(f"{self.path}.new", "w", encoding="ascii") as stream:
            stream.write(f"{seconds:+d}\n")
        os.rename(f"{self.path}.new", self.path)


def prints(folder, fingers=4, impressions=2, seed=11, options=()):
    """{(finger, impression): PNG bytes} of synthetic prints; options: further ones of kordon-synth."""
    outcome = subprocess.run([f"{PRINTS_BUILD}/tools/synth/kordon-synth", "-n", str(fingers), "-m", str(impressions), "-s", str(seed), "-o", str(folder), *options],
                             capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr
    made = {}
    for name in os.listdir(folder):
        finger, impression = name.removesuffix(".png").split("_")
        with open(f"{folder}/{name}", "rb") as stream:
            made[int(finger), int(impression)] = stream.read()
    return made


def contents(*paths):
    """{path: (mode, size, time of change, SHA-256)} of every file at or below the paths."""
    found = {}
    for path in map(str, paths):
        names = [path] if os.path.isfile(path) else [f"{folder}/{name}" for folder, _, files in os.walk(path) for name in files]
        for name in names:
            status = os.stat(name)
            with open(name, "rb") as stream:
                digest = hashlib.sha256(stream.read()).hexdigest()
            found[name] = (oct(status.st_mode), status.st_size, status.st_mtime_ns, digest)
    return found


def memory_kb(pid, kind):
    """VmRSS: what is in memory; VmLck: what is locked there."""
    with open(f"/proc/{pid}/status", encoding="ascii") as stream:
        return next(int(line.split()[1]) for line in stream if line.startswith(f"{kind}:"))


def wait_until(condition, patience=PATIENCE):
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)


NOBODY = 65534  # a user who has no role unless a test gives him one


def own_temporary_folder():
    """Gives this run of tests a folder for temporary files that no other run uses at the same time: each shuts the one in which it begins to all other users
    (pytest does so), and would do so to users of ours who are on their way through it. The lock is the caller's to keep."""
    if "PYTEST_DEBUG_TEMPROOT" in os.environ:
        return None  # the run that this one is a part of, or whoever started it, says where
    for number in itertools.count():
        folder = f"{tempfile.gettempdir()}/kordon-{number}"
        os.makedirs(folder, mode=0o755, exist_ok=True)
        if os.stat(folder).st_uid != os.getuid():
            continue
        lock = open(f"{folder}/lock", "w", encoding="ascii")  # pylint: disable=consider-using-with
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        os.environ["PYTEST_DEBUG_TEMPROOT"] = folder
        return lock


def reachable(folder):
    """Lets other users come to the socket in the folder; the folder for temporary files, and what is above it, is not the test's."""
    while folder not in ("/", tempfile.gettempdir()):
        os.chmod(folder, 0o755)
        folder = os.path.dirname(folder)


def as_user(uid, action, groups=()):
    """What action() returns in a child process of that user, by JSON."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            os.setgroups(groups)
            os.setgid(uid)
            os.setuid(uid)
            result = action()
        except BaseException as error:  # pylint: disable=broad-except
            result = {"error": repr(error)}
        with os.fdopen(writer, "w", encoding="utf-8") as stream:
            stream.write(json.dumps(result))
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as stream:
        text = stream.read()
    os.waitpid(child, 0)
    return json.loads(text)


