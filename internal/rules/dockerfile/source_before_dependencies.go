package dockerfile

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// SourceBeforeDependencies reports stages that copy the whole build context, or the folder
// with the manifest, before they install the dependencies or packages of the distribution.
//
// # Why it matters
//
// A change to any copied file invalidates the cache of all later instructions, so each
// edit downloads and installs all dependencies again.
//
// Maven, Gradle, .NET, Go and Cargo download the dependencies when they build, with the
// same effect.
//
// # How to fix it
//
// Copy the files that list the dependencies first, install, and copy the rest afterwards:
//
//	COPY package.json package-lock.json ./
//	RUN npm ci
//	COPY . .
//
// Where the build downloads the dependencies, download them in an earlier step, such as
// `RUN go mod download`, or mount a cache.
//
// # Fix safety
//
// The fix is offered where one instruction copies everything, the next `RUN` begins with
// the installation, and the manifest names no other files. For packages of Node.js it
// needs a `.dockerignore` that excludes `node_modules`, which the later `COPY` would
// overwrite otherwise. There is none where the same `RUN` then removes a cache, which would
// stay in the layer of the installation.
//
// # Exceptions
//
// It does not report:
//
//   - installations that need the sources: of the project itself, of workspaces, of Maven
//     modules, or of local paths
//   - projects that may have no such manifest
//   - dependencies that were installed before the copy, or are vendored
//   - build tools that download the dependencies, such as Maven, if their `RUN` has a mount
//     or the stage copies from another stage
var SourceBeforeDependencies = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:         "source-before-dependencies",
		Title:      "Sources are copied before the dependencies are installed",
		Category:   lint.Speed,
		Severity:   lint.Warning,
		Confidence: lint.Medium,
		Default:    true,
		Since:      "0.1.0",
		Presets:    []string{"cloud-native"},
		Aliases:    lint.Names("docs:order-layers"),
		Needs:      lint.NeedsContext,
	},
	Check: checkSourceBeforeDependencies,
}

func checkSourceBeforeDependencies(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		if len(s.Instructions) > 0 {
			(&stageOrder{pass: p, stage: s, asked: map[string]bool{}}).check()
		}
	}
}

// stageOrder is what was copied and installed up to an instruction of a stage.
type stageOrder struct {
	pass  *facts.Pass[*facts.Dockerfile]
	stage *facts.Stage
	// all is the first instruction that copies the whole context; copies are the
	// others that copy from it.
	all    *dockerfile.Instruction
	copies []*dockerfile.Instruction
	// fromStage is set once something came from another stage, dependencies perhaps.
	fromStage bool
	// asked are the managers of which a call was looked at.
	asked map[string]bool
	// system is the first call that installs packages of the distribution after all was
	// copied.
	system *facts.Command
}

func (o *stageOrder) check() {
	for x := o.stage.Parent; x != nil; x = x.Parent {
		for _, in := range x.Instructions {
			o.noteInstalls(in)
		}
	}
	for _, in := range o.stage.Instructions {
		switch {
		case in.Err != nil:
		case o.all == nil && copiesAll(in):
			o.all = in
		case in.Keyword == "copy" || in.Keyword == "add":
			o.noteCopy(in)
		case in.Keyword == "run" && o.checkRun(in):
			return
		}
	}
	if o.system != nil {
		reportSystemOrder(o.pass, o.all, o.system)
	}
}

func (o *stageOrder) noteInstalls(in *dockerfile.Instruction) {
	if in.Keyword != "run" {
		return
	}
	for _, c := range o.pass.Doc.Commands(in) {
		if e, _, found := installsDependencies(c); found {
			o.asked[e.manager] = true
		}
	}
}

func (o *stageOrder) noteCopy(in *dockerfile.Instruction) {
	if isFromElsewhere(in) {
		o.fromStage = true
	} else if _, excludes := in.Flag("exclude"); !excludes && len(in.Heredocs) == 0 {
		o.copies = append(o.copies, in)
	}
}

