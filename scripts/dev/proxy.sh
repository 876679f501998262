# shellcheck shell=bash
# nginx's configuration: the template with this run's ports. All paths in it are relative to .dev/nginx.

render_proxy_config() {
  local ipv6="# no IPv6 on this machine"
  # "localhost" is ::1 first for many clients.
  if has_ipv6_loopback; then ipv6="listen [::1]:$FRESHET_PORT;"; fi
  mkdir -p "$NGINX_DIR/temp"
  : >"$NGINX_DIR/access.log"
  render_page_config
  sed \
    -e "s/@PORT@/$FRESHET_PORT/g" \
    -e "s/@LISTEN_IPV6@/$ipv6/g" \
    -e "s/@TICKET_PORT@/$FRESHET_TICKET_PORT/g" \
    -e "s/@EVENTS_PORT@/$FRESHET_EVENTS_PORT/g" \
    -e "s/@PUSH_PORT@/$FRESHET_PUSH_PORT/g" \
    -e "s/# include page\.conf .*/include page.conf;/" \
    "$ROOT/scripts/dev/nginx.conf.template" >"$NGINX_DIR/nginx.conf"
}
