package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// PackageCacheNotMounted reports installations of packages without a cache mount. It
// knows npm, Yarn, pnpm, Bun, pip, Go, Cargo, apt, apk, dnf, zypper, Bundler, Composer
// and NuGet.
//
// # Why it matters
//
// If a manifest changes, the step runs again and downloads all packages. A cache mount
// keeps the downloads between builds, and outside of the image. The rule is off by
// default, because new CI runners begin with an empty cache.
//
// # How to fix it
//
// Mount the cache of the package manager:
//
//	RUN --mount=type=cache,target=/root/.npm npm ci
//
// # Fix safety
//
// There is no fix for Go, Cargo, dnf, zypper, Bundler, Composer and NuGet, because the
// mount can hide files that another `RUN` needs. There is also none for users other than
// root, and in a `RUN` that empties the cache.
//
// # Exceptions
//
// It does not report:
//
//   - caches that are turned off, for example by `--no-cache-dir`
//   - installations from local files
//   - stages that the final image does not need, and stages with a name such as `dev`
//     or `test`
var PackageCacheNotMounted = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "package-cache-not-mounted",
		Title:    "Packages are downloaded again after each change",
		Category: lint.Speed,
		Severity: lint.Info,
		Since:    "0.1.0",
		Needs:    lint.NeedsRegistry,
		Presets:  []string{"cloud-native"},
		Variants: []string{"npm", "yarn", "pnpm", "bun", "pip", "go", "cargo", "apt", "apk", "dnf", "zypper", "bundler", "composer", "nuget"},
		Aliases: append(lint.Names("docs:cache-mounts", "tally/prefer-package-cache-mounts"),
			lint.Alias{Name: "tally/ruby/prefer-bundler-cache-mount", Variants: []string{"bundler"}}),
	},
	Check: checkPackageCacheNotMounted,
}

// cachedTool is a program that fetches packages into a cache.
type cachedTool struct {
	variant  string
	programs []string
	// actions are the first words of the calls that download.
	actions []string
	// dirs are where root's cache is; the first is proposed, all count.
	dirs []string
	// off are the flags that turn the cache off.
	off []string
	// fixable is false where a mount can hide what another RUN needs.
	fixable bool
}

func cachedTools() []cachedTool {
	npmOff := []string{"--offline", "--prefer-offline"}
	return []cachedTool{
		{"npm", []string{"npm"}, []string{"ci", "install", "i", "clean-install"}, []string{"/root/.npm"}, npmOff, true},
		{"yarn", []string{"yarn"}, []string{"install"}, []string{"/usr/local/share/.cache/yarn", "/root/.yarn", "/root/.cache/yarn"}, npmOff, true},
		{"pnpm", []string{"pnpm"}, []string{"install", "i", "fetch"}, []string{"/root/.local/share/pnpm/store", "/pnpm/store"}, npmOff, true},
		{"bun", []string{"bun"}, []string{"install", "i"}, []string{"/root/.bun/install/cache"}, npmOff, true},
		{"pip", []string{"pip", "pip3"}, []string{"install", "wheel"}, []string{"/root/.cache/pip"}, []string{"--no-cache-dir", "--no-index", "--no-cache"}, true},
		{"go", []string{"go"}, []string{"mod", "build", "install", "get"}, []string{"/go/pkg/mod", "/root/.cache/go-build"}, []string{"-mod=vendor"}, false},
		{"cargo", []string{"cargo"}, []string{"build", "install", "fetch", "chef"}, []string{"/usr/local/cargo/registry", "/root/.cargo/registry", "/usr/local/cargo", "/root/.cargo"}, []string{"--offline", "--frozen"}, false},
		{"apt", []string{"apt-get", "apt"}, []string{"install"}, []string{"/var/cache/apt", "/var/cache/apt/archives"}, nil, true},
		{"apk", []string{"apk"}, []string{"add"}, []string{"/etc/apk/cache", "/var/cache/apk"}, []string{"--no-cache"}, true},
		{"dnf", []string{"dnf", "yum", "microdnf"}, []string{"install"}, []string{"/var/cache/dnf", "/var/cache/yum", "/var/cache/libdnf5"}, nil, false},
		{"zypper", []string{"zypper"}, []string{"install", "in"}, []string{"/var/cache/zypp"}, []string{"--no-cache"}, false},
		{"bundler", []string{"bundle"}, []string{"install"}, []string{"/usr/local/bundle/cache", "/usr/local/bundle"}, []string{"--local"}, false},
		{"composer", []string{"composer"}, []string{"install", "update"}, []string{"/root/.composer/cache", "/root/.cache/composer", "/tmp/cache", "/root/.composer"}, []string{"--no-cache"}, false},
		{"nuget", []string{"dotnet"}, []string{"restore"}, []string{"/root/.nuget/packages", "/root/.nuget"}, []string{"--no-cache", "--no-http-cache"}, false},
	}
}

