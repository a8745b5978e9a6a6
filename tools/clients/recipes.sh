#!/usr/bin/env bash
# Holds the recipes of docs/ci against the schemas of their platforms (check-jsonschema), and
# runs the commands of each in a repository whose change brings a finding: recipes.sh, in the
# repository's root, after formats.sh. An engine, an agent and pipx are played by dockmend itself.
set -euo pipefail
shopt -s dotglob
home=$PWD/bin/clients docs=$PWD/docs/ci
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A block of a page whose first line is a comment with a file's name is that file.
mkdir "$work/recipes"
awk -v to="$work/recipes/" '
  /^```/ { file = ""; first = !inside; inside = !inside; next }
  inside && first { first = 0; name = $2; gsub("/", "_", name); if ($1 == "#" || $1 == "//") file = to name }
  file { print > file }' "$docs"/*.md

while read -r file schema; do
  [ -s "$work/recipes/$file" ] || { echo "no page has $file"; exit 1; }
  flags=()
  case $schema in azure-pipelines | gitlab-ci) flags=(--data-transform "$schema") ;; esac
  "$home/venv/bin/check-jsonschema" --builtin-schema "vendor.$schema" "${flags[@]}" --force-filetype yaml "$work/recipes/$file" >"$work/log" ||
    { cat "$work/log"; exit 1; }
  echo "ok $file by the schema of $schema"
done <<'FILES'
.gitlab-ci.yml gitlab-ci
azure-pipelines.yml azure-pipelines
bitbucket-pipelines.yml bitbucket-pipelines
.buildkite_pipeline.yml buildkite
.circleci_config.yml circle-ci
.drone.yml drone-ci
.woodpecker.yaml woodpecker-ci
FILES

# What the platforms have on their machines.
mkdir "$work/bin"
cp "$home/dockmend" "$work/bin/"
[ -x "$home/reviewdog" ] && cp "$home/reviewdog" "$work/bin/"
printf '#!/bin/sh\n' >"$work/bin/pipx"
printf '#!/bin/sh\ncat >annotation.md; echo "annotated: $*"\n' >"$work/bin/buildkite-agent"
printf '#!/bin/sh\nwhile [ "$1" != ghcr.io/dockmend/dockmend ]; do shift; done; shift; exec dockmend "$@"\n' >"$work/bin/docker"
chmod +x "$work"/bin/*

git -c init.defaultBranch=main init -q "$work/origin"
(cd "$work/origin" && git config user.email a@example.com && git config user.name a &&
  printf 'FROM alpine:3.23\nUSER 1000\nCMD ["sleep", "1"]\n' >Dockerfile && git add . && git commit -qm base)

# The lines that a platform gives to its shell, by page and as a list.
commands() {
  "$home/venv/bin/python" - "$1" <<'PY'
import sys
from ruamel.yaml import YAML

def lines(node):
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("script", "commands", "command", "run"):
                for line in [value] if isinstance(value, str) else value if isinstance(value, list) else []:
                    yield line
                if not isinstance(value, dict):
                    continue
            yield from lines(value)
    elif isinstance(node, list):
        for value in node:
            yield from lines(value)

for line in lines(YAML(typ="safe").load(open(sys.argv[1]))):
    # Buildkite writes a dollar for the shell twice.
    print(line.replace("$$", "$") if "buildkite" in sys.argv[1] else line)
PY
}

for file in "$work"/recipes/*.y*ml; do
  name=$(basename "$file")
  [ "$name" = .mega-linter.yml ] && continue
  rm -rf "$work/clone" && git clone -q "$work/origin" "$work/clone"
  (
    cd "$work/clone"
    sed -i 's/alpine:3.23/alpine/' Dockerfile && git -c user.email=a@example.com -c user.name=a commit -qam change
    commands "$file" >../commands
    status=0
    CI_MERGE_REQUEST_DIFF_BASE_SHA=$(git rev-parse origin/main) BITBUCKET_PR_DESTINATION_BRANCH=main SYSTEM_PULLREQUEST_TARGETBRANCHNAME=main \
      PATH="$work/bin:$PATH" bash -e ../commands >../out 2>&1 || status=$?
    if [ "$status" != 1 ] || ! grep -rq untagged-image ../out .; then
      echo "FAILED $name ended with $status:"
      cat ../commands ../out
      exit 1
    fi
  )
  echo "ok $name: its commands end with 1, and the finding is said"
done
