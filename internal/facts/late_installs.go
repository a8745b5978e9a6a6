package facts

import (
	"bytes"
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// lateInstalls are the stages of a repository that install packages with the lists that
// their base image has: before an update of their own.
type lateInstalls struct{ list []lateInstall }

type lateInstall struct {
	// path is that of the Dockerfile, manager "apt" or "apk".
	path, manager string
	base          Image
}

// InstallsOn names another Dockerfile of the repository that may build on an image of
// this one and installs with the lists that it finds there; empty where none does.
// manager is "apt" or "apk".
func (p *Project) InstallsOn(f *Dockerfile, manager string) string {
	if !p.known() || f.Name == "" {
		return ""
	}
	root, _ := p.top()
	late := lint.Derived(root, func() *lateInstalls {
		l := &lateInstalls{}
		walkRepository(root, isDockerfileName, l.read)
		return l
	})
	for _, x := range late.list {
		if x.manager == manager && x.path != f.Name && p.mayBe(x.base, f) {
			return x.path
		}
	}
	return ""
}

func (l *lateInstalls) read(gate lint.Context, name string) {
	source, err := gate.Source(name)
	if err != nil || (!bytes.Contains(source.Bytes, []byte("apk")) && !bytes.Contains(source.Bytes, []byte("apt"))) {
		return
	}
	// In a large repository what is parsed here is gone before its file is checked.
	d := dockerfile.Outline(source.Bytes, source.Lines)
	if d.Limit != "" {
		return
	}
	f := NewDockerfile(d)
	for _, s := range f.Stages() {
		if manager := s.installsFirst(); manager != "" {
			l.list = append(l.list, lateInstall{source.Path, manager, s.Base()})
		}
	}
}

// installsFirst is the manager with which a stage installs before it updates the lists,
// of those that need lists; empty where there is none.
func (s *Stage) installsFirst() string {
	updated := map[string]bool{}
	chain := s.Chain()
	for i := len(chain) - 1; i >= 0; i-- {
		for _, in := range chain[i].Own("run") {
			for _, c := range s.doc.packageCommands(in) {
				manager := strings.TrimSuffix(c.Manager, "-get")
				switch {
				case manager != "apt" && manager != "apk", updated[manager]:
				case c.Action == "update" || c.HasFlag("--no-cache", "-U", "--update", "--update-cache"):
					updated[manager] = true
				case c.Action == "install" || c.Action == "add":
					return manager
				}
			}
		}
	}
	return ""
}

// mayBe reports whether an image may be one of a Dockerfile: a build says so, or gives
// the name to something, or the name is that of its folder or of the end of its own name.
func (p *Project) mayBe(i Image, f *Dockerfile) bool {
	if !i.Known {
		return true
	}
	if _, isPublic := LookupBase(i); isPublic {
		return false
	}
	if r, ok := p.recipe(i); ok {
		return r.path == f.Name
	}
	if p.Local(i) != "" {
		return true
	}
	image := strings.ToLower(path.Base(i.Repository))
	for part := range strings.FieldsFuncSeq(strings.ToLower(f.Name), func(r rune) bool { return r == '/' || r == '.' }) {
		switch part {
		case "docker", "dockerfile", "containerfile", "dockerfiles", "images", "build":
			continue
		}
		if part == image || part == i.Tag || endsInWord(image, part) || endsInWord(part, image) {
			return true
		}
	}
	return false
}

// endsInWord reports whether a name is some words and then another name: "lab-base" is
// of "base".
func endsInWord(name, word string) bool {
	before, ok := strings.CutSuffix(name, word)
	return ok && (strings.HasSuffix(before, "-") || strings.HasSuffix(before, "_"))
}
