# shellcheck shell=bash
# JWTs for development: RS256, signed with the key of keys.sh. Only the token goes to stdout.

TOKEN_ISSUER="https://freshet.dev/dev"
TOKEN_AUDIENCE="freshet"
# One working day.
TOKEN_SECONDS=28800

token_command() {
  local user="" name="" seconds="$TOKEN_SECONDS" channels="room:*,document:*" publish groups="" publish_given=no
  while [ "$#" -gt 0 ]; do
    case "$1" in
      --channels | --publish | --groups | --name | --expires)
        [ "$#" -ge 2 ] || die "$1 wants a value."
        case "$1" in
          --channels) channels="$2" ;;
          --publish) publish="$2" publish_given=yes ;;
          --groups) groups="$2" ;;
          --name) name="$2" ;;
          --expires) seconds="$2" ;;
        esac
        shift 2
        ;;
      -*) die "\"$1\" is not known: there are --channels, --publish, --groups, --name and --expires." ;;
      *)
        [ -z "$user" ] || die "A token is for one user, not for \"$user\" and \"$1\"."
        user="$1"
        shift
        ;;
    esac
  done
  [ -n "$user" ] || die "Whose token? For example \`$DEV_COMMAND token alice\`."
  require_user "$user"
  [[ "$seconds" =~ ^[1-9][0-9]{0,8}$ ]] || die "\"$seconds\" is not a number of seconds."
  if [[ "$name" =~ [[:cntrl:]] ]]; then die "A name must not contain control characters."; fi
  if [ "$publish_given" = no ]; then publish="user:$user,room:*,broadcast:*"; fi
  # `|| exit`, here and elsewhere: bash forgets `set -e` inside of $(...).
  channels="$(json_list "$channels" "$PATTERN_GRAMMAR" "$PATTERN_RULE")" || exit
  publish="$(json_list "$publish" "$PATTERN_GRAMMAR" "$PATTERN_RULE")" || exit
  groups="$(json_list "$groups" '^[A-Za-z0-9_.-]{1,64}$' "a group name")" || exit
  ensure_keys
  sign_token "$user" "${name:-$user}" "$seconds" "$channels" "$publish" "$groups"
}

PATTERN_RULE="a channel pattern: kind:name, kind:* or kind:prefix* with kind user, broadcast, room or document"
PATTERN_GRAMMAR='^(user|broadcast|room|document):([A-Za-z0-9_.@-]{1,128}|[A-Za-z0-9_.@-]{0,127}\*)$'

# json_list a,b <grammar> <what each must be>: ["a","b"]. The grammars leave nothing to escape.
json_list() {
  local LC_ALL=C items=() item list=""
  IFS=, read -r -a items <<<"$1"
  for item in ${items[@]+"${items[@]}"}; do
    [[ "$item" =~ $2 ]] || die "\"$item\" is not $3."
    list="$list${list:+,}\"$item\""
  done
  printf '[%s]' "$list"
}

# sign_token <sub> <name> <seconds> <channels> <publish> <groups>, the last three as JSON
sign_token() {
  local now name id signed signature
  # {"alg":"RS256","typ":"JWT"}
  local header=eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9
  now="$(date +%s)"
  name="$2"
  if [[ "$name" == *[\\\"]* ]]; then name="$(printf '%s' "$2" | sed 's/[\\"]/\\&/g')"; fi
  id="$(od -An -N16 -tx1 /dev/urandom)"
  id="${id//[!0-9a-f]/}"
  signed="$header.$(
    printf '{"iss":"%s","aud":"%s","sub":"%s","name":"%s","iat":%s,"exp":%s,"jti":"%s","channels":%s,"publish":%s,"groups":%s}' \
      "$TOKEN_ISSUER" "$TOKEN_AUDIENCE" "$1" "$name" "$now" "$((now + $3))" "$id" "$4" "$5" "$6" | base64url
  )"
  signature="$(printf '%s' "$signed" | openssl dgst -sha256 -sign "$PRIVATE_KEY" -binary | base64url)"
  [ -n "$signature" ] || die "openssl cannot sign with $PRIVATE_KEY: remove $KEY_DIR, and the next command makes new keys."
  printf '%s.%s\n' "$signed" "$signature"
}

# Without tr and openssl: every token waits for each process that it takes.
base64url() {
  local text
  text="$(base64)"
  # GNU's wraps its lines, others do not.
  text="${text//$NEWLINE/}"
  text="${text//+/-}"
  text="${text//\//_}"
  printf '%s' "${text%%=*}"
}
