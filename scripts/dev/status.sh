# shellcheck shell=bash
# `./dev status`: what runs, where, and whether it is ready. Exits with 1 unless everything is.

status_command() {
  local name state all=yes
  running_ports
  printf '%-7s %-9s %-8s %s\n' part state pid address
  for name in $PROCESSES; do
    if ! is_running "$name"; then
      state=stopped all=no
    elif is_ready "$name"; then
      state=ready
    else
      state="not ready" all=no
    fi
    printf '%-7s %-9s %-8s %s\n' "$name" "$state" "$(pid_or_dash "$name")" "$(address_of "$name")"
  done
  [ "$all" = yes ]
}

pid_or_dash() {
  local pid
  pid="$(pid_of "$1")"
  printf '%s' "${pid:--}"
}

address_of() {
  case "$1" in
    redis) printf 'redis://127.0.0.1:%s' "$FRESHET_REDIS_PORT" ;;
    proxy) proxy_url ;;
    *) printf 'http://127.0.0.1:%s, management http://127.0.0.1:%s/q' "$(port_of "$1")" "$(management_port_of "$1")" ;;
  esac
}
