package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// NamedUserWithoutPasswd finds USER and --chown with a name in an image that
// has no such name: one FROM scratch without /etc/passwd, or a distroless one. USER is
// found too in images of Debian, Ubuntu, Alpine, Python, Ruby, PHP and Go where no step makes
// the user: a name that nearly is one that the file makes, or one that people give to the
// user of a program, as app.
//
// The container does not start, since nobody can tell the number of the name.
// With --chown the files silently become root's. Write the number, or copy
// /etc/passwd and /etc/group too.
//
// Silent after anything that may bring a passwd file or a whole system, for
// root, and for the names that distroless images have.
var NamedUserWithoutPasswd = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "named-user-without-passwd",
		Title:    "The image does not know the user's name",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Presets:  []string{"cloud-native"},
		Variants: []string{"user", "chown"},
		Aliases:  lint.Names("tally/named-identity-in-passwdless-stage"),
	},
	Check: checkNamedUserWithoutPasswd,
}

func checkNamedUserWithoutPasswd(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		base := s.Base()
		_, distroless := images.Says(base.Name(), images.FewUsers)
		distroless = distroless && base.Known
		if !base.IsScratch() && !distroless {
			reportUncreatedUsers(p, s)
			continue
		}
		if bringsNames(p, s) {
			continue
		}
		for _, in := range s.Instructions {
			switch in.Keyword {
			case "user":
				if name, ok := unknownName(p.Doc, in, in.Args, distroless); ok {
					f := lint.Finding{
						Variant: "user", Span: in.ArgsSpan,
						Message: fmt.Sprintf("%s has no /etc/passwd with %s in it, so the container does not start; write the user's number", quoteShort(base.Text), quoteShort(name)),
					}
					f.Fixes = numberFix(p.Doc, in.ArgsSpan, in.Args, lint.EffectConfig)
					p.Report(f)
				}
			case "copy", "add":
				flag, ok := flagOf(in, "chown")
				if !ok {
					continue
				}
				if name, ok := unknownName(p.Doc, in, flag.Value, distroless); ok {
					f := lint.Finding{
						Variant: "chown", Span: flag.ValueSpan,
						Message: fmt.Sprintf("%s has no /etc/passwd with %s in it, so the files become root's; write the user's number", quoteShort(base.Text), quoteShort(name)),
					}
					f.Fixes = numberFix(p.Doc, flag.ValueSpan, flag.Value, lint.EffectGraph)
					p.Report(f)
				}
			}
		}
	}
}

// unknownName finds the first name of "user:group" that the image cannot know.
func unknownName(d *facts.Dockerfile, in *dockerfile.Instruction, identity string, distroless bool) (name string, found bool) {
	value, known := d.Expand(in, identity)
	if !known {
		return "", false
	}
	user, group, _ := strings.Cut(value, ":")
	for _, n := range []string{user, group} {
		switch {
		case n == "" || n == "root" || strings.Trim(n, "0123456789") == "":
		case distroless && (n == "nonroot" || n == "nobody" || n == "nogroup" || n == "tty" || n == "staff"):
		default:
			return n, true
		}
	}
	return "", false
}

// numberFix writes the numbers that distroless images and Debian give to the
// names nonroot and nobody.
func numberFix(d *facts.Dockerfile, span text.Span, identity string, effect lint.Effect) []lint.Fix {
	if d.Text(span) != identity {
		return nil
	}
	parts := strings.Split(identity, ":")
	for i, n := range parts {
		switch n {
		case "nonroot":
			parts[i] = "65532"
		case "nobody", "nogroup":
			parts[i] = "65534"
		default:
			if n == "" || strings.Trim(n, "0123456789") != "" {
				return nil
			}
		}
	}
	numbers := strings.Join(parts, ":")
	return []lint.Fix{{
		Title: "write " + numbers, Applicability: lint.Unsafe, MaxEffect: effect,
		Edits: []lint.FileEdit{lint.Replace(span, numbers)},
	}}
}

// bringsNames tells whether a stage or one that it builds on gets, or may get,
// a passwd file.
func bringsNames(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) bool {
	return s.Any("brings names of users", func(in *dockerfile.Instruction) bool {
		switch in.Keyword {
		case "shell", "onbuild", "run":
			return true // a program that can make a user is there
		case "copy", "add":
			return in.Err != nil || len(in.Heredocs) > 0 && strings.Contains(in.Args, "passwd") || bringsPasswd(p, in)
		}
		return false
	})
}

// bringsPasswd tells whether a COPY or ADD may bring /etc/passwd.
func bringsPasswd(p *facts.Pass[*facts.Dockerfile], in *dockerfile.Instruction) bool {
	sources, to, ok := copyWords(in)
	if !ok || strings.Contains(in.Args, "passwd") || strings.Contains(in.Args, "$") {
		return true
	}
	target := strings.TrimRight(bare(to.Text), "/")
	if covers("/etc", target) {
		return true
	}
	if target != "" && target != "." && target != "./" {
		return false
	}
	// What goes to the root may be a whole system, unless it is a file.
	_, parents := flagOf(in, "parents")
	_, isStage := flagOf(in, "from")
	for _, w := range sources {
		source := bare(w.Text)
		switch {
		case parents || isStage || in.Keyword == "add" && (isRemote(source) || facts.IsArchive(source)):
			return true
		default:
			if isDir, exists := p.Files.Exists(strings.TrimPrefix(source, "/")); !exists || isDir {
				return true
			}
		}
	}
	return false
}
