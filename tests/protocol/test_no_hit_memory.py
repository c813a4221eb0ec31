"""M1: what did not match leaves nothing: neither the picture nor what was made of it, in any form, in kordond, in its scanner child
or in a file. Each form is known from the code that makes it (tests/support/probe_forms.c), and any piece of some 40 bytes is found."""

import contextlib
import fcntl
import io
import os
import random
import shutil
import socket
import struct
import subprocess
import sys
import termios

import pytest
from PIL import Image

from kordond import entry, wait_until
from leftovers import Debugger, Forms, scanner_children, stopped
from virtual_finger import VirtualFinger

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="kordond lets only root look into it"),
    pytest.mark.skipif("asan" in os.environ.get("KORDON_BUILD_DIR", ""), reason="the address sanitizer keeps freed memory on purpose"),
    pytest.mark.skipif("tsan" in os.environ.get("KORDON_BUILD_DIR", ""), reason="the thread sanitizer keeps freed memory on purpose")]

held_by_gdb = pytest.mark.skipif(shutil.which("gdb") is None, reason="gdb is not installed")


class Post:
    """A kordond with a list, one picture, and its forms."""

    def __init__(self, daemon, folder, data, reader=None):
        self.daemon, self.data, self.reader, self.folder = daemon, data, reader, folder
        self.forms = Forms(folder, data)
        self.client = daemon.client()

    @property
    def pid(self):
        return self.daemon.process.pid

    def left(self):
        """What is found now, in kordond, its children and its files."""
        found = self.forms.in_process(self.pid)
        for role, child in scanner_children(self.pid).items():
            found += [(form, size, lock, f"{role}: {place}") for form, size, lock, place in self.forms.in_process(child)]
        return found + self.forms.in_files(self.daemon.folder)

    def must_leave_nothing(self):
        self.client.get("/v1/status")  # whatever the loop still had to do, it has done
        left = self.left()
        assert not left, "left behind:\n" + "\n".join(map(str, left))


def as_jpeg(picture, **options):
    made = io.BytesIO()
    Image.open(io.BytesIO(picture)).convert("L").save(made, "JPEG", quality=95, dpi=(500, 500), **options)
    return made.getvalue()


def as_turned_jpeg(picture):
    """Lying on its side, as EXIF says."""
    image = Image.open(io.BytesIO(picture)).convert("L").transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    made = io.BytesIO()
    image.save(made, "JPEG", quality=95, dpi=(500, 500), exif=exif)
    return made.getvalue()


def as_png(image, **options):
    made = io.BytesIO()
    image.save(made, "PNG", dpi=(500, 500), **options)
    return made.getvalue()


def as_inverted(picture):
    return as_png(Image.eval(Image.open(io.BytesIO(picture)).convert("L"), lambda gray: 255 - gray))


def as_large(picture):
    """More than is extracted: 2,000 px a side."""
    image = Image.open(io.BytesIO(picture)).convert("L")
    large = Image.new("L", (2100, 2100), 255)
    for x in range(0, 2100 - image.width, image.width):
        large.paste(image, (x, 700))
    return as_png(large)


PICTURES = {
    "png": lambda picture: picture,
    "jpeg": as_jpeg,
    "progressive jpeg": lambda picture: as_jpeg(picture, progressive=True),
    "turned jpeg": as_turned_jpeg,
    "colours": lambda picture: as_png(Image.open(io.BytesIO(picture)).convert("RGB")),
    "negative": as_inverted,
}


@pytest.fixture(name="post_of")
def fixture_post_of(daemon_of, fingers, tmp_path):
    """Makes a post where somebody else is sought."""
    def make(data, **options):
        daemon = daemon_of(**options)
        assert daemon.client().import_list([entry(fingers[1, 1], 1)]).status == 200
        return Post(daemon, tmp_path, data)
    return make


# --- That it is found where it is


