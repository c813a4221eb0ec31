"""Whether an officer is told the right way: real prints, laid beside the middle of the reader on purpose."""

import json
import os
import subprocess

import pytest
from PIL import Image

BENCH = f"{os.environ['KORDON_BUILD_DIR']}/tools/bench/kordon-bench"
DATA = os.environ.get("KORDON_DATA")
pytestmark = pytest.mark.skipif(not DATA, reason="KORDON_DATA is not set: no real fingerprints here")

SETS = {"fvc2002/db1_b": 500, "fvc2002/db2_b": 569, "fvc2002/db3_b": 500, "fvc2002/db4_b": 500, "fvc2004/db1_b": 500,
        "fvc2004/db3_b": 512}
# What must be told -> where in the picture the print lies: to the right, to the bottom.
WAYS = {"move_up": (0, 1), "move_down": (0, -1), "move_left": (1, 0), "move_right": (-1, 0)}


def paper(image):
    """The gray level that a twentieth of the pixels exceed: where nothing touches."""
    above = 0
    for level in range(255, 0, -1):
        above += image.histogram()[level]
        if above > image.width * image.height / 20:
            return level
    return 255


def beside(image, way, share):
    """The same reader with the finger so far beside its middle that a share of the picture's side is cut off."""
    right, down = WAYS[way]
    moved = Image.new("L", image.size, paper(image))
    moved.paste(image, (round(right * share * image.width), round(down * share * image.height)))
    return moved


def told(folder, ppi):
    outcome = subprocess.run([BENCH, "quality", "--set", folder, "--ppi", str(ppi), "--json"], capture_output=True, text=True,
                             check=False)
    assert outcome.returncode == 0, outcome.stderr
    return json.loads(outcome.stdout)["samples"]


def told_of_moved(tmp_path, way, share):
    """The guidance for two impressions of each finger of all sets."""
    guidance = []
    for name, ppi in SETS.items():
        folder = tmp_path / f"{name.replace('/', '-')}-{way}"
        folder.mkdir()
        for finger in range(101, 111):
            for impression in (1, 2):
                with Image.open(f"{DATA}/{name}/{finger}_{impression}.png") as image:
                    beside(image.convert("L"), way, share).save(folder / f"{finger}_{impression}.png")
        guidance += [sample["guidance"] for sample in told(folder, ppi)]
    return guidance


@pytest.mark.parametrize("way", WAYS)
def test_Q1_a_finger_beside_the_middle_is_sent_the_right_way(tmp_path, way):
    for share in (0.3, 0.4, 0.5):
        (tmp_path / str(share)).mkdir()
        guidance = told_of_moved(tmp_path / str(share), way, share)
        right, moved = guidance.count(way), sum(each.startswith("move_") for each in guidance)
        print(f"{way}, {share:.0%} aside: {right} right, {moved - right} wrong of {len(guidance)}")
        assert moved - right <= 0.08 * len(guidance) and right >= (0.6 if share < 0.4 else 0.95) * len(guidance)


def test_Q1_an_ordinary_print_is_hardly_ever_told_to_move():
    """Of whole sets as willing people gave them; below the default minimum quality is where an officer reads it."""
    samples = [sample for name, ppi in {**SETS, "neurotech/uareu": 500}.items() for sample in told(f"{DATA}/{name}", ppi)]
    moved = [sample for sample in samples if sample["guidance"].startswith("move_")]
    asked_again = [sample for sample in moved if sample["quality"] < 12 or sample["too_poor"]]
    print(f"told to move: {len(moved)} of {len(samples)}, {len(asked_again)} of them asked for again")
    assert len(moved) <= 0.08 * len(samples) and len(asked_again) <= 0.02 * len(samples)
