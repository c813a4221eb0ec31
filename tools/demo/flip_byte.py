#!/usr/bin/python3
"""Changes one bit of one byte in the body of a log entry of an export. Standard library only.

    flip_byte.py EXPORT SEQ      the first letter of the body's "decision" (without one: its last byte)
"""

import glob
import struct
import sys


def body_file(export, bundle):
    group = f"{bundle % 1000:03d}"
    for prefix in range(bundle // 1000, 0, -1000):
        group = f"x{prefix % 1000:03d}/{group}"
    return sorted(glob.glob(f"{export}/bodies/{group}") + glob.glob(f"{export}/bodies/{group}.p/*"))[-1]


def main():
    export, seq = sys.argv[1], int(sys.argv[2])
    path = body_file(export, seq // 256)
    with open(path, "rb") as stream:
        data = bytearray(stream.read())
    position = 0
    for _ in range(seq % 256):
        position += 4 + struct.unpack_from(">I", data, position)[0]
    size = struct.unpack_from(">I", data, position)[0]
    start, end = position + 4 + 32, position + 4 + size
    found = data.find(b'"decision":"', start, end)
    place = found + len(b'"decision":"') if found >= 0 else end - 1
    data[place] ^= 1
    with open(path, "wb") as stream:
        stream.write(data)
    print(f"{path}: byte {place} is now {chr(data[place])!r}")


if __name__ == "__main__":
    main()
