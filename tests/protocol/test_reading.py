"""kordonctl reads a state without kordond and leaves no trace in it: where it may not write, where it can't, and after a crash."""

import os
import shutil
import signal
import subprocess

import pytest

from kordond import KORDONCTL, Kordond, contents, entry, reachable

NOBODY = 65534
NOT_RECORDED = "this look at the log is not recorded: "
# Of these a look is recorded where that is possible.
LOOKS = [("log", "show", "0"), ("log", "show"), ("log", "prove", "0"), ("log", "export")]
CHECKS = [("log", "verify"), ("log", "checkpoint"), ("watchlist", "check")]


class Kept(Kordond):
    """A stopped crossing point, its kordonctl run by whoever; only what is below state/ is compared."""

    user = None
    program = KORDONCTL

    def __init__(self, folder, **options):
        super().__init__(folder, **options)
        self.state, self.exports = f"{self.folder}/state", 0

    def read(self, *command):
        """The finished kordonctl; an export gets a folder of its own."""
        if command == ("log", "export"):
            self.exports += 1
            command = (*command, f"{self.folder}/out/{self.exports}")
        options = {} if self.user is None else {"user": self.user, "group": self.user, "extra_groups": []}
        return subprocess.run([self.program, "--config", self.configuration, "--json", *command], capture_output=True, text=True,
                              check=False, cwd="/", **options)

    def check_reading(self, recorded=False, but=(), trying=(), may_record=False):
        """Every reading command does its work; nothing in the folder changes; a look that is not recorded is said. but: names
        whose contents the system itself changes; trying: names that may also change when the recording of a look fails;
        may_record: a look may find room all the same."""
        os.makedirs(f"{self.folder}/out", exist_ok=True)
        os.chmod(f"{self.folder}/out", 0o777)

        def seen(command):
            left_out = trying if command in LOOKS else ()
            return {path: None if os.path.basename(path) in but else each for path, each in contents(self.state).items()
                    if os.path.basename(path) not in left_out}
        for command in CHECKS + ([] if recorded else LOOKS):
            before = seen(command)
            outcome = self.read(*command)
            assert outcome.returncode == 0, (command, outcome.stderr)
            said = NOT_RECORDED in outcome.stderr
            assert said is (command in LOOKS) or (may_record and not said), (command, outcome.stderr)
            assert outcome.stderr.count("\n") == said, (command, outcome.stderr)
            assert seen(command) == before, command


def count(post):
    """Entries that log show shows."""
    outcome = post.read("log", "show", "--from", "0", "--count", "1000")
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stdout.count('"head"')


@pytest.fixture(name="kept_of")
def fixture_kept_of(tmp_path, fingers):
    """Makes crossing points with a list of one; ended: "in order" or "killed", which leaves a write-ahead log."""
    made = []

    def make(ended="in order", **options):
        post = Kept(tmp_path, **options)
        made.append(post)
        post.init().start()
        client = post.client()
        assert client.import_list([entry(fingers[1, 1], 1)]).status == 200
        assert client.identify(fingers[1, 2]).status == 200
        post.entries = len(client.log())
        client.close()
        if ended == "running":
            return post
        if ended == "in order":
            post.stop()
            assert sorted(os.listdir(post.state)) == ["kordon.db", "log.vkey"]
            post.entries = count(post)
        else:
            post.kill()
            assert os.path.getsize(f"{post.state}/kordon.db-wal") > 0
        return post
    yield make
    for post in made:
        post.kill()


@pytest.fixture(name="mounted")
def fixture_mounted():
    """mount(8), undone at the end; skips where it is not permitted."""
    made = []

    def mount(*arguments):
        outcome = subprocess.run(["mount", *map(str, arguments)], capture_output=True, text=True, check=False)
        if outcome.returncode != 0:
            pytest.skip(f"mounting is not permitted here: {outcome.stderr.strip()}")
        made.append(arguments[-1])
    yield mount
    for target in reversed(made):
        subprocess.run(["umount", str(target)], check=True)


def read_only(post, mounted):
    mounted("--bind", post.state, post.state)
    subprocess.run(["mount", "-o", "remount,ro,bind", post.state], check=True)
    with pytest.raises(OSError):
        open(f"{post.state}/x", "wb")  # pylint: disable=consider-using-with


