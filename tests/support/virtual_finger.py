#!/usr/bin/python3
"""Puts a finger on libfprint's virtual image reader, for the demonstration and for tests. Standard library only.

    virtual_finger.py SOCKET present FILE.png              a finger with that print is put on and lifted
    virtual_finger.py SOCKET retry [REASON]                a bad placement: general, too_short, center_finger, remove_finger
    virtual_finger.py SOCKET error                         the device fails
    virtual_finger.py SOCKET remove                        the device is unplugged
    virtual_finger.py SOCKET finger on|off                 only the finger's presence

SOCKET is the path that was in FP_VIRTUAL_IMAGE when the daemon started. It appears when the reader is opened, so it is
waited for (--wait SECONDS, 10 unless told). What is sent while no capture runs is read by the next capture.
"""

import argparse
import socket
import struct
import sys
import time
import zlib

RETRY, ERROR, AUTOMATIC_FINGER, FINGER, REMOVE = -1, -2, -3, -4, -5
RETRY_REASONS = {"general": 0, "too_short": 1, "center_finger": 2, "remove_finger": 3}
# PNG's samples a pixel by colour type: gray, RGB, gray and alpha, RGBA
PNG_CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}


def png_chunks(data):
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        raise ValueError("not a PNG file")
    position = 8
    while position + 12 <= len(data):
        size, kind = struct.unpack(">I4s", data[position:position + 8])
        yield kind, data[position + 8:position + 8 + size]
        position += 12 + size


def paeth(left, above, corner):
    estimate = left + above - corner
    distances = abs(estimate - left), abs(estimate - above), abs(estimate - corner)
    return (left, above, corner)[distances.index(min(distances))]


def unfilter(raw, stride, height, step):
    rows, above = [], bytes(stride)
    for y in range(height):
        start = y * (stride + 1)
        kind, row = raw[start], bytearray(raw[start + 1:start + 1 + stride])
        if len(row) != stride:
            raise ValueError("the PNG ends too early")
        if kind == 1:
            for x in range(step, stride):
                row[x] = (row[x] + row[x - step]) & 255
        elif kind == 2:
            row = bytearray((value + up) & 255 for value, up in zip(row, above))
        elif kind == 3:
            for x in range(stride):
                left = row[x - step] if x >= step else 0
                row[x] = (row[x] + (left + above[x]) // 2) & 255
        elif kind == 4:
            for x in range(stride):
                left, corner = (row[x - step], above[x - step]) if x >= step else (0, 0)
                row[x] = (row[x] + paeth(left, above[x], corner)) & 255
        elif kind != 0:
            raise ValueError(f"PNG filter {kind}")
        rows.append(row)
        above = row
    return rows


def read_png(path):
    """(width, height, gray pixels) of an 8-bit PNG that is not interlaced; of colours the first channel."""
    with open(path, "rb") as stream:
        chunks = list(png_chunks(stream.read()))
    header = next((body for kind, body in chunks if kind == b"IHDR"), b"")
    if len(header) != 13:
        raise ValueError("PNG without a header")
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    if depth != 8 or colour not in PNG_CHANNELS or interlaced:
        raise ValueError("only 8-bit gray or colour PNG that is not interlaced")
    channels = PNG_CHANNELS[colour]
    raw = zlib.decompress(b"".join(body for kind, body in chunks if kind == b"IDAT"))
    rows = unfilter(raw, width * channels, height, channels)
    return width, height, b"".join(bytes(row[::channels]) for row in rows)


def write_png(path, width, height, pixels):
    """An 8-bit gray PNG."""
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    raw = b"".join(b"\0" + bytes(pixels[y * width:(y + 1) * width]) for y in range(height))
    with open(path, "wb") as stream:
        stream.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
                     + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b""))


class VirtualFinger:
    """One connection to the virtual reader, which takes one at a time."""

    def __init__(self, path, wait=10.0):
        end = time.monotonic() + wait
        while True:
            self.socket = socket.socket(socket.AF_UNIX)
            try:
                self.socket.connect(path)
                return
            except (FileNotFoundError, ConnectionRefusedError):
                self.socket.close()
                if time.monotonic() >= end:
                    raise
                time.sleep(0.05)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def command(self, command, value=0):
        self.socket.sendall(struct.pack("=ii", command, value))

    def image(self, width, height, pixels):
        self.socket.sendall(struct.pack("=ii", width, height) + pixels)

    def png(self, path):
        self.image(*read_png(path))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wait", type=float, default=10.0, help="seconds to wait for the reader's socket")
    parser.add_argument("socket")
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("present").add_argument("file")
    actions.add_parser("retry").add_argument("reason", nargs="?", default="general", choices=sorted(RETRY_REASONS))
    actions.add_parser("error")
    actions.add_parser("remove")
    actions.add_parser("finger").add_argument("presence", choices=["on", "off"])
    options = parser.parse_args()
    try:
        with VirtualFinger(options.socket, options.wait) as finger:
            if options.action == "present":
                finger.png(options.file)
            elif options.action == "retry":
                finger.command(RETRY, RETRY_REASONS[options.reason])
            elif options.action == "error":
                finger.command(ERROR)
            elif options.action == "remove":
                finger.command(REMOVE)
            else:
                finger.command(FINGER, options.presence == "on")
    except (OSError, ValueError, zlib.error) as error:
        print(f"virtual_finger: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
