# bash completion of kordonctl and kordond. Commands, options and what they take are asked of the programs themselves.

_kordon_help() {
  "$@" --help 2>/dev/null
}

# The word for what an option takes: FILE, POSITION, ...; nothing for a switch.
_kordon_value() {
  local option=$1; shift
  _kordon_help "$@" | sed -n "s/.*${option}=\([A-Z_]*\).*/\1/p" | head -n 1
}

_kordon_offer() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("$line")
  done < <(compgen "$@")
}

_kordon_offer_value() {
  local fingers hand finger
  case $1 in
  FILE | DIR | '')
    compopt -o filenames 2>/dev/null
    _kordon_offer -f -- "$2"
    ;;
  POSITION)
    for hand in right left; do
      for finger in thumb index middle ring little; do fingers+=" ${hand}_$finger"; done
    done
    _kordon_offer -W "$fingers" -- "$2"
    ;;
  GROUP)
    _kordon_offer -W "citizen foreigner stateless_person protection_claimant crew diplomat international_official" -- "$2"
    ;;
  BAND)
    _kordon_offer -W "unknown under_6 6_to_11 12_to_17 18_and_over" -- "$2"
    ;;
  esac
}

_kordon_offer_options() {
  local current=$1; shift
  _kordon_offer -W "$(_kordon_help "$@" | grep -o -e '--[a-z][a-z-]*' | sort -u)" -- "$current"
}

# kordonctl's commands, one a line, of one word or two.
_kordonctl_commands() {
  _kordon_help "$1" | sed -n 's/^  \([a-z][a-z-]*\( [a-z][a-z-]*\)\{0,1\}\) .*/\1/p'
}

_kordonctl() {
  local program=${COMP_WORDS[0]} current=${COMP_WORDS[COMP_CWORD]} i word commands value arguments
  local -a command=()
  [ "$current" != "=" ] || current=
  for ((i = 1; i < COMP_CWORD && ${#command[@]} < 2; i++)); do
    word=${COMP_WORDS[i]}
    case $word in
    --config | -c | --server | --certificate | --key | --authority) [ "${COMP_WORDS[i + 1]}" != "=" ] || ((i++)); ((i++)) ;;
    -*) [ ${#command[@]} -eq 0 ] || break ;;
    *) command+=("$word") ;;
    esac
  done
  commands=$(_kordonctl_commands "$program")
  if [ ${#command[@]} -eq 2 ] && ! grep -q -x -F "${command[*]}" <<<"$commands"; then
    command=("${command[0]}")
  fi
  local previous=${COMP_WORDS[COMP_CWORD - 1]}
  [ "$previous" != "=" ] || previous=${COMP_WORDS[COMP_CWORD - 2]}
  case $previous in
  --*)
    value=$(_kordon_value "$previous" "$program" "${command[@]}")
    [ -z "$value" ] || { _kordon_offer_value "$value" "$current"; return; }
    ;;
  esac
  case $current in
  -*) _kordon_offer_options "$current" "$program" "${command[@]}"; return ;;
  esac
  if [ ${#command[@]} -eq 0 ]; then
    _kordon_offer -W "$(cut -d ' ' -f 1 <<<"$commands" | sort -u)" -- "$current"
  elif [ ${#command[@]} -eq 1 ] && grep -q "^${command[0]} " <<<"$commands"; then
    _kordon_offer -W "$(sed -n "s/^${command[0]} //p" <<<"$commands")" -- "$current"
  else
    arguments=$(_kordon_help "$program" | sed -n "s/^  ${command[*]}  *\([][A-Z]*\|[a-z|]*|[a-z|]*\) .*/\1/p")
    case ${command[*]} in
    "referral judge") arguments="usable|limited|not_usable" ;;
    "referral verdict" | "referral override" | "referral correct") arguments="hit|false_positive|inconclusive" ;;
    esac
    case $arguments in
    *"|"*) _kordon_offer -W "${arguments//|/ }" -- "$current" ;;
    *) _kordon_offer_value FILE "$current" ;;
    esac
  fi
}

_kordond() {
  local program=${COMP_WORDS[0]} current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  [ "$current" != "=" ] || current=
  [ "$previous" != "=" ] || previous=${COMP_WORDS[COMP_CWORD - 2]}
  case $previous in
  --config | -c) _kordon_offer_value FILE "$current" ;;
  *) _kordon_offer_options "$current" "$program" ;;
  esac
}

complete -F _kordonctl kordonctl
complete -F _kordond kordond