def full(post, mounted):
    """On a small file system of its own with not a byte left. Trying to record a look is writing: sqlite's two files are made
    or used for it, and the database itself takes in what a crash left."""
    os.rename(post.state, f"{post.folder}/saved")
    os.mkdir(post.state, 0o700)
    mounted("-t", "tmpfs", "-o", "size=2m,mode=0700", "none", post.state)
    for name in os.listdir(f"{post.folder}/saved"):
        shutil.copy2(f"{post.folder}/saved/{name}", f"{post.state}/{name}")
    with open(f"{post.state}/filler", "wb", buffering=0) as stream:
        with pytest.raises(OSError):
            while True:
                stream.write(bytes(4096))


PLACES = {"read-only": read_only, "full": full}
TRYING = {("read-only", "in order"): (), ("read-only", "killed"): (), ("full", "in order"): ("kordon.db-wal", "kordon.db-shm"),
          ("full", "killed"): ("kordon.db", "kordon.db-wal", "kordon.db-shm")}


# --- Where nothing can be written

def test_L4_a_look_is_recorded_where_it_can_be_and_a_check_leaves_no_trace(kept_of):
    post = kept_of()
    post.check_reading(recorded=True)
    for command in LOOKS:
        before = count(post)
        outcome = post.read(*command)
        assert (outcome.returncode, outcome.stderr) == (0, ""), (command, outcome.stderr)
        assert count(post) == before + 2, command  # the command's own and that of counting


@pytest.mark.parametrize("ended", ["in order", "killed"])
@pytest.mark.parametrize("place", list(PLACES))
def test_L4_a_state_is_read_where_it_cannot_be_written(kept_of, mounted, place, ended):
    post = kept_of(ended)
    PLACES[place](post, mounted)
    # What a crash left in the write-ahead log gives its room back when it has been moved into the database.
    may_record = (place, ended) == ("full", "killed")
    post.check_reading(trying=TRYING[place, ended], may_record=may_record)
    assert count(post) == post.entries or may_record
    assert post.read("log", "verify").returncode == 0


# --- By somebody else

def somebody_else(post):
    """Another user with a key of his own copying, who may read the state and write nothing; skips where there is none."""
    if os.getuid() != 0:
        pytest.skip("only root can be somebody else")
    post.program = f"{post.folder}/kordonctl"
    shutil.copy(KORDONCTL, post.program)
    os.chmod(post.program, 0o755)
    os.chown(f"{post.folder}/machine.key", NOBODY, NOBODY)
    os.chmod(post.configuration, 0o644)
    reachable(post.folder)
    os.chmod(post.state, 0o755)
    for name in os.listdir(post.state):
        os.chmod(f"{post.state}/{name}", 0o644)
    post.user = NOBODY


AUDITOR = {"roles": {"auditor": "user:nobody", "supervisor": "user:root", "terminal": "user:root"}}


@pytest.mark.parametrize("ended", ["in order", "killed"])
def test_L4_another_user_reads_what_he_may(kept_of, ended):
    post = kept_of(ended, **AUDITOR)
    somebody_else(post)
    post.check_reading()
    assert count(post) == post.entries


def test_L7_a_write_ahead_log_that_may_not_be_read_is_said(kept_of):
    """Without it an older state would be shown as the present one."""
    post = kept_of("killed", **AUDITOR)
    somebody_else(post)
    os.chmod(f"{post.state}/kordon.db-wal", 0o600)
    before = contents(post.state)
    for command in CHECKS + LOOKS:
        outcome = post.read(*command)
        said = outcome.stderr.split("\n")[-2]
        assert outcome.returncode in (77, 78), (command, outcome)
        assert said.startswith("kordonctl: ") and "kordon.db-wal" in said, said
        assert any(f'"reason": "{reason}"' in outcome.stdout or f'"reason":"{reason}"' in outcome.stdout
                   for reason in ("NOT_PERMITTED", "STATE_UNREADABLE")), outcome.stdout
    assert contents(post.state) == before


def test_T1_who_may_not_read_the_key_reads_nothing(kept_of):
    post = kept_of(**AUDITOR)
    somebody_else(post)
    os.chown(f"{post.folder}/machine.key", 0, 0)
    for command in CHECKS + LOOKS:
        assert post.read(*command).returncode in (77, 78), command


# --- After a crash

