#!/usr/bin/env bash
# Shows whether two builds of dockmend say and fix the same, to the byte, for a change
# that is to change nothing:
#
#   tools/equal/equal.sh BEFORE AFTER FOLDER...
#
# Each folder is linted by default and by each preset, and its fixes are listed. What
# differs is named, and the outputs are kept; the exit code is then 1.
set -euo pipefail

if [ $# -lt 3 ]; then
	sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
	exit 2
fi
before=$(realpath "$1")
after=$(realpath "$2")
shift 2
out=$(mktemp -d)
differ=0

# run writes what a build says of a folder, and its exit code; 3 would be a run that is not complete.
run() {
	local code=0
	(cd "$folder" && "$@" . >"$to" 2>"$to.err") || code=$?
	echo "exit code $code" >>"$to"
	[ "$code" -le 1 ] || echo "  $1 ended with $code: $(head -n 1 "$to.err")"
}

for folder in "$@"; do
	for mode in default recommended cloud-native hardening hadolint strict fix; do
		case $mode in
		default) args=(lint -o json) ;;
		fix) args=(fix --diff --unsafe) ;;
		*) args=(lint -o json --preset "$mode") ;;
		esac
		name=$out/$(basename "$folder")-$mode
		for build in before after; do
			to=$name.$build
			run "${!build}" "${args[@]}" --no-gitignore --shellcheck off
		done
		if cmp -s "$name.before" "$name.after"; then
			echo "equal    $(basename "$folder") $mode ($(wc -c <"$name.after") bytes)"
			rm "$name.before" "$name.after" "$name.before.err" "$name.after.err"
		else
			echo "differs  $(basename "$folder") $mode: $name.before $name.after"
			differ=1
		fi
	done
done
exit $differ
