package dockerfile

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
)

// ecosystem is a package manager with the files that name dependencies.
type ecosystem struct {
	manager string
	// manifests are the files to copy first, patterns among them; the usual one is the
	// first.
	manifests []string
	// local are texts in the manifest that make the sources part of the
	// resolution.
	local []string
	// installs reports whether a call installs dependencies.
	installs func(facts.PackageCommand) bool
	// offline are the flags with which nothing is fetched.
	offline []string
	// builds is set where the call builds the sources as well.
	builds bool
	// advice is what to do, where it is not only to copy the manifest first.
	advice string
}

func isBareInstall(actions ...string) func(facts.PackageCommand) bool {
	return func(c facts.PackageCommand) bool {
		return slices.Contains(actions, c.Action) && len(c.Packages) == 0 && !c.HasFlag("-g", "--global", "--location", "--package-lock-only", "--lockfile-only")
	}
}

// isAnyTask reports whether a call names one of the tasks, which may stand behind others
// and behind the name of a project or plugin.
func isAnyTask(tasks ...string) func(facts.PackageCommand) bool {
	return func(c facts.PackageCommand) bool {
		return slices.ContainsFunc(c.Args(), func(a facts.Argument) bool {
			return slices.Contains(tasks, a.Text[strings.LastIndexByte(a.Text, ':')+1:])
		})
	}
}

// ecosystemOf is that of a manager, one whose installs need no sources or one whose usual
// call fetches the dependencies and builds the sources.
func ecosystemOf(manager string) (e ecosystem, ok bool) {
	if e, ok = interpreted(manager); !ok {
		e, ok = compiled(manager)
	}
	e.manager = manager
	return e, ok
}

func interpreted(manager string) (e ecosystem, ok bool) {
	node := []string{"package.json"}
	npm := []string{`"workspaces"`, `"file:`, `"link:`, `"workspace:`, `"prepare"`, `"postinstall"`, `"preinstall"`, `"install"`}
	switch manager {
	case "npm":
		return ecosystem{manifests: node, local: npm, installs: isBareInstall("ci", "install", "i", "clean-install")}, true
	case "yarn":
		return ecosystem{manifests: node, local: npm, installs: isBareInstall("install")}, true
	case "pnpm":
		return ecosystem{manifests: node, local: npm, installs: isBareInstall("install", "i", "fetch")}, true
	case "bun":
		return ecosystem{manifests: node, local: npm, installs: isBareInstall("install", "i")}, true
	case "pip":
		local := []string{"-e ", "file:", "./", "--editable"}
		return ecosystem{manifests: []string{"requirements.txt"}, local: local, installs: installsRequirements}, true
	case "bundle":
		return ecosystem{manifests: []string{"Gemfile"}, local: []string{"gemspec", "path:", ":path"}, installs: isBareInstall("install")}, true
	case "composer":
		return ecosystem{
			manifests: []string{"composer.json"}, local: []string{`"path"`, `"scripts"`}, installs: isBareInstall("install"),
			advice: "copy composer.json and its lock file first, install with --no-autoloader, copy the rest, then run composer dump-autoload",
		}, true
	case "poetry":
		return ecosystem{
			manifests: []string{"pyproject.toml"}, local: []string{"path =", "develop ="},
			installs: func(c facts.PackageCommand) bool { return c.Action == "install" && c.HasFlag("--no-root") },
		}, true
	case "uv":
		return ecosystem{
			manifests: []string{"pyproject.toml"}, local: []string{"path =", "workspace"},
			installs: func(c facts.PackageCommand) bool { return c.Action == "sync" && c.HasFlag("--no-install-project") },
		}, true
	case "pipenv":
		return ecosystem{manifests: []string{"Pipfile"}, local: []string{"path =", "editable"}, installs: isBareInstall("install", "sync")}, true
	}
	return e, false
}

// installsRequirements reports whether a call of pip fetches what a file names, and
// nothing else.
func installsRequirements(c facts.PackageCommand) bool {
	file, ok := c.FlagValue("-r", "--requirement", "--requirements")
	fetches := c.Action == "install" || c.Action == "wheel" || c.Action == "download"
	return fetches && ok && file.Literal && len(c.Packages) == 0 && !c.HasFlag("-e", "--editable", "--no-index")
}

