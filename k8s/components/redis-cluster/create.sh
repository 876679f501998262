#!/bin/sh
# Makes a cluster of the nodes, unless they are one: create.sh <host:port> …
set -eu

# Where redis-cli takes it from.
REDISCLI_AUTH="$(cat "${FRESHET_PASSWORDS:-/etc/freshet/passwords}/operator")"
export REDISCLI_AUTH

ask() {
  host="${1%:*}" port="${1##*:}"
  shift
  redis-cli -h "$host" -p "$port" --user operator "$@"
}

addresses=""
for node in "$@"; do
  until [ "$(ask "$node" ping 2>/dev/null)" = PONG ]; do
    echo "waiting for $node"
    sleep 2
  done
  # Nodes are introduced to each other by addresses; names do not do.
  address="$(getent hosts "${node%:*}" | awk '{ print $1; exit }')"
  addresses="$addresses $address:${node##*:}"
done

if ask "$1" cluster info | grep -q 'cluster_slots_assigned:16384'; then
  echo "the cluster is there"
  exit 0
fi
# shellcheck disable=SC2086 # a list of words
redis-cli --user operator --cluster create $addresses --cluster-replicas 1 --cluster-yes
