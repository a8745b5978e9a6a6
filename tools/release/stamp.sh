#!/usr/bin/env bash
# Writes a release's version, and its image's digest, into the files that name them:
# stamp.sh 1.2.3 sha256:... , in the root of the tree that is tagged.
set -euo pipefail
version=$1 digest=$2

replace() { # FILE OLD NEW: every OLD, at least one
  grep -qF -- "$2" "$1" || {
    echo "stamp: $1 does not have: $2" >&2
    exit 1
  }
  python3 - "$@" <<'PY'
import sys
path, old, new = sys.argv[1:]
with open(path) as f:
    text = f.read()
with open(path, "w") as f:
    f.write(text.replace(old, new))
PY
}

replace action.yml '  image: Dockerfile' "  image: docker://ghcr.io/dockmend/dockmend@$digest"
replace setup/action.yml "|| '0.0.0'" "|| '$version'"
replace .pre-commit-hooks.yaml 'dockmend:0.0.0 ' "dockmend:$version@$digest "
replace pyproject.toml 'dockmend==0.0.0' "dockmend==$version"
replace .github/workflows/lint.yaml 'dockmend/dockmend@v0.0.0 ' "dockmend/dockmend@v$version "
