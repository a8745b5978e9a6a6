#!/usr/bin/env bash
# Brings the program of a release for this runner into its tool cache, and prints
# nothing but its path. Variables: VERSION ("1.2.3"), DOWNLOAD_URL (the address below
# which v1.2.3/dockmend_1.2.3_linux_amd64.tar.gz and v1.2.3/checksums.txt lie),
# ATTESTATION (auto, true or false), RUNNER_OS, RUNNER_ARCH, RUNNER_TOOL_CACHE, RUNNER_TEMP.
set -euo pipefail

say() { echo "$*" >&2; }
fail() {
  say "::error title=dockmend::$*"
  exit 2
}

number='(0|[1-9][0-9]*)'
[[ $VERSION =~ ^$number\.$number\.$number(-[0-9A-Za-z.]+)?$ ]] || fail "the input version must be like 1.2.3"

case $RUNNER_OS in
  Linux) os=linux suffix=.tar.gz program=dockmend ;;
  macOS) os=darwin suffix=.tar.gz program=dockmend ;;
  Windows) os=windows suffix=.zip program=dockmend.exe ;;
  *) fail "there is no dockmend for $RUNNER_OS" ;;
esac
case $RUNNER_ARCH in
  X64) arch=amd64 ;;
  ARM64) arch=arm64 ;;
  *) fail "there is no dockmend for $RUNNER_ARCH" ;;
esac

cache=${RUNNER_TOOL_CACHE:-$RUNNER_TEMP}/dockmend/$VERSION/$arch
if [ -f "$cache.complete" ] && [ -x "$cache/$program" ]; then
  say "dockmend $VERSION is in the tool cache"
  echo "$cache/$program"
  exit 0
fi

work=$(mktemp -d "$RUNNER_TEMP/dockmend.XXXXXX")
trap 'rm -rf "$work"' EXIT
archive=dockmend_${VERSION}_${os}_$arch$suffix
for file in "$archive" checksums.txt; do
  curl --fail --silent --show-error --location --retry 3 --proto-redir '=https' --max-time 300 \
    --output "$work/$file" "$DOWNLOAD_URL/v$VERSION/$file" || fail "cannot download $DOWNLOAD_URL/v$VERSION/$file"
done

want=$(awk -v name="$archive" '$2 == name || $2 == "*" name { print $1 }' "$work/checksums.txt")
[ -n "$want" ] || fail "checksums.txt of $VERSION does not list $archive"
if command -v sha256sum >/dev/null; then
  got=$(sha256sum "$work/$archive")
else
  got=$(shasum -a 256 "$work/$archive")
fi
[ "${got%% *}" = "$want" ] || fail "the checksum of $archive is ${got%% *}, and checksums.txt says $want"

# The checksums come from where the archive does; the attestation says that this
# project's release workflow built it. It lies at github.com, so that a runner of
# another server, or one with a mirror, checks it only when it is asked to.
if [ "$ATTESTATION" = auto ]; then
  ATTESTATION=false
  if [ "${GITHUB_SERVER_URL:-https://github.com}" != https://github.com ]; then
    say "::notice title=dockmend::the attestation of $archive was not checked, because this server is not github.com; its checksum was"
  elif ! command -v gh >/dev/null || [ -z "${GH_TOKEN:-}" ]; then
    say "::notice title=dockmend::the attestation of $archive was not checked, because gh is not installed or has no token; its checksum was"
  else
    ATTESTATION=true
  fi
fi
if [ "$ATTESTATION" = true ]; then
  gh attestation verify "$work/$archive" --repo dockmend/dockmend >&2 || fail "no valid attestation for $archive"
fi

mkdir -p "$cache"
case $suffix in
  .zip) unzip -q -o "$work/$archive" "$program" -d "$cache" ;;
  *) tar -xzf "$work/$archive" -C "$cache" "$program" ;;
esac
chmod +x "$cache/$program"
touch "$cache.complete"
echo "$cache/$program"
