#!/bin/sh
# Starts Redis with the users of users.acl: start.sh <redis.conf> [more arguments of redis-server]
#
# Passwords come from the folder FRESHET_PASSWORDS, one file each. Redis gets their digests, in a file that only lives in
# memory; so no password stands in a command line, a ConfigMap or a log.
set -eu

PASSWORDS="${FRESHET_PASSWORDS:-/etc/freshet/passwords}"
# Several are separated by spaces.
TEMPLATES="${FRESHET_ACL_TEMPLATE:-/etc/freshet/redis/users.acl}"
RUN="${FRESHET_RUN:-/run/redis}"

fail() {
  echo "start.sh: $*" >&2
  exit 1
}

# Comments go; a line that begins with a space goes on from the one above.
join_lines() {
  # shellcheck disable=SC2086 # a list of words
  awk '/^#/ || /^$/ { next } /^ / { sub(/^ +/, ""); line = line " " $0; next } { if (line) print line; line = $0 } END { print line }' $TEMPLATES
}

umask 077
users="$RUN/users.acl"
join_lines >"$users"
# Read before the loop writes.
names="$(sed -n 's/^user .*#@\([a-z-]*\)@.*$/\1/p' "$users")"
for name in $names; do
  file="$PASSWORDS/$name"
  [ -r "$file" ] || fail "the secret has no password of \"$name\": $file cannot be read"
  # A line break at the end is an editor's.
  password="$(cat "$file")"
  [ "${#password}" -ge 16 ] || fail "the password of \"$name\" is shorter than 16 characters: make one with \`openssl rand -hex 32\`"
  digest="$(printf '%s' "$password" | sha256sum)"
  sed "s/#@$name@/#${digest%% *}/" "$users" >"$users.next"
  mv "$users.next" "$users"
done

exec redis-server "$@" --aclfile "$users"
