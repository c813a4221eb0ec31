"""Makes a C header of the self-test's manifest and prints. usage: embed_probes.py manifest probes_text.h

What the files are is not looked at here: kordond compares them with the manifest whenever it tests itself.
"""

import hashlib
import os
import sys

with open(sys.argv[1], "rb") as stream:
    manifest = stream.read()
prints, pairs = {}, []
for number, line in enumerate(manifest.decode("ascii").splitlines(), 1):
    words = line.split()
    if not words or words[0].startswith("#"):
        continue
    if words[0] == "print" and len(words) == 3 and words[1] not in prints and len(bytes.fromhex(words[2])) == 32:
        prints[words[1]] = words[2]
    elif words[0] == "pair" and len(words) == 5 and {words[1], words[2]} <= prints.keys() and words[3] in ("mated", "non_mated"):
        pairs.append((words[1], words[2], words[3] == "mated", int(words[4])))
    else:
        sys.exit(f"{sys.argv[1]}:{number}: neither a print nor a pair of prints that stand above it")
if {mated for _, _, mated, _ in pairs} != {True, False}:
    sys.exit(f"{sys.argv[1]}: mated and non-mated pairs are needed")

names = list(prints)
with open(sys.argv[2], "w", encoding="ascii") as stream:
    stream.write(f'#define MANIFEST_HASH "{hashlib.sha256(manifest).hexdigest()}"\n')
    for name in names:
        with open(os.path.join(os.path.dirname(sys.argv[1]), f"{name}.png"), "rb") as file:
            content = file.read()
        stream.write(f"static const uint8_t print_{name}[] = {{\n")
        for start in range(0, len(content), 32):
            stream.write(",".join(map(str, content[start:start + 32])) + ",\n")
        stream.write("};\n")
    stream.write("static const struct self_test_print prints[] = {\n")
    for name in names:
        stream.write(f'    {{"{name}", "{prints[name]}", print_{name}, sizeof print_{name}}},\n')
    stream.write("};\nstatic const struct self_test_pair pairs[] = {\n")
    for probe, reference, mated, score in pairs:
        stream.write(f"    {{{names.index(probe)}, {names.index(reference)}, {str(mated).lower()}, {score}}},\n")
    stream.write("};\n")
