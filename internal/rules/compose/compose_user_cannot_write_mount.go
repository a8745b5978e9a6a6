package compose

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeUserCannotWriteMount reports services that do not run as root and mount a
// folder of the project that is not in the repository.
//
// # Why it matters
//
// Docker creates a missing folder as root. The user of the service cannot write to it,
// so the program fails on a fresh checkout, although it works for its author.
//
// # How to fix it
//
// Use a named volume, which takes the owner of the folder in the image:
//
//	volumes:
//	  - data:/app/data
//
// Or keep the folder in the repository, and make that user its owner before the service
// starts. A checkout alone is not enough, because the files belong to the person who
// checked them out.
//
// # Fix safety
//
// There is no automatic fix: the owner of a folder must be changed on the host, not in the file.
//
// # Exceptions
//
// It does not report:
//
//   - unknown users
//   - numeric users in the Compose file, such as `user: "1000"`: most often this is the
//     user who creates the folder
//   - read-only mounts
//   - folders whose name does not suggest that programs write there: `data`, `logs` and
//     `uploads` do, `config` does not
//   - single files
//   - folders that a script creates, or that another service mounts, which can set the
//     owner
//   - incomplete checkouts
var ComposeUserCannotWriteMount = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-user-cannot-write-mount",
		Title:    "The service's user cannot write to a mounted folder",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkComposeUserCannotWriteMount,
}

func checkComposeUserCannotWriteMount(p *facts.Pass[*facts.Compose]) {
	if !p.Files.Known() || p.Doc.IsFragment(p.Doc.Name) || !p.Project.Repository().IsWhole() {
		return
	}
	for _, s := range wholeServices(p.Doc) {
		user, at := userOf(p, s)
		if user == "" {
			continue
		}
		for _, m := range s.AllMounts() {
			if m.Kind != compose.RelativePath || m.Long || m.ReadOnly || !m.Known {
				continue
			}
			if !isWritten(m.Target) || !isMissingFolder(p, m.Source) || isPrepared(p, s, m.Source) {
				continue
			}
			span := m.Span
			if !at.IsEmpty() {
				span = at
			}
			p.Report(lint.Finding{
				Span:    span,
				Message: fmt.Sprintf("%q is not in the repository, so Docker creates it as root and %q cannot write to it; use a named volume, or create the folder for that user first", shortText(m.Source), shortText(user)),
				Related: []lint.Related{{Span: m.Span, Message: "the mount of the folder"}},
			})
			break
		}
	}
}

// userOf is the user of a service that is known not to be root, and the place in the file
// that says so; empty for any other.
func userOf(p *facts.Pass[*facts.Compose], s *facts.ComposeService) (user string, at text.Span) {
	if v := s.Value("user"); v.Exists() {
		name, _, _ := strings.Cut(v.Text, ":")
		if !v.Known || strings.Trim(name, "0123456789") == "" || name == "root" {
			return "", at // a number is most often that of the user who creates the folder
		}
		return v.Text, s.Entry("user").Span
	}
	if built, err := p.Project.Build(s); err != nil || built != nil {
		if err != nil || built.Stage == nil {
			return "", at
		}
		in := built.Stage.Last("user")
		if in == nil {
			return "", at
		}
		name, known := built.File.Expand(in, strings.TrimSpace(in.Args))
		name, _, _ = strings.Cut(name, ":")
		if !known || name == "" || name == "0" || name == "root" {
			return "", at
		}
		return name, at
	}
	image, ok := s.Image()
	if !ok || !image.Known {
		return "", at
	}
	user, known := image.Table().User()
	if !known || user == "root" || user == "0" || strings.HasPrefix(user, "0:") {
		return "", at
	}
	if strings.HasPrefix(user, "root:") {
		return "", at
	}
	return user, at
}

// isWritten reports whether programs write to a folder, by the names that such folders
// have. From others, such as those of settings and plugins, they may only read.
func isWritten(folder string) bool {
	parts := strings.FieldsFunc(strings.ToLower(folder), func(r rune) bool { return strings.ContainsRune("/-_.", r) })
	return slices.ContainsFunc(parts, func(part string) bool {
		switch strings.TrimSuffix(part, "s") {
		case "data", "storage", "upload", "log", "cache", "backup", "media", "output", "out", "download", "state", "db", "database", "spool", "tmp", "temp",
			"session", "artifact", "workspace", "home", "queue", "blob", "record", "recording", "report", "result":
			return true
		}
		return false
	})
}

// isMissingFolder reports whether a fresh checkout has nothing at a path whose name is that
// of a folder.
func isMissingFolder(p *facts.Pass[*facts.Compose], source string) bool {
	name := path.Clean(source)
	if path.Ext(name) != "" || strings.HasPrefix(name, "..") || name == "." {
		return false
	}
	_, there := p.Files.Exists(name)
	return !there || p.Project.Repository().Ignores(name)
}

// isPrepared reports whether a script creates the folder, or another service mounts it, which
// may set its owner.
func isPrepared(p *facts.Pass[*facts.Compose], s *facts.ComposeService, source string) bool {
	if p.Project.MakesFolder(path.Base(path.Clean(source))) {
		return true
	}
	for _, other := range p.Doc.All() {
		if other == s {
			continue
		}
		for _, m := range other.AllMounts() {
			if m.Kind == compose.RelativePath && path.Clean(m.Source) == path.Clean(source) {
				return true
			}
		}
	}
	return false
}
