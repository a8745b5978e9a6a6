package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// ChownFlagUnneeded reports `COPY --chown` and `ADD --chown` with the user that the
// container runs as.
//
// # Why it matters
//
// A program that owns its files can change them. An attacker who takes over the program
// can then replace its code, and the change stays until the container is removed. To
// read and run files, the program does not need to own them.
//
// The rule is off by default, because many programs need to write next to their code.
//
// # How to fix it
//
// Remove `--chown`, so that the files belong to root. Keep it for folders that the
// program writes.
//
// # Exceptions
//
// It does not report:
//
//   - folders for data, caches, logs and state, by their name
//   - stages whose layers are not part of the final image
var ChownFlagUnneeded = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "chown-flag-unneeded",
		Title:    "Application files belong to the user that runs them",
		Category: lint.Security,
		Severity: lint.Info,
		Since:    "0.1.0",
		Aliases:  lint.Names("kics:chown_flag_exists"),
	},
	Check: checkChownFlagUnneeded,
}

func checkChownFlagUnneeded(p *facts.Pass[*facts.Dockerfile]) {
	final := p.Doc.Final()
	if final == nil {
		return
	}
	user, at := final.User()
	user, _, _ = strings.Cut(user, ":")
	if at == nil || user == "" || isRoot(p.Doc, at) {
		return
	}
	for _, keyword := range []string{"copy", "add"} {
		p.Doc.Each(keyword, false, func(in *dockerfile.Instruction) {
			chown, ok := flagOf(in, "chown")
			owner, _, _ := strings.Cut(chown.Value, ":")
			_, destination, whole := copyWords(in)
			if !ok || !whole || owner != user || !shipsLayers(p.Doc, in) {
				return
			}
			if holdsState(bare(destination.Text)) {
				return
			}
			p.Report(lint.Finding{
				Span:    chown.Span,
				Message: fmt.Sprintf("%s lets a compromised program change its own code; remove the flag: the program can read and run files that root owns", quoteShort(p.Doc.Text(chown.Span))),
				Related: []lint.Related{{Span: at.Head, Message: "the container runs as this user"}},
			})
		})
	}
}

// holdsState reports whether programs write to a path, by its name.
func holdsState(path string) bool {
	for part := range strings.SplitSeq(strings.ToLower(path), "/") {
		switch part {
		case "data", "cache", ".cache", "tmp", "log", "logs", "storage", "db", "var", "state", "upload", "uploads", "run", "media":
			return true
		}
	}
	return false
}
