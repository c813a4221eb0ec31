#!/usr/bin/env bash
# The main job end to end on a simulated scanner, every step checked. usage: demo.sh BUILD_DIR STATE_DIR
# Exit 0 only when every step held. STATE_DIR is left for looking around; it is replaced only when it is an earlier
# demonstration's.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
source_dir=$(cd "$here/../.." && pwd)
build=$(cd "${1:?usage: demo.sh BUILD_DIR STATE_DIR}" && pwd)
state_argument=${2:?usage: demo.sh BUILD_DIR STATE_DIR}

people=24          # on the list: fingers 1 to 24
listed=7           # a person on the list
unlisted=26        # a person on no list
fingers=30
seed=20
other_seed=21      # of people whom nobody looks for, at the second post
legal_basis="Cabinet of Ministers of Ukraine, Resolution 1073 of 27 December 2017"
marker=.kordon-demo
marker_text="kordon demonstration state"
python=/usr/bin/python3
[ -x $python ] || python=python3

synth=$build/tools/synth/kordon-synth
bench=$build/tools/bench/kordon-bench
kordonctl=$build/tools/kordonctl/kordonctl
kordond=$build/daemon/kordond
scanner=$build/scanner/kordon-scanner

step=0
work=
asking=()          # of which post kordonctl asks
daemon_pid=
placing_pid=

# --- what is said -------------------------------------------------------------------------------------------

bold= plain=
if [ -t 1 ]; then bold=$'\033[1m' plain=$'\033[0m'; fi

step() {
  step=$((step + 1))
  printf '\n%s%d. %s%s\n' "$bold" $step "$1" "$plain"
}
why() { printf '   %s\n' "$@"; }
held() { printf '   -> %s\n' "$1"; }
fail() {
  printf '\nDEMO FAILED in step %d: %s\n' $step "$1" >&2
  [ -z "${2:-}" ] || sed 's/^/   | /' "$2" >&2
  [ -z "$work" ] || [ ! -s "$work/kordond.log" ] || { echo "   the end of kordond's log:" >&2; tail -n 15 "$work/kordond.log" | sed 's/^/   | /' >&2; }
  exit 1
}

# --- processes ----------------------------------------------------------------------------------------------

# ends PID: asks it to stop, waits up to ten seconds, then kills that one process.
end_process() {
  local pid=$1 tenth
  kill -TERM "$pid" 2>/dev/null || return 0
  for tenth in $(seq 100); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.1
  done
  kill -KILL "$pid" 2>/dev/null || true
}

