#!/usr/bin/env bash
# Tries an image as a user meets it: smoke.sh IMAGE VERSION, in a checkout.
set -euo pipefail
image=$1 version=$2

docker run --rm "$image" --version | grep -F "dockmend $version (commit "
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
printf 'FROM python\nCMD python app.py\n' >"$folder/Dockerfile"
status=0
docker run --rm --volume "$folder:/src:ro" --workdir /src "$image" lint --output json >"$folder/report.json" || status=$?
[ "$status" = 1 ] || {
  echo "smoke: lint ended with $status, and 1 was expected" >&2
  exit 1
}
for rule in untagged-image shell-form-command; do
  grep -q "\"$rule\"" "$folder/report.json" || {
    echo "smoke: the report does not have $rule" >&2
    exit 1
  }
done
echo "smoke: $image works"
