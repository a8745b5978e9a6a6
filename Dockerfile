# The image of the Action and of the command. Base images are arguments, so that
# a mirror or a test can replace them; the release workflow pins them by digest.
# Nothing here needs BuildKit.

ARG GO_IMAGE=docker.io/library/golang:1.26-bookworm
ARG SHELLCHECK_IMAGE=docker.io/koalaman/shellcheck:v0.10.0

FROM ${GO_IMAGE} AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=0.1.0-dev
ARG COMMIT=unknown
ARG DATE=unknown
ENV CGO_ENABLED=0
RUN go build -trimpath -ldflags "-s -w -X github.com/dockmend/dockmend/internal/cli.Version=${VERSION} -X github.com/dockmend/dockmend/internal/cli.Commit=${COMMIT} -X github.com/dockmend/dockmend/internal/cli.Date=${DATE}" -o /out/usr/local/bin/dockmend ./cmd/dockmend
# ShellCheck's scripts go through files, whoever the container runs as.
RUN mkdir -m 1777 /out/tmp

FROM ${SHELLCHECK_IMAGE} AS shellcheck

# Without ShellCheck: docker build --target slim

FROM scratch AS slim
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/ /
COPY LICENSE NOTICE /usr/share/doc/dockmend/
ENV PATH=/usr/local/bin
ENTRYPOINT ["/usr/local/bin/dockmend"]
CMD ["action"]

# The runner mounts a workspace that belongs to another user.
# dockmend ignore=final-user-unset -- an action has to write there, so GitHub asks for root
FROM slim
COPY --from=shellcheck /bin/shellcheck /usr/local/bin/shellcheck
COPY licenses/shellcheck-GPL-3.0.txt /usr/share/doc/shellcheck/LICENSE
