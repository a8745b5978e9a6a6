#!/usr/bin/env bash
# Installs what `make dist` built, each package by its own program, and lints with it:
# dry-run.sh VERSION, in the repository's root. What cannot be tried here is named as
# skipped, and is an error where DOCKMEND_RELEASE_ALL is set.
set -euo pipefail
version=$1
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
arch=$(go env GOARCH)
skipped=()

skip() {
  echo "SKIPPED $1: $2"
  skipped+=("$1")
}

# try NAME PROGRAM...: the program says its version and lints the example.
try() {
  local name=$1
  shift
  "$@" --version | grep -qF "dockmend $version (commit $(git rev-parse HEAD)" || {
    echo "$name: --version says: $("$@" --version)"
    exit 1
  }
  local status=0
  "$@" lint --fail-on warning testdata/example >"$work/out" || status=$?
  if [ "$status" != 1 ] || ! grep -q shell-form-command "$work/out"; then
    echo "$name: lint ended with $status:"
    cat "$work/out"
    exit 1
  fi
  echo "ok $name, $(($(now) - began)) ms from nothing to the first findings"
}

now() { echo $(($(date +%s%N) / 1000000)); }

cd "$root"
began=$(now)
mkdir "$work/archive" && tar -xzf "dist/dockmend_${version}_linux_$arch.tar.gz" -C "$work/archive"
try archive "$work/archive/dockmend"
for file in LICENSE NOTICE completions/dockmend.bash completions/_dockmend completions/dockmend.fish man/dockmend.1 man/dockmend-lint.1; do
  [ -s "$work/archive/$file" ] || {
    echo "archive: $file is missing"
    exit 1
  }
done
(cd dist && sha256sum --quiet --check checksums.txt) && echo "ok checksums"

began=$(now)
deb=$(ls dist/dockmend_*_"$arch".deb)
if command -v dpkg >/dev/null; then
  mkdir "$work/deb" "$work/deb/db" && mkdir "$work/deb/db/info" "$work/deb/db/updates" && touch "$work/deb/db/status" "$work/deb/db/available"
  dpkg --root="$work/deb" --admindir="$work/deb/db" --force-not-root --force-depends --install "$deb" >/dev/null
  try deb "$work/deb/usr/bin/dockmend"
else
  skip deb 'there is no dpkg'
fi

began=$(now)
rpm=$(ls dist/dockmend-*."$(uname -m)".rpm)
if command -v rpm >/dev/null; then
  rpm --root "$work/rpm" --initdb
  rpm --root "$work/rpm" --install --nodeps --ignoreos "$rpm"
  try rpm "$work/rpm/usr/bin/dockmend"
else
  skip rpm 'there is no rpm'
fi

began=$(now)
apk=$(ls dist/dockmend_*_"$(uname -m)".apk)
mkdir "$work/apk"
if command -v apk >/dev/null; then
  apk add --root "$work/apk" --initdb --no-network --allow-untrusted --no-scripts "$apk" >/dev/null
else
  # Where there is no apk program, the library of the images of Wolfi installs it.
  (cd tools/apk && go run . "$root/$apk" "$work/apk")
fi
grep -qx 'P:dockmend' "$work/apk"/lib/apk/db/installed || grep -qx 'P:dockmend' "$work/apk"/usr/lib/apk/db/installed
try apk "$work/apk/usr/bin/dockmend"

began=$(now)
if command -v python3 >/dev/null && python3 -m venv "$work/venv" 2>/dev/null; then
  "$work/venv/bin/pip" install -q --disable-pip-version-check --no-index --find-links dist/pypi dockmend
  try pip "$work/venv/bin/dockmend"
else
  skip pip 'there is no python3 with venv'
fi

began=$(now)
if command -v npm >/dev/null; then
  mkdir "$work/npm"
  npm_arch=x64
  [ "$arch" = amd64 ] || npm_arch=$arch
  npm install --silent --no-audit --no-fund --offline --omit=optional --prefix "$work/npm" "dist/npm/dockmend-$version.tgz" "dist/npm/dockmend-linux-$npm_arch-$version.tgz"
  try npm "$work/npm/node_modules/.bin/dockmend"
else
  skip npm 'there is no npm'
fi

# The program for Windows lints by the emulator of its interface, where that is there.
wine=$(command -v wine64 || ls /usr/lib/wine/wine64 2>/dev/null || true)
if [ -n "$wine" ] && command -v unzip >/dev/null && [ "$arch" = amd64 ]; then
  began=$(now)
  unzip -q "dist/dockmend_${version}_windows_amd64.zip" -d "$work/windows"
  export WINEPREFIX=$work/wine WINEDEBUG=-all
  "$wine" wineboot --init >/dev/null 2>&1
  system=$WINEPREFIX/drive_c/windows/system32
  if [ ! -e "$system/bcryptprimitives.dll" ] && command -v x86_64-w64-mingw32-gcc >/dev/null; then
    x86_64-w64-mingw32-gcc -shared -o "$system/bcryptprimitives.dll" tools/release/wine/bcryptprimitives.c -ladvapi32
    export WINEDLLOVERRIDES=bcryptprimitives=n
  fi
  if [ -e "$system/bcryptprimitives.dll" ]; then
    try 'zip for Windows, under Wine' "$wine" "$work/windows/dockmend.exe"
  else
    skip windows 'this Wine has no bcryptprimitives.dll, and there is no mingw to compile one'
  fi
