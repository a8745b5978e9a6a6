package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// PhpXdebugInFinal reports commands that install or enable Xdebug in the final image of
// an application. In files for development or tests, whose images are not shipped,
// findings have severity info and the variant `excused`.
//
// # Why it matters
//
// Xdebug slows down each request. Anyone who can turn on remote debugging can run code
// in the container.
//
// # How to fix it
//
// Install it in a separate stage for development:
//
//	FROM base AS dev
//	RUN pecl install xdebug && docker-php-ext-enable xdebug
//
// # Fix safety
//
// There is no automatic fix: developers can use the same image, and a separate stage needs a
// decision about the whole file.
//
// # Exceptions
//
// It does not report:
//
//   - images that contain no application files, such as base images
//   - commands that run only under a condition
//   - stages with a name such as `dev` or `test`
//   - files that configure Xdebug for a developer, for example with `xdebug.mode`
var PhpXdebugInFinal = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "php-xdebug-in-final",
		Title:    "Final image contains the debugger Xdebug",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Needs:    lint.NeedsContext,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Aliases:  lint.Names("tally/php/no-xdebug-in-final-image"),
	},
	Check: checkPhpXdebugInFinal,
}

func checkPhpXdebugInFinal(p *facts.Pass[*facts.Dockerfile]) {
	final := p.Doc.Final()
	if final == nil || !mentions(p.Doc, "xdebug") || isDevelopment(final) || configuresXdebug(p.Doc) {
		return
	}
	if !holdsApplication(final) {
		return
	}
	p.Doc.AllCommands(func(c *facts.Command) {
		s := p.Doc.StageOf(c.Instruction)
		if s == nil || !s.InFinalImage() || isDevelopment(s) || c.Conditional() {
			return
		}
		if at, ok := bringsXdebug(c); ok {
			p.Report(weighSize(p, lint.Finding{
				Span:    at.Span,
				Message: fmt.Sprintf("%s is a debugger that slows down each request and can let others run code; install it in a stage for development", quoteShort(at.Text)),
			}))
		}
	}, "xdebug")
}

// holdsApplication reports whether an image gets the whole build context, or files of
// another stage.
func holdsApplication(s *facts.Stage) bool {
	for _, x := range s.Chain() {
		for _, in := range x.Instructions {
			if copiesAll(in) {
				return true
			}
			if in.Keyword == "copy" && isFromElsewhere(in) && len(in.Words) > 0 && !strings.Contains(in.Words[0].Text, "/bin/") {
				return true
			}
		}
	}
	return false
}

// bringsXdebug finds the word with which a command installs Xdebug or turns it on.
func bringsXdebug(c *facts.Command) (at facts.Argument, ok bool) {
	words := c.Args()
	switch c.Name() {
	case "pecl", "pickle", "pie":
		if len(words) == 0 || words[0].Text != "install" {
			return at, false
		}
	case "docker-php-ext-enable", "docker-php-ext-install", "install-php-extensions", "phpenmod":
	default:
		pkg, isPackage := facts.Packages(c)
		if !isPackage || (pkg.Action != "install" && pkg.Action != "add") {
			return at, false
		}
		words = pkg.Packages
	}
	for _, a := range words {
		name, _, _ := strings.Cut(a.Text, "=")
		if name == "xdebug" || strings.HasPrefix(name, "xdebug-") || (strings.HasPrefix(name, "php") && strings.HasSuffix(name, "-xdebug")) {
			return a, true
		}
	}
	return at, false
}

// configuresXdebug reports whether the file sets Xdebug up for a developer.
func configuresXdebug(d *facts.Dockerfile) bool {
	src := strings.ToLower(string(d.Src))
	for _, setting := range []string{"xdebug.remote", "xdebug.client", "xdebug.mode", "xdebug.idekey", "xdebug.start", "xdebug_mode", "xdebug_config", "xdebug.ini"} {
		if strings.Contains(src, setting) {
			return true
		}
	}
	return false
}
