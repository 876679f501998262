# shellcheck shell=bash
# `./dev down`: stops whatever of ours still runs, also after a crash, and says so if nothing did.

down_command() {
  local wipe=no running
  case "${1:-}" in
    "") ;;
    --wipe) wipe=yes ;;
    *) die "\`down\` knows --wipe only, not \"$1\"." ;;
  esac
  running="$(running_processes)"
  if is_running up; then
    stop_up
    running="$running up"
  fi
  stop_everything
  stop_following
  rm -f "$RUN_DIR/up.pid"
  if [ -n "$running" ]; then say "Freshet is stopped."; else say "Nothing of Freshet was running here."; fi
  if [ "$wipe" = yes ]; then
    rm -rf "$REDIS_DIR"
    say "Redis's data is removed."
  fi
}

# An `up` in some terminal stops everything itself when it is told to.
stop_up() {
  local deadline=$((SECONDS + STOP_SECONDS + 30))
  send TERM up
  while is_running up; do
    if [ "$SECONDS" -ge "$deadline" ]; then
      die "\`$DEV_COMMAND up\` (pid $(pid_of up)) does not stop, perhaps it is still building: end it in its terminal."
    fi
    sleep 0.1
  done
}
