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

// NamedUserWithoutPasswd reports `USER` and `--chown` with a name that the image does
// not have:
//
//   - in an image `FROM scratch` without `/etc/passwd`, and in distroless images
//   - in official images of Debian, Ubuntu, Alpine, Python, Ruby, PHP and Go, a `USER`
//     that no step creates. The name is nearly the name of a user that the file
//     creates, or it is usual for an application's user, such as `app`.
//
// # Why it matters
//
// The container does not start, because Docker cannot find the number of the user. With
// `--chown`, the files belong to root, without an error.
//
// # How to fix it
//
// Use the number of the user, or create the user first:
//
//	USER 65532
//
// # Exceptions
//
// It does not report:
//
//   - stages in which a step can bring `/etc/passwd` or create users
//   - `root`, and names that distroless images have, such as `nonroot` and `nobody`
//   - users of the base system, such as `www-data`
//   - names with a variable that has no known value
var NamedUserWithoutPasswd = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "named-user-without-passwd",
		Title:    "User name does not exist in the image",
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
						Message: fmt.Sprintf("%s has no /etc/passwd with the user %s, so the container does not start; use the number of the user", quoteShort(base.Text), quoteShort(name)),
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
						Message: fmt.Sprintf("%s has no /etc/passwd with the user %s, so the files belong to root; use the number of the user", quoteShort(base.Text), quoteShort(name)),
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

// numberFix replaces the names nonroot and nobody with their numbers in distroless images
// and Debian.
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

// bringsNames reports whether a stage, or one that it builds on, gets or can get a passwd
// file.
func bringsNames(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) bool {
	return s.Any("brings names of users", func(in *dockerfile.Instruction) bool {
		switch in.Keyword {
		case "shell", "onbuild", "run":
			return true // the image has a program that can create a user
		case "copy", "add":
			return in.Err != nil || (len(in.Heredocs) > 0 && strings.Contains(in.Args, "passwd")) || bringsPasswd(p, in)
		}
		return false
	})
}

// bringsPasswd reports whether a COPY or ADD can add /etc/passwd.
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
	// What is copied to the root folder can be a whole system, unless it is a file.
	_, parents := flagOf(in, "parents")
	_, isStage := flagOf(in, "from")
	for _, w := range sources {
		source := bare(w.Text)
		switch {
		case parents || isStage || (in.Keyword == "add" && (isRemote(source) || facts.IsArchive(source))):
			return true
		default:
			if isDir, exists := p.Files.Exists(strings.TrimPrefix(source, "/")); !exists || isDir {
				return true
			}
		}
	}
	return false
}
