"""Makes a C header of docs/openapi.yaml: its JSON as bytes. usage: embed_description.py openapi.yaml description_text.h"""

import json
import sys

import yaml

with open(sys.argv[1], encoding="utf-8") as stream:
    text = json.dumps(yaml.safe_load(stream), separators=(",", ":"), ensure_ascii=True).encode()
with open(sys.argv[2], "w", encoding="ascii") as stream:
    stream.write("static const unsigned char description_text[] = {\n")
    for start in range(0, len(text), 24):
        stream.write(",".join(map(str, text[start:start + 24])) + ",\n")
    stream.write("};\n")
