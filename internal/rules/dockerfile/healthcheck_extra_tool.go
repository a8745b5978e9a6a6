package dockerfile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// HealthcheckExtraTool reports `curl` or `wget` that is installed and used only for the
// health check, in an image of Python, Node.js, Ruby or PHP. The variant is the
// language.
//
// # Why it matters
//
// The language of the image can send the request itself. The tool makes the image
// larger, needs security updates, and helps an attacker to download programs.
//
// The rule is off by default, because many images have the tool for other reasons.
//
// # How to fix it
//
// Write the check in the language of the image, and remove the tool:
//
//	HEALTHCHECK CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://localhost:8080/')"]
//
// # Exceptions
//
// It does not report:
//
//   - tools that the base image has
//   - tools that another instruction uses
var HealthcheckExtraTool = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "healthcheck-extra-tool",
		Title:    "Tool is installed only for the health check",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Variants: []string{"python", "node", "ruby", "php"},
		Aliases:  []lint.Alias{{Name: "tally/ruby/healthcheck-rails-up-endpoint", Variants: []string{"ruby"}}},
	},
	Check: checkHealthcheckExtraTool,
}

func checkHealthcheckExtraTool(p *facts.Pass[*facts.Dockerfile]) {
	final := p.Doc.Final()
	if final == nil {
		return
	}
	in := final.Last("healthcheck")
	language := languageOf(final.Base())
	if in == nil || language == "" {
		return
	}
	commands := p.Doc.Commands(in)
	at := slices.IndexFunc(commands, func(c *facts.Command) bool { return c.Name() == "curl" || c.Name() == "wget" })
	if at < 0 {
		return
	}
	tool := commands[at]
	installed := installedAlone(p.Doc, final, tool.Name())
	if installed == nil {
		return
	}
	f := lint.Finding{
		Variant: language, Span: tool.Words[0].Span,
		Message: fmt.Sprintf("%s is installed only for the health check, but %s can send the request itself; rewrite the check and remove %s", tool.Name(), language, tool.Name()),
		Related: []lint.Related{{Span: installed.Span, Message: "the tool is installed here"}},
	}
	if body, ok := askItself(language, final.Base(), in, commands, tool); ok {
		f.Fixes = []lint.Fix{{
			Title: "check with " + language, Applicability: lint.Unsafe, MaxEffect: lint.EffectConfig,
			Edits: []lint.FileEdit{lint.Replace(in.BodySpan, body)},
		}}
	}
	p.Report(f)
}

// installedAlone is the installation of a tool that no command of the image's
// stages uses; nil if there is none, or a script may use it.
func installedAlone(d *facts.Dockerfile, s *facts.Stage, tool string) *facts.Argument {
	var found *facts.Argument
	for _, x := range s.Chain() {
		for _, in := range x.Instructions {
			if in.Keyword != "run" && in.Keyword != "cmd" && in.Keyword != "entrypoint" {
				continue
			}
			for _, c := range d.Commands(in) {
				if c.Name() == tool {
					return nil
				}
				if pkg, ok := facts.Packages(c); ok && (pkg.Action == "install" || pkg.Action == "add") {
					for _, a := range pkg.Packages {
						if a.Text == tool {
							found = &a
						}
					}
				}
			}
		}
	}
	return found
}

// askItself is the command in JSON form that requests an address as the tool did; ok
// is false where the check is more than one request.
func askItself(
	language string,
	base facts.Image,
	in *dockerfile.Instruction,
	commands []*facts.Command,
	tool *facts.Command,
) (body string, ok bool) {
	rest := slices.DeleteFunc(slices.Clone(commands), func(c *facts.Command) bool {
		return c == tool || c.Name() == "exit" || c.Name() == "false"
	})
	address := ""
	for _, a := range tool.Args() {
		switch {
		case !a.Literal:
			return "", false
		case a.Text[:min(1, len(a.Text))] == "-":
			if slices.Contains([]string{"-X", "-H", "-d", "--data", "--header", "--request", "-o", "-O", "-w", "--write-out", "-I", "--head", "--unix-socket", "-u", "-k", "--insecure"}, a.Text) {
				return "", false
			}
		case strings.HasPrefix(a.Text, "http://") && address == "":
			address = a.Text
		case strings.Trim(a.Text, "0123456789") == "":
		default:
			return "", false
		}
	}
	if len(rest) > 0 || address == "" || strings.ContainsAny(address, "'\"\\$ ") || len(in.Heredocs) > 0 {
		return "", false
	}
	if strings.ContainsAny(in.Body, "|") && !strings.Contains(in.Body, "||") {
		return "", false
	}
	words := []string{language, "-e", ""}
	switch language {
	case "python":
		words = []string{"python", "-c", "import urllib.request; urllib.request.urlopen('" + address + "')"}
	case "node":
		version, _, _ := strings.Cut(base.Tag, "-")
		major, _, _ := strings.Cut(version, ".")
		if n, err := strconv.Atoi(major); err != nil || n < 18 {
			return "", false // fetch came with 18
		}
		words[2] = "fetch('" + address + "').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"
	case "ruby":
		words = []string{"ruby", "-r", "net/http", "-e", "exit Net::HTTP.get_response(URI('" + address + "')).is_a?(Net::HTTPSuccess)"}
	case "php":
		words = []string{"php", "-r", "exit(@file_get_contents('" + address + "') === false ? 1 : 0);"}
	}
	return jsonArray(words), true
}
