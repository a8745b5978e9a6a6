package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// RubyStatePathsNotWritable reports Rails images that run as a user to whom neither
// `COPY` nor `RUN` gives the folders `tmp`, `log`, `storage` and `db`.
//
// # Why it matters
//
// The folders belong to root, so the application cannot write its cache, its log or
// uploaded files, and requests fail with an error. The rule is off by default, because
// the file does not show whether the application writes there.
//
// # How to fix it
//
// Give the folders to the user:
//
//	RUN mkdir -p db log storage tmp && chown -R rails:rails db log storage tmp
//
// # Exceptions
//
// It does not report:
//
//   - images that run as root, or whose user is a variable
//   - stages with a `chown`, a `chmod` or a `COPY --chown`
//   - stages with a `VOLUME`
var RubyStatePathsNotWritable = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "ruby-state-paths-not-writable",
		Title:    "Rails user cannot write tmp, log, storage and db",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("tally/ruby/state-paths-not-writable-as-non-root"),
	},
	Check: checkRubyStatePathsNotWritable,
}

func checkRubyStatePathsNotWritable(p *facts.Pass[*facts.Dockerfile]) {
	s := p.Doc.Final()
	if s == nil || isDevelopment(s) || !isRails(s) {
		return
	}
	user := s.LastOwn("user")
	if user == nil || isRoot(p.Doc, user) || strings.Contains(user.Args, "$") {
		return
	}
	app := applicationCopy(s)
	if app == nil || app.Index() > user.Index() || givesStatePaths(s) {
		return
	}
	name, _, _ := strings.Cut(user.Args, ":")
	p.Report(lint.Finding{
		Span:    user.Head,
		Message: fmt.Sprintf("the user %s does not own tmp, log, storage and db, so Rails cannot write there; give them to the user with chown", quoteShort(name)),
		Related: []lint.Related{{Span: app.Head, Message: "the application is copied here, and belongs to root"}},
		Fixes:   insertAbove(p.Doc, user, "RUN", "mkdir -p db log storage tmp && chown -R "+name+" db log storage tmp"),
	})
}

// applicationCopy is the last COPY of the whole application; nil if there is
// none, or if it sets an owner.
func applicationCopy(s *facts.Stage) (found *dockerfile.Instruction) {
	for _, in := range s.Instructions {
		sources, _, ok := copyWords(in)
		if in.Keyword != "copy" || !ok {
			continue
		}
		if !copiesAll(in) && (!isFromElsewhere(in) || !isApplicationFolder(bare(sources[0].Text))) {
			continue
		}
		if _, owned := flagOf(in, "chown"); owned {
			return nil
		}
		found = in
	}
	return found
}

func isApplicationFolder(path string) bool {
	switch strings.TrimRight(path, "/") {
	case "/rails", "/app", "/usr/src/app", "/myapp", "/var/www", "/home/app":
		return true
	}
	return false
}

// givesStatePaths reports whether the stage changes the owner or mode of folders, or
// declares volumes.
func givesStatePaths(s *facts.Stage) bool {
	for _, x := range s.Chain() {
		for _, in := range x.Instructions {
			if in.Keyword == "volume" {
				return true
			}
			if in.Keyword == "run" &&
				(strings.Contains(in.Args, "chown") || strings.Contains(in.Args, "chmod") || strings.Contains(in.Args, "install -d")) {
				return true
			}
			if _, owned := flagOf(in, "chown"); owned {
				return true
			}
		}
	}
	return false
}
