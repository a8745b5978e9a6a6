package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// PhpXdebugInFinal finds the debugger Xdebug in the stage that becomes the image
// of an application: it slows every request down, and whoever may switch it on
// runs code.
//
// Install it in a stage of its own for development.
//
// Silent for images without an application's files, which are workplaces or bases
// of others; under a condition; in stages named dev, test and the like; and where
// the file sets Xdebug up for a developer's machine.
//
// In files for development or tests it is excused: an info, and off by default.
//
// There is no fix: the same image may be what developers use; a stage of their own is more
// than an edit.
var PhpXdebugInFinal = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "php-xdebug-in-final",
		Title:    "The image holds a debugger",
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
	if final == nil || !mentions(p.Doc, "xdebug") || isDevelopment(final) || configuresXdebug(p.Doc) || !holdsApplication(final) {
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
				Message: fmt.Sprintf("%s is a debugger, and slows down or opens what the image serves; install it in a stage for development", quoteShort(at.Text)),
			}))
		}
	}, "xdebug")
}

// holdsApplication tells whether an image gets the whole build context, or what
// another stage has made.
func holdsApplication(s *facts.Stage) bool {
	for _, x := range s.Chain() {
		for _, in := range x.Instructions {
			if copiesAll(in) || in.Keyword == "copy" && isFromElsewhere(in) && len(in.Words) > 0 && !strings.Contains(in.Words[0].Text, "/bin/") {
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
		if !isPackage || pkg.Action != "install" && pkg.Action != "add" {
			return at, false
		}
		words = pkg.Packages
	}
	for _, a := range words {
		name, _, _ := strings.Cut(a.Text, "=")
		if name == "xdebug" || strings.HasPrefix(name, "xdebug-") || strings.HasPrefix(name, "php") && strings.HasSuffix(name, "-xdebug") {
			return a, true
		}
	}
	return at, false
}

// configuresXdebug tells whether the file sets Xdebug up for a developer.
func configuresXdebug(d *facts.Dockerfile) bool {
	src := strings.ToLower(string(d.Src))
	for _, setting := range []string{"xdebug.remote", "xdebug.client", "xdebug.mode", "xdebug.idekey", "xdebug.start", "xdebug_mode", "xdebug_config", "xdebug.ini"} {
		if strings.Contains(src, setting) {
			return true
		}
	}
	return false
}
