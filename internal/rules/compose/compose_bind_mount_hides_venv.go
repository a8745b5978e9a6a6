package compose

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposeBindMountHidesVenv reports folders of the project that are mounted over the
// folder in which the image has its `.venv` or `node_modules`.
//
// # Why it matters
//
// The container sees the folder of the host instead of the folder of the image. The
// packages that the build installed are then missing, or they are those of the host,
// which can be built for another platform.
//
// # How to fix it
//
// Add an anonymous volume for the folder of the packages:
//
//	volumes:
//	  - .:/app
//	  - /app/.venv
//
// Or replace the mount with `develop.watch`, which copies changed files into the
// container.
//
// # Exceptions
//
// It does not report:
//
//   - packages that another mount keeps visible, or that are outside of the mounted
//     folder
//   - containers whose command installs the packages, or may do so because it is a
//     script or depends on a variable
//   - mounts of an absolute path
//   - builds from a remote context or with `dockerfile_inline`
var ComposeBindMountHidesVenv = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-bind-mount-hides-venv",
		Title:    "Bind mount hides the packages that the image installed",
		Category: lint.Python,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkComposeBindMountHidesVenv,
}

func checkComposeBindMountHidesVenv(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		b, ok := s.Build()
		if !ok || b.IsRemote() || b.Inline.Exists() {
			continue
		}
		mounts := slices.DeleteFunc(slices.Clone(s.AllMounts()), func(m compose.Mount) bool { return !m.Known || m.Kind != compose.RelativePath })
		if len(mounts) == 0 {
			continue
		}
		stage, source, err := builtStage(p, b)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			p.Skip(err.Error())
			return
		}
		if stage == nil || installsAgain(s, stage) {
			continue
		}
		for _, name := range stage.Environments() {
			for _, m := range mounts {
				target := strings.TrimSuffix(m.Target, "/")
				if !strings.HasPrefix(name, target+"/") || hasMountBetween(s, target, name) {
					continue
				}
				f := lint.Finding{
					Span:    m.Span,
					Message: fmt.Sprintf("this mount hides %q of the image, so the container runs without these packages; add an anonymous volume for the folder, or use develop.watch", shortText(name)),
					Related: []lint.Related{{Source: source, Span: stage.From.Head, Message: "the stage that installs the packages"}},
				}
				if volumes := s.Entry("volumes"); s.Owns(volumes) && volumes.Value.Kind == yaml.Sequence && yaml.PlainString(name, true) {
					edits, ok := p.Doc.File.Append(volumes.Value, name)
					f.Fixes = yamlFix("add an anonymous volume for "+name, lint.Unsafe, edits, ok, "services.*.volumes")
				}
				p.Report(f)
				break
			}
		}
	}
}

// builtStage is the stage that a build ends with; nil where it is not known.
func builtStage(p *facts.Pass[*facts.Compose], b compose.Build) (*facts.Stage, *lint.Source, error) {
	folder := "."
	if b.Context.Exists() {
		folder = b.Context.Text
	}
	around, err := p.Project.Context(folder, b.Dockerfile.Text)
	if err != nil {
		return nil, nil, err
	}
	file := around.Dockerfile()
	if file == nil || (b.Target.Exists() && !b.Target.Known) {
		return nil, nil, nil
	}
	if !b.Target.Exists() {
		return file.Final(), file.Source, nil
	}
	for _, s := range file.Stages() {
		if strings.EqualFold(s.Name, b.Target.Text) {
			return s, file.Source, nil
		}
	}
	return nil, nil, nil
}

// installsAgain reports whether what the container starts fills the environment
// again, or may do so.
func installsAgain(s *facts.ComposeService, stage *facts.Stage) bool {
	words := append(s.Entrypoint().Split(), s.Command().Split()...)
	if len(words) == 0 {
		if s.Command().Exists() || s.Entrypoint().Exists() {
			return true // a variable decides
		}
		for _, in := range []*dockerfile.Instruction{stage.Entrypoint(), stage.Command()} {
			if in != nil {
				words = append(words, in.Args)
			}
		}
	}
	text := strings.Join(words, " ")
	return slices.ContainsFunc(
		[]string{"install", "npm ci", "uv", "sync", ".sh", "entrypoint"},
		func(w string) bool { return containsWord(text, w) },
	)
}

// containsWord reports whether a text has the word with no letter next to it.
func containsWord(text, word string) bool {
	for from := 0; ; {
		at := strings.Index(text[from:], word)
		if at < 0 {
			return false
		}
		at += from
		end := at + len(word)
		if word[0] == '.' {
			return true
		}
		if (at == 0 || !isLetter(text[at-1])) && (end == len(text) || !isLetter(text[end])) {
			return true
		}
		from = end
	}
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// hasMountBetween reports whether another mount keeps a folder visible below one
// that is mounted.
func hasMountBetween(s *facts.ComposeService, mounted, name string) bool {
	return slices.ContainsFunc(s.AllMounts(), func(m compose.Mount) bool {
		target := strings.TrimSuffix(m.Target, "/")
		return (!m.Known && m.Target == "") || (target != mounted && isBelow(target, mounted) && isBelow(name, target))
	})
}
