# The images of a release, from the binaries that goreleaser built: nothing is compiled
# here; arm64 needs emulation for the packages of -debian alone.
#
#   docker buildx build -f release.Dockerfile --target full   dist/image   X.Y.Z
#   docker buildx build -f release.Dockerfile --target debian dist/image   X.Y.Z-debian
#
# The context holds linux/amd64/dockmend, linux/arm64/dockmend and the licences. BuildKit
# sets TARGETPLATFORM by itself; a default here would win over it.

ARG SHELLCHECK_IMAGE=docker.io/koalaman/shellcheck:v0.10.0
ARG DEBIAN_IMAGE=docker.io/library/debian:trixie-slim

FROM ${SHELLCHECK_IMAGE} AS shellcheck

# With a shell and git, for CI systems that run their scripts in the image.
# dockmend ignore=final-user-unset -- a CI system mounts folders of other users
FROM ${DEBIAN_IMAGE} AS debian
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates git \
    && rm -rf /var/lib/apt/lists/*
COPY LICENSE NOTICE /usr/share/doc/dockmend/
COPY licenses/shellcheck-GPL-3.0.txt /usr/share/doc/shellcheck/LICENSE
COPY --from=shellcheck /bin/shellcheck /usr/local/bin/shellcheck
ARG TARGETPLATFORM
COPY ${TARGETPLATFORM}/dockmend /usr/local/bin/dockmend
CMD ["dockmend", "lint"]

FROM debian AS files
# ShellCheck's scripts go through files, whoever the container runs as.
RUN mkdir -p /out/etc/ssl/certs \
    && cp /etc/ssl/certs/ca-certificates.crt /out/etc/ssl/certs/ \
    && mkdir -m 1777 /out/tmp

# The same as the image of Dockerfile, which the Action builds from a checkout.
# dockmend ignore=final-user-unset -- an action has to write into the workspace, so GitHub asks for root
FROM scratch AS full
COPY --from=files /out/ /
COPY LICENSE NOTICE /usr/share/doc/dockmend/
COPY licenses/shellcheck-GPL-3.0.txt /usr/share/doc/shellcheck/LICENSE
COPY --from=shellcheck /bin/shellcheck /usr/local/bin/shellcheck
ARG TARGETPLATFORM
COPY ${TARGETPLATFORM}/dockmend /usr/local/bin/dockmend
ENV PATH=/usr/local/bin
ENTRYPOINT ["/usr/local/bin/dockmend"]
CMD ["action"]
