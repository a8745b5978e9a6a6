#!/usr/bin/env bash
# Prints the labels of a release's images, one NAME=VALUE a line:
# labels.sh VERSION COMMIT DATE (the commit's, as in RFC 3339).
set -euo pipefail
version=$1 commit=$2 date=$3

cat <<LABELS
org.opencontainers.image.title=dockmend
org.opencontainers.image.description=Linter for Dockerfiles, compose files and what belongs to them
org.opencontainers.image.licenses=Apache-2.0 AND GPL-3.0-only
org.opencontainers.image.source=https://github.com/dockmend/dockmend
org.opencontainers.image.version=$version
org.opencontainers.image.revision=$commit
org.opencontainers.image.created=$date
LABELS
