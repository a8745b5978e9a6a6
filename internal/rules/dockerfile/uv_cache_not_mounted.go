package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// UvCacheNotMounted reports `uv sync` without a cache mount on uv's cache directory.
//
// # Why it matters
//
// Each change of the lock file downloads all packages again, and the downloaded files
// remain in the layer.
//
// The rule is off by default, because the benefit depends on where the build runs: a fresh
// builder has an empty cache.
//
// # How to fix it
//
// Mount the cache:
//
//	RUN --mount=type=cache,target=/root/.cache/uv uv sync --locked
//
// # Exceptions
//
// It does not report:
//
//   - `--no-cache` and `UV_NO_CACHE`
//   - a mount at the directory that `UV_CACHE_DIR` names
//   - further calls of uv sync in the same stage
var UvCacheNotMounted = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "uv-cache-not-mounted",
		Title:    "uv downloads all packages again after each change of the lock file",
		Category: lint.Python,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkUvCacheNotMounted,
}

func checkUvCacheNotMounted(p *facts.Pass[*facts.Dockerfile]) {
	var said facts.SaidOnce
	uvSyncs(p.Doc, func(s *facts.Stage, c facts.PackageCommand) {
		if mountsPath(c.Instruction, "uv") || mountsUvFolder(p.Doc, c.Command) || c.HasFlag("--no-cache", "-n") ||
			envAt(p.Doc, c.Command, "UV_NO_CACHE") {
			return
		}
		said.Add(
			s,
			lint.Finding{
				Fixes: mountUvCache(p.Doc, c.Command),
				Span:  c.Span,
				Message: fmt.Sprintf(
					"%s downloads all packages again after each change of the lock file; mount the cache with RUN --mount=type=cache,target=/root/.cache/uv",
					quoteShort(firstLine(p.Doc.Text(c.Span))),
				),
			},
		)
	})
	said.Report(p.Report)
}

// mountUvCache mounts the cache of root, or the folder that UV_CACHE_DIR names, with the
// stage's user as the owner if it is a number.
func mountUvCache(d *facts.Dockerfile, c *facts.Command) []lint.Fix {
	in := c.Instruction
	body := d.Text(in.Span)
	if in.JSON || strings.Contains(body, "cache clean") || strings.Contains(body, "cache prune") || strings.Contains(body, ".cache") {
		return nil
	}
	if strings.Contains(body, "UV_CACHE_DIR=") {
		return nil
	}
	target, owner := "/root/.cache/uv", ""
	if v, ok := d.ScopeAt(in).Lookup("UV_CACHE_DIR"); ok {
		if !v.Known || !strings.HasPrefix(v.Value, "/") || strings.ContainsAny(v.Value, ", \"'") {
			return nil
		}
		target = v.Value
		if user := d.StageOf(in).UserAt(in); user != nil {
			id, _, _ := strings.Cut(user.Args, ":")
			if id == "" || strings.Trim(id, "0123456789") != "" {
				return nil
			}
			owner = ",uid=" + id
		}
	} else if !runsAsRoot(d, in) {
		return nil
	}
	return unsafeFix("mount the cache", lint.EffectGraph, lint.Insert(in.KeywordSpan.End, " --mount=type=cache,target="+target+owner))
}

// mountsUvFolder reports whether a mount is at the folder that UV_CACHE_DIR names.
func mountsUvFolder(d *facts.Dockerfile, c *facts.Command) bool {
	v, ok := d.ScopeAt(c.Instruction).Lookup("UV_CACHE_DIR")
	return ok && v.Known && mountsAny(c.Instruction, []string{v.Value})
}
