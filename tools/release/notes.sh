#!/usr/bin/env bash
# Prints what CHANGELOG.md says of a version, for the text of its release: notes.sh 1.2.3.
# It fails where there is no such section, or nothing in it.
set -euo pipefail
version=$1

notes=$(awk -v heading="## $version" '
  /^## / { inside = $0 == heading || index($0, heading " ") == 1; next }
  inside { print }
' CHANGELOG.md)
if [ -z "${notes//[[:space:]]/}" ]; then
  echo "notes: CHANGELOG.md says nothing of $version" >&2
  exit 1
fi
printf '%s\n' "$notes"
