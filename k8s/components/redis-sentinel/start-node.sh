#!/bin/sh
# Starts one of several servers that Sentinels watch.
#
# At the very first start the first one is the primary and the others follow it. Which is it later, the Sentinels decide; they
# have each server write that into node.conf (CONFIG REWRITE), on its volume. A primary that comes back after it was
# replaced still takes itself for one: it has no replicas, so it refuses writes until the Sentinels have told it.
set -eu

SERVICE="${FRESHET_NODES_SERVICE:-redis-nodes}"
DATA="${FRESHET_DATA:-/data}"
RUN="${FRESHET_RUN:-/run/redis}"
PASSWORDS="${FRESHET_PASSWORDS:-/etc/freshet/passwords}"
START="${FRESHET_START:-/etc/freshet/redis/start.sh}"
CONF="${FRESHET_CONF:-/etc/freshet/redis/redis.conf}"

name="${FRESHET_NODE:-$(hostname)}"
node="$DATA/node.conf"
if ! [ -e "$node" ]; then
  : >"$node.draft"
  case "$name" in
    *-0) ;;
    *) echo "replicaof ${FRESHET_FIRST:-${name%-*}-0.$SERVICE 6379}" >>"$node.draft" ;;
  esac
  mv "$node.draft" "$node"
fi

umask 077
{
  echo "masteruser replication"
  printf 'masterauth "%s"\n' "$(cat "$PASSWORDS/replication")"
} >"$RUN/replication.conf"

# Files that are named here come after node.conf and win over what was written into it; so a change of redis.conf counts.
exec sh "$START" "$node" --include "$CONF" --include "$RUN/replication.conf" --dir "$DATA" \
  --replica-announce-ip "$name.$SERVICE" --min-replicas-to-write 1 --min-replicas-max-lag 5 "$@"
