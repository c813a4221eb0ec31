"""docs/integrators.md, done as it says: each of its commands is run, in its order, and answers what it shows."""

import os
import re
import signal
import subprocess

from certificates import free_port
from kordond import BUILD, SOURCE

PATIENCE = 240  # seconds for all of it
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def steps(text):
    """[(commands, what they show or None)]"""
    blocks, found = BLOCK.findall(text), []
    for kind, content in blocks:
        if kind == "sh":
            found.append((content, None))
        else:
            assert kind in ("json", "text") and found and found[-1][1] is None, content
            found[-1] = (found[-1][0], content)
    return found


def shows(shown, told):
    """Whether it told that; "..." stands for anything, the commas beside it for none as well."""
    return re.search(".*?".join(map(re.escape, re.split(r",?\.\.\.,?", shown.strip()))), told, re.DOTALL) is not None


def test_the_guide_s_commands_do_what_it_says(tmp_path):
    with open(f"{SOURCE}/docs/integrators.md", encoding="utf-8") as stream:
        text = stream.read()
    all_steps = steps(text.replace("8443", str(free_port())))
    assert sum(commands.count("curl -K") for commands, _ in all_steps) > 25
    assert "curl -" not in BLOCK.sub("", text), "a command that nothing tries"
    script = "set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null; wait' EXIT\n" + "".join(
        f"{commands}\necho; echo '--- end of step {number}'\n" for number, (commands, _) in enumerate(all_steps))
    environment = {**os.environ, "KORDON": SOURCE, "KORDON_BUILD_DIR": BUILD}
    with subprocess.Popen(["bash", "-c", script], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          start_new_session=True) as process:
        try:
            told, errors = process.communicate(timeout=PATIENCE)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    parts = re.split(r"--- end of step \d+\n", told)
    assert process.returncode == 0, (all_steps[len(parts) - 1][0], parts[-2:], errors)
    assert [(commands, part, shown) for (commands, shown), part in zip(all_steps, parts, strict=False)
            if shown is not None and not shows(shown, part)] == []
