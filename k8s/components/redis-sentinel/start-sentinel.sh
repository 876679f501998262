#!/bin/sh
# Starts a Sentinel. What it learns, it writes into sentinel.conf on its volume: after a restart it knows the primary of then.
set -eu

DATA="${FRESHET_DATA:-/data}"
PASSWORDS="${FRESHET_PASSWORDS:-/etc/freshet/passwords}"
START="${FRESHET_START:-/etc/freshet/redis/start.sh}"

name="${FRESHET_NODE:-$(hostname).redis-sentinel}"
conf="$DATA/sentinel.conf"
password="$(cat "$PASSWORDS/sentinel")"
umask 077
if ! [ -e "$conf" ]; then
  cat >"$conf.draft" <<END
port ${FRESHET_SENTINEL_PORT:-26379}
dir "$DATA"
sentinel resolve-hostnames yes
sentinel announce-hostnames yes
sentinel announce-ip $name
sentinel monitor freshet ${FRESHET_FIRST:-redis-0.redis-nodes 6379} 2
sentinel down-after-milliseconds freshet 5000
sentinel failover-timeout freshet 30000
sentinel parallel-syncs freshet 1
sentinel auth-user freshet sentinel
sentinel auth-pass freshet $password
sentinel sentinel-user sentinel
sentinel sentinel-pass $password
END
  mv "$conf.draft" "$conf"
fi
# A new password counts after a restart.
sed "s/^sentinel auth-pass freshet .*/sentinel auth-pass freshet $password/; s/^sentinel sentinel-pass .*/sentinel sentinel-pass $password/" \
  "$conf" >"$conf.draft"
mv "$conf.draft" "$conf"

exec sh "$START" "$conf" --sentinel "$@"
