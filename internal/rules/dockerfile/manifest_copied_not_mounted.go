package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// ManifestCopiedNotMounted reports a `COPY` of a manifest and its lock file directly
// before the `RUN` that installs from them, if a later `COPY` includes the same files.
//
// # Why it matters
//
// The files can be mounted for the one `RUN` that needs them, which saves a layer. The
// rule is off by default, because copying them works too, and mounting them only saves
// a layer.
//
// # How to fix it
//
// Mount the files:
//
//	RUN --mount=type=bind,source=uv.lock,target=uv.lock \
//	    --mount=type=bind,source=pyproject.toml,target=pyproject.toml \
//	    uv sync --locked --no-install-project
//
// # Fix safety
//
// There is no fix for an installation that can write the lock file, because a mounted
// file cannot be written.
//
// # Exceptions
//
// It does not report:
//
//   - files that no later `COPY` copies, because the program may need them at run time
//   - package managers that the option `managers` does not name
var ManifestCopiedNotMounted = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "manifest-copied-not-mounted",
		Title:    "Manifest is copied for an installation, and again by a later COPY",
		Category: lint.Speed,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Variants: []string{"uv", "bundle", "npm"},
		Aliases:  []lint.Alias{{Name: "tally/ruby/prefer-gemfile-bind-mounts", Variants: []string{"bundle"}}},
		Options: []lint.Option{{
			Name: "managers", Doc: "package managers to check: uv, bundle and npm are allowed", Kind: lint.ListOption,
			OptionValue: lint.OptionValue{List: []string{"uv", "bundle"}},
		}},
	},
	Check: checkManifestCopiedNotMounted,
}

// manifestsOf are the files that a package manager reads to install.
func manifestsOf(manager string) []string {
	switch manager {
	case "uv":
		return []string{"pyproject.toml", "uv.lock", ".python-version"}
	case "bundle":
		return []string{"Gemfile", "Gemfile.lock"}
	case "npm":
		return []string{"package.json", "package-lock.json", ".npmrc"}
	}
	return nil
}

func checkManifestCopiedNotMounted(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		for i, in := range s.Instructions[:max(len(s.Instructions)-1, 0)] {
			run := s.Instructions[i+1]
			if in.Keyword != "copy" || in.Err != nil || len(in.Flags) > 0 || len(in.Heredocs) > 0 {
				continue
			}
			if run.Keyword != "run" {
				continue
			}
			sources, to, ok := copyWords(in)
			if !copiedLater(s.Instructions[i+2:], sources) {
				continue
			}
			if target := bare(to.Text); !ok || in.JSON || (target != "." && target != "./") {
				continue
			}
			for _, c := range p.Doc.Commands(run) {
				pkg, ok := facts.Packages(c)
				if !ok || !slices.Contains(p.Options.List("managers"), pkg.Manager) || !installsFromLock(pkg) ||
					!areManifests(sources, manifestsOf(pkg.Manager)) {
					continue
				}
				f := lint.Finding{
					Variant: pkg.Manager, Span: in.Head,
					Message: fmt.Sprintf("%s creates a layer for files that a later COPY includes too; mount them in the next RUN with --mount=type=bind", quoteShort(p.Doc.Text(in.Head))),
					Related: []lint.Related{{Span: c.Span, Message: "the files are read here"}},
				}
				if readsOnly(p.Doc, pkg) {
					f.Fixes = bindFix(in, run, sources)
				}
				p.Report(f)
				break
			}
		}
	}
}

// copiedLater reports whether an instruction copies everything, or the same files again.
func copiedLater(later []*dockerfile.Instruction, files []dockerfile.Word) bool {
	return slices.ContainsFunc(later, func(in *dockerfile.Instruction) bool {
		if copiesAll(in) {
			return true
		}
		if in.Keyword != "copy" || len(in.Flags) > 0 {
			return false
		}
		sources, _, ok := copyWords(in)
		return ok && !slices.ContainsFunc(files, func(w dockerfile.Word) bool {
			return !slices.ContainsFunc(sources, func(x dockerfile.Word) bool { return bare(x.Text) == bare(w.Text) })
		})
	})
}

// installsFromLock reports whether a call installs what the manifest names, and nothing
// from the sources.
func installsFromLock(c facts.PackageCommand) bool {
	switch c.Manager {
	case "uv":
		return c.Action == "sync" && c.HasFlag("--no-install-project", "--no-install-workspace")
	case "npm":
		return c.Action == "ci"
	}
	return c.Action == "install" && len(c.Packages) == 0
}

// readsOnly reports whether an option forbids a call to write the lock file, which a mount
// would refuse.
func readsOnly(d *facts.Dockerfile, c facts.PackageCommand) bool {
	switch c.Manager {
	case "uv":
		return c.HasFlag("--locked", "--frozen") || envAt(d, c.Command, "UV_LOCKED") || envAt(d, c.Command, "UV_FROZEN")
	case "bundle":
		return c.HasFlag("--deployment", "--frozen") || envAt(d, c.Command, "BUNDLE_DEPLOYMENT") || envAt(d, c.Command, "BUNDLE_FROZEN")
	}
	return c.Action == "ci"
}

func areManifests(sources []dockerfile.Word, manifests []string) bool {
	for _, w := range sources {
		if !slices.Contains(manifests, strings.TrimPrefix(bare(w.Text), "./")) {
			return false
		}
	}
	return true
}

// bindFix deletes the COPY and mounts its files in the RUN.
func bindFix(in, run *dockerfile.Instruction, sources []dockerfile.Word) []lint.Fix {
	var flags strings.Builder
	for _, w := range sources {
		name := strings.TrimPrefix(bare(w.Text), "./")
		flags.WriteString(" --mount=type=bind,source=" + name + ",target=" + name)
	}
	cut, ok := deleteInstruction(in)
	if !ok {
		return nil
	}
	return unsafeFix("mount the files instead", lint.EffectGraph, cut, lint.Insert(run.KeywordSpan.End, flags.String()))
}