func compiled(manager string) (e ecosystem, ok bool) {
	switch manager {
	case "go":
		return ecosystem{
			builds: true, manifests: []string{"go.mod"}, local: []string{"=> ./", "=> ../"},
			installs: func(c facts.PackageCommand) bool {
				at := slices.ContainsFunc(c.Packages, func(a facts.Argument) bool { return strings.Contains(a.Text, "@") })
				return !at && isAnyTask("build", "install", "download", "tidy", "test", "get")(c)
			},
			offline: []string{"-mod=vendor"},
			advice:  "copy go.mod and go.sum first and run go mod download, or mount a cache at /go/pkg/mod",
		}, true
	case "mvn":
		return ecosystem{
			builds: true, manifests: []string{"pom.xml"}, local: []string{"<modules>"}, installs: isAnyTask("package", "install", "verify", "compile", "go-offline", "resolve", "deploy"),
			offline: []string{"-o", "--offline"},
			advice:  "copy pom.xml first and run mvn dependency:go-offline, or mount a cache at /root/.m2",
		}, true
	case "gradle":
		return ecosystem{
			builds: true, manifests: []string{"build.gradle", "build.gradle.kts"},
			installs: isAnyTask("build", "assemble", "bootJar", "shadowJar", "installDist", "distTar", "distZip", "jar", "war", "bootWar", "dependencies", "classes", "downloadRepos"),
			offline:  []string{"--offline"},
			advice:   "copy the build files first and run gradle dependencies, or mount a cache at /root/.gradle",
		}, true
	case "dotnet":
		return ecosystem{
			builds: true, manifests: []string{"*.csproj", "*.sln", "*.fsproj", "*.slnx"}, installs: isAnyTask("restore", "publish", "build"),
			offline: []string{"--no-restore"},
			advice:  "copy the project files first and run dotnet restore, or mount a cache at /root/.nuget/packages",
		}, true
	case "cargo":
		return ecosystem{
			builds: true, manifests: []string{"Cargo.toml"},
			installs: func(c facts.PackageCommand) bool {
				return isAnyTask("build", "fetch", "rustc", "cook")(c) || (c.Action == "install" && c.HasFlag("--path"))
			},
			offline: []string{"--offline", "--frozen"},
			advice:  "build them in an earlier step (cargo-chef), or mount caches at the target directory and /usr/local/cargo/registry",
		}, true
	}
	return e, false
}

// installsDependencies reads a command as a call that installs the dependencies of a
// project.
func installsDependencies(c *facts.Command) (e ecosystem, pc facts.PackageCommand, ok bool) {
	pc, ok = installCall(c)
	if !ok {
		return e, pc, false
	}
	e, ok = ecosystemOf(pc.Manager)
	return e, pc, ok && e.installs(pc) && !pc.HasFlag(e.offline...)
}

// installCall is a call of a package manager or of a build tool that is one as well.
func installCall(c *facts.Command) (pc facts.PackageCommand, ok bool) {
	name := c.Name()
	switch name {
	case "mvnw":
		name = "mvn"
	case "gradlew":
		name = "gradle"
	}
	switch name {
	case "yarn":
		if len(c.Words) == 1 {
			return facts.PackageCommand{Command: c, Manager: name, Action: "install"}, true
		}
	case "mvn", "gradle", "dotnet", "bun":
		pc = facts.PackageCommand{Command: c, Manager: name, Action: firstAction(c)}
		if rest := c.Positional(); len(rest) > 1 {
			pc.Packages = rest[1:]
		}
		return pc, pc.Action != ""
	case "uv":
		if pip, ok := facts.UvPip(c); ok {
			pip.Manager = "pip"
			return pip, true
		}
	}
	return facts.Packages(c)
}

// composerFetches reports whether "composer install" has a package to fetch. PHP itself
// and its extensions stand in "require" too, and their names have no vendor
// (getcomposer.org, "Platform packages"). What cannot be read fetches something.
func composerFetches(manifest []byte, c facts.PackageCommand) bool {
	var project struct {
		Require    map[string]json.RawMessage `json:"require"`
		RequireDev map[string]json.RawMessage `json:"require-dev"`
	}
	if json.Unmarshal(manifest, &project) != nil {
		return true
	}
	isPackage := func(name string) bool { return strings.Contains(name, "/") }
	if !c.HasFlag("--no-dev") && slices.ContainsFunc(slices.Collect(maps.Keys(project.RequireDev)), isPackage) {
		return true
	}
	return slices.ContainsFunc(slices.Collect(maps.Keys(project.Require)), isPackage)
}
