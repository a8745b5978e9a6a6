package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// CleanupInsideCacheMount reports commands that delete or bypass the cache that their
// `RUN` mounts with `--mount=type=cache`: `rm` of the mounted folder, `pip
// --no-cache-dir`, `uv --no-cache` and `apk --no-cache`.
//
// # Why it matters
//
// A cache mount is not part of the image, so emptying it does not make the image
// smaller. It only makes each build download everything again.
//
// # How to fix it
//
// Remove the `rm` or the option. If you do not want a cache, remove the mount.
var CleanupInsideCacheMount = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "cleanup-inside-cache-mount",
		Title:    "Command empties or bypasses a mounted cache",
		Category: lint.Speed,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkCleanupInsideCacheMount,
}

func checkCleanupInsideCacheMount(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("run", true, func(in *dockerfile.Instruction) {
		var targets []string
		for _, m := range facts.Mounts(in) {
			if m.Type == "cache" && m.Target != "" {
				targets = append(targets, m.Target)
			}
		}
		if len(targets) == 0 {
			return
		}
		for _, c := range p.Doc.Commands(in) {
			at, ok := spoilsCache(c, targets)
			if !ok || c.Conditional() { // a cache that no longer fits is emptied on purpose
				continue
			}
			p.Report(lint.Finding{
				Fixes:   keepCache(p.Doc, in, targets),
				Span:    at.Span,
				Message: fmt.Sprintf("%s makes the cache that this RUN mounts useless, and the mount is not part of the image; remove it", quoteShort(at.Text)),
			})
			return
		}
	})
}

// spoilsCache finds the word by which a command empties or avoids a mounted cache.
func spoilsCache(c *facts.Command, targets []string) (at facts.Argument, ok bool) {
	if c.Name() == "rm" {
		for _, a := range c.Positional() {
			for _, t := range targets {
				if strings.TrimRight(strings.TrimSuffix(a.Text, "*"), "/") == t {
					return a, true
				}
			}
		}
		return at, false
	}
	pkg, isPackage := facts.Packages(c)
	for _, t := range targets {
		switch {
		case !isPackage:
		case pkg.Manager == "pip" && strings.Contains(t, "pip"):
			return c.FindFlag("--no-cache-dir")
		case pkg.Manager == "uv" && strings.HasSuffix(t, "/uv"):
			return c.FindFlag("--no-cache", "-n")
		case pkg.Manager == "apk" && t == "/var/cache/apk":
			return c.FindFlag("--no-cache")
		}
	}
	return at, false
}

// keepCache deletes the flags, the folders from what rm removes, or a whole rm,
// wherever the RUN spoils the cache.
func keepCache(d *facts.Dockerfile, in *dockerfile.Instruction, targets []string) []lint.Fix {
	var edits []lint.FileEdit
	for _, c := range d.Commands(in) {
		at, spoils := spoilsCache(c, targets)
		if !spoils {
			continue
		}
		edit, ok := deleteWords(c, at.Span, 1)
		if c.Name() == "rm" && len(c.Positional()) == 1 {
			edit, ok = deleteCommand(c)
		}
		if !ok || slices.ContainsFunc(edits, func(e lint.FileEdit) bool { return e.Span.Overlaps(edit.Span) }) {
			break // the next run fixes the rest, or a person
		}
		edits = append(edits, edit)
	}
	if len(edits) == 0 {
		return nil
	}
	return unsafeFix("keep the cache", lint.EffectGraph, edits...)
}
