package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// SecretMountMissing reports commands in `RUN` that need a secret according to the
// configuration, but do not mount it.
//
// # Why it matters
//
// A command without its secret fails, or the secret is passed in a way that leaves it in
// the image, such as `ARG` or a copied file.
//
// The rule is off by default, because it has nothing to check until commands are
// configured.
//
// # How to fix it
//
// List in `.dockmend.yaml` which command needs which secret, such as `npm ci=npmrc`, and
// mount the secret in the `RUN`:
//
//	RUN --mount=type=secret,id=npmrc npm ci
//
// # Exceptions
//
// It does not report:
//
//   - a `RUN` that mounts the secret by its `id`, or by a `target` with that file name
var SecretMountMissing = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "secret-mount-missing",
		Title:    "Command runs without the secret mount that it needs",
		Category: lint.Security,
		Severity: lint.Warning,
		Since:    "0.1.0",
		Aliases:  lint.Names("OWASP-R12", "tally/require-secret-mounts"),
		Options:  []lint.Option{{Name: "commands", Doc: "commands that need a secret: the first words of the command, an equals sign and the id of the secret, such as `npm ci=npmrc`", Kind: lint.ListOption}},
		Presets:  []string{"cloud-native"},
		Requires: []string{"rules.secret-mount-missing.commands"},
	},
	Check: checkSecretMountMissing,
}

func checkSecretMountMissing(p *facts.Pass[*facts.Dockerfile]) {
	for _, entry := range p.Options.List("commands") {
		command, id, ok := strings.Cut(entry, "=")
		words := strings.Fields(command)
		if !ok || id == "" || len(words) == 0 {
			continue
		}
		told := map[*dockerfile.Instruction]bool{}
		p.Doc.AllCommands(func(c *facts.Command) {
			if told[c.Instruction] || !beginsWith(c, words) || mountsSecret(c, id) {
				return
			}
			told[c.Instruction] = true
			f := lint.Finding{
				Span:    c.Span,
				Message: fmt.Sprintf("%s needs the secret %s, but this RUN does not mount it; add --mount=type=secret,id=%s", quoteShort(strings.Join(words, " ")), quoteShort(id), id),
			}
			f.Fixes = []lint.Fix{{
				Title: "mount the secret " + id, Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph,
				Edits: []lint.FileEdit{lint.Insert(c.Instruction.KeywordSpan.End, " --mount=type=secret,id="+id)},
			}}
			p.Report(f)
		}, words[0])
	}
}

// beginsWith reports whether a command's words begin with those given.
func beginsWith(c *facts.Command, words []string) bool {
	if len(c.Words) < len(words) || c.Name() != words[0] {
		return false
	}
	for i, w := range words[1:] {
		if c.Words[i+1].Text != w {
			return false
		}
	}
	return true
}

func mountsSecret(c *facts.Command, id string) bool {
	for _, m := range facts.Mounts(c.Instruction) {
		if m.Type == "secret" && (m.ID == id || (m.ID == "" && baseName(m.Target) == id)) {
			return true
		}
	}
	return false
}
