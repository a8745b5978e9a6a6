#!/bin/sh
# Holds the CI/CD component against GitLab's schema of its pipelines, and runs the lines of
# its job by gitlab-ci-local's shell executor: on a branch, and in a merge request.
#   tools/gitlab/component.sh DOCKMEND
# It needs npm, python3 with venv, git and rsync.
set -eu
dockmend=$(realpath "$1")
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

(cd "$work" && npm init -y && npm install --no-fund gitlab-ci-local@4.75.1 node@22) >"$work/npm.log" 2>&1 || { cat "$work/npm.log"; exit 1; }
python3 -m venv "$work/py"
"$work/py/bin/pip" -q install check-jsonschema==0.39.0
awk -v work="$work" '/^---$/ {n++; next} {print > (work "/part" n+0 ".yml")}' "$root/templates/dockmend/template.yml"
"$work/py/bin/check-jsonschema" --builtin-schema vendor.gitlab-ci "$work/part0.yml" "$work/part1.yml"

app="$work/app"
mkdir -p "$app/templates" "$work/bin"
cp "$dockmend" "$work/bin/dockmend"
cp -r "$root/templates/dockmend" "$app/templates/"
cd "$app"
git init -q -b main .
git config user.name test
git config user.email test@example.com
git remote add origin git@gitlab.example.com:group/app.git
printf 'include:\n  - local: templates/dockmend/template.yml\n    inputs:\n      fail-on: info\n' >.gitlab-ci.yml
printf 'FROM scratch\nADD https://example.com/a /\n' >Dockerfile
git add -A && git commit -qm one
base=$(git rev-parse HEAD)

# job NAME WANT VARIABLES...: the job passes (0) or fails (1), and leaves its reports.
job() {
	name=$1 want=$2
	shift 2
	rm -f gl-code-quality-report.json dockmend.sarif
	got=0
	PATH="$work/bin:$PATH" "$work/node_modules/node/bin/node" "$work/node_modules/gitlab-ci-local/dist/index.js" \
		--force-shell-executor "$@" dockmend >"$work/log" 2>&1 || got=1
	for file in gl-code-quality-report.json dockmend.sarif; do
		[ -s "$file" ] || { cat "$work/log"; echo "FAIL $name: no $file"; exit 1; }
	done
	[ "$got" = "$want" ] || { cat "$work/log"; echo "FAIL $name: $got, want $want"; exit 1; }
	echo "ok $name"
}

job 'a branch with a finding fails' 1
git checkout -qb change
printf 'nothing\n' >notes.txt
git add -A && git commit -qm two
job 'a merge request that brings no finding passes' 0 --variable CI_PIPELINE_SOURCE=merge_request_event --variable CI_MERGE_REQUEST_IID=1 --variable "CI_MERGE_REQUEST_DIFF_BASE_SHA=$base"
printf 'ADD https://example.com/b /\n' >>Dockerfile
git add -A && git commit -qm three
job 'a merge request that brings one fails' 1 --variable CI_PIPELINE_SOURCE=merge_request_event --variable CI_MERGE_REQUEST_IID=1 --variable "CI_MERGE_REQUEST_DIFF_BASE_SHA=$base"
