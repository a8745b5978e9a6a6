package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// CopyWithoutLink finds COPY from another stage into the final one without
// --link: the layer is made anew whenever the base image changes, though what
// is copied is the same.
//
// Silent for a --chown with names, which needs the passwd file of the stage,
// and for folders that are links in many images, as /bin and /lib: with --link
// a folder takes the place of the link. There is no fix where the destination may
// be a folder though no slash ends it, since a file would take its place, and none
// where the folder may have an owner or a mode of its own. Off by default: what it gains depends
// on the builder, and on how often the base changes.
var CopyWithoutLink = facts.Rule[*facts.Dockerfile]{
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
		if owner, owned := flagOf(in, "chown"); !ok || !from || link || owned && strings.Trim(owner.Value, "0123456789:") != "" || mayBeLink(bare(to.Text)) {
			continue
		}
		f := lint.Finding{
			Span:    in.Head,
			Message: fmt.Sprintf("%s makes its layer anew whenever the base image changes; add --link", quoteShort(firstLine(p.Doc.Text(in.Head)))),
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
	if user := s.UserAt(in); user != nil && !isRootUser(user.Args) || !strings.HasPrefix(folder, "/") {
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
