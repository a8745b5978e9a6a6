package dockerfile

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DockerignoreMissing reports copies of the whole build context where no `.dockerignore`
// exists and the context has something that does not belong in an image: `.env`, `.git`,
// `.venv` or `node_modules`. It also reports a file that a fresh checkout does not have
// but a working copy does: Git ignores it, and an example of it exists, such as
// `config.example.yml` for `config.yml`.
//
// # Why it matters
//
// The image gets secrets, the history of the repository, or files that work only on the
// machine that built it. They also make the build context and the image larger.
//
// # How to fix it
//
// Add a `.dockerignore` next to the Dockerfile, or in the root of the build context:
//
//	.git
//	.env
//	node_modules
//
// # Fix safety
//
// There is no automatic fix: only the author knows what the build needs, and a pattern that
// excludes too much breaks it.
//
// # Exceptions
//
// Where only stages outside of the image copy the context, `.env` and `.git` have severity
// info. It does not report:
//
//   - contexts that have nothing of that kind; the option `always` reports these with
//     severity info, and the preset `cloud-native` sets it
//   - a `.dockerignore` in a folder above, because that folder may be the context
var DockerignoreMissing = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "dockerignore-missing",
		Title:    "Whole build context is copied without a .dockerignore",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
		Aliases:  lint.Names("DF033", "docs:dockerignore"),
		Options: []lint.Option{{
			Name: "always", Doc: "also report all other copies from a context without an ignore file, with severity info", Kind: lint.BoolOption,
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
	for _, harm := range []struct {
		name, why string
		inImage   bool // it does harm only as a part of the image
	}{
		{".env", "which can hold secrets", true},
		{".git", "which holds the history of the repository", true},
		{".venv", "which works only on this machine", false},
		{"node_modules", "which was installed for this machine", false},
	} {
		if _, there := p.Files.Exists(harm.name); !there {
			continue
		}
		f := lint.Finding{
			Span:    whole.Instruction.Head,
			Message: fmt.Sprintf("the whole build context is copied, including %q, %s; add a .dockerignore that excludes it", harm.name, harm.why),
		}
		if harm.inImage && !whole.Shipped {
			f.Severity = lint.Info
		}
		p.Report(f)
		return
	}
	if secret := findIgnoredSecret(p); secret.name != "" && whole.Shipped {
		p.Report(lint.Finding{
			Span:    whole.Instruction.Head,
			Message: fmt.Sprintf("the whole build context is copied, including %q, which Git ignores and developers make from %q; add a .dockerignore that excludes it", secret.name, secret.example),
			Related: []lint.Related{{File: p.Files.Path(secret.example), Message: "the example file"}},
		})
		return
	}
	reportNoIgnoreFile(p)
}

// reportNoIgnoreFile reports the first copy from the context where the option requires an
// ignore file for every Dockerfile.
func reportNoIgnoreFile(p *facts.Pass[*facts.Dockerfile]) {
	copies := p.Doc.ContextCopies()
	if !p.Options.Bool("always") || len(copies) == 0 {
		return
	}
	p.Report(lint.Finding{
		Span: copies[0].Instruction.Head, Severity: lint.Info,
		Message: "no .dockerignore limits the build context; add one that excludes .env, .git and files that belong to one machine",
	})
}

// ignoredSecret is a file of settings in a folder that git ignores, and the example that
// shows that people have one; empty for none.
type ignoredSecret struct{ name, example string }

// findIgnoredSecret looks for one in the context, once for all Dockerfiles of the folder.
func findIgnoredSecret(p *facts.Pass[*facts.Dockerfile]) ignoredSecret {
	return lint.Derived(p.Files, func() ignoredSecret {
		names, err := p.Files.List(".")
		if err != nil {
			return ignoredSecret{}
		}
		for _, example := range names {
			name := madeFrom(example)
			if name == "" || !p.Project.Repository().Ignores(name) {
				continue
			}
			for _, word := range []string{".env", "config", "secret", "credential", "settings", "local"} {
				if strings.Contains(strings.ToLower(name), word) {
					return ignoredSecret{name, example}
				}
			}
		}
		return ignoredSecret{}
	})
}

// madeFrom is the name of the file that people make from an example; empty for a file that
// is not an example.
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

// holdsIgnoreFile is true for a folder with an ignore file, and for one that nobody can
// list.
type holdsIgnoreFile bool

// hasIgnoreFile reports whether the folder of the Dockerfile, or one above that may
// be the context, has an ignore file.
func hasIgnoreFile(files lint.Context) bool {
	here := lint.Derived(files, func() holdsIgnoreFile {
		names, err := files.List(".")
		isOne := func(name string) bool { return strings.HasSuffix(name, ".dockerignore") }
		return holdsIgnoreFile(err != nil || slices.ContainsFunc(names, isOne))
	})
	if here {
		return true
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
