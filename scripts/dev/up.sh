# shellcheck shell=bash
# `./dev up`: everything on this machine, ready to use.

up_command() {
  local argument background=no
  # Read by start_service.
  NATIVE=no
  for argument in "$@"; do
    case "$argument" in
      --background) background=yes ;;
      --native) NATIVE=yes ;;
      *) die "\`up\` knows --background and --native only, not \"$argument\"." ;;
    esac
  done
  mkdir -p "$RUN_DIR" "$LOG_DIR"
  default_ports
  claim_run

  # From here on whatever ends us also ends what we started.
  trap finish EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP

  if [ "$NATIVE" = yes ]; then require_binaries; fi
  require_jdk
  require_runtime_tools
  require_free_ports
  if [ "$NATIVE" = no ]; then build_if_changed; fi
  prepare_page
  ensure_keys
  raise_file_limit
  save_ports
  start_all
  print_welcome

  if [ "$background" = yes ]; then
    trap - EXIT INT TERM HUP
    rm -f "$RUN_DIR/up.pid"
  else
    trap 'exit 0' INT TERM HUP
    watch_all
  fi
}

# One run per checkout. The pid file is made with noclobber, so that of two at the same moment one wins.
claim_run() {
  local running
  running="$(running_processes)"
  if is_running up || [ -n "$running" ]; then
    die "Freshet is already running here${running:+ ($running)}: see it with \`$DEV_COMMAND status\`, stop it with \`$DEV_COMMAND down\`."
  fi
  rm -f "$RUN_DIR/up.pid"
  (set -C && printf '%s\n' "$$" >"$RUN_DIR/up.pid") 2>/dev/null ||
    die "Another \`$DEV_COMMAND up\` began at this very moment: leave it to that one."
}

start_all() {
  local service
  say "Starting Redis, three services and the proxy ..."
  start_redis
  wait_until_ready redis
  for service in $SERVICES; do start_service "$service"; done
  start_proxy
  # shellcheck disable=SC2086 # a list of words
  wait_until_ready $SERVICES proxy
}

print_welcome() {
  local url
  url="$(proxy_url)"
  cat <<END

Freshet is ready at $url
END
  if has_page; then
    cat <<END

  Look at it: open $url/ and sign in as one of a few made-up users.
END
  fi
  cat <<END

  Follow what happens to alice (leave it running in a second terminal):
    curl -N -H "Authorization: Bearer \$($DEV_COMMAND token alice)" $url/api/events/me

  Tell her something:
    $DEV_COMMAND publish user:alice order-completed '{"orderId":7}'
END
  if [ "${FRESHET_LOG_PARTITIONS:-1}" = 1 ] && have redis-cli; then
    cat <<END

  Or append to the log as any other program would, without an HTTP client:
    redis-cli -p $FRESHET_REDIS_PORT XADD 'events:{0}' '*' channel user:alice type order-completed payload '{"orderId":7}'
END
  fi
  cat <<END

  The same over a WebSocket (type {"type":"join-room","payload":"lobby"} and Enter):
    $DEV_COMMAND ws alice

END
}

# Shows the services' logs until somebody stops us or a part stops by itself.
watch_all() {
  say "Logs of the services follow, Ctrl-C stops everything."
  set -m
  # shellcheck disable=SC2086 # a list of words
  follow_logs 0 $SERVICES </dev/null &
  printf '%s\n' "$!" >"$RUN_DIR/follow.pid"
  disown "$!" 2>/dev/null || true
  set +m
  while :; do
    # shellcheck disable=SC2086 # a list of words
    require_running $PROCESSES
    # In the background, because a trap runs at once only during `wait`.
    sleep 1 &
    wait "$!" || true
  done
}

# The EXIT trap. Ctrl-C once more ends the patience with a slow one.
finish() {
  set +e
  trap '' TERM HUP
  trap 'IMPATIENT=yes' INT
  if [ -n "$(running_processes)" ]; then say "Stopping ..."; fi
  stop_everything
  stop_following
  rm -f "$RUN_DIR/up.pid"
}

# The log followers are a process group of their own (tail and the loop that reads from it).
stop_following() {
  local pid
  pid="$(pid_of follow)"
  if [ -n "$pid" ]; then kill -s TERM -- "-$pid" 2>/dev/null || true; fi
  rm -f "$RUN_DIR/follow.pid"
}
