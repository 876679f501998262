# shellcheck shell=bash
# How each part is started.

# Every SSE or WebSocket connection is one open file in push-service and two in the proxy.
FILES_WANTED=65536

# As near to FILES_WANTED as this machine allows; never lower than it is.
raise_file_limit() {
  local hard now count
  hard="$(ulimit -H -n)"
  now="$(ulimit -S -n)"
  for count in "$FILES_WANTED" "$hard" 20480 10240 4096; do
    if [ "$now" = unlimited ] || { [ "$count" != unlimited ] && [ "$now" -ge "$count" ]; }; then return; fi
    if ulimit -S -n "$count" 2>/dev/null; then return; fi
  done
}

# The shipped redis.conf, so that development has production's limits and persistence.
start_redis() {
  mkdir -p "$REDIS_DIR"
  # set-proc-title no: the command line keeps --dir, by which we know our own Redis again.
  start_process redis redis-server "$ROOT/k8s/base/redis/redis.conf" \
    --dir "$REDIS_DIR" --port "$FRESHET_REDIS_PORT" --bind 127.0.0.1 --set-proc-title no
}

# start_service ticket|events|push
start_service() {
  local program=("$JAVA_HOME/bin/java" "@$ROOT/k8s/base/jvm.options" -jar "$(jar_of "$1")")
  if [ "$NATIVE" = yes ]; then program=("$(binary_of "$1")" "$(heap_option)"); fi
  # FRESHET_…PORT is ours; inside a service it would read as one of its own config keys.
  start_process "$1" env \
    -u FRESHET_PORT -u FRESHET_REDIS_PORT \
    -u FRESHET_TICKET_PORT -u FRESHET_TICKET_MANAGEMENT_PORT \
    -u FRESHET_EVENTS_PORT -u FRESHET_EVENTS_MANAGEMENT_PORT \
    -u FRESHET_PUSH_PORT -u FRESHET_PUSH_MANAGEMENT_PORT \
    QUARKUS_PROFILE=dev \
    QUARKUS_HTTP_HOST=127.0.0.1 \
    QUARKUS_HTTP_PORT="$(port_of "$1")" \
    QUARKUS_MANAGEMENT_HOST=127.0.0.1 \
    QUARKUS_MANAGEMENT_PORT="$(management_port_of "$1")" \
    QUARKUS_REDIS_HOSTS="redis://127.0.0.1:$FRESHET_REDIS_PORT" \
    MP_JWT_VERIFY_PUBLICKEY_LOCATION="file:$PUBLIC_KEY" \
    MP_JWT_VERIFY_ISSUER="$TOKEN_ISSUER" \
    MP_JWT_VERIFY_AUDIENCES="$TOKEN_AUDIENCE" \
    FRESHET_LOG_PARTITIONS="${FRESHET_LOG_PARTITIONS:-1}" \
    "${program[@]}"
}

start_proxy() {
  render_proxy_config
  local error_log=()
  # Before nginx 1.19.5 the compiled-in error log is opened first, whatever the config says.
  case "$(nginx -h 2>&1)" in
    *"-e filename"*) error_log=(-e stderr) ;;
  esac
  start_process proxy nginx -p "$NGINX_DIR/" ${error_log[@]+"${error_log[@]}"} -c "$NGINX_DIR/nginx.conf"
}
