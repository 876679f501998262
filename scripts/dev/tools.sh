# shellcheck shell=bash
# Finds Redis 7 or newer, nginx, openssl and curl, and installs what is missing where that needs no question:
# apt-get as root or with passwordless sudo, or Homebrew.

# Debian puts nginx into /usr/sbin, which is not on everybody's PATH.
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

REDIS_MINIMUM=7

require_runtime_tools() {
  require_tool openssl openssl openssl
  require_tool curl curl curl
  require_tool nginx nginx nginx
  require_tool redis-server redis-server redis
  local version
  version="$(redis-server --version 2>/dev/null | sed -n 's/^.*v=\([0-9][0-9.]*\).*$/\1/p')"
  at_least "$REDIS_MINIMUM" "$version" ||
    die "Freshet needs Redis $REDIS_MINIMUM or newer, and $(command -v redis-server) is ${version:-of an unknown version}: install a newer one from https://redis.io/docs/latest/operate/oss_and_stack/install/."
}

# One fault scenario turns back the clock of Redis, with a library that Debian has. Without it that one says so and is left out.
find_faketime() {
  if have apt-get && [ -z "$(find /usr/lib -maxdepth 3 -path '*/faketime/libfaketime.so.1' 2>/dev/null)" ]; then
    install_packages libfaketime libfaketime -
  fi
}

# require_tool <program> <Debian package> <Homebrew formula>
require_tool() {
  if have "$1"; then return; fi
  install_packages "$1" "$2" "$3"
  have "$1" || die "Freshet needs $1, which is not on the PATH: install it with your system's package manager and try again."
}

# install_packages <shown name> <Debian package> <Homebrew formula>. Does nothing where it has no way or no right to.
install_packages() {
  if have apt-get && as_root true 2>/dev/null; then
    say "Installing $2 with apt-get ..."
    apt_install "$2" || die "$1 is missing and \`apt-get install $2\` failed: see the lines above."
  elif have brew; then
    say "Installing $3 with Homebrew ..."
    brew install "$3" >&2 || die "$1 is missing and \`brew install $3\` failed: see the lines above."
  fi
  hash -r
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif have sudo; then
    sudo -n "$@"
  else
    return 1
  fi
}

# Debian starts a service as soon as its package is installed. We want the program only: for the time of the
# installation a policy forbids the start (unless the machine has a policy of its own), then it is removed again.
apt_install() {
  local policy=/usr/sbin/policy-rc.d ours=no status=0
  if ! [ -e "$policy" ]; then
    ours=yes
    # shellcheck disable=SC2016 # $1 belongs to the inner shell
    as_root sh -c 'printf "#!/bin/sh\nexit 101\n" >"$1" && chmod 755 "$1"' sh "$policy" || return 1
  fi
  # shellcheck disable=SC2016 # so does this one
  as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 sh -c \
    'apt-get update -qq && apt-get install -y -qq --no-install-recommends "$1"' sh "$1" >&2 || status=1
  if [ "$ours" = yes ]; then as_root rm -f "$policy"; fi
  # Nor should the next boot start what nobody asked for.
  if [ "$status" -eq 0 ] && have systemctl; then
    as_root systemctl disable --quiet "$1" >/dev/null 2>&1 || true
  fi
  return "$status"
}
