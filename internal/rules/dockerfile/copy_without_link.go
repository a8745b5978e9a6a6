package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// CopyWithoutLink reports `COPY --from` in the final stage without `--link`.
//
// # Why it matters
//
// Without `--link`, the layer depends on the layers below it. When the base image
// changes, the builder copies the same files again, and registries and machines get a
// new layer with the same content.
//
// The rule is off by default, because the gain depends on the builder and on how often
// the base image changes.
//
// # How to fix it
//
// Add `--link`:
//
//	COPY --link --from=build /server /server
//
// # Fix safety
//
// There is no fix where the destination may be an existing folder although no slash ends
// it, because with `--link` a file would replace it. There is also none where the folder
// may have an owner or a mode of its own.
//
// # Exceptions
//
// It does not report:
//
//   - `--chown` with names, which needs the user database of the stage
//   - destinations in folders that are symbolic links in many images, such as `/bin`
//     and `/lib`, because `--link` would replace the link
//   - destinations with a variable
//   - Windows images
var CopyWithoutLink = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "copy-without-link",
		Title:    "COPY without --link is repeated when the base image changes",
		Category: lint.Speed,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkCopyWithoutLink,
}

func checkCopyWithoutLink(p *facts.Pass[*facts.Dockerfile]) {
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
		if owner, owned := flagOf(in, "chown"); !ok || !from || link || (owned && strings.Trim(owner.Value, "0123456789:") != "") ||
			mayBeLink(bare(to.Text)) {
			continue
		}
		f := lint.Finding{
			Span:    in.Head,
			Message: fmt.Sprintf("%s runs again whenever the base image changes; add --link, so that its layer is reused", quoteShort(firstLine(p.Doc.Text(in.Head)))),
		}
		if linkKeepsFolders(p.Doc, final, in) {
			f.Fixes = unsafeFix("add --link", lint.EffectGraph, lint.Insert(in.KeywordSpan.End, " --link"))
		}
		p.Report(f)
	}
}

// linkKeepsFolders reports whether --link leaves the folders of the image as they
// are. The copy is made on an empty layer, so a destination without a slash is a
// file there, whatever the image has under that name, and the folders above it
// belong to root with the usual mode.
func linkKeepsFolders(_ *facts.Dockerfile, s *facts.Stage, in *dockerfile.Instruction) bool {
	sources, word, _ := copyWords(in)
	to, from := bare(word.Text), bare(sources[0].Text)
	folder := cleanFolder(to)
	if !strings.HasSuffix(to, "/") {
		if len(sources) > 1 || baseName(to) != baseName(from) || strings.ContainsAny(from, "*?[") {
			return false
		}
		folder = cleanFolder(strings.TrimSuffix(to, baseName(to)))
	}
	if user := s.UserAt(in); (user != nil && !isRootUser(user.Args)) || !strings.HasPrefix(folder, "/") {
		return false
	}
	for _, own := range []string{"/tmp", "/var/tmp", "/root", "/home"} {
		if covers(own, folder) {
			return false
		}
	}
	if folder == "/" {
		return true
	}
	for _, x := range s.Chain() {
		for _, run := range x.Instructions {
			if run.Keyword == "run" && run.Index() < in.Index() && strings.Contains(run.Body, folder) {
				return false // it may give the folder an owner or a mode
			}
		}
	}
	return true
}

// mayBeLink reports whether a path goes through a folder that is a link in many
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
