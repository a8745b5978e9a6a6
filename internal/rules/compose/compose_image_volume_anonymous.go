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

// ComposeImageVolumeAnonymous finds services whose own Dockerfile declares a VOLUME in
// which a variable says that data are kept, and that mount nothing there.
//
// The engine puts an anonymous volume on it. After "docker compose down" the next container
// gets a new one, and the data are lost to it. Mount a named volume on the folder.
//
// Silent where no variable with data, database, storage or the like in its name has the
// folder, and where a mount covers the folder or a part of it.
//
// There is no fix: a named volume starts empty, so the data of the anonymous one would be
// left behind.
var ComposeImageVolumeAnonymous = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-image-volume-anonymous",
		Title:    "Data are kept in an anonymous volume",
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
		if err != nil || built == nil || built.Stage == nil || s.Has("volumes_from") || s.IsJob() {
			continue
		}
		for _, v := range built.Stage.Volumes() {
			name, holds := variableBelow(s, built.Stage, v.Path)
			if !holds || keepsFolder(s, v.Path) {
				continue
			}
			p.Report(lint.Finding{
				Span:    placeOfMounts(s),
				Message: fmt.Sprintf("%s keeps data in %s, the VOLUME of the image of %q on which nothing is mounted, so they are gone after \"docker compose down\"; mount a named volume on it", name, shortText(v.Path), shortText(s.Name)),
				Related: []lint.Related{{Source: built.File.Source, Span: v.Instruction.Head, Message: "the volume is declared here"}},
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
	if at < 0 || at > 0 && !strings.ContainsRune(":/=", rune(value[at-1])) {
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