// checkRun reports whether a RUN has a finding, which is the stage's only one.
func (o *stageOrder) checkRun(in *dockerfile.Instruction) bool {
	if o.all == nil && len(o.copies) == 0 {
		o.noteInstalls(in)
		return false
	}
	if o.system == nil && o.all != nil {
		o.system = systemInstall(o.pass.Doc, o.all, in)
	}
	for _, c := range o.pass.Doc.Commands(in) {
		e, call, found := installsDependencies(c)
		if !found || o.asked[e.manager] || c.Conditional() { // the project may be without
			continue
		}
		o.asked[e.manager] = true
		if at, ok := o.sourcesFor(&e, call); ok && !readsSources(o.pass.Doc, in) &&
			!c.HasFlag("--unsafe-perm") { // which lets scripts of the project run
			reportOrder(o.pass, at, c, e)
			return true
		}
	}
	return false
}

// sourcesFor finds the copy that brings sources before a call that needs the manifests
// only, and says in the ecosystem which ones these are.
func (o *stageOrder) sourcesFor(e *ecosystem, c facts.PackageCommand) (at *dockerfile.Instruction, ok bool) {
	if e.builds && (o.fromStage || hasMount(c.Instruction)) {
		return nil, false
	}
	file, named := c.FlagValue("-r", "--requirement", "--requirements")
	named = named && e.manager == "pip"
	if o.all != nil {
		if named {
			e.manifests = []string{contextPath(o.all, file.Text)}
		}
		return o.all, !isAbsent(o.pass, e.manifests[0]) && !needsSources(o.pass.Files, *e, ".") && hasDependencies(c, *e, o.pass.Files, ".")
	}
	context, known := o.pass.Project.LikelyContext(o.pass.Doc)
	if !known {
		return nil, false
	}
	for _, in := range o.copies {
		if named {
			e.manifests = []string{contextPath(in, file.Text)}
		}
		if folder, ok := bringsBoth(context.Files, in, *e); ok {
			if needsSources(context.Files, *e, folder) || !hasDependencies(c, *e, context.Files, folder) {
				return nil, false
			}
			e.manifests = []string{path.Join(folder, e.manifests[0])}
			return in, true
		}
	}
	return nil, false
}

// isAbsent reports whether the build context is known, and has no such manifest.
func isAbsent(p *facts.Pass[*facts.Dockerfile], manifest string) bool {
	if !p.Project.Repository().IsWhole() {
		return false
	}
	context, ok := p.Project.LikelyContext(p.Doc)
	if !ok {
		return false
	}
	_, there := context.Files.Exists(manifest)
	return !there
}

// hasProjectsWithoutPackages reports whether a folder has projects of .NET, and none of
// them names a package or another project.
func hasProjectsWithoutPackages(files lint.Context, folder string) bool {
	names, err := files.List(folder)
	if err != nil {
		return false
	}
	found := false
	for _, name := range names {
		switch path.Ext(name) {
		case ".sln", ".slnx":
			return false
		case ".csproj", ".fsproj", ".vbproj":
			project, err := files.ReadFile(path.Join(folder, name))
			if err != nil || strings.Contains(string(project), "Reference ") {
				return false
			}
			found = true
		}
	}
	return found
}

// hasDependencies reports whether a call fetches anything, as far as the manifest says.
// Of a build with Go only a manifest that is there shows it.
func hasDependencies(c facts.PackageCommand, e ecosystem, files lint.Context, folder string) bool {
	switch e.manager {
	case "dotnet":
		return !hasProjectsWithoutPackages(files, folder)
	case "composer":
		manifest, err := files.ReadFile(path.Join(folder, e.manifests[0]))
		return err != nil || composerFetches(manifest, c)
	}
	mark := "dependencies"
	switch e.manager {
	case "go":
		mark = "require"
	case "npm", "yarn", "pnpm":
		mark = `ependencies"`
	case "cargo":
	default:
		return true
	}
	manifest, err := files.ReadFile(path.Join(folder, e.manifests[0]))
	if err != nil {
		return e.manager != "go" || (c.Action == "mod" && len(c.Packages) == 1 && c.Packages[0].Text == "download")
	}
	_, vendored := files.Exists(path.Join(folder, "vendor"))
	return !vendored && strings.Contains(string(manifest), mark)
}

