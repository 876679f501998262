# shellcheck shell=bash
# The page to look at, client/demo: built where npm is there, and served by the proxy with a few users to sign in as.

PAGE_DIR="$DEV_DIR/page"
PAGE_SUM="$DEV_DIR/page.sum"
PAGE_USERS_DIR="$DEV_DIR/page-users"
# A week: a run in the background is not ended at night.
PAGE_TOKEN_SECONDS=604800

# user:shown name:groups
PAGE_USERS="
alice:Alice Weaver:
bob:Bob Miller:
carol:Carol Fisher:
shop:The Shop:publisher
"

# Without the page everything else is there, so nothing here ends `up`.
prepare_page() {
  local problem sum
  problem="$(node_problem)"
  if [ -n "$problem" ]; then
    say "There is no page to look at, because $problem."
    remove_page
    return
  fi
  sum="$(page_sum)"
  if has_page && [ "$(cat "$PAGE_SUM" 2>/dev/null)" = "$sum" ]; then return; fi
  say "Building the page ..."
  # In a subshell, so that what fails ends no more than that.
  if (install_client_if_changed && build_page); then
    printf '%s\n' "$sum" >"$PAGE_SUM"
  else
    say "There is no page to look at, because its build failed: see the lines above."
    remove_page
  fi
}

has_page() {
  [ -f "$PAGE_DIR/index.html" ]
}

remove_page() {
  rm -rf "$PAGE_DIR" "$PAGE_SUM"
}

# Of everything that goes into it.
page_sum() {
  (
    cd "$ROOT/client" || exit
    find package.json package-lock.json tsconfig.base.json packages/client demo \
      \( -name node_modules -o -name dist -o -name test -o -name screenshots \) -prune -o -type f -print |
      LC_ALL=C sort | while IFS= read -r file; do cksum "$file"; done | cksum
  )
}

build_page() {
  (cd "$ROOT/client" && npm run --silent build >&2 &&
    npm run --silent build -w freshet-demo -- --outDir "$PAGE_DIR" --emptyOutDir --logLevel warn >&2)
}

# Whom the page can sign in as: their tokens, made anew at each start, for nobody but the page of the dev proxy.
write_page_users() {
  local user name groups list=""
  mkdir -p "$PAGE_USERS_DIR"
  while IFS=: read -r user name groups; do
    if [ -z "$user" ]; then continue; fi
    list="$list${list:+,$NEWLINE}$(page_user "$user" "$name" "$groups")" || exit
  done <<<"$PAGE_USERS"
  (umask 077 && printf '[%s]\n' "$list" >"$PAGE_USERS_DIR/users.json")
}

page_user() {
  local token publish
  publish="user:$1,room:*,broadcast:*"
  # A backend of one's own publishes to anybody.
  if [ -n "$3" ]; then publish="user:*,room:*,broadcast:*"; fi
  token="$(token_command "$1" --name "$2" --groups "$3" --publish "$publish" --expires "$PAGE_TOKEN_SECONDS")" || exit
  printf '{"id":"%s","name":"%s","role":"%s","token":"%s"}' "$1" "$2" "${3:-customer}" "$token"
}

# The lines that include the page in the proxy's configuration, or nothing.
render_page_config() {
  if ! has_page; then
    : >"$NGINX_DIR/page.conf"
    return
  fi
  write_page_users
  cp "$ROOT/scripts/dev/nginx-page.conf" "$NGINX_DIR/page.conf"
}
