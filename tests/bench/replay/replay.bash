# Sourced by the login shell of a light machine, for each command that comes over SSH: says what the
# real machine said to it, as late as that did.
. /replay/key.bash
key
answer=/replay/answers/$REPLY
if [ ! -e "$answer/end" ]; then
    echo "a command that was not recorded, and ends: ${SSH_ORIGINAL_COMMAND: -300}" >&2
    exit 70
fi
read -r seconds status <"$answer/end"
sleep "$seconds"
[ ! -s "$answer/stdout" ] || cat "$answer/stdout"
[ ! -s "$answer/stderr" ] || cat "$answer/stderr" >&2
exit "$status"
