# shellcheck shell=bash
# Small clients of a running Freshet: a ticket, a WebSocket, a publish.

# `./dev ticket <user> [flags of token]`
ticket_command() {
  local token ticket
  running_ports
  token="$(token_command "$@")" || exit
  post "$token" /api/ws/ticket </dev/null
  ticket="$(printf '%s' "$ANSWER" | sed -n 's/^.*"ticket" *: *"\([^"]*\)".*$/\1/p')"
  if [ "$STATUS" != 200 ] || [ -z "$ticket" ]; then die "No ticket was given, the answer was $STATUS: $ANSWER"; fi
  printf '%s\n' "$ticket"
}

# `./dev ws <user> [--once] [flags of token]`
ws_command() {
  local argument ticket rest=() once=()
  for argument in "$@"; do
    if [ "$argument" = --once ]; then once=(--once); else rest+=("$argument"); fi
  done
  require_jdk
  running_ports
  ticket="$(ticket_command ${rest[@]+"${rest[@]}"})" || exit
  exec "$JAVA_HOME/bin/java" -XX:TieredStopAtLevel=1 "$ROOT/scripts/dev/WebSocketCat.java" \
    "ws://localhost:$FRESHET_PORT/ws?ticket=$ticket" ${once[@]+"${once[@]}"}
}

# `./dev publish <channel> <type> <json>`
publish_command() {
  local LC_ALL=C token
  [ "$#" -eq 3 ] || die "What goes where? For example \`$DEV_COMMAND publish user:alice order-completed '{\"orderId\":7}'\`."
  [[ "$1" =~ ^(user|broadcast|room|document):[A-Za-z0-9_.@-]{1,128}$ ]] ||
    die "\"$1\" is not a channel: user, broadcast, room or document, a colon, and 1 to 128 of A-Z a-z 0-9 _ . @ -."
  [[ "$2" =~ ^[A-Za-z0-9_.-]{1,64}$ ]] || die "\"$2\" is not a type: 1 to 64 of A-Z a-z 0-9 _ . -."
  [ -n "$3" ] || die "The payload is any JSON, and null is the least of it."
  running_ports
  token="$(token_command dev --publish "$1")" || exit
  # Channel and type need no escaping, their grammar sees to that; the payload is JSON already.
  post "$token" /api/events <<<"{\"channel\":\"$1\",\"type\":\"$2\",\"payload\":$3}"
  printf '%s\n' "$ANSWER"
  case "$STATUS" in
    2??) ;;
    *) die "Nothing was published, the answer was $STATUS." ;;
  esac
}

# post <token> <path>, the body from stdin, none if that is empty. Sets STATUS and ANSWER.
post() {
  local body answer arguments=()
  have curl || die "This needs curl, which is not on the PATH: install it with your system's package manager."
  body="$(cat)"
  if [ -n "$body" ]; then arguments=(-H "Content-Type: application/json" --data-binary @-); fi
  answer="$(printf '%s' "$body" | curl -s --noproxy '*' -m 30 -X POST -w '\n%{http_code}' \
    -H "Authorization: Bearer $1" ${arguments[@]+"${arguments[@]}"} "$(proxy_url)$2")" ||
    die "Freshet does not answer at $(proxy_url): start it with \`$DEV_COMMAND up\`."
  STATUS="${answer##*"$NEWLINE"}"
  ANSWER="${answer%"$NEWLINE"*}"
}
