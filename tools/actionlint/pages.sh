#!/bin/sh
# Holds the workflows that the pages show against actionlint: the blocks of docs/ that begin
# with the name of a file in .github/workflows.
set -eu
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for page in README.md docs/*.md docs/ci/*.md; do
  awk -v to="$work/$(basename "$page" .md)" '
    /^```yaml$/ { first = 1; next }
    first { first = 0; if ($0 ~ /^# \.github\/workflows\//) { out = to "-" ++n ".yaml" } }
    /^```$/ { out = ""; next }
    out != "" { print > out }
  ' "$page"
done
ls "$work"/many-repositories-1.yaml >/dev/null # what this is for, at least
go tool -modfile=tools/actionlint/go.mod actionlint "$work"/*.yaml
echo "$(find "$work" -name '*.yaml' | wc -l) workflows of pages"
