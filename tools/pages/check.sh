#!/usr/bin/env bash
# Writes pages of audits and looks at them in a headless Chromium: check.sh, in the
# repository's root. DOCKMEND_PROJECTS names folders of projects for the trend. Pictures are
# left in bin/pages, and a PDF of each page (npm; needs chromium and node).
set -euo pipefail
home=$PWD/bin/pages
mkdir -p "$home"
[ -d "$home/node_modules/puppeteer-core" ] && [ -d "$home/node_modules/axe-core" ] ||
  npm install --silent --no-audit --no-fund --prefix "$home" axe-core@4.14.1 puppeteer-core@24.43.1
DOCKMEND_PAGES=$home go test -count=1 -timeout 60m -run 'TestTrend|TestLargePages' ./internal/audit
go run ./cmd/dockmend lint --fail-on never --shellcheck off -o html="$home/lint.html" testdata/example
go run ./cmd/dockmend audit --online=false --fail-on never --shellcheck off -o html="$home/one.html" testdata/example
cp tools/pages/check.mjs "$home/"
cd "$home"
node check.mjs trend.html large.html lint.html one.html
