# shellcheck shell=bash
# Waiting until everything answers, and saying what went wrong if it does not.

READY_SECONDS=120

# The name people know a process by.
title_of() {
  case "$1" in
    redis) printf 'Redis' ;;
    proxy) printf 'the proxy' ;;
    *) printf '%s-service' "$1" ;;
  esac
}

is_ready() {
  case "$1" in
    redis) redis_answers ;;
    proxy) proxy_answers ;;
    *) curl -sf --noproxy '*' -m 2 -o /dev/null "http://127.0.0.1:$(management_port_of "$1")/q/health/ready" ;;
  esac
}

# Not while it still loads its data: then it answers -LOADING.
redis_answers() {
  (
    exec 3<>"/dev/tcp/127.0.0.1/$FRESHET_REDIS_PORT"
    printf 'PING\r\n' >&3
    IFS= read -r -t 2 reply <&3
    case "$reply" in +PONG*) exit 0 ;; *) exit 1 ;; esac
  ) 2>/dev/null
}

# Any answer that a service gave (401 without a token) shows that requests get through.
proxy_answers() {
  local status
  status="$(curl -s --noproxy '*' -m 2 -o /dev/null -w '%{http_code}' "$(proxy_url)/api/stats" || true)"
  case "$status" in
    "" | 000 | 502 | 503 | 504) return 1 ;;
  esac
}

proxy_url() {
  printf 'http://localhost:%s' "$FRESHET_PORT"
}

# wait_until_ready <names>: all of them, or exit with the last log lines of the one that failed.
wait_until_ready() {
  local deadline=$((SECONDS + READY_SECONDS)) name waiting="$*" still
  while [ -n "$waiting" ]; do
    still=""
    for name in $waiting; do
      require_running "$name"
      if ! is_ready "$name"; then still="$still${still:+ }$name"; fi
    done
    waiting="$still"
    if [ -n "$waiting" ]; then
      if [ "$SECONDS" -ge "$deadline" ]; then
        for name in $waiting; do show_last_lines "$name"; done
        name="${waiting%% *}"
        die "$(title_of "$name") was not ready within $READY_SECONDS seconds, its last lines are above."
      fi
      sleep 0.2
    fi
  done
}

# Everything has to go on running; which is checked in the order of the start, so that the cause is named first.
require_running() {
  local name
  for name in "$@"; do
    if ! is_running "$name"; then
      show_last_lines "$name"
      die "$(title_of "$name") has stopped, its last lines are above (all of them: ${LOG_DIR#"$ROOT"/}/$name.log)."
    fi
  done
}

show_last_lines() {
  say "--- $1 ---"
  tail -n 30 "$LOG_DIR/$1.log" >&2 || true
  say "---"
}
