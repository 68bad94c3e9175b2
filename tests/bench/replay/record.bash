# Sourced by the login shell of a real machine, for each command that comes over SSH: runs it, and
# keeps what it answered and how long that took.
. /var/lib/bench/key.bash
key
kept=/var/lib/bench/answers/$REPLY
command=$SSH_ORIGINAL_COMMAND
unset SSH_ORIGINAL_COMMAND
mkdir -p "$kept"
began=${EPOCHREALTIME/./}
bash -c "$command" >"$kept/stdout" 2>"$kept/stderr"
status=$?
took=$((${EPOCHREALTIME/./} - began))
printf '%d.%06d %d\n' $((took / 1000000)) $((took % 1000000)) $status >"$kept/end"
cat "$kept/stdout"
cat "$kept/stderr" >&2
exit $status
