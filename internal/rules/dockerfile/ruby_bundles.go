package dockerfile

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// bundleInstalls calls visit for each bundle install of the stages that reach
// the image and are not for developers: those that hold the application, and of
// which no build argument makes another kind.
func bundleInstalls(d *facts.Dockerfile, visit func(s *facts.Stage, c facts.PackageCommand)) {
	final := d.Final()
	if final == nil || !mentions(d, "bundle") || isDevelopment(final) || letsChooseEnvironment(d) {
		return
	}
	d.EachPackageCommand(func(c facts.PackageCommand) {
		s := d.StageOf(c.Instruction)
		if c.Action == "install" && s != nil && s.ReachesFinal() && !isDevelopment(s) && !runsForDevelopment(d, c.Command) && !c.Conditional() &&
			!hasVariableFlag(c) &&
			(!s.InFinalImage() || holdsSources(final)) {
			visit(s, c)
		}
	}, "bundle")
}

// letsChooseEnvironment reports whether a build argument says if the image is for
// developers.
func letsChooseEnvironment(d *facts.Dockerfile) bool {
	found := false
	d.Each("arg", false, func(in *dockerfile.Instruction) {
		for _, pair := range in.Pairs {
			switch pair.Key {
			case "RAILS_ENV", "RACK_ENV", "APP_ENV", "BUNDLE_WITHOUT":
				found = true
			}
		}
	})
	return found
}

// holdsSources reports whether an image gets more from the build context than the
// files that name the gems: one without is filled by a mount when it runs.
func holdsSources(s *facts.Stage) bool {
	return s.Any("copies sources of Ruby", func(in *dockerfile.Instruction) bool {
		sources, _, ok := copyWords(in)
		return ok && (in.Keyword == "copy" || in.Keyword == "add") && slices.ContainsFunc(sources, func(w dockerfile.Word) bool {
			name := baseName(strings.TrimRight(bare(w.Text), "/"))
			return copiesAll(in) || (!strings.HasPrefix(name, "Gemfile") && !strings.Contains(name, "."))
		})
	})
}

// runsForDevelopment reports whether the environment at a command names another
// one than production.
func runsForDevelopment(d *facts.Dockerfile, c *facts.Command) bool {
	for _, name := range []string{"RAILS_ENV", "RACK_ENV", "APP_ENV"} {
		if v, ok := d.ScopeAt(c.Instruction).Lookup(name); ok && (!v.Known || (v.Value != "production" && v.Value != "staging")) {
			return true
		}
	}
	return false
}

// bundleIsConfigured reports whether a setting of Bundler is given where a command
// runs: by a flag, by a variable, or by bundle config before.
func bundleIsConfigured(d *facts.Dockerfile, s *facts.Stage, c facts.PackageCommand, setting string) bool {
	if c.HasFlag("--"+setting) || envAt(d, c.Command, "BUNDLE_"+strings.ToUpper(setting)) {
		return true
	}
	configures := func(in *dockerfile.Instruction) bool {
		return in.Keyword == "run" && strings.Contains(in.Body, "config") && strings.Contains(in.Body, setting)
	}
	return configures(d.Instructions[c.Instruction.Index()]) || s.AnyBefore(c.Instruction, "configures bundler's "+setting, configures) ||
		d.Mentions(".bundle/config")
}

// prefixVariable is the fix that sets a variable for one command.
func prefixVariable(c *facts.Command, assignment string) []lint.Fix {
	if c.Script == nil || !c.Script.Editable() || len(c.Wrappers) > 0 {
		return nil
	}
	return []lint.Fix{{
		Title: "set " + assignment, Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph,
		Edits: []lint.FileEdit{lint.Insert(c.Span.Start, assignment+" ")},
	}}
}

// isRails reports whether a stage or one that it builds on is for Ruby on Rails.
func isRails(s *facts.Stage) bool {
	if v, ok := s.EndScope().Lookup("RAILS_ENV"); ok && v.Value == "production" {
		return true
	}
	rails := false
	for _, x := range s.Chain() {
		for _, in := range x.Instructions {
			switch in.Keyword {
			case "run", "cmd", "entrypoint":
				rails = rails || strings.Contains(in.Args, "assets:precompile") || strings.Contains(in.Args, "bin/rails") ||
					strings.Contains(in.Args, "rails server")
			}
		}
	}
	return rails
}

// copiesGemfileLock reports whether Gemfile.lock is there when a command runs, as
// far as the file and the build context say it.
func copiesGemfileLock(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, before *dockerfile.Instruction) bool {
	if copiesNamed(s, "Gemfile.lock", before) || strings.Contains(p.Doc.Text(before.Span), "Gemfile.lock") {
		return true
	}
	all := s.First("copies everything", copiesAll)
	if len(s.Instructions) == 0 || s.Instructions[0].Index() >= before.Index() {
		return false
	}
	if all == nil || all.Index() >= before.Index() {
		if !copiesNamed(s, "Gemfile*", before) {
			return false
		}
	}
	_, ok := p.Files.Exists("Gemfile.lock")
	return ok
}
