package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// PipInstallWithoutHashes finds pip install -r of a file without hashes: a
// package that somebody swaps on the way, or on the index, is installed like
// any other.
//
// pip-compile --generate-hashes and uv export write them; with one hash in the
// file pip asks for all.
//
// Silent where the file cannot be read. Off by default: few projects keep
// hashes outside of a lock file.
var PipInstallWithoutHashes = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "pip-install-without-hashes",
		Title:    "Nobody checks what pip fetches",
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
		if c.Action != "install" || !ok || !file.Literal || c.HasFlag("--require-hashes") || envAt(p.Doc, c.Command, "PIP_REQUIRE_HASHES") {
			return
		}
		requirements, ok := readInContext(p, file.Text)
		if !ok || strings.Contains(requirements, "--hash=") || !strings.ContainsAny(requirements, "=<>~") {
			return
		}
		p.Report(lint.Finding{
			Span:    file.Span,
			Message: fmt.Sprintf("%s has no hashes, so a package that was swapped is installed like any other; write them with pip-compile --generate-hashes", quoteShort(file.Text)),
		})
	}, "pip")
}

// readInContext reads the file of the build context that a path in the image
// comes from, as far as its name tells: the same path, or the same name at the
// root of the context.
func readInContext(p *facts.Pass[*facts.Dockerfile], path string) (text string, ok bool) {
	for _, name := range []string{strings.TrimPrefix(path, "./"), baseName(path)} {
		if name == "" || strings.HasPrefix(name, "/") {
			continue
		}
		if src, err := p.Files.ReadFile(name); err == nil {
			return string(src), true
		}
	}
	return "", false
}