else
  skip windows 'there is no wine64 or no unzip'
fi

# What a tap, a bucket and winget get is read by a program of its language.
if command -v ruby >/dev/null; then
  ruby -c dist/homebrew/Formula/dockmend.rb >/dev/null && echo 'ok Homebrew: the formula is valid Ruby'
else
  skip homebrew 'there is no ruby'
fi
python3 - "$version" <<'PY'
import hashlib, json, pathlib, sys
version = sys.argv[1]
sums = {hashlib.sha256(p.read_bytes()).hexdigest(): p.name for p in pathlib.Path("dist").glob("dockmend_*.*") if p.is_file()}
scoop = json.loads(pathlib.Path("dist/scoop/dockmend.json").read_text())
assert scoop["version"] == version and scoop["license"], scoop
for arch in scoop["architecture"].values():
    assert sums[arch["hash"]] == arch["url"].rsplit("/", 1)[1], arch
formula = pathlib.Path("dist/homebrew/Formula/dockmend.rb").read_text()
installer = next(pathlib.Path("dist/winget").rglob("*installer.yaml")).read_text().lower()
for digest, name in sums.items():
    if name.endswith(".zip"):
        assert digest in installer, name
    if name.endswith(".tar.gz"):
        assert digest in formula, name
print("ok Homebrew, Scoop and winget: version, addresses and checksums")
PY

if docker info >/dev/null 2>&1; then
  cp -r dist/image "$work/image"
  labels=()
  while read -r label; do labels+=(--label "$label"); done < <(bash tools/release/labels.sh "$version" "$(git rev-parse HEAD)" "$(git log -1 --format=%cI)")
  for target in full debian; do
    image=dockmend-dry-run:$version-$target
    # An engine without BuildKit knows no TARGETPLATFORM; it takes the default.
    docker build -q -f release.Dockerfile --target "$target" --build-arg TARGETPLATFORM="linux/$arch" "${labels[@]}" -t "$image" "$work/image" >/dev/null
    [ "$(docker inspect -f '{{index .Config.Labels "org.opencontainers.image.revision"}}' "$image")" = "$(git rev-parse HEAD)" ]
    printf 'image %s: %s bytes, %s compressed\n' "$target" "$(docker inspect -f '{{.Size}}' "$image")" "$(docker save "$image" | gzip | wc -c)"
  done
  began=$(now)
  bash tools/release/smoke.sh "dockmend-dry-run:$version-full" "$version"
  echo "ok image, $(($(now) - began)) ms for three runs"
  docker run --rm "dockmend-dry-run:$version-debian" sh -c 'git --version && shellcheck --version | grep ^version: && dockmend --version'
else
  skip image 'no container engine answers'
fi

mkdir "$work/stamped"
git archive HEAD action.yml setup .pre-commit-hooks.yaml pyproject.toml .github/workflows/lint.yaml | tar -xf - -C "$work/stamped"
(
  cd "$work/stamped"
  bash "$root/tools/release/stamp.sh" "$version" "sha256:$(printf '0%.0s' {1..64})"
  ! grep -rn '0\.0\.0' action.yml setup .pre-commit-hooks.yaml .github
)
echo "ok stamp"

# The hooks by the real pre-commit, with the wheels that were just built.
if "$work/venv/bin/pip" install -q --disable-pip-version-check pre-commit 2>/dev/null; then
  export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com
  git -C "$work/stamped" init -q
  git -C "$work/stamped" add -A
  git -C "$work/stamped" commit -qm release
  git init -q "$work/repo"
  cd "$work/repo"
  cat >.pre-commit-config.yaml <<YAML
repos:
  - repo: $work/stamped
    rev: $(git -C "$work/stamped" rev-parse HEAD)
    hooks: [{id: dockmend-fix}, {id: dockmend}]
YAML
  export PRE_COMMIT_HOME=$work/pre-commit PIP_FIND_LINKS=$root/dist/pypi
  "$work/venv/bin/pre-commit" install >/dev/null
  printf 'FROM python:3.14-slim\nUSER nobody\nCMD python app.py\n' >Dockerfile
  printf 'print(1)\n' >app.py
  git add -A
  if git commit -qm fixable >"$work/out" 2>&1; then
    echo 'pre-commit: a commit with a shell-form CMD was not stopped'
    exit 1
  fi
  grep -qF 'CMD ["python", "app.py"]' Dockerfile || {
    echo 'pre-commit: the file was not fixed:'
    cat "$work/out" Dockerfile
    exit 1
  }
  git add -A
  git commit -qm fixed >"$work/out" 2>&1 || {
    echo 'pre-commit: the fixed file was not accepted:'
    cat "$work/out"
    exit 1
  }
  printf 'FROM python\nUSER nobody\n' >Dockerfile
  git add -A
  if git commit -qm bad >"$work/out" 2>&1; then
    echo 'pre-commit: FROM without a tag was not stopped'
    exit 1
  fi
  grep -q untagged-image "$work/out"
  cd "$root"
  echo 'ok pre-commit: fixes, accepts and stops'
else
  skip pre-commit 'it cannot be installed'
fi

printf '\n%s\n' 'sizes in bytes:'
(cd dist && stat -c '%s %n' upload/* pypi/* npm/*)
if [ ${#skipped[@]} -gt 0 ]; then
  echo "skipped: ${skipped[*]}"
  [ -z "${DOCKMEND_RELEASE_ALL:-}" ] || exit 1
fi
