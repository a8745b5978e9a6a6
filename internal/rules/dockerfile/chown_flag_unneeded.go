package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// ChownFlagUnneeded finds COPY and ADD that give files to the user that the
// container runs as: a program that is taken over can then change its own code.
// Files that belong to root can be read all the same.
//
// Silent for folders of data, caches and state.
//
// Off by default: it is the opposite of what programs need that write beside
// their code.
var ChownFlagUnneeded = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "chown-flag-unneeded",
		Title:    "Code belongs to the user that runs it",
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
			if !ok || !whole || owner != user || !shipsLayers(p.Doc, in) || holdsState(bare(destination.Text)) {
				return
			}
			p.Report(lint.Finding{
				Span:    chown.Span,
				Message: fmt.Sprintf("%s lets the program change its own code; leave the files to root, which is enough to read them", quoteShort(p.Doc.Text(chown.Span))),
				Related: []lint.Related{{Span: at.Head, Message: "the container runs as this user"}},
			})
		})
	}
}

// holdsState tells whether a path is one to which programs write, by its name.
func holdsState(path string) bool {
	for part := range strings.SplitSeq(strings.ToLower(path), "/") {
		switch part {
		case "data", "cache", ".cache", "tmp", "log", "logs", "storage", "db", "var", "state", "upload", "uploads", "run", "media":
			return true
		}
	}
	return false
}