@pytest.mark.parametrize("index", ["there", "gone", "nonsense"])
def test_L7_what_a_crash_left_in_the_write_ahead_log_is_read(kept_of, index):
    """kordonctl applies it in its own memory; the file that indexes it is not needed and not believed."""
    post = kept_of("killed")
    if index == "gone":
        os.unlink(f"{post.state}/kordon.db-shm")
    elif index == "nonsense":
        with open(f"{post.state}/kordon.db-shm", "wb") as stream:
            stream.write(os.urandom(32768))
    post.check_reading(recorded=True)
    # Without its write-ahead log the same file is an older state: that it was read is seen by the difference.
    seen = post.read("log", "checkpoint").stdout
    shutil.copytree(post.state, f"{post.folder}/without")
    os.unlink(f"{post.folder}/without/kordon.db-wal")
    os.rename(post.state, f"{post.folder}/with")
    os.rename(f"{post.folder}/without", post.state)
    assert post.read("log", "checkpoint").stdout != seen
    shutil.rmtree(post.state)
    os.rename(f"{post.folder}/with", post.state)
    assert count(post) == post.entries + 1  # and the entry of this look


def test_L7_a_rollback_journal_is_not_read_past(kept_of):
    """kordon makes none; sqlite would play it back."""
    post = kept_of()
    with open(f"{post.state}/kordon.db-journal", "wb") as stream:
        stream.write(bytes(4096))
    before = contents(post.state)
    for command in CHECKS:
        outcome = post.read(*command)
        assert outcome.returncode == 1 and '"STATE_FOREIGN"' in outcome.stdout, (command, outcome)
    assert contents(post.state) == before


def test_L7_a_write_ahead_log_thrown_away_is_found_by_the_anchor(kept_of, tmp_path):
    """A check says no; a look shows what is there and says what it is."""
    post = kept_of("killed", log__anchor=f"{tmp_path}/anchor")
    post.check_reading(recorded=True)
    os.unlink(f"{post.state}/kordon.db-wal")
    before = contents(post.state, f"{tmp_path}/anchor")
    for command in CHECKS:
        outcome = post.read(*command)
        assert outcome.returncode == 1 and '"ANCHOR_AHEAD"' in outcome.stdout and '"valid"' not in outcome.stdout, outcome
    assert contents(post.state, f"{tmp_path}/anchor") == before
    for command in LOOKS:
        outcome = post.read(*command)
        if command[1] == "prove":  # nothing that vouches comes out of it
            assert outcome.returncode == 1 and "an older copy was put back" in outcome.stderr, outcome
            continue
        said = outcome.stderr.rstrip("\n").split("\n")
        assert outcome.returncode == 0 and len(said) == 2 and NOT_RECORDED in said[0], outcome
        assert said[1].startswith(f"kordonctl: {tmp_path}/anchor: ") and "an older copy was put back" in said[1], outcome
    withholding = post.read("log", "export", f"{post.folder}/out/withheld", "--withhold", "access")
    assert withholding.returncode == 1 and '"ANCHOR_AHEAD"' in withholding.stdout, withholding
    assert not os.path.exists(f"{post.folder}/out/withheld")
    # An anchor that is not at hand leaves it open.
    os.unlink(tmp_path / "anchor")
    for command in CHECKS:
        outcome = post.read(*command)
        assert outcome.returncode in (1, 78) and "ANCHOR_MISSING" in outcome.stdout, outcome


# --- Beside kordond

def test_L4_reading_beside_a_kordond_that_cannot_be_reached(kept_of):
    post = kept_of("running")
    os.unlink(post.socket)
    size = len(open(f"{post.state}/kordon.db-wal", "rb").read())
    # The index is shared memory: readers mark in it what they read.
    post.check_reading(but=("kordon.db-shm",))
    assert os.path.getsize(f"{post.state}/kordon.db-wal") == size
    outcome = post.read("log", "show", "0")
    assert "in use by another process" in outcome.stderr
    post.signal(signal.SIGTERM)
    assert post.wait() == 0, post.errors()


def test_T7_who_is_not_let_into_kordond_does_not_read_past_it(kept_of):
    post = kept_of("running", api__socket_mode="0600", **AUDITOR)
    somebody_else(post)
    for command in CHECKS + LOOKS:
        outcome = post.read(*command)
        assert outcome.returncode == 77 and "none of those to whom kordond opens its socket" in outcome.stderr, (command, outcome)
    post.stop()