def test_M1_each_form_is_found_in_a_process_and_in_a_file(fingers, tmp_path):
    """The search itself: a copy of each form, at an odd place, in other's memory and in a file."""
    forms = Forms(tmp_path, fingers[6, 1])
    (tmp_path / "copies").mkdir()
    assert {"file", "file_base64_1", "pixels_of_8_bits", "pixels_of_float", "pixels_inverted", "pixels_turned", "extraction_raw",
            "extraction_normalised", "extraction_even", "template_packed", "template_packed_base64_2", "template_minutiae",
            "template_signature", "template_probe_signature", "template_prepared_probe", "kept_picture", "kept_picture_base64_1",
            "kept_inverted"} <= forms.names()
    program = "import sys\nheld = [b'x' * 3 + open(name, 'rb').read() for name in sys.argv[1:]]\nprint('held', flush=True)\nsys.stdin.read()\n"
    with subprocess.Popen([sys.executable, "-c", program, *(f"{forms.folder}/{name}" for name in forms.names())],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"held\n"
        assert {found[0] for found in forms.in_process(holder.pid)} == forms.names()
    for name in forms.names():
        (tmp_path / "copies" / name).write_bytes(b"xyz" + forms.read(name))
    assert {found[0] for found in forms.in_files(tmp_path / "copies")} == forms.names()


def test_M1_a_small_piece_is_found(fingers, tmp_path):
    forms = Forms(tmp_path, fingers[6, 1])
    (tmp_path / "copies").mkdir()
    for name in ("pixels_of_8_bits", "template_packed", "extraction_normalised", "kept_picture"):
        whole = forms.read(name)
        middle = len(whole) // 2
        (tmp_path / "copies" / name).write_bytes(b"\0" * 1001 + whole[middle:middle + 120] + b"\0" * 1001)
        assert name in {found[0] for found in forms.in_files(tmp_path / "copies")}, name


def test_M1_another_print_is_not_taken_for_it(post_of, fingers):
    """What prints have in common is not found: what is, is this print."""
    post = post_of(fingers[6, 1])
    assert post.client.identify(fingers[5, 1]).json["result"]["decision"] == "no_match"
    held = post.client.open()
    assert post.client.sample(held, fingers[4, 1]).status == 200
    post.must_leave_nothing()


def test_M1_before_the_decision_template_and_picture_are_there_and_locked(post_of, fingers):
    post = post_of(fingers[6, 1])
    transaction = post.client.open()
    assert post.client.sample(transaction, post.data).status == 200
    found = post.left()
    held = {(form, lock) for form, _, lock, _ in found}  # what is white compresses alike in a picture and its negative
    assert held - {("kept_inverted", "locked")} == {("template_packed", "locked"), ("kept_picture", "locked")}
    assert post.client.decide(transaction).json["result"]["decision"] == "no_match"
    post.must_leave_nothing()


@held_by_gdb
def test_M1_while_it_is_read_and_extracted_it_is_found_and_locked(post_of, fingers):
    """Held where extraction has just ended: there each form is, in locked memory and nowhere else."""
    post = post_of(fingers[6, 1])
    transaction = post.client.open()
    with Debugger(post.pid, "matcher_extract", behind=True) as debugger:
        post.client.connection.request("POST", f"/v1/transactions/{transaction}/samples?position=right_index", body=post.data)
        debugger.wait()
        found = post.forms.in_stopped(post.pid)
    wanted = {"file", "pixels_of_8_bits", "extraction_raw", "extraction_normalised", "extraction_even", "template_packed"}
    assert wanted <= {form for form, *_ in found} and {lock for _, _, lock, _ in found} == {"locked"}, found
    assert post.client.connection.getresponse().read()
    assert post.client.delete(f"/v1/transactions/{transaction}").status == 200
    post.must_leave_nothing()


# --- That nothing is left


@pytest.mark.parametrize("kind", PICTURES)
def test_M1_no_match_leaves_nothing(post_of, fingers, kind):
    post = post_of(PICTURES[kind](fingers[6, 1]))
    assert post.client.identify(post.data).json["result"]["decision"] == "no_match"
    post.must_leave_nothing()


def test_M1_many_that_did_not_match_leave_nothing(post_of, fingers):
    """Also where all search threads had to do with it."""
    post = post_of(fingers[6, 1])
    for _ in range(8):
        assert post.client.identify(post.data).json["result"]["decision"] == "no_match"
    post.must_leave_nothing()


def test_M1_a_match_leaves_nothing_of_the_picture(post_of, fingers):
    """M2 keeps the log's entry, and sealed in a slot what those need who verify it: neither picture nor template can be read anywhere."""
    post = post_of(fingers[1, 2])
    assert post.client.identify(post.data).json["result"]["decision"] == "match"
    post.must_leave_nothing()


def test_M1_a_verification_leaves_neither_reference_nor_probe(post_of, fingers, records):
    post = post_of(records[6, 1])
    transaction = post.client.open(kind="verification")
    assert post.client.put(f"/v1/transactions/{transaction}/reference?position=right_index", post.data).status == 200
    assert {(form, lock) for form, _, lock, _ in post.left()} == {("template_packed", "locked")}
    assert post.client.sample(transaction, fingers[5, 1]).status == 200
    assert post.client.decide(transaction).json["result"]["decision"] == "no_match"
    post.must_leave_nothing()


def test_M1_inconclusive_leaves_nothing(post_of, fingers):
    post = post_of(fingers[6, 1])
    decided = post.client.identify(post.data, position="left_little").json["result"]
    assert decided["decision"] in ("no_match", "inconclusive")
    transaction = post.client.open(kind="verification")
    assert post.client.put(f"/v1/transactions/{transaction}/reference?position=left_thumb", fingers[5, 1]).status == 200
    assert post.client.sample(transaction, post.data).status == 200
    assert post.client.decide(transaction).json["result"]["decision"] == "inconclusive"
    post.must_leave_nothing()


def test_M1_cancelled_and_abandoned_leave_nothing(post_of, fingers):
    post = post_of(fingers[6, 1], policy__transaction_timeout_ms="10000")
    transaction = post.client.open()
    assert post.client.sample(transaction, post.data).status == 200
    assert post.client.delete(f"/v1/transactions/{transaction}").status == 200
    post.must_leave_nothing()
    transaction = post.client.open()
    assert post.client.sample(transaction, post.data).status == 200
    wait_until(lambda: post.client.get(f"/v1/transactions/{transaction}").json["state"] == "cancelled")
    post.must_leave_nothing()


def refused(post, sent, reason=None):
    transaction = post.client.open()
    answer = post.client.sample(transaction, sent)
    assert answer.status >= 400 and reason in (None, answer.reason), answer
    post.must_leave_nothing()


def test_M1_too_large_a_picture_leaves_nothing(post_of, fingers):
    post = post_of(fingers[6, 1])
    refused(post, as_large(fingers[6, 1]), "TOO_LARGE")


def test_M1_what_is_no_print_leaves_nothing(post_of):
    """Refused when all of it was measured."""
    noise = as_png(Image.frombytes("L", (300, 300), random.Random(7).randbytes(90000)))
    refused(post_of(noise), noise, "SAMPLE_TOO_POOR")


@pytest.mark.parametrize("kind", ["png", "jpeg", "progressive jpeg"])
def test_M1_a_damaged_picture_leaves_nothing(post_of, fingers, kind):
    """It ends too early: most of its rows were decoded."""
    whole = PICTURES[kind](fingers[6, 1])
    refused(post_of(whole), whole[:-2000])


def head_of(transaction, size):
    return (f"POST /v1/transactions/{transaction}/samples?position=right_index HTTP/1.1\r\nHost: a\r\nContent-Length: {size}\r\n\r\n"
            ).encode()


def unread(connection):
    """Bytes that were sent and not yet read by the other side, as the kernel counts them."""
    return struct.unpack("i", fcntl.ioctl(connection, termios.TIOCOUTQ, bytes(4)))[0]


def test_M1_half_sent_leaves_nothing_when_its_sender_is_gone(post_of, fingers):
    post = post_of(fingers[6, 1])
    transaction = post.client.open()
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(post.daemon.socket)
    connection.sendall(head_of(transaction, len(post.data)) + post.data[:-1000])
    wait_until(lambda: unread(connection) == 0)
    post.client.get("/v1/status")  # its loop is behind the reading
    assert {(form, lock) for form, _, lock, _ in post.left()} == {("file", "locked")}
    connection.close()
    wait_until(lambda: b"kordon_http_connections 1\n" in post.client.get("/metrics").body)
    post.must_leave_nothing()


def test_M1_a_body_that_nobody_wanted_leaves_nothing(post_of, fingers):
    """Read away: for a transaction that is not there, too long a one, one with a broken head."""
    post = post_of(fingers[6, 1])
    assert post.client.sample("0" * 32, post.data).status == 404
    post.client.request("POST", "/healthz", post.data)
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(post.daemon.socket)
    with contextlib.suppress(OSError):  # it may be cut off while it still sends
        connection.sendall(b"POST /v1/transactions HTTP/1.1\r\nHost : a\r\n\r\n" + post.data[:60000])
        connection.recv(1000)
    connection.close()
    wait_until(lambda: b"kordon_http_connections 1\n" in post.client.get("/metrics").body)
    post.must_leave_nothing()


# --- Captures


@pytest.fixture(name="reader_post")
def fixture_reader_post(daemon_of, fingers, tmp_path):
    reader = f"{tmp_path}/r"
    daemon = daemon_of(environment={"FP_VIRTUAL_IMAGE": reader}, scanner__enabled="yes", policy__transaction_timeout_ms="3600000")
    client = daemon.client()
    assert client.import_list([entry(fingers[1, 1], 1)]).status == 200
    wait_until(lambda: any(each["state"] == "ready" for each in client.get("/v1/scanners").json["scanners"]))
    return Post(daemon, tmp_path, fingers[6, 1], reader)


def begin_capture(post, transaction):
    """One that waits for long: who is held misses none of its time."""
    post.client.connection.request("POST", f"/v1/transactions/{transaction}/captures",
                                   body='{"position": "right_index", "timeout_ms": 600000}')
    other = post.daemon.client()
    wait_until(lambda: any(each["finger_needed"] for each in other.get("/v1/scanners").json["scanners"]))
    other.close()


def put_finger(post, picture=None):
    path = f"{post.folder}/finger.png"
    with open(path, "wb") as stream:
        stream.write(picture if picture is not None else post.data)
    with VirtualFinger(post.reader) as finger:
        finger.png(path)


def test_M1_a_capture_leaves_nothing_in_kordond_or_its_child(reader_post):
    post = reader_post
    transaction = post.client.open()
    begin_capture(post, transaction)
    put_finger(post)
    answer = post.client.connection.getresponse()
    assert answer.status == 200, answer.read()
    answer.read()
    assert post.client.decide(transaction).json["result"]["decision"] == "no_match"
    os.unlink(f"{post.folder}/finger.png")
    post.must_leave_nothing()


@held_by_gdb
def test_M1_while_a_capture_is_handed_over_the_child_holds_it(reader_post):
    """Held before it sends: it is found there; then nothing is. kordond stands still meanwhile, and so misses no sign of life."""
    post = reader_post
    transaction = post.client.open()
    begin_capture(post, transaction)
    child = scanner_children(post.pid)["read"]
    with stopped(post.pid), Debugger(child, "device_frame") as debugger:
        put_finger(post)
        debugger.wait()
        assert "pixels_of_8_bits" in {found[0] for found in post.forms.in_stopped(child)}
    answer = post.client.connection.getresponse()
    assert answer.status == 200, answer.read()
    answer.read()
    assert post.client.delete(f"/v1/transactions/{transaction}").status == 200
    post.must_leave_nothing()


@held_by_gdb
def test_M1_a_cancelled_capture_leaves_nothing(reader_post):
    """The picture comes when nobody wants it any more."""
    post = reader_post
    transaction = post.client.open()
    begin_capture(post, transaction)
    child = scanner_children(post.pid)["read"]
    with stopped(post.pid):
        with Debugger(child, "device_frame") as debugger:
            put_finger(post)
            debugger.wait()
            assert post.forms.in_stopped(child)
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(post.daemon.socket)
        connection.sendall(f"DELETE /v1/transactions/{transaction} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n".encode())
    connection.recv(1000)
    connection.close()
    post.client.connection.getresponse().read()
    post.must_leave_nothing()