// bringsBoth finds the folder from which one instruction copies a manifest and sources.
func bringsBoth(files lint.Context, in *dockerfile.Instruction, e ecosystem) (folder string, ok bool) {
	sources, _, ok := copyWords(in)
	if !ok {
		return "", false
	}
	manifestFolder, code := "", false
	for _, w := range sources {
		source := strings.TrimPrefix(strings.TrimPrefix(bare(w.Text), "./"), "/")
		name := strings.TrimSuffix(strings.TrimSuffix(source, "/*"), "/")
		if strings.Contains(name, "$") || name == "" {
			continue
		}
		if isDir, there := files.Exists(name); there && isDir {
			if holdsBoth(files, name, e) {
				return name, true
			}
			continue
		}
		if isManifest(baseName(name), e.manifests) {
			manifestFolder = path.Dir(name)
			continue
		}
		code = code || isCode(name)
	}
	return manifestFolder, manifestFolder != "" && code
}

// holdsBoth reports whether a folder has a manifest and sources. Of a manifest in a
// folder below, the sources are those of the folder above it.
func holdsBoth(files lint.Context, folder string, e ecosystem) bool {
	if dir := path.Dir(e.manifests[0]); dir != "." {
		_, there := files.Exists(path.Join(folder, e.manifests[0]))
		return there
	}
	names, err := files.List(folder)
	if err != nil || !slices.ContainsFunc(names, func(name string) bool { return isManifest(name, e.manifests) }) {
		return false
	}
	return slices.ContainsFunc(names, func(name string) bool {
		return isCode(name) || (strings.HasSuffix(name, "/") && isSourceFolder(strings.TrimSuffix(name, "/")))
	})
}

func isManifest(name string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		fits, err := path.Match(pattern, name)
		return err == nil && fits
	})
}

// isCode reports whether a name, or a pattern, is that of sources that change often: not
// of what configures a tool or installs the project.
func isCode(name string) bool {
	base := strings.ToLower(baseName(name))
	if strings.Contains(base, "config") || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "setup.") {
		return false
	}
	switch path.Ext(base) {
	case ".py", ".js", ".mjs", ".ts", ".tsx", ".jsx", ".vue", ".rb", ".php", ".go", ".rs", ".java", ".kt", ".cs", ".fs", ".html":
		return true
	}
	return false
}

func isSourceFolder(name string) bool {
	switch strings.ToLower(name) {
	case "src", "app", "lib", "source", "sources", "public", "pages", "components", "tests", "test", "internal", "cmd", "pkg", "server", "client", "controllers":
		return true
	}
	return false
}

// contextPath is the name in the build context of a file that a command names, after
// all of the context was copied.
func contextPath(all *dockerfile.Instruction, name string) string {
	if all != nil && strings.HasPrefix(name, "/") {
		name = strings.TrimPrefix(name, strings.TrimRight(bare(all.Words[1].Text), "/")+"/")
	}
	if strings.HasPrefix(name, "/") || strings.HasPrefix(name, "../") {
		name = baseName(name)
	}
	return strings.TrimPrefix(name, "./")
}

// readsSources reports whether a RUN that installs also runs files of the sources.
func readsSources(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	elsewhere := strings.Contains(in.Body, "cd ")
	return slices.ContainsFunc(d.Commands(in), func(c *facts.Command) bool {
		switch c.Name() {
		case "ansible-playbook":
			return true
		case "bash", "sh", "source", ".", "grep":
			return !elsewhere && slices.ContainsFunc(c.Positional(), func(a facts.Argument) bool { return strings.Contains(a.Text, ".") })
		}
		return !elsewhere && len(c.Words) > 0 && strings.HasPrefix(c.Words[0].Text, "./") && c.Name() != "gradlew" && c.Name() != "mvnw"
	})
}

func reportOrder(p *facts.Pass[*facts.Dockerfile], all *dockerfile.Instruction, c *facts.Command, e ecosystem) {
	what, advice := "installs", e.advice
	if e.builds {
		what = "downloads"
	}
	if advice == "" {
		advice = fmt.Sprintf("copy %s first, install, then copy the rest", e.manifests[0])
	}
	p.Report(lint.Finding{
		Fixes: manifestsFirst(p, all, c, e),
		Span:  all.Head,
		Message: fmt.Sprintf("%s comes before %s, so every change to a copied file %s the dependencies again; %s",
			quoteShort(p.Doc.Text(all.Head)), quoteShort(firstLine(p.Doc.Text(c.Span))), what, advice),
		Related: []lint.Related{{Span: c.Span, Message: "the dependencies are installed here"}},
	})
}