clean_up() {
  trap - EXIT INT TERM
  [ -z "$placing_pid" ] || end_process "$placing_pid"
  [ -z "$daemon_pid" ] || end_process "$daemon_pid"
  [ -z "$work" ] || rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# ctl EXPECTED ARGUMENTS...: asks the post that "asking" names by kordonctl, shows its command and output, and fails unless it exits with EXPECTED.
# The output is in $work/output afterwards; shown_by may be set to what lets only a part of it be seen.
ctl() {
  local expected=$1 status=0
  shift
  printf '   $ kordonctl %s\n' "$*"
  "$kordonctl" "${asking[@]}" "$@" >"$work/output" 2>&1 || status=$?
  ${shown_by:-cat} "$work/output" | sed 's/^/     /'
  [ $status = "$expected" ] || fail "kordonctl $1 exited with $status, not $expected"
}

# says WORDS: the last output holds them.
says() {
  grep -qF -- "$1" "$work/output" || fail "the answer does not say \"$1\""
}

# places FILE: a finger with that print comes onto the simulated scanner while the next command captures.
place() {
  "$python" "$source_dir/tests/support/virtual_finger.py" --wait 60 "$work/scanner.sock" present "$1" >"$work/placing" 2>&1 &
  placing_pid=$!
}
lifted() {
  local status=0
  wait "$placing_pid" || status=$?
  placing_pid=
  [ $status = 0 ] || fail "the finger could not be placed on the simulated scanner" "$work/placing"
}

# json FILE EXPRESSION: a value out of a JSON file; EXPRESSION in Python, the value is "it".
json() { "$python" -c 'import json, sys; it = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$1" "$2"; }

# --- where ---------------------------------------------------------------------------------------------------

prepare_state() {
  local parent
  parent=$(dirname "$state_argument")
  mkdir -p "$parent"
  state=$(cd "$parent" && pwd)/$(basename "$state_argument")
  if [ -e "$state" ] && [ -n "$(ls -A "$state")" ]; then
    [ "$(cat "$state/$marker" 2>/dev/null)" = "$marker_text" ] ||
      fail "$state exists and is not an earlier demonstration's: nothing was touched; name another with KORDON_DEMO_DIR"
    if "$kordonctl" --config "$state/kordon.conf" status >/dev/null 2>&1; then
      fail "a kordond still runs on $state: stop it first"
    fi
    rm -rf "$state"
  fi
  mkdir -p -m 0700 "$state"
  chmod 0700 "$state"
  echo "$marker_text" >"$state/$marker"
}

# socket_of FOLDER: where the post in that folder listens. A unix socket's path holds 107 bytes at most.
socket_of() {
  if [ ${#1} -le 97 ]; then echo "$1/api.sock"; else mktemp -u "${TMPDIR:-/tmp}/kordon-demo-XXXXXX.sock"; fi
}

write_configuration() {
  local user role
  user=$(id -un)
  {
    cat <<TEXT
# kordon.conf of the demonstration. FOR DEMONSTRATION ONLY: one user holds every role here. At a crossing point
# no person holds two of them, and the administrator of the machine holds none that sees the list.
[state]
directory = .
machine_key = file:keys/machine.key

[log]
origin = demo.kordon.example/post-1
unit = Demonstration post 1
# In service the anchor lies on another medium, where nobody who writes here can write: here it only shows how it works.
anchor = anchor.checkpoint

[api]
socket = $(socket_of "$state")
socket_mode = 0600

[roles]
TEXT
    for role in terminal examiner protection_officer supervisor auditor administrator; do echo "$role = user:$user"; done
    cat <<TEXT

[scanner]
program = $scanner
capture_timeout_ms = 60000
TEXT
  } >"$state/kordon.conf"
}

# start_daemon FOLDER: kordond of the post in it.
start_daemon() {
  FP_VIRTUAL_IMAGE="$work/scanner.sock" "$kordond" --config "$1/kordon.conf" >"$work/kordond.log" 2>&1 &
  daemon_pid=$!
  for tenth in $(seq 600); do
    kill -0 $daemon_pid 2>/dev/null || { daemon_pid=; fail "kordond ended at once"; }
    if "$kordonctl" --config "$1/kordon.conf" --json scanners >"$work/scanners" 2>/dev/null &&
      [ "$(json "$work/scanners" 'any(s["state"] == "ready" for s in it["scanners"])')" = True ]; then
      return 0
    fi
    sleep 0.1
  done
  fail "no scanner became ready within a minute" "$work/scanners"
}

stop_daemon() {
  local status=0
  kill -TERM "$daemon_pid"
  wait "$daemon_pid" || status=$?
  daemon_pid=
  [ $status = 0 ] || fail "kordond ended with $status"
}

# shellcheck source=tools/demo/registered_post.sh
. "$here/registered_post.sh"

# --- the demonstration ---------------------------------------------------------------------------------------

for program in "$synth" "$bench" "$kordonctl" "$kordond" "$scanner"; do
  [ -x "$program" ] || fail "$program is missing: build first"
done
# has_room FOLDER NAME: the list's prints, the log's reserve and copies of the log want their place; NAME says where else it may be.
has_room() {
  local free; free=$(df -Pm "$1" | awk 'NR == 2 { print $4 }')
  [ "$free" -ge 32 ] || fail "the demonstration needs 32 MiB of free space in $1, where $free are: free some, or set $2 to another place"
}
has_room "${TMPDIR:-/tmp}" TMPDIR
work=$(mktemp -d "${TMPDIR:-/tmp}/kordon-demo.XXXXXX")
started=$SECONDS

echo "${bold}kordon: from a finger on a scanner to a signed record, on this machine, without any network${plain}"
echo "All people and fingerprints here are invented: the prints are grown by kordon-synth."

step "A crossing point is set up: configuration, machine key, empty watchlist, evidence log"
prepare_state
has_room "$state" KORDON_DEMO_DIR
write_configuration
asking=(--config "$state/kordon.conf")
why "FOR DEMONSTRATION ONLY: the configuration grants you, $(id -un), every role. In service nobody holds two."
ctl 0 init
[ -s "$state/log.vkey" ] || fail "log.vkey is missing"
[ "$(stat -c %a "$state/keys/machine.key")" = 600 ] || fail "the machine key is readable by others"
why "The verifier key is public: whoever holds a copy can check every record of this machine without trusting it."

step "A watchlist arrives: $people people, most of them looked for because they may need help"
mkdir "$work/list"
"$synth" --fingers $fingers --impressions 3 --seed $seed --out "$work/list"
"$python" "$here/manifest.py" "$work/list" $people
ctl 0 watchlist import "$work/list/manifest.json"
ctl 0 watchlist check
why "Each person's record is sealed under a key of its own. A list with one bad entry would be refused as a whole:"
cp -r "$work/list" "$work/bad"
echo "this is no fingerprint" >"$work/bad/5_1.png"
sed -i 's/"version": 1/"version": 2/' "$work/bad/manifest.json"
ctl 65 watchlist import "$work/bad/manifest.json"
says "entry 5"
held "imported, and the bad list changed nothing"

step "kordond starts, with a simulated fingerprint scanner (libfprint's virtual image device)"
start_daemon "$state"
ctl 0 status
says "armed"
ctl 0 scanners
held "identification is armed: the threshold was derived from the list's size and the allowed rate of false matches"

step "A traveller who is on the list places a finger: another impression than the enrolled one"
place "$work/list/${listed}_2.png"
ctl 0 identify --finger right_index --receipt "$state/match.receipt"
lifted
says "MATCH. By a machine: not a hit until people confirm it."
says "referred to     the protection officer"
says "score"
says "one false match in"
says "candidate 1"
says "child_at_risk_of_abduction (PROTECTION ALERT"
match_seq=$("$kordonctl" --config "$state/kordon.conf" --json log verify-receipt "$state/match.receipt" >"$work/receipt" && json "$work/receipt" 'it["seq"]') ||
  fail "the receipt does not hold"
held "found, with the strength of the evidence and what to do; people decide what follows"

step "A traveller who is on no list places a finger"
place "$work/list/${unlisted}_2.png"
ctl 1 identify --finger right_index --receipt "$state/no-match.receipt"
lifted
says "NO MATCH with any alert"
held "not found; image and template are already wiped"

step "A travel document's reference (ISO/IEC 19794-2) is compared with the finger of its holder, then of somebody else"
mkdir "$work/document" "$work/templates"
cp "$work/list/${unlisted}_1.png" "$work/list/${unlisted}_2.png" "$work/document/"
"$bench" templates --set "$work/document" --ppi 500 --out "$work/templates" >"$work/output" 2>&1 || fail "no ISO template was made" "$work/output"
reference=$(find "$work/templates" -type f -name "${unlisted}_1.*" | head -n 1)
[ -n "$reference" ] || fail "no ISO template was made"
place "$work/list/${unlisted}_3.png"
ctl 0 verify --reference "$reference" --finger right_index
lifted
says "MATCH: the finger agrees"
place "$work/list/${listed}_3.png"
ctl 1 verify --reference "$reference" --finger right_index
lifted
says "NO MATCH: the finger does not agree"
held "the holder's finger matches, the other one does not"

step "Every result left a signed receipt that stands alone"
ctl 0 log verify-receipt "$state/match.receipt" --vkey "$state/log.vkey"
sed -E 's/^(extra .{60})A/\1B/; t; s/^(extra .{60})./\1A/' "$state/match.receipt" >"$work/forged.receipt"
why "A receipt with one letter changed is refused:"
ctl 1 log verify-receipt "$work/forged.receipt" --vkey "$state/log.vkey"
held "true receipts hold, a changed one does not"

step "The evidence log is verified, exported, and verified again from the export alone"
ctl 0 log verify
ctl 0 log export "$state/export"
ctl 0 log verify "$state/export" --vkey "$state/log.vkey"
held "every entry, the tree over all of them, and the signature hold"

step "Somebody changes one byte in a copy of the log, to make the match look like something else"
cp -r "$state/export" "$work/tampered"
"$python" "$here/flip_byte.py" "$work/tampered" "$match_seq" | sed "s|$work/||; s/^/   /"
ctl 1 log verify "$work/tampered" --vkey "$state/log.vkey"
says "entry $match_seq"
held "caught, and the entry is named"

step "The disk is searched for what the list says of people"
searched=$(find "$state" -type f | wc -l)
grep -qF "Prykladenko" "$work/list/manifest.json" || fail "the search would not find a name where one is"
for word in Olena Prykladenko Vyhadanenko Zrazkenko Sprobenko Umovnenko Probnenko DEMO-2026; do
  ! grep -rqF -- "$word" "$state" || fail "\"$word\" stands readable in $(grep -rlF -- "$word" "$state" | head -n 1)"
done
held "no name and no case number in any of the $searched files, the database and its journal included"

step "kordond stops in order; what it recorded holds without it"
stop_daemon
ctl 0 log verify
ctl 0 watchlist check
ctl 69 status
held "stopped; state, list and log are whole"

registered_post

echo
echo "${bold}Every step held${plain} ($((SECONDS - started)) s). Look around in $state_argument:"
echo "  kordon.conf, keys/machine.key, kordon.db (sealed watchlist and log), log.vkey, anchor.checkpoint, export/, match.receipt"
echo "  post-2/: the registered post's, with ca/, certificates and its policy"
echo "  $kordonctl --config $state_argument/kordon.conf log show"
