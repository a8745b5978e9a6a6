package dockerfile

import (
	"fmt"
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DockerignoreMissing finds copies of a whole build context that has something in
// it that belongs into no image, and no .dockerignore: the history of the
// repository, files of secrets, an environment of the machine.
//
// Write a .dockerignore beside the Dockerfile, or one of its own for it
// (Dockerfile.dockerignore).
//
// A file counts too that a fresh checkout lacks and work copies have: git ignores it, and
// an example of it lies beside, as .env.example or config.example.yml.
//
// With the option "always", which the preset "cloud-native" sets, every Dockerfile that
// copies from its context needs one: an info.
//
// Silent where a folder above has a .dockerignore, since that may be the context,
// and where nothing of that kind is there.
var DockerignoreMissing = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "dockerignore-missing",
		Title:    "The whole context is copied, and nothing is left out of it",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
		Aliases:  lint.Names("DF033", "docs:dockerignore"),
		Options: []lint.Option{{
			Name: "always", Doc: "report every copy from a context without an ignore file, as an info", Kind: lint.BoolOption,
			Presets: map[string]lint.OptionValue{"cloud-native": {Bool: true}},
		}},
	},
	Check: checkDockerignoreMissing,
}

func checkDockerignoreMissing(p *facts.Pass[*facts.Dockerfile]) {
	if !p.Files.Known() {
		return
	}
	var whole *facts.ContextCopy
	for _, c := range p.Doc.ContextCopies() {
		if c.Whole() {
			whole = &c
			break
		}
	}
	if hasIgnoreFile(p.Files) {
		return
	}
	if whole == nil {
		reportNoIgnoreFile(p)
		return
	}
	for _, harm := range []struct{ name, why string }{
		{".env", "which holds secrets"},
		{".git", "which holds all that ever was in the repository"},
		{".venv", "which is an environment of this machine"},
		{"node_modules", "which was installed for this machine"},
	} {
		if _, there := p.Files.Exists(harm.name); !there {
			continue
		}
		p.Report(lint.Finding{
			Span:    whole.Instruction.Head,
			Message: fmt.Sprintf("all of the context is copied, and with it %q, %s; write a .dockerignore that leaves it out", harm.name, harm.why),
		})
		return
	}
	if name, example := ignoredSecret(p); name != "" && whole.Shipped {
		p.Report(lint.Finding{
			Span:    whole.Instruction.Head,
			Message: fmt.Sprintf("all of the context is copied, and with it %q of a work copy, which git ignores and people make from %q; write a .dockerignore that leaves it out", name, example),
			Related: []lint.Related{{File: p.Files.Path(example), Message: "the example"}},
		})
		return
	}
	reportNoIgnoreFile(p)
}

// reportNoIgnoreFile reports the first copy from the context where the option asks for an
// ignore file beside every Dockerfile.
func reportNoIgnoreFile(p *facts.Pass[*facts.Dockerfile]) {
	copies := p.Doc.ContextCopies()
	if !p.Options.Bool("always") || len(copies) == 0 {
		return
	}
	p.Report(lint.Finding{
		Span: copies[0].Instruction.Head, Severity: lint.Info,
		Message: "no .dockerignore says what of the context stays out of the build; write one that leaves out .env, .git and what is made on one machine",
	})
}

// ignoredSecret is a file of settings in the context that git ignores, and the example that
// shows that people have one; empty for none.
func ignoredSecret(p *facts.Pass[*facts.Dockerfile]) (name, example string) {
	names, err := p.Files.List(".")
	if err != nil {
		return "", ""
	}
	for _, example := range names {
		name := madeFrom(example)
		if name == "" || !p.Project.Repository().Ignores(name) {
			continue
		}
		for _, word := range []string{".env", "config", "secret", "credential", "settings", "local"} {
			if strings.Contains(strings.ToLower(name), word) {
				return name, example
			}
		}
	}
	return "", ""
}

// madeFrom is the name of the file that people make from an example; empty for a file that
// is none.
func madeFrom(example string) string {
	for _, word := range []string{"example", "sample", "dist", "template"} {
		for _, part := range []string{"." + word, "-" + word, "_" + word, word + "."} {
			if before, after, ok := strings.Cut(example, part); ok && before+after != "" && (part[len(part)-1] == '.') == (before == "") {
				return before + after
			}
		}
	}
	return ""
}

// hasIgnoreFile tells whether the folder of the Dockerfile, or one above that may
// be the context, has an ignore file.
func hasIgnoreFile(files lint.Context) bool {
	names, err := files.List(".")
	if err != nil {
		return true // nobody knows
	}
	for _, name := range names {
		if strings.HasSuffix(name, ".dockerignore") {
			return true
		}
	}
	const highest = 8
	for n := 1; n <= highest; n++ {
		above, err := files.In(path.Join("..", strings.Repeat("../", n-1)), "")
		if err != nil {
			return false
		}
		if _, ok := above.Exists(".dockerignore"); ok {
			return true
		}
	}
	return false
}
