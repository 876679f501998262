# shellcheck shell=bash
# The key pair that signs tokens in development. Made on first use, below .dev, never committed.

PRIVATE_KEY="$KEY_DIR/private.pem"
PUBLIC_KEY="$KEY_DIR/public.pem"

ensure_keys() {
  local draft
  if [ -s "$PRIVATE_KEY" ] && [ -s "$PUBLIC_KEY" ]; then return; fi
  have openssl || die "Tokens are signed with openssl, which is not on the PATH: install it with your system's package manager."
  mkdir -p "$KEY_DIR"
  draft="$KEY_DIR/draft.$$"
  if ! [ -s "$PRIVATE_KEY" ]; then
    (umask 077 && openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$draft" 2>/dev/null) ||
      (umask 077 && openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$draft" 2>/dev/null) ||
      die "openssl could not make a key in $KEY_DIR: is the disk full or the folder not writable?"
    # A link is made by one of several who try at the same time; all go on with that key.
    ln "$draft" "$PRIVATE_KEY" 2>/dev/null || true
    rm -f "$draft"
  fi
  openssl pkey -in "$PRIVATE_KEY" -pubout -out "$draft" 2>/dev/null ||
    die "openssl cannot read $PRIVATE_KEY: remove it, and the next command makes a new one."
  mv -f "$draft" "$PUBLIC_KEY"
}
