#!/bin/sh
# Starts a node of the cluster. Which slots it has, and who the others are, it keeps in nodes.conf on its volume.
set -eu

SERVICE="${FRESHET_NODES_SERVICE:-redis-nodes}"
DATA="${FRESHET_DATA:-/data}"
RUN="${FRESHET_RUN:-/run/redis}"
PASSWORDS="${FRESHET_PASSWORDS:-/etc/freshet/passwords}"
START="${FRESHET_START:-/etc/freshet/redis/start.sh}"
CONF="${FRESHET_CONF:-/etc/freshet/redis/redis.conf}"

umask 077
{
  echo "masteruser replication"
  printf 'masterauth "%s"\n' "$(cat "$PASSWORDS/replication")"
} >"$RUN/replication.conf"

# Names, for addresses do not survive a pod. A minority refuses reads as well as writes (cluster-allow-reads-when-down no, the
# default), and slots whose primary is well go on while others wait for an election.
exec sh "$START" "$CONF" --include "$RUN/replication.conf" --dir "$DATA" \
  --cluster-enabled yes --cluster-config-file "$DATA/nodes.conf" --cluster-node-timeout 5000 \
  --cluster-require-full-coverage no --cluster-preferred-endpoint-type hostname \
  --cluster-announce-hostname "${FRESHET_NODE:-$(hostname)}.$SERVICE" --cluster-announce-ip "$POD_IP" \
  --min-replicas-to-write 1 --min-replicas-max-lag 5 "$@"