func checkPackageCacheNotMounted(p *facts.Pass[*facts.Dockerfile]) {
	tools := cachedTools()
	p.Doc.Each("run", false, func(in *dockerfile.Instruction) {
		if s := p.Doc.StageOf(in); s == nil || !s.ReachesFinal() || isDevelopment(s) {
			return
		}
		told := map[string]bool{}
		for _, c := range p.Doc.Commands(in) {
			i := slices.IndexFunc(tools, func(t cachedTool) bool { return t.fetches(c) })
			if i < 0 || told[tools[i].variant] || tools[i].isMounted(in) {
				continue
			}
			if tools[i].variant == "pip" && pipCacheIsOff(p, facts.PackageCommand{Command: c}) {
				continue
			}
			if tools[i].variant == "cargo" && firstAction(c) == "build" && isCooked(p.Doc, in) {
				continue
			}
			tool := tools[i]
			told[tool.variant] = true
			flag := "--mount=type=cache,target=" + tool.dirs[0]
			if tool.variant == "apt" {
				flag += ",sharing=locked"
			}
			f := lint.Finding{
				Variant: tool.variant, Span: c.Span,
				Message: fmt.Sprintf("%s downloads all packages again after each change; keep its cache between builds with RUN %s", quoteShort(firstLine(p.Doc.Text(c.Span))), flag),
			}
			if tool.fixable && runsAsRoot(p.Doc, in) && !cleansUp(p.Doc.Text(in.Span), tool) {
				f.Fixes = []lint.Fix{{
					Title: "mount the cache", Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph,
					Edits: []lint.FileEdit{lint.Insert(in.KeywordSpan.End, " "+flag)},
				}}
			}
			p.Report(f)
		}
	})
}

// fetches reports whether a command is a call of the tool that downloads packages.
func (t cachedTool) fetches(c *facts.Command) bool {
	pkg, isPackage := facts.Packages(c)
	name, action := c.Name(), firstAction(c)
	if isPackage {
		name, action = pkg.Manager, pkg.Action
	}
	if !slices.Contains(t.programs, name) || c.HasFlag(t.off...) {
		return false
	}
	if !slices.Contains(t.actions, action) && (name != "yarn" || len(c.Args()) > 0) {
		return false
	}
	if name == "cargo" && action == "chef" {
		return cooks(c)
	}
	// "go mod tidy" and similar calls download little; paths are local.
	return name != "go" || action != "mod" || (len(pkg.Packages) > 0 && pkg.Packages[0].Text == "download")
}

// cooks reports whether a command is "cargo chef cook", which downloads what "cargo
// build" then finds in the layer above.
func cooks(c *facts.Command) bool {
	words := c.ArgTexts()
	return c.Name() == "cargo" && len(words) > 1 && words[0] == "chef" && words[1] == "cook"
}

// isCooked reports whether "cargo chef cook" ran above an instruction.
func isCooked(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	s := d.StageOf(in)
	return s != nil && s.AnyBefore(in, "cargo chef cook", func(x *dockerfile.Instruction) bool {
		return x.Keyword == "run" && slices.ContainsFunc(d.Commands(x), cooks)
	})
}

// isMounted reports whether a RUN mounts one of the caches of the tool, or a path that
// has the name of the tool: an option can set another folder.
func (t cachedTool) isMounted(in *dockerfile.Instruction) bool {
	return mountsAny(in, t.dirs) || mountsPath(in, t.variant) ||
		slices.ContainsFunc(t.programs, func(name string) bool { return mountsPath(in, name) })
}

// cleansUp reports whether a script empties the cache, so that a mount needs another
// script.
func cleansUp(script string, t cachedTool) bool {
	for _, word := range append([]string{"cache clean", "cache purge", "store prune", "-get clean", "apt clean", "autoclean", "/var/cache", "/var/lib/apt"}, t.dirs...) {
		if strings.Contains(script, word) {
			return true
		}
	}
	return false
}
