package main

import (
	"fmt"
	"slices"
	"strings"
)

// declaration is what the fixes of a rule may change of the calls of a script, beside
// the words of a call: commands that they add, and commands that they remove.
// A rule that is not here keeps each call and its order.
type declaration struct {
	adds, removes []string
	// strips are the first words of calls that run another command: "sudo <".
	strips []string
	// mayFail is set where a build that works today may fail, which is the point.
	mayFail bool
	// runs is set where other commands run or start, which is the point.
	runs bool
}

// difference is what is wrong between the calls of a program before and after; empty
// where nothing is. The calls after must be those before, in their order, but for what
// the rule declares; of a call that stays the words may differ unless exact is set.
func difference(before, after []string, may declaration, exact bool) string {
	before, after = may.bare(before), may.bare(after)
	i := 0
	for _, call := range after {
		switch {
		case i < len(before) && same(before[i], call, exact):
			i++
		case slices.Contains(may.adds, nameOf(call)):
		default:
			for i < len(before) && !same(before[i], call, exact) && slices.Contains(may.removes, nameOf(before[i])) {
				i++
			}
			if i == len(before) || !same(before[i], call, exact) {
				return fmt.Sprintf("%q is called, where %q was", call, strings.Join(before[min(i, len(before)):], "; "))
			}
			i++
		}
	}
	for _, call := range before[i:] {
		if !slices.Contains(may.removes, nameOf(call)) {
			return fmt.Sprintf("%q is not called any more", call)
		}
	}
	return ""
}

// bare are calls without the words that the rule may strip.
func (d declaration) bare(calls []string) []string {
	if len(d.strips) == 0 {
		return calls
	}
	calls = slices.Clone(calls)
	for i, call := range calls {
		for _, first := range d.strips {
			if rest, ok := strings.CutPrefix(call, first); ok {
				call = strings.Replace(rest, ">", "", 1)
			}
		}
		calls[i] = call
	}
	return calls
}

func same(before, after string, exact bool) bool {
	if exact {
		return before == after
	}
	return nameOf(before) == nameOf(after)
}

// nameOf is the command of a logged call.
func nameOf(call string) string {
	name, _, _ := strings.Cut(call, " <")
	return name
}

// declarations are what the fixes of rules may change, by id. Each of them says so in
// its title.
var declarations = map[string]declaration{
	"apt-cache-mount-ineffective":       {adds: []string{"rm"}},
	"apt-instead-of-apt-get":            {adds: []string{"apt-get", "apt-cache"}, removes: []string{"apt"}},
	"apt-lists-kept":                    {adds: []string{"rm"}},
	"archive-copied-then-extracted":     {removes: []string{"tar", "rm"}},
	"cd-instead-of-workdir":             {removes: []string{"cd", "sudo"}},
	"chmod-after-copy":                  {removes: []string{"chmod"}},
	"cleanup-inside-cache-mount":        {removes: []string{"apt-get", "apt", "rm", "yum", "dnf", "apk", "npm", "yarn", "pip"}},
	"composer-cache-kept":               {adds: []string{"composer"}},
	"conda-cache-kept":                  {adds: []string{"conda", "mamba", "micromamba"}},
	"crlf-line-endings":                 {runs: true},
	"dnf-cache-kept":                    {adds: []string{"dnf", "microdnf", "rm"}},
	"duplicate-cmd":                     {runs: true},
	"duplicate-entrypoint":              {runs: true},
	"exec-form-one-string":              {runs: true},
	"final-user-unset":                  {adds: []string{"adduser", "useradd", "chown"}},
	"install-without-update":            {adds: []string{"apt-get", "apt"}},
	"invalid-exec-form-json":            {runs: true},
	"named-user-without-passwd":         {adds: []string{"adduser", "addgroup", "useradd", "groupadd"}},
	"node-package-runner-as-pid1":       {adds: []string{"node"}, removes: []string{"npm", "yarn", "pnpm"}},
	"npm-cache-kept":                    {adds: []string{"npm"}},
	"os-package-upgrade":                {removes: []string{"apt-get", "apk", "yum", "dnf", "microdnf", "zypper"}},
	"poetry-cache-kept":                 {adds: []string{"rm"}},
	"ruby-bundler-cache-kept":           {adds: []string{"rm", "gem"}},
	"ruby-state-paths-not-writable":     {adds: []string{"mkdir", "chown"}},
	"run-chown-doubles-layer":           {removes: []string{"chown"}},
	"source-before-dependencies":        {adds: []string{"go"}},
	"sudo-in-run":                       {strips: []string{"sudo <"}},
	"tls-verification-disabled-by-env":  {strips: []string{"env <GIT_SSL_NO_VERIFY=true> <"}},
	"tls-verification-disabled-by-flag": {removes: []string{"npm", "yarn", "pnpm", "git", "pip", "sudo"}},
	"uv-run-in-command":                 {strips: []string{"uv <run> <"}},
	"yarn-cache-kept":                   {adds: []string{"yarn"}},
	"yum-cache-kept":                    {adds: []string{"yum", "rm"}},
	"zypper-cache-kept":                 {adds: []string{"zypper"}},
	"zypper-dist-upgrade":               {removes: []string{"zypper"}},
}
