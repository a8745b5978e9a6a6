package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeImageVolumeAnonymous reports services whose own Dockerfile declares a
// `VOLUME` for data, and that mount nothing on it. A variable shows that the folder
// holds data: its value is in the folder, and its name contains a word such as `DATA`,
// `DATABASE`, `STORAGE` or `UPLOADS`.
//
// # Why it matters
//
// Docker creates an anonymous volume for the folder. After `docker compose down`, the
// next container gets a new one, so the data is lost to it.
//
// # How to fix it
//
// Mount a named volume on the folder:
//
//	volumes:
//	  - data:/data
//
// # Fix safety
//
// There is no automatic fix: a named volume is empty at first, so the service would start
// without the data that the anonymous volume holds today.
//
// # Exceptions
//
// It does not report:
//
//   - folders that no such variable names
//   - folders that a mount covers in whole or in part
//   - jobs that end
//   - services with `extends`, and files that are merged with another Compose file
var ComposeImageVolumeAnonymous = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-image-volume-anonymous",
		Title:    "Data is kept in an anonymous volume",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkComposeImageVolumeAnonymous,
}

func checkComposeImageVolumeAnonymous(p *facts.Pass[*facts.Compose]) {
	for _, s := range wholeServices(p.Doc) {
		built, err := p.Project.Build(s)
		if err != nil || built == nil || built.Stage == nil || s.Has("volumes_from") {
			continue
		}
		if s.IsJob() {
			continue
		}
		for _, v := range built.Stage.Volumes() {
			name, holds := variableBelow(s, built.Stage, v.Path)
			if !holds || keepsFolder(s, v.Path) {
				continue
			}
			p.Report(lint.Finding{
				Span:    placeOfMounts(s),
				Message: fmt.Sprintf("%s stores data in %s, an anonymous volume of %q, so the data is lost after \"docker compose down\"; mount a named volume there", name, shortText(v.Path), shortText(s.Name)),
				Related: []lint.Related{{Source: built.File.Source, Span: v.Instruction.Head, Message: "the VOLUME of the image"}},
			})
		}
	}
}

// keepsFolder reports whether a mount of the service, or a variable that may be one, holds
// what is in a folder.
func keepsFolder(s *facts.ComposeService, folder string) bool {
	data := facts.DataFolder{DataFolder: images.DataFolder{Path: folder, Volume: folder}}
	for _, m := range s.AllMounts() {
		if !m.Known || data.IsKeptBy(m.Target) {
			return true
		}
	}
	return slices.ContainsFunc(s.Values("tmpfs"), func(v compose.Value) bool { return !v.Known || strings.HasPrefix(v.Text, folder) })
}

// variableBelow is a variable of the service, or of its image, that names a file or folder
// in a folder, and says by its name that data are kept there.
func variableBelow(s *facts.ComposeService, stage *facts.Stage, folder string) (name string, ok bool) {
	for _, kv := range s.Env() {
		if kv.Value.Known && namesBelow(kv.Key, kv.Value.Text, folder) {
			return kv.Key, true
		}
	}
	for _, v := range stage.SetVariables() {
		_, overruled := s.Getenv(v.Name)
		if v.Known && !overruled && namesBelow(v.Name, v.Value, folder) {
			return v.Name, true
		}
	}
	return "", false
}

func namesBelow(name, value, folder string) bool {
	if !hasPart(strings.ReplaceAll(strings.ToLower(name), "_", "."), "data", "db", "database", "storage", "store", "upload", "uploads", "media", "state", "sqlite", "repository") {
		return false
	}
	at := strings.Index(value, folder)
	if at < 0 || (at > 0 && !strings.ContainsRune(":/=", rune(value[at-1]))) {
		return false
	}
	rest := value[at+len(folder):]
	return rest == "" || rest[0] == '/'
}

// placeOfMounts is the last mount of a service, else the service.
func placeOfMounts(s *facts.ComposeService) text.Span {
	mounts := s.AllMounts()
	if len(mounts) == 0 {
		return s.Span()
	}
	return mounts[len(mounts)-1].Span
}
