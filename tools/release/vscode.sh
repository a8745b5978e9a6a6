#!/usr/bin/env bash
# Packages the extension for Visual Studio Code: vscode.sh VERSION, in the repository's root.
# One package has no program and takes that of the machine; where `make dist` built programs,
# there is one with the program for each platform.
set -euo pipefail
version=$1
root=$PWD
out=$root/dist/vscode
mkdir -p "$out"
cd editors/vscode
npm install --silent --no-audit --no-fund
npm run --silent check
npm run --silent bundle
npm test --silent
cp "$root/LICENSE" LICENSE
trap 'rm -rf bin LICENSE' EXIT

# The marketplace takes no pre-release parts in a version.
pack() {
  npx --no-install vsce package "${version%%-*}" --no-dependencies --no-git-tag-version --no-update-package-json "$@" >"$out/log" || {
    cat "$out/log"
    exit 1
  }
}

rm -rf bin
pack -o "$out/dockmend-$version.vsix"
for pair in linux_amd64:linux-x64 linux_arm64:linux-arm64 darwin_amd64:darwin-x64 darwin_arm64:darwin-arm64 windows_amd64:win32-x64 windows_arm64:win32-arm64; do
  program=$(ls "$root/dist/dockmend_${pair%%:*}"_*/dockmend* 2>/dev/null | head -n 1) || true
  [ -n "$program" ] || continue
  rm -rf bin && mkdir bin && cp "$program" bin/
  pack --target "${pair##*:}" -o "$out/dockmend-$version-${pair##*:}.vsix"
done
rm -f "$out/log"
ls "$out"
