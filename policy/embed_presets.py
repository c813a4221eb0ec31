"""Makes a C header of the presets: their text as bytes, in the order given. usage: embed_presets.py presets_text.h NAME.policy..."""

import os
import sys

with open(sys.argv[1], "w", encoding="ascii") as stream:
    names = []
    for path in sys.argv[2:]:
        name = os.path.basename(path).removesuffix(".policy")
        names.append(name)
        with open(path, "rb") as preset:
            text = preset.read() + b"\0"
        stream.write(f"static const char {name}_text[] = {{\n")
        for start in range(0, len(text), 24):
            stream.write(",".join(map(str, text[start:start + 24])) + ",\n")
        stream.write("};\n")
    stream.write("static const struct preset presets[] = {\n")
    stream.writelines(f'    {{"{name}", {name}_text}},\n' for name in names)
    stream.write("};\n")
