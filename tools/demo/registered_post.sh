#!/usr/bin/env bash
# The demonstration's second part, read by demo.sh: a post as it is in service, with registered people, a policy and terminals over TLS.

# free_port: one that nobody listens at.
free_port() { "$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

write_registered_configuration() {
  local user
  user=$(id -un)
  # Ukraine's policy, but for a scanner that is none: it has no class (FAP).
  sed -e 's/_fap = .*/_fap = 0/' "$source_dir/packaging/policies/ukraine.policy" >"$post/post.policy"
  cat >"$post/kordon.conf" <<TEXT
# kordon.conf of the demonstration's second post, which knows its people.
[state]
directory = .
machine_key = file:keys/machine.key

[log]
origin = demo.kordon.example/post-2
unit = Demonstration post 2
anchor = anchor.checkpoint

[api]
socket = $post_socket
socket_mode = 0600

[policy]
first = post.policy
# Stricter than usual, so that the officer has something to say: ordinary prints have 50.
minimum_quality = 65

[tls]
address = $address
certificate = 127.0.0.1.pem
key = 127.0.0.1.key

[client_authority post-ca]
certificate = ca/authority.pem
revocation_list = ca/revoked.pem

# A terminal is known by its certificate alone.
[device lane-1]
roles = terminal
proof = certificate:post-ca/DNS:lane-1

# Officers whom the terminal names.
[person anna]
full_name = Anna Umovna

[person boris]
full_name = Borys Zrazkovyi

[person chief]
roles = supervisor
proof = user:$user

[scanner]
program = $scanner
capture_timeout_ms = 60000
TEXT
}

# at_lane_1 EXPECTED PICTURES... -- COMMAND...: an officer's program runs while the traveller's hand lays PICTURES down, one for each
# capture; its output is shown and stays in $work/output.
at_lane_1() {
  local expected=$1 status=0 pictures=()
  shift
  while [ "$1" != -- ]; do pictures+=("$1"); shift; done
  shift
  "$python" "$here/hand.py" "$post_socket" "$work/scanner.sock" "${pictures[@]}" >"$work/placing" 2>&1 &
  placing_pid=$!
  until grep -q listening "$work/placing"; do
    kill -0 $placing_pid 2>/dev/null || lifted
    sleep 0.1
  done
  "$@" >"$work/output" 2>&1 </dev/null || status=$?
  sed 's/^/     /' "$work/output"
  if [ $status != "$expected" ]; then fail "the officer's program exited with $status, not $expected" "$work/placing"; fi
  # A hand that still waits holds pictures that nobody asked for.
  for tenth in $(seq 100); do
    kill -0 $placing_pid 2>/dev/null || break
    sleep 0.1
  done
  ! kill -0 $placing_pid 2>/dev/null || fail "not every picture was captured"
  lifted
}

set_up_registered_post() {
  step "A second post, as in service: it knows its officers and terminals, and asks what its policy allows"
  post=$state/post-2
  mkdir -m 0700 "$post"
  post_socket=$(socket_of "$post")
  asking=(--config "$post/kordon.conf")
  address=127.0.0.1:$(free_port)
  shown_by='head -n 2' ctl 0 tls authority "$post/ca" --name post-ca
  shown_by='head -n 2' ctl 0 tls issue server --authority "$post/ca" --name IP:127.0.0.1 --out "$post"
  shown_by='head -n 2' ctl 0 tls issue client --authority "$post/ca" --name DNS:lane-1 --out "$post"
  write_registered_configuration
  why "Its configuration names people and devices, and what proves each of them:"
  sed -n '/^\[device/,/^proof = user/p' "$post/kordon.conf" | grep -v '^#' | sed 's/^/     /'
  ctl 0 init
  start_daemon "$post"
  shown_by='tail -n 3' ctl 0 watchlist import "$work/list/manifest.json"
  ctl 0 mode show
  held "it serves TLS 1.3 at https://$address, to those whose certificate it knows"
}

officer_at_the_example_terminal() {
  step "Officer Anna at lane 1, with the example terminal over TLS: the traveller's skin is dry"
  "$synth" --fingers 1 --impressions 1 --seed $seed --moisture -280 --out "$work/dry"
  "$synth" --fingers 2 --impressions 2 --seed $other_seed --out "$work/other"
  why '$ terminal.py --officer anna --purpose border_check --traveller-group foreigner ...'
  at_lane_1 0 "$work/other/1_1.png" "$work/dry/1_1.png" "$work/list/1_2.png" -- env LANG=en_GB.UTF-8 "$python" \
    "$source_dir/docs/example-terminal/terminal.py" --post "$address" --authority "$post/ca/authority.pem" --certificate "$post/lane-1.pem" \
    --key "$post/lane-1.key" --officer anna --purpose border_check --traveller-group foreigner --age-band 18_and_over \
    --legal-basis "$legal_basis" --receipt "$post/anna.receipt"
  says "right_thumb: Place the finger on the reader"
  says "right_index: Press the finger a little more firmly"
  says "REFERRAL to the protection officer"
  says "missing_person"
  ctl 0 log verify-receipt "$post/anna.receipt" --vkey "$post/log.vkey"
  held "the fingers in the policy's order, each until it is good enough; the result is a referral, and its receipt holds"
}

officer_who_reads_ukrainian() {
  step "Officer Boris reads Ukrainian, with kordonctl over TLS: the traveller's finger lies too low"
  asking=(--server "https://$address" --authority "$post/ca/authority.pem" --certificate "$post/lane-1.pem" --key "$post/lane-1.key")
  "$synth" --fingers 1 --impressions 3 --seed $other_seed --offset 230 --out "$work/aside"
  why "\$ LANG=uk_UA.UTF-8 kordonctl --server https://$address --certificate lane-1.pem ... identify --officer boris"
  at_lane_1 1 "$work/aside/1_3.png" "$work/other/1_2.png" "$work/other/2_2.png" -- env LC_ALL= LANG=uk_UA.UTF-8 \
    "$kordonctl" "${asking[@]}" identify --officer boris --traveller-group foreigner --age-band 18_and_over \
    --finger right_thumb --finger right_index --receipt "$post/boris.receipt"
  says "Посуньте палець угору"
  says "ЗБІГУ НЕМАЄ"
  held "the same post, the same codes in the log; the words are the officer's"
}

strangers_are_refused() {
  step "Who is not known, or asks for what is not his"
  why "The lane's certificate is a terminal's: it does not read the log."
  ctl 77 log show
  why "An officer who is not in the register, and a traveller of whom the policy takes no fingerprints:"
  ctl 77 identify --officer nobody --traveller-group foreigner --age-band 18_and_over --finger right_thumb --finger right_index
  ctl 77 identify --officer anna --traveller-group diplomat --age-band 18_and_over --finger right_thumb --finger right_index
  held "refused before anything is captured, and noted in the log"
}

registered_post() {
  set_up_registered_post
  officer_at_the_example_terminal
  officer_who_reads_ukrainian
  strangers_are_refused
  stop_daemon
  asking=(--config "$post/kordon.conf")
  ctl 0 log verify
}
