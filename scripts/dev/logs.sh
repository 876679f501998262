# shellcheck shell=bash
# Following logs, each line with the name of who wrote it.

# follow_logs <lines of the past> <names>
follow_logs() {
  local lines="$1" name="" line blank=no files=()
  shift
  for name in "$@"; do
    case "$name" in
      # nginx says little itself; what is interesting is its access log (which has no query strings).
      proxy) files+=("$NGINX_DIR/access.log" "$LOG_DIR/proxy.log") ;;
      *) files+=("$LOG_DIR/$name.log") ;;
    esac
  done
  name="$1"
  # With several files tail writes a blank line and "==> file <==" whenever it goes to another one.
  tail -n "$lines" -F "${files[@]}" 2>/dev/null | while IFS= read -r line; do
    if [[ "$line" =~ ^==\>\ (.*)\ \<==$ ]]; then
      name="${BASH_REMATCH[1]##*/}"
      name="${name%.log}"
      if [ "$name" = access ]; then name=proxy; fi
      blank=no
      continue
    fi
    if [ "$blank" = yes ]; then print_line "$name" ""; fi
    blank=no
    if [ -z "$line" ]; then blank=yes; else print_line "$name" "$line"; fi
  done
}

print_line() {
  if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    printf '\033[%sm%-6s\033[0m | %s\n' "$(colour_of "$1")" "$1" "$2"
  else
    printf '%-6s | %s\n' "$1" "$2"
  fi
}

colour_of() {
  case "$1" in
    ticket) printf 33 ;;
    events) printf 35 ;;
    push) printf 36 ;;
    *) printf 90 ;;
  esac
}

logs_command() {
  local name="${1:-}"
  name="${name%-service}"
  case "$name" in
    "") name="$SERVICES" ;;
    redis | ticket | events | push | proxy) ;;
    *) die "There is no log of \"$1\": choose one of $PROCESSES, or none for all three services." ;;
  esac
  if ! [ -d "$LOG_DIR" ]; then die "There are no logs yet: start Freshet with \`$DEV_COMMAND up\`."; fi
  # shellcheck disable=SC2086 # a list of words
  follow_logs 50 $name
}
