package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// CopyWithoutLink finds COPY from another stage into the final one without
// --link: the layer is made anew whenever the base image changes, though what
// is copied is the same.
//
// Silent for a --chown with names, which needs the passwd file of the stage,
// and for folders that are links in many images, as /bin and /lib: with --link
// a folder takes the place of the link. Off by default: what it gains depends
// on the builder, and on how often the base changes.
var CopyWithoutLink = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "copy-without-link",
		Title:    "The layer depends on the base image",
		Category: lint.Speed,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkCopyWithoutLink,
}

func checkCopyWithoutLink(p *lint.Pass[*facts.Dockerfile]) {
	final := p.Doc.Final()
	if final == nil || final.Base().IsWindows() {
		return
	}
	for _, in := range final.Instructions {
		if in.Keyword != "copy" || in.Err != nil {
			continue
		}
		_, from := flagOf(in, "from")
		_, link := flagOf(in, "link")
		_, to, ok := copyWords(in)
		if owner, owned := flagOf(in, "chown"); !ok || !from || link || owned && strings.Trim(owner.Value, "0123456789:") != "" || mayBeLink(bare(to.Text)) {
			continue
		}
		p.Report(lint.Finding{
			Span:    in.Head,
			Message: fmt.Sprintf("%s makes its layer anew whenever the base image changes; add --link", quoteShort(firstLine(p.Doc.Text(in.Head)))),
			Fixes: []lint.Fix{{
				Title: "add --link", Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph,
				Edits: []lint.FileEdit{lint.Insert(in.KeywordSpan.End, " --link")},
			}},
		})
	}
}

// mayBeLink tells whether a path goes through a folder that is a link in many
// images, or is not known.
func mayBeLink(path string) bool {
	if strings.Contains(path, "$") {
		return true
	}
	for _, dir := range []string{"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/var/run", "/var/lock", "/var/spool/mail", "/usr/tmp", "/etc/mtab"} {
		if covers(dir, strings.TrimRight(path, "/")) {
			return true
		}
	}
	return false
}
