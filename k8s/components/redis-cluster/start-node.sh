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

# Nodes remember each other by address, and a pod's is another after every start. Who is told by one that it still finds
# writes that down; after all were gone, none finds any. So each that starts looks the names of the others up.
if [ -s "$DATA/nodes.conf" ]; then
  while read -r id place rest; do
    case "$place" in
      *,?*)
        name="${place#*,}"
        address="$(getent ahostsv4 "${name%%,*}" | awk '{ print $1; exit }')"
        if [ -n "$address" ]; then place="$address:${place##*:}"; fi
        ;;
    esac
    echo "$id $place${rest:+ $rest}"
  done <"$DATA/nodes.conf" >"$DATA/nodes.conf.next"
  mv "$DATA/nodes.conf.next" "$DATA/nodes.conf"
fi

{
  echo "masteruser replication"
  printf 'masterauth "%s"\n' "$(cat "$PASSWORDS/replication")"
} >"$RUN/replication.conf"

# Names, for addresses do not survive a pod. A minority refuses reads as well as writes (cluster-allow-reads-when-down no, the
# default), and slots whose primary is well go on while others wait for an election. No min-replicas-to-write: a primary without the
# majority stops taking writes by itself, as soon as that would make it, and the loss of its only replica would stop it, too.
exec sh "$START" "$CONF" --include "$RUN/replication.conf" --dir "$DATA" \
  --cluster-enabled yes --cluster-config-file "$DATA/nodes.conf" --cluster-node-timeout 5000 \
  --cluster-require-full-coverage no --cluster-preferred-endpoint-type hostname \
  --cluster-announce-hostname "${FRESHET_NODE:-$(hostname)}.$SERVICE" --cluster-announce-ip "$POD_IP" "$@"
