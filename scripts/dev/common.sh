# shellcheck shell=bash
# shellcheck disable=SC2034 # the other parts use what is set here
# Where things are, and how we speak: results to stdout, everything else to stderr, an error is one sentence.

# Everything a run leaves behind is below .dev, which git ignores.
DEV_DIR="$ROOT/.dev"
RUN_DIR="$DEV_DIR/run"
LOG_DIR="$DEV_DIR/logs"
KEY_DIR="$DEV_DIR/keys"
REDIS_DIR="$DEV_DIR/redis"
NGINX_DIR="$DEV_DIR/nginx"

# In the order in which they start; stopping goes through stop_everything.
SERVICES="ticket events push"
PROCESSES="redis $SERVICES proxy"

NEWLINE=$'\n'

say() {
  printf '%s\n' "$*" >&2
}

die() {
  say "$*"
  exit 1
}

have() {
  command -v "$1" >/dev/null 2>&1
}

# at_least 3.8.7 3.9.1: is the second version not older than the first? Compares up to three numbers.
at_least() {
  local want_major want_minor want_patch got_major got_minor got_patch rest
  IFS=. read -r want_major want_minor want_patch rest <<<"$1..."
  IFS=. read -r got_major got_minor got_patch rest <<<"$2..."
  : "$rest"
  want_major=$(leading_number "$want_major") got_major=$(leading_number "$got_major")
  want_minor=$(leading_number "$want_minor") got_minor=$(leading_number "$got_minor")
  want_patch=$(leading_number "$want_patch") got_patch=$(leading_number "$got_patch")
  if [ "$got_major" -ne "$want_major" ]; then [ "$got_major" -gt "$want_major" ]; return; fi
  if [ "$got_minor" -ne "$want_minor" ]; then [ "$got_minor" -gt "$want_minor" ]; return; fi
  [ "$got_patch" -ge "$want_patch" ]
}

# 26 of "26-ea"; 0 where there is none.
leading_number() {
  local number="${1%%[!0-9]*}"
  printf '%s' "$((10#${number:-0}))"
}

# The name in api.md's grammar for channels, users and rooms.
is_name() {
  local LC_ALL=C
  [ "${#1}" -le 128 ] && [[ "$1" =~ ^[A-Za-z0-9_.@-]+$ ]]
}

require_user() {
  is_name "$1" || die "\"$1\" is not a user name: 1 to 128 of A-Z a-z 0-9 _ . @ - are allowed."
  case "$1" in
    me | notifications) die "\"$1\" is reserved, choose another user name." ;;
  esac
}
