package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// PipInstallWithoutHashes reports `pip install -r` of a requirements file in the build
// context without hashes.
//
// # Why it matters
//
// pip installs any file that the index returns. If someone replaces a package on the
// index or on the network path, its code runs in the build and in the container. The
// rule is off by default, because few projects keep hashes outside of a lock file.
//
// # How to fix it
//
// Write the hashes with `pip-compile --generate-hashes` or `uv export`. If the file has
// one hash, pip requires one for each package.
//
// # Exceptions
//
// It does not report:
//
//   - files that are not in the repository
//   - `--require-hashes`, or the variable `PIP_REQUIRE_HASHES`
var PipInstallWithoutHashes = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "pip-install-without-hashes",
		Title:    "pip does not check the hashes of downloaded packages",
		Category: lint.Security,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("OWASP-R13"),
		Needs:    lint.NeedsContext,
	},
	Check: checkPipInstallWithoutHashes,
}

func checkPipInstallWithoutHashes(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.EachPackageCommand(func(c facts.PackageCommand) {
		file, ok := c.FlagValue("-r", "--requirement")
		if c.Action != "install" || !ok || !file.Literal || c.HasFlag("--require-hashes") {
			return
		}
		if envAt(p.Doc, c.Command, "PIP_REQUIRE_HASHES") {
			return
		}
		requirements, ok := readInContext(p, file.Text)
		if !ok || strings.Contains(requirements, "--hash=") || !strings.ContainsAny(requirements, "=<>~") {
			return
		}
		p.Report(lint.Finding{
			Span:    file.Span,
			Message: fmt.Sprintf("%s has no hashes, so pip also installs a replaced package; write them with pip-compile --generate-hashes", quoteShort(file.Text)),
		})
	}, "pip")
}
