"""kordon-scanner with the real libfprint, behind the daemon's own pool (tests/support/scanner_driver.c): its virtual
readers, the recorded ones of $KORDON_DATA/drivers replayed by umockdev, and what a child may not do."""

import ctypes
import glob
import math
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

import pytest

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("KORDON_BUILD_DIR", f"{SOURCE}/build")
sys.path.insert(0, f"{SOURCE}/tests/support")
from virtual_finger import ERROR, REMOVE, RETRY, VirtualFinger, read_png  # noqa: E402  pylint: disable=wrong-import-position

DRIVERS = os.path.join(os.environ.get("KORDON_DATA", ""), "drivers")
VIRTUAL = "virtual_image-virtual"
PATIENCE = 60  # seconds until a test gives up; nothing is measured by it


class Driver:
    """scanner_driver as a subprocess: lines in, lines out."""

    def __init__(self, environment, wrapper=(), build=BUILD):
        clean = {name: value for name, value in os.environ.items() if not name.startswith("FP_")}
        self.process = subprocess.Popen([*wrapper, f"{build}/tests/scanner_driver", f"{build}/scanner/kordon-scanner"], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**clean, **environment})
        self.lines = queue.Queue()
        self.seen = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def send(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def wait(self, pattern):
        """The first new line in which pattern is found."""
        end = time.monotonic() + PATIENCE
        while True:
            line = self.lines.get(timeout=max(0.1, end - time.monotonic()))
            assert line is not None, f"the driver ended; it said: {self.seen}"
            self.seen.append(line)
            if re.search(pattern, line):
                return line

    def ready(self, scanner=VIRTUAL):
        return self.wait(f"^event state {scanner} ready")

    def capture(self, path, scanner="any", timeout_ms=30000):
        self.send(f"capture {scanner} {timeout_ms} {path}")
        self.wait("^accepted")

    def finger_needed(self):
        self.wait("^event finger .* finger=1")

    def children(self):
        """pid by role of the kordon-scanner processes."""
        found = {}
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as stream:
            for pid in stream.read().split():
                with open(f"/proc/{pid}/cmdline", "rb") as command:
                    parts = command.read().split(b"\0")
                if len(parts) > 1 and parts[0].endswith(b"kordon-scanner"):
                    found[parts[1].decode()] = int(pid)
        return found

    def quit(self):
        """The pool closed in order, and no handle was left on its loop."""
        self.send("quit")
        self.process.stdin.close()
        assert self.process.wait(PATIENCE) == 0


@pytest.fixture(name="socket")
def fixture_socket(tmp_path):
    return str(tmp_path / "reader")


@pytest.fixture(name="driver")
def fixture_driver(socket):
    driver = Driver({"FP_VIRTUAL_IMAGE": socket})
    yield driver
    if driver.process.poll() is None:
        driver.process.kill()
        driver.process.wait()


def read_pgm(path):
    with open(path, "rb") as stream:
        kind, width, height, _ = stream.readline().split()
        assert kind == b"P5"
        return int(width), int(height), stream.read()


def ridges(width=200, height=220):
    """Gray pixels with ridges and a few minutiae: libfprint takes a picture without any for a bad placement."""
    centres = ((70, 110, 1), (130, 100, -1), (95, 150, 1), (115, 70, -1), (50, 75, 1), (150, 160, -1))
    pixels = bytearray()
    for y in range(height):
        for x in range(width):
            phase = 0.7 * math.hypot(x - 100, 0.8 * (y - 75))
            phase += sum(sign * math.atan2(y - cy, x - cx) for cx, cy, sign in centres)
            pixels.append(int(127 + 120 * math.cos(phase)))
    return width, height, bytes(pixels)


def check_capture_works(driver, socket, path):
    picture = ridges()
    driver.capture(path)
    driver.finger_needed()
    with VirtualFinger(socket) as finger:
        finger.image(*picture)
        line = driver.wait("^captured")
    assert line == f"captured DONE {VIRTUAL} virtual_image 200x220 500 ppi assumed"
    assert read_pgm(path) == picture


def test_image_arrives_pixel_for_pixel(driver, socket, tmp_path):
    driver.ready()
    for _ in range(2):
        check_capture_works(driver, socket, tmp_path / "out.pgm")
    driver.quit()


def test_image_sent_before_the_capture_is_not_lost(driver, socket, tmp_path):
    driver.ready()
    with VirtualFinger(socket) as finger:
        finger.image(*ridges())
    driver.capture(tmp_path / "out.pgm", VIRTUAL)
    assert driver.wait("^captured").startswith("captured DONE")
    driver.quit()


@pytest.mark.parametrize("reason,text", [
    (0, "Lift the finger and place it again"), (1, "all of it and more slowly"),
    (2, "on the middle of the reader"), (3, "Lift the finger from the reader")])
def test_A7_bad_placement_is_a_retry(driver, socket, tmp_path, reason, text):
    driver.ready()
    driver.capture(tmp_path / "out.pgm")
    driver.finger_needed()
    with VirtualFinger(socket) as finger:
        finger.command(RETRY, reason)
    line = driver.wait("^captured")
    assert line.startswith("captured CAPTURE_RETRY") and text in line
    check_capture_works(driver, socket, tmp_path / "out.pgm")
    assert "restarts=0" in driver.ready()
    driver.quit()


def test_A7_picture_without_a_fingerprint_is_a_retry(driver, socket, tmp_path):
    driver.ready()
    driver.capture(tmp_path / "out.pgm")
    driver.finger_needed()
    with VirtualFinger(socket) as finger:
        finger.image(200, 220, bytes([255]) * 200 * 220)
        assert driver.wait("^captured").startswith("captured CAPTURE_RETRY")
    driver.quit()


def test_A7_no_finger_times_out(driver, socket, tmp_path):
    driver.ready()
    driver.capture(tmp_path / "out.pgm", timeout_ms=100)
    assert driver.wait("^captured").startswith("captured CAPTURE_TIMED_OUT")
    check_capture_works(driver, socket, tmp_path / "out.pgm")
    driver.quit()


def test_cancelled_capture_leaves_the_reader_free(driver, socket, tmp_path):
    driver.ready()
    driver.capture(tmp_path / "out.pgm")
    driver.finger_needed()
    driver.send("cancel")
    assert driver.wait("^captured").startswith("captured CAPTURE_CANCELLED")
    check_capture_works(driver, socket, tmp_path / "out.pgm")
    driver.quit()


@pytest.mark.parametrize("command,text", [(ERROR, "the reader reported an error"), (REMOVE, "the reader was removed")])
def test_A6_A7_device_fault_fails_and_recovers(driver, socket, tmp_path, command, text):
    driver.ready()
    driver.capture(tmp_path / "out.pgm")
    driver.finger_needed()
    with VirtualFinger(socket) as finger:
        finger.command(command)
        line = driver.wait("^captured")
    assert line.startswith("captured SCANNER_FAILED") and text in line
    assert "restarts=1" in driver.ready()
    check_capture_works(driver, socket, tmp_path / "out.pgm")
    driver.quit()


def test_image_larger_than_any_reader_gives_is_refused(driver, socket, tmp_path):
    driver.ready()
    driver.capture(tmp_path / "out.pgm")
    driver.finger_needed()
    width, height, pixels = ridges()
    with VirtualFinger(socket) as finger:
        finger.image(11 * width, height, b"".join(11 * pixels[y * width:(y + 1) * width] for y in range(height)))
        line = driver.wait("^captured")
    assert line.startswith("captured SCANNER_FAILED") and "2200 x 220" in line
    driver.quit()


@pytest.mark.parametrize("number,text", [(signal.SIGKILL, "died of signal 9"), (signal.SIGSTOP, "does not answer")])
def test_A6_child_killed_or_hanging_in_a_capture_costs_that_capture(driver, socket, tmp_path, number, text):
    driver.ready()
    driver.capture(tmp_path / "out.pgm")
    driver.finger_needed()
    os.kill(driver.children()["read"], number)
    line = driver.wait("^captured")
    assert line.startswith("captured SCANNER_FAILED") and text in line
    driver.ready()
    check_capture_works(driver, socket, tmp_path / "out.pgm")
    driver.quit()


def test_A6_watcher_killed_leaves_the_readers_alone(driver, socket, tmp_path):
    driver.ready()
    before = driver.children()
    os.kill(before["watch"], signal.SIGKILL)
    driver.wait("^event watcher")
    check_capture_works(driver, socket, tmp_path / "out.pgm")
    end = time.monotonic() + PATIENCE
    while driver.children().get("watch") in (None, before["watch"]):
        assert time.monotonic() < end
        time.sleep(0.05)
    assert driver.children()["read"] == before["read"]
    driver.quit()


@pytest.mark.parametrize("capturing", [False, True])
def test_children_die_with_the_daemon(driver, tmp_path, capturing):
    driver.ready()
    if capturing:
        driver.capture(tmp_path / "out.pgm")
        driver.finger_needed()
    children = driver.children()
    assert sorted(children) == ["read", "watch"]
    driver.process.kill()
    driver.process.wait()
    end = time.monotonic() + PATIENCE
    while any(os.path.exists(f"/proc/{pid}") and "Z" not in open(f"/proc/{pid}/stat", encoding="ascii").read().split()[2]
              for pid in children.values()):
        assert time.monotonic() < end
        time.sleep(0.05)


def test_reader_that_compares_on_its_chip_is_refused_with_the_reason(tmp_path):
    driver = Driver({"FP_VIRTUAL_DEVICE": str(tmp_path / "chip")})
    line = driver.wait("^event added")
    assert " refused " in line and "failure=SCANNER_UNUSABLE" in line and "gives no image" in line
    driver.send(f"capture virtual_device-virtual 1000 {tmp_path}/out.pgm")
    assert driver.wait("^refused").startswith("refused SCANNER_UNUSABLE")
    driver.send(f"capture any 1000 {tmp_path}/out.pgm")
    assert driver.wait("^refused|^accepted").startswith("refused SCANNER_UNUSABLE") or \
        driver.wait("^captured").startswith("captured SCANNER_UNUSABLE")
    driver.quit()


def test_children_are_in_their_sandbox(driver):
    line = driver.ready()
    for role, pid in driver.children().items():
        with open(f"/proc/{pid}/status", encoding="ascii") as stream:
            status = dict(entry.split(":\t", 1) for entry in stream.read().splitlines())
        assert status["Seccomp"] == "2" and status["NoNewPrivs"] == "1", role
        for thread in glob.glob(f"/proc/{pid}/task/*/status"):
            with open(thread, encoding="ascii") as stream:
                assert "Seccomp:\t2\n" in stream.read(), f"{role}: a thread without the filter"
        with open(f"/proc/{pid}/limits", encoding="ascii") as stream:
            limits = stream.read()
        assert re.search(r"Max core file size +0 +0 ", limits) and re.search(r"Max file size +0 +0 ", limits)
        with open(f"/proc/{pid}/environ", "rb") as stream:
            assert b"HOME=" not in stream.read()
        opened = {os.path.basename(path): os.readlink(path) for path in glob.glob(f"/proc/{pid}/fd/*")}
        assert opened["0"] == opened["1"] == "/dev/null" and opened["3"].startswith("socket:")
        assert [target for name, target in opened.items() if int(name) > 3 and target.startswith("/")] == []
    landlock = int(re.search(r"landlock=(\d+)", line).group(1))
    assert landlock == max(0, ctypes.CDLL(None).syscall(444, None, 0, 1))  # landlock_create_ruleset, for its version
    driver.quit()


def rows_in_memory(pid, rows):
    """How many of these byte strings stand in what the process can write to."""
    found = set()
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            place, permissions = line.split()[:2]
            if not permissions.startswith("rw"):
                continue
            start, end = (int(number, 16) for number in place.split("-"))
            try:
                memory.seek(start)
                content = memory.read(end - start)
            except OSError:
                continue  # the kernel's own pages
            found.update(row for row in rows if row in content)
    return len(found)


def unsanitized_build():
    """The sanitizers keep freed memory on purpose, so what is left in it can only be seen in an ordinary build."""
    for build in (BUILD, f"{SOURCE}/build"):
        program = f"{build}/scanner/kordon-scanner"
        if os.path.exists(program):
            with open(program, "rb") as stream:
                if b"__asan_init" not in stream.read():
                    return build
    return None


@pytest.mark.skipif(unsanitized_build() is None, reason="there is no build without sanitizers")
def test_M1_no_picture_stays_in_memory(socket, tmp_path):
    driver = Driver({"FP_VIRTUAL_IMAGE": socket}, build=unsanitized_build())
    driver.ready()
    width, height, pixels = ridges(400, 620)  # more than the socket between them holds
    rows = [pixels[y * width + 20:y * width + 80] for y in range(10, height - 10, 5)]
    driver.capture(tmp_path / "out.pgm")
    driver.finger_needed()
    os.kill(driver.process.pid, signal.SIGSTOP)  # the child can't get rid of the picture
    with VirtualFinger(socket) as finger:
        finger.image(width, height, pixels)
        end = time.monotonic() + PATIENCE
        while rows_in_memory(driver.children()["read"], rows) == 0:
            assert time.monotonic() < end, "the picture never came to the child, so that its absence shows nothing"
        os.kill(driver.process.pid, signal.SIGCONT)
        driver.wait("^captured DONE")
    driver.ready()
    driver.send("list")
    driver.wait("^listed")
    for role, pid in {**driver.children(), "daemon": driver.process.pid}.items():
        assert rows_in_memory(pid, rows) == 0, role
    driver.quit()


def recorded_readers():
    return sorted(os.path.basename(os.path.dirname(path)) for path in glob.glob(f"{DRIVERS}/*/device"))


def replay_arguments(folder):
    with open(f"{folder}/device", encoding="ascii") as stream:
        place = re.search(r"^P: (.*)$", stream.read(), flags=re.M).group(1)
    if os.path.exists(f"{folder}/capture.pcapng"):
        return ["-p", f"/sys{place}={folder}/capture.pcapng"]
    with open(f"{folder}/capture.ioctl", encoding="ascii", errors="replace") as stream:
        node = re.search(r"^@DEV (\S+)", stream.read(4096), flags=re.M).group(1)
    return ["-i", f"{node}={folder}/capture.ioctl"]


@pytest.mark.skipif(not recorded_readers(), reason="no recorded readers: KORDON_DATA names no folder with drivers/")
@pytest.mark.skipif(shutil.which("umockdev-run") is None, reason="umockdev is not installed")
@pytest.mark.parametrize("reader", recorded_readers() or ["none"])
def test_recorded_reader_gives_its_picture(reader, tmp_path):
    folder = f"{DRIVERS}/{reader}"
    wrapper = ["umockdev-run", "-d", f"{folder}/device", *replay_arguments(folder), "--"]
    # umockdev works by preloading, which a sanitized program takes for a mistake in its own linking.
    sanitizer = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
    driver = Driver({"FP_DEVICE_EMULATION": "1", "ASAN_OPTIONS": sanitizer}, wrapper)
    line = driver.wait(f"^event state {reader}-usb-[0-9a-f-]+ ready")
    scanner = line.split()[2]
    driver.capture(tmp_path / "out.pgm", scanner)
    line = driver.wait("^captured")
    assert line.startswith(f"captured DONE {scanner} {reader} "), line
    assert read_pgm(tmp_path / "out.pgm") == read_png(f"{folder}/capture.png")
    assert line.endswith("1000 ppi" if reader in ("aes3500", "vfs7552") else "500 ppi assumed")
    driver.quit()
