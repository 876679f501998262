# shellcheck shell=bash
# Finds a JDK 25 or newer and Maven 3.8.7 or newer.

JDK_MINIMUM=25
MAVEN_MINIMUM=3.8.7

# Sets and exports JAVA_HOME to the first JDK that is new enough: JAVA_HOME, PATH, then the usual places of each system.
require_jdk() {
  local home
  while IFS= read -r home; do
    if is_new_jdk "$home"; then
      export JAVA_HOME="$home"
      return
    fi
  done < <(jdk_candidates)
  die "Freshet needs a JDK $JDK_MINIMUM or newer and none was found: install one (for example from https://adoptium.net) or point JAVA_HOME at it."
}

jdk_candidates() {
  local place
  if [ -n "${JAVA_HOME:-}" ]; then printf '%s\n' "$JAVA_HOME"; fi
  if have java; then java_home_of "$(command -v java)"; fi
  if [ -x /usr/libexec/java_home ]; then /usr/libexec/java_home -v "$JDK_MINIMUM+" 2>/dev/null || true; fi
  for place in \
    /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /opt/java/* /opt/jdk* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home "${HOME:-/nowhere}"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home /opt/homebrew/opt/openjdk* \
    /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home /usr/local/opt/openjdk* \
    /home/linuxbrew/.linuxbrew/opt/openjdk*/libexec /home/linuxbrew/.linuxbrew/opt/openjdk* \
    "${HOME:-/nowhere}"/.sdkman/candidates/java/* "${HOME:-/nowhere}"/.jdks/* "${HOME:-/nowhere}"/.jdks/*/Contents/Home \
    "${HOME:-/nowhere}"/.asdf/installs/java/* "${HOME:-/nowhere}"/.local/share/mise/installs/java/*; do
    if [ -x "$place/bin/javac" ]; then printf '%s\n' "$place"; fi
  done
}

# The home of a java on the PATH, following links: /usr/bin/java -> /etc/alternatives/java -> <home>/bin/java.
java_home_of() {
  local file="$1" target hops=0
  while [ -L "$file" ] && [ "$hops" -lt 20 ]; do
    target="$(readlink "$file")"
    case "$target" in
      /*) file="$target" ;;
      *) file="$(dirname "$file")/$target" ;;
    esac
    hops=$((hops + 1))
  done
  (cd "$(dirname "$file")/.." 2>/dev/null && pwd -P) || true
}

# A JDK, not a JRE. Its file "release" answers without starting a JVM.
is_new_jdk() {
  local version=""
  if ! [ -x "$1/bin/javac" ]; then return 1; fi
  if [ -r "$1/release" ]; then
    version="$(sed -n 's/^JAVA_VERSION="\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' "$1/release")"
  fi
  if [ -z "$version" ]; then
    version="$("$1/bin/javac" -version 2>&1 | sed -n 's/^javac \([0-9][^ ]*\).*$/\1/p')"
  fi
  at_least "$JDK_MINIMUM" "$version"
}

# Expects JAVA_HOME, because mvn starts a JVM to tell its version.
require_maven() {
  local version
  if ! have mvn; then install_packages "Maven" maven maven; fi
  have mvn || die "Freshet is built with Maven $MAVEN_MINIMUM or newer, and there is no mvn on the PATH: install it from https://maven.apache.org/install.html."
  version="$(mvn -v 2>/dev/null | sed -n 's/^.*Apache Maven \([0-9][0-9.]*\).*$/\1/p')"
  at_least "$MAVEN_MINIMUM" "$version" ||
    die "Freshet is built with Maven $MAVEN_MINIMUM or newer, and mvn on the PATH is ${version:-of an unknown version}: install a newer one from https://maven.apache.org/install.html."
}
