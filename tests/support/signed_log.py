"""A log's export made by a key of the test's own, whose entries say what kordond would never write (docs/formats.md, Export)."""

import base64
import hashlib
import hmac
import json
import os

from certificates import openssl

ORIGIN = "kordon.example/another"
START_MS = 1764000000000


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def commitment(salt, value):
    return hmac.new(salt, canonical(value), hashlib.sha256)


def root_of(leaves):
    if len(leaves) == 1:
        return leaves[0]
    left = 1
    while 2 * left < len(leaves):
        left *= 2
    return hashlib.sha256(b"\x01" + root_of(leaves[:left]) + root_of(leaves[left:])).digest()


def write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as stream:
        stream.write(content)


def signed(folder, key, message):
    write(f"{folder}/message", message)
    openssl("pkeyutl", "-sign", "-rawin", "-inkey", key, "-in", f"{folder}/message", "-out", f"{folder}/signature")
    with open(f"{folder}/signature", "rb") as stream:
        return stream.read()


def make_export(folder, entries):
    """entries: [(event, body)], fewer than 256; body None: it is not there. The folders are made: export, and log.vkey beside it."""
    key = f"{folder}/key.pem"
    os.makedirs(folder, exist_ok=True)
    openssl("genpkey", "-algorithm", "ED25519", "-out", key)
    openssl("pkey", "-in", key, "-pubout", "-outform", "DER", "-out", f"{folder}/public")
    with open(f"{folder}/public", "rb") as stream:
        public = b"\x01" + stream.read()[-32:]
    number = hashlib.sha256(ORIGIN.encode() + b"\n" + public).digest()[:4]
    heads, bodies, leaves = b"", b"", []
    for seq, (event, body) in enumerate(entries):
        salt, text = os.urandom(32), canonical(body)
        head = canonical({"commit": base64.b64encode(commitment(salt, body).digest()).decode(), "event": event, "key": number.hex(), "seq": seq,
                          "t": START_MS + 1000 * seq, "v": 1})
        heads += len(head).to_bytes(2, "big") + head
        bodies += b"\0\0\0\0" if body is None else (32 + len(text)).to_bytes(4, "big") + salt + text
        leaves.append(hashlib.sha256(b"\0" + head).digest())
    export = f"{folder}/export"
    write(f"{export}/tile/0/000.p/{len(leaves)}", b"".join(leaves))
    write(f"{export}/tile/entries/000.p/{len(leaves)}", heads)
    write(f"{export}/bodies/000.p/{len(leaves)}", bodies)
    note = f"{ORIGIN}\n{len(leaves)}\n{base64.b64encode(root_of(leaves)).decode()}\n"
    signature = base64.b64encode(number + signed(folder, key, note.encode())).decode()
    write(f"{export}/checkpoint", f"{note}\n— {ORIGIN} {signature}\n".encode())
    write(f"{folder}/log.vkey", f"{ORIGIN}+{number.hex()}+{base64.b64encode(public).decode()}\n".encode())
