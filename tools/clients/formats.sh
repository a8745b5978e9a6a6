#!/usr/bin/env bash
# Writes what dockmend finds below a folder in each format, and counts what the programs that
# are made for it read: formats.sh FOLDER, in the repository's root. Each must read as many
# findings as there are. Installs these programs below bin/clients (PyPI, npm, Maven, Go).
set -euo pipefail
root=$PWD corpus=$(realpath "$1") home=$PWD/bin/clients
mkdir -p "$home/out"

[ -x "$home/venv/bin/check-jsonschema" ] || {
  python3 -m venv "$home/venv"
  "$home/venv/bin/pip" -q install check-jsonschema==0.39.0 junitparser==5.0.3 teamcity-messages==1.33
}
[ -d "$home/node_modules/azure-pipelines-task-lib" ] ||
  npm install --silent --no-audit --no-fund --prefix "$home" azure-pipelines-task-lib@5 @microsoft/sarif-multitool@5.7.0
[ -d "$home/java" ] || mvn -q -B -f tools/clients/pom.xml dependency:copy-dependencies -DoutputDirectory="$home/java"
[ -x "$home/reviewdog" ] || GOBIN="$home" GOFLAGS=-mod=mod GONOSUMDB=golang.org/x/build go install github.com/reviewdog/reviewdog/cmd/reviewdog@v0.20.3
go build -o "$home/dockmend" ./cmd/dockmend

formats=(json sarif gitlab codeclimate junit checkstyle sonarqube rdjson rdjsonl azure teamcity gnu)
args=()
for f in "${formats[@]}"; do args+=(-o "$f=$home/out/$f"); done
status=0
(cd "$corpus" && "$home/dockmend" lint --no-gitignore --shellcheck off --fail-on never --each "${args[@]}" .) || status=$?
[ "$status" = 0 ] || { echo "dockmend ended with $status"; exit 1; }

cd "$home/out"
read_by() { "$home/venv/bin/python" "$root/tools/clients/read.py" "$@"; }
count() { read_by "$1" json | cut -f2; }
kept=$(count kept) distinct=$(count distinct)
echo "findings	$(count all), not suppressed $kept"

fail=0
expect() { # LINE WANTED...
  local got=${1#*	} name=${1%%	*}
  shift
  for want in "$@"; do [ "$got" = "$want" ] && { echo "ok $name $got"; return; }; done
  echo "FAILED $name: read $got of $*"
  fail=1
}
expect "$(read_by gitlab gitlab)" "$kept"
expect "$(read_by junit junit)" "$kept"
expect "$(read_by teamcity teamcity)" "$kept"
expect "$(NODE_PATH="$home/node_modules" node "$root/tools/clients/azure.js" azure)" "$(count logged)"
expect "$(java -cp "$home/java/*" "$root/tools/clients/Sonar.java" sonarqube)" "$kept"
while IFS= read -r line; do expect "Jenkins $line" "$kept" "$distinct" "$(count distinct-all)"; done < <(
  java -cp "$home/java/*" "$root/tools/clients/Read.java" checkstyle checkstyle codeclimate codeclimate gitlab gitlab junit junit sarif sarif)
for f in rdjson rdjsonl checkstyle sarif; do
  n=$(cd "$corpus" && "$home/reviewdog" -f="$f" -reporter=local -filter-mode=nofilter -fail-level=none <"$home/out/$f" 2>/dev/null | grep -cE '^(message:|[{]"|[^ ]+:[0-9]+:[0-9]+: )' || true)
  expect "reviewdog $f	$n" "$kept" "$(count all)"
done
rm -f multitool.sarif && cp sarif results.sarif
"$home/node_modules/.bin/sarif-multitool" validate results.sarif --rule-kind '"Sarif;Ghas"' --level '"Error;Warning;Note"' \
  --max-file-size-in-kb 1000000 -o multitool.sarif >multitool.log || true
expect "SARIF Multitool, errors and warnings	$("$home/venv/bin/python" - <<'PY'
import collections, json
run = json.load(open("multitool.sarif", encoding="utf-8-sig"))["runs"][0]
levels = collections.Counter(r.get("level", "warning") for r in run["results"])
print(levels["error"] + levels["warning"] if run["results"] else "nothing")
PY
)" 0
exit $fail
