"""Two fingers of one person, fused: against one finger, against the claims, and given in the wrong order."""

import json
import os
import subprocess

import pytest

BUILD = os.environ["KORDON_BUILD_DIR"]
LAB = f"{BUILD}/lab/kordon-lab"
DATA = os.environ.get("KORDON_DATA")
# Of two fingers at a false match rate of 0.01 %
FNMR_BOUND = 0.005


def fusion(folder):
    outcome = subprocess.run([LAB, "fusion", "--json", "--set", folder, "--ppi", "500"], capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr
    return json.loads(outcome.stdout)


@pytest.mark.skipif(not DATA, reason="KORDON_DATA is not set: no real fingerprints here")
def test_Q6_two_fingers_of_real_people():
    figure = fusion(f"{DATA}/neurotech/uareu")
    assert not figure["virtual"] and figure["people"] == 7 and figure["fingers"] == 65
    for meeting in figure["two_fingers"]:
        print(f"{meeting['meeting']}: FNMR {100 * meeting['fnmr']['rate']:.2f} % of {meeting['fnmr']['trials']} from {meeting['threshold']}")
        assert meeting["fnmr"]["trials"] == 7840
        assert meeting["fnmr"]["rate"] <= FNMR_BOUND
    assert figure["swapped_not_found"]["rate"] <= FNMR_BOUND
    assert figure["swapped_not_said"]["rate"] <= FNMR_BOUND
    assert figure["in_order_said_swapped"]["rate"] <= FNMR_BOUND


def test_Q6_two_synthetic_fingers_and_swapped_ones(tmp_path):
    subprocess.run([f"{BUILD}/tools/synth/kordon-synth", "--fingers", "8", "--impressions", "3", "--seed", "3",
                    "--out", str(tmp_path / "prints")], check=True)
    figure = fusion(str(tmp_path / "prints"))
    assert figure["virtual"] and figure["fingers"] == 8
    assert figure["two_fingers_at_40"]["rate"] <= figure["one_finger"]["rate"] + 0.01
    assert figure["swapped_not_found"]["errors"] == 0 and figure["swapped_not_said"]["errors"] == 0
    one_person = tmp_path / "one"
    one_person.mkdir()
    for finger in range(1, 6):
        os.symlink(tmp_path / "prints" / f"{finger}_1.png", one_person / f"7-{finger}_1.png")
    refused = subprocess.run([LAB, "fusion", "--set", str(one_person), "--ppi", "500"], capture_output=True, text=True, check=False)
    assert refused.returncode != 0 and "two people" in refused.stderr
