"""What of a print is left: its forms (probe_forms.c), looked for in processes and files (find_leftovers.c), also at a known place of
their work (gdb)."""

import contextlib
import os
import select
import signal
import subprocess
import time

from kordond import BUILD, PATIENCE

PROBE_FORMS = f"{BUILD}/tests/probe_forms"
FIND_LEFTOVERS = f"{BUILD}/tests/find_leftovers"


def state_of(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stream:
        return stream.read().rsplit(")", 1)[1].split()[0]


@contextlib.contextmanager
def stopped(pid):
    """The process stands still, all its threads."""
    os.kill(pid, signal.SIGSTOP)
    try:
        end = time.monotonic() + PATIENCE
        while state_of(pid) != "T":
            assert time.monotonic() < end, "it does not stop"
            time.sleep(0.001)
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


class Debugger:
    """gdb on a process, to have it stand still where it must hold what a test looks for: at the beginning of a function, or behind its
    end. The process runs on from the beginning of the block until it comes there."""

    def __init__(self, pid, function, behind=False):
        self.pid, self.text = pid, ""
        self.process = subprocess.Popen(  # pylint: disable=consider-using-with
            ["gdb", "-q", "-nx", "-iex", "set auto-solib-add off", "-iex", "set debuginfod enabled off", "-p", str(pid)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self._say("set confirm off", "set pagination off", "set breakpoint pending off", f"break {function}", "echo armed\\n", "continue",
                  *(["finish"] if behind else []), "echo arrived\\n")

    def _say(self, *commands):
        self.process.stdin.write("".join(f"{command}\n" for command in commands).encode())
        self.process.stdin.flush()

    def _hear(self, word):
        end = time.monotonic() + 5 * PATIENCE  # it reads all that the compiler wrote down of the program first
        while f"{word}\n" not in self.text:
            assert select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))[0], f"no {word}: {self.text}"
            part = os.read(self.process.stdout.fileno(), 65536).decode(errors="replace")
            assert part, f"gdb ended: {self.text}"
            self.text += part

    def __enter__(self):
        try:
            self._hear("armed")
            assert "Breakpoint 1 at" in self.text, self.text
        except AssertionError:
            self.__exit__()
            raise
        return self

    def wait(self):
        """Until it stands there."""
        self._hear("arrived")
        assert state_of(self.pid) == "t", self.text

    def __exit__(self, *_):
        """Lets it run on. Where it never came there the test has failed, and gdb is not asked to put everything back."""
        if "arrived\n" not in self.text:
            self.process.kill()
        self.process.communicate(b"delete\ndetach\nquit\n", timeout=PATIENCE)


def scanner_children(pid):
    """{role: pid} of the kordon-scanner processes of a kordond."""
    found = {}
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as stream:
        children = stream.read().split()
    for child in children:
        with open(f"/proc/{child}/cmdline", "rb") as command:
            parts = command.read().split(b"\0")
        if parts[0].endswith(b"kordon-scanner"):
            found[parts[1].decode()] = int(child)
    return found


def files_below(*folders):
    return [f"{folder}/{name}" for top in folders for folder, _, files in os.walk(top) for name in files
            if os.path.isfile(f"{folder}/{name}")]


class Forms:
    """All forms of one print; finds pieces of them."""

    def __init__(self, folder, data):
        self.folder = f"{folder}/forms"
        os.mkdir(self.folder)
        with open(f"{folder}/print", "wb") as stream:
            stream.write(data)
        subprocess.run([PROBE_FORMS, f"{folder}/print", self.folder], check=True)

    def names(self):
        return set(os.listdir(self.folder))

    def read(self, name):
        with open(f"{self.folder}/{name}", "rb") as stream:
            return stream.read()

    def _find(self, *arguments):
        """[(form, bytes, "locked" or "unlocked", place)]"""
        outcome = subprocess.run([FIND_LEFTOVERS, self.folder, *map(str, arguments)], capture_output=True, text=True, check=False)
        assert outcome.returncode == 0, outcome.stderr
        rows = [line.split("\t") for line in outcome.stdout.splitlines()]
        return [(form, int(size), lock, place) for form, size, lock, place in rows]

    def in_process(self, pid):
        with stopped(pid):
            return self._find("pid", pid)

    def in_stopped(self, pid):
        return self._find("pid", pid)

    def in_files(self, *folders):
        return self._find("files", *files_below(*folders))
