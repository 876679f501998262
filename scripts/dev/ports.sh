# shellcheck shell=bash
# Which port each part listens on. The environment wins; commands that speak to a running Freshet
# otherwise take what `up` wrote down, so that nobody has to repeat the variables.

PORTS_FILE="$RUN_DIR/ports"

# variable : default : who needs it
PORT_TABLE="
FRESHET_PORT:8080:the proxy
FRESHET_REDIS_PORT:6390:Redis
FRESHET_TICKET_PORT:8081:ticket-service
FRESHET_TICKET_MANAGEMENT_PORT:9081:the management interface of ticket-service
FRESHET_EVENTS_PORT:8082:events-service
FRESHET_EVENTS_MANAGEMENT_PORT:9082:the management interface of events-service
FRESHET_PUSH_PORT:8083:push-service
FRESHET_PUSH_MANAGEMENT_PORT:9083:the management interface of push-service
"

# Calls "$1 <variable> <default> <who>" for every line of the table.
each_port() {
  local variable default who
  while IFS=: read -r variable default who; do
    if [ -n "$variable" ]; then "$1" "$variable" "$default" "$who"; fi
  done <<<"$PORT_TABLE"
}

port_of() {
  case "$1" in
    proxy) printf '%s' "$FRESHET_PORT" ;;
    redis) printf '%s' "$FRESHET_REDIS_PORT" ;;
    ticket) printf '%s' "$FRESHET_TICKET_PORT" ;;
    events) printf '%s' "$FRESHET_EVENTS_PORT" ;;
    push) printf '%s' "$FRESHET_PUSH_PORT" ;;
  esac
}

management_port_of() {
  case "$1" in
    ticket) printf '%s' "$FRESHET_TICKET_MANAGEMENT_PORT" ;;
    events) printf '%s' "$FRESHET_EVENTS_MANAGEMENT_PORT" ;;
    push) printf '%s' "$FRESHET_PUSH_MANAGEMENT_PORT" ;;
  esac
}

# For `up`: the environment, else the defaults.
default_ports() {
  each_port default_port
}

# For everyone else: the environment, else the ports of the last `up`, else the defaults.
running_ports() {
  local variable value
  if [ -f "$PORTS_FILE" ]; then
    while IFS='=' read -r variable value; do
      if [[ "$variable" =~ ^FRESHET_[A-Z_]*PORT$ && "$value" =~ ^[0-9]+$ && -z "${!variable:-}" ]]; then
        printf -v "$variable" '%s' "$value"
      fi
    done <"$PORTS_FILE"
  fi
  default_ports
}

default_port() {
  if [ -z "${!1:-}" ]; then printf -v "$1" '%s' "$2"; fi
  if ! [[ "${!1}" =~ ^[1-9][0-9]{0,4}$ ]] || [ "${!1}" -gt 65535 ]; then
    die "$1=${!1} is not a port: give a number from 1 to 65535."
  fi
}

save_ports() {
  each_port print_port >"$PORTS_FILE"
}

print_port() {
  printf '%s=%s\n' "$1" "${!1}"
}

# Fails with one sentence when two parts want one port or somebody else has it already.
require_free_ports() {
  SEEN_PORTS=" "
  each_port require_free_port
}

require_free_port() {
  local port="${!1}"
  case "$SEEN_PORTS" in
    *" $port="*)
      local other="${SEEN_PORTS#* "$port"=}"
      die "Port $port is given to both ${other%% *} and $1: give each its own."
      ;;
  esac
  SEEN_PORTS="$SEEN_PORTS$port=$1 "
  if port_answers "$port"; then
    die "Port $port is taken, but $3 needs it: stop what listens there, or choose another with \`$1=<port> $DEV_COMMAND up\`."
  fi
}

# Does anything on this machine listen there? Needs neither ss nor lsof.
port_answers() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null || (has_ipv6_loopback && exec 3<>"/dev/tcp/::1/$1") 2>/dev/null
}

has_ipv6_loopback() {
  if [ -r /proc/net/if_inet6 ]; then
    grep -q '^00000000000000000000000000000001 ' /proc/net/if_inet6
  elif have ifconfig; then
    [[ "$(ifconfig lo0 2>/dev/null)" == *"inet6 ::1 "* ]]
  else
    return 1
  fi
}
