"""Makes a C header of a compiled catalogue: pairs of sentence and translation, sorted by sentence, which is how gettext's msgfmt writes them.
usage: embed_sentences.py sentences_XX.h XX.mo"""

import os
import struct
import sys


def texts_of(catalogue, count, table):
    for i in range(count):
        size, offset = struct.unpack_from("<2I", catalogue, table + 8 * i)
        yield catalogue[offset:offset + size]


def literal(text):
    return '"' + "".join(chr(byte) if 32 <= byte < 127 and chr(byte) not in '"\\?' else f"\\{byte:03o}" for byte in text) + '"'


with open(sys.argv[2], "rb") as stream:
    catalogue = stream.read()
magic, _, count, sentences, translations = struct.unpack_from("<5I", catalogue)
if magic != 0x950412de:
    sys.exit(f"{sys.argv[2]}: no compiled catalogue of little-endian order")
with open(sys.argv[1], "w", encoding="ascii") as stream:
    name = os.path.splitext(os.path.basename(sys.argv[1]))[0]
    stream.write(f"static const struct sentence {name}[] = {{\n")
    for sentence, translation in zip(texts_of(catalogue, count, sentences), texts_of(catalogue, count, translations)):
        if sentence:  # the empty one is the catalogue's own head
            stream.write(f"{{{literal(sentence)},\n {literal(translation)}}},\n")
    stream.write("};\n")
