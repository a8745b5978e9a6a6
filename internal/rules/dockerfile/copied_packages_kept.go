package dockerfile

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// CopiedPackagesKept reports `COPY --from` of wheels or of `.deb`, `.rpm` or `.apk`
// files that a later `RUN` of the stage installs.
//
// # Why it matters
//
// The layer of the `COPY` is part of the image, so the image has the packages twice.
// Deleting the files in the `RUN` does not make the image smaller.
//
// # How to fix it
//
// Mount the packages for the `RUN` and do not copy them:
//
//	RUN --mount=type=bind,from=build,source=/wheels,target=/wheels pip install /wheels/*.whl
//
// # Fix safety
//
// There is no automatic fix: the packages must be mounted, and the file does not show whether
// another program reads the copy.
//
// # Exceptions
//
// It does not report:
//
//   - a single package file, which is usually small
//   - stages whose layers are not part of the final image
var CopiedPackagesKept = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "copied-packages-kept",
		Title:    "Package files stay in the image after installation",
		Category: lint.Size,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkCopiedPackagesKept,
}

func checkCopiedPackagesKept(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		if !s.InFinalImage() {
			continue
		}
		copied := map[string]*dockerfile.Instruction{}
		for _, in := range s.Instructions {
			switch in.Keyword {
			case "copy":
				if to, ok := copiedPackages(in); ok {
					copied[to] = in
				}
			case "run":
				if len(copied) > 0 {
					reportInstalledCopies(p, in, copied)
				}
			}
		}
	}
}

// copiedPackages reads a COPY from another stage of a folder, or files, of packages.
func copiedPackages(in *dockerfile.Instruction) (to string, ok bool) {
	_, isFrom := flagOf(in, "from")
	sources, destination, both := copyWords(in)
	if !isFrom || !both || in.Err != nil {
		return "", false
	}
	name := strings.ToLower(bare(sources[0].Text))
	isPackage := slices.Contains([]string{".whl", ".deb", ".rpm", ".apk"}, path.Ext(name))
	if !isPackage && !strings.Contains(name, "wheel") {
		return "", false
	}
	if isPackage && len(sources) == 1 && !strings.ContainsAny(name, "*?[") {
		return "", false // one package, most often small and of the project itself
	}
	to = strings.TrimRight(bare(destination.Text), "/")
	return to, strings.HasPrefix(to, "/") && len(to) > 1 && !covers("/usr", to) && !covers("/lib", to)
}

func reportInstalledCopies(p *facts.Pass[*facts.Dockerfile], in *dockerfile.Instruction, copied map[string]*dockerfile.Instruction) {
	folders := slices.Sorted(maps.Keys(copied))
	for _, c := range p.Doc.Commands(in) {
		pkg, ok := facts.Packages(c)
		if c.Name() != "dpkg" && c.Name() != "rpm" && (!ok || (pkg.Action != "install" && pkg.Action != "add" && pkg.Action != "pip")) {
			continue
		}
		for _, a := range c.Args() {
			for _, folder := range folders {
				if a.Text != folder && !strings.HasPrefix(a.Text, folder+"/") {
					continue
				}
				brought := copied[folder]
				delete(copied, folder)
				p.Report(lint.Finding{
					Span:    brought.Head,
					Message: fmt.Sprintf("%s stays in the image, although only the installation needs it; mount it in that RUN with --mount=type=bind", quoteShort(folder)),
					Related: []lint.Related{{Span: c.Span, Message: "the packages are installed here"}},
				})
				return
			}
		}
	}
}
