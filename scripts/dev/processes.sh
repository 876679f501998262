# shellcheck shell=bash
# Child processes: start one in the background, know whether it still runs, stop it. A pid file alone proves
# nothing (the machine may have given the number to somebody else), so the command line is always compared.

# start_process <name> <command> [arguments]. Its output goes to the log of that name.
start_process() {
  local name="$1" pid tries=0
  shift
  # Job control gives the child a process group of its own: Ctrl-C in the terminal reaches us, not it,
  # and we stop everything in the right order.
  set -m
  (
    trap '' HUP
    exec "$@"
  ) </dev/null >"$LOG_DIR/$name.log" 2>&1 &
  pid=$!
  set +m
  disown "$pid" 2>/dev/null || true
  printf '%s\n' "$pid" >"$RUN_DIR/$name.pid"
  # Until exec has happened its command line is still ours.
  while ! is_running "$name" && kill -0 "$pid" 2>/dev/null && [ "$tries" -lt 100 ]; do
    tries=$((tries + 1))
    sleep 0.02
  done
}

# What the command line of each process contains, and nobody else's does.
mark_of() {
  case "$1" in
    redis) printf '%s' "$REDIS_DIR" ;;
    proxy) printf '%s' "$NGINX_DIR/nginx.conf" ;;
    up | follow) printf '%s' "dev up" ;;
    *) jar_of "$1" ;;
  esac
}

# The pid of a process that runs and is ours, else nothing.
pid_of() {
  local pid
  if ! [ -r "$RUN_DIR/$1.pid" ]; then return; fi
  pid="$(cat "$RUN_DIR/$1.pid")"
  if ! [[ "$pid" =~ ^[1-9][0-9]*$ ]]; then return; fi
  case "$(command_line_of "$pid")" in
    # A service runs as a jar or as a binary; of the others there is none.
    *"$(mark_of "$1")"* | *"$(binary_of "$1")"*) printf '%s' "$pid" ;;
  esac
}

command_line_of() {
  if [ -d /proc/self ]; then
    # Empty for a zombie, which is as good as gone.
    { tr '\0' ' ' <"/proc/$1/cmdline"; } 2>/dev/null || true
  else
    ps -ww -o command= -p "$1" 2>/dev/null || true
  fi
}

is_running() {
  [ -n "$(pid_of "$1")" ]
}

# The names of all parts that run, on one line.
running_processes() {
  local name names=""
  for name in $PROCESSES; do
    if is_running "$name"; then names="$names${names:+ }$name"; fi
  done
  printf '%s' "$names"
}

# send <signal> <name>
send() {
  local pid
  pid="$(pid_of "$2")"
  if [ -n "$pid" ]; then kill -s "$1" "$pid" 2>/dev/null || true; fi
}

# stop_processes <signal> <seconds> <names>: asks all of them at once, waits for all, kills who does not obey.
stop_processes() {
  local signal="$1" deadline=$((SECONDS + $2)) name waiting
  shift 2
  for name in "$@"; do send "$signal" "$name"; done
  while :; do
    waiting=""
    for name in "$@"; do
      if is_running "$name"; then waiting="$waiting $name"; else rm -f "$RUN_DIR/$name.pid"; fi
    done
    if [ -z "$waiting" ]; then return; fi
    if [ "$SECONDS" -ge "$deadline" ] || [ "${IMPATIENT:-no}" = yes ]; then break; fi
    sleep 0.1 || true
  done
  for name in $waiting; do
    say "$name does not stop, so it is killed."
    send KILL "$name"
    rm -f "$RUN_DIR/$name.pid"
  done
}

# Longer than push-service's drain: it closes its connections in waves after SIGTERM.
STOP_SECONDS=60

# Services first, while Redis and the proxy are still there for their last words.
stop_everything() {
  # shellcheck disable=SC2086 # a list of words
  stop_processes TERM "$STOP_SECONDS" $SERVICES
  # However impatient somebody is, Redis may still write its last second down.
  IMPATIENT=no
  stop_processes QUIT 5 proxy
  stop_processes TERM 20 redis
  rm -f "$PORTS_FILE"
}
