package config

import (
	"io/fs"
	"strings"
	"testing"
)

// A policy is one, or there is an error that names the file; and what a configuration says
// below it never makes a rule of the policy less than the policy has it.
func FuzzPolicy(f *testing.F) {
	for _, s := range [][2]string{
		{"rules: {latest-tag: warning}\npolicy: {may-change: [latest-tag], never-ignore: [all]}\n", "rules: {latest-tag: off}\n"},
		{"presets: [strict]\npolicy: {ignores: {reason: true, until: true, max-days: 90}, baseline: allow, may-exclude: [a/**]}\n", "presets: []\nrules: {all: off}\n"},
		{"fail-on: error\nregistries: [a.example]\npin: {mode: digest}\n", "overrides: [{paths: ['**'], rules: {all: style}}]\nexclude: [a]\nfail-on: never\n"},
		{"overrides: [{paths: [a/**], rules: {latest-tag: off}}]\nas-of: 2026-01-01\n", "as-of: 2020-01-01\nbaseline: b.json\nregistries: []\n"},
		{"policy: []", "rules: {latest-tag: {tags: [a]}}"}, {"policy: {may-change: [latest-tg], never-ignore: [alt]}", ""}, {"extends: a.yaml", "extends: b.yaml"}, {"a: &a [*a]", "? {a: b}\n: c\n"},
	} {
		f.Add([]byte(s[0]), []byte(s[1]))
	}
	metas := catalog()
	f.Fuzz(func(t *testing.T, policy, configuration []byte) {
		a, err := ParsePolicy("c.yaml", policy, metas)
		if err != nil {
			checkResult(t, nil, err, metas)
			return
		}
		checkResult(t, &a.Config, nil, metas)
		c, err := Parse("c.yaml", configuration, metas)
		if err != nil {
			return
		}
		r, refused, err := c.ResolveUnder(a, metas, Flags{})
		if err != nil {
			t.Fatalf("what is valid alone does not resolve below a policy: %v", err)
		}
		if len(refused) > maxRefused+1 {
			t.Errorf("%d lines of what is refused", len(refused))
		}
		floor, err := a.Resolve(metas, Flags{})
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range []string{"Dockerfile", "a/b/Dockerfile"} {
			above, own := floor.For(file), r.For(file)
			for _, m := range metas {
				least, on := above.Severity(m, "")
				got, isOn := own.Severity(m, "")
				if on && !a.MayChange[m.ID] && (!isOn || got < least) {
					t.Errorf("%s in %s: %v, %v; the policy has %v", m.ID, file, got, isOn, least)
				}
			}
		}
	})
}

// What a configuration extends is a chain of files of the repository, each once, of which
// the configuration is the last.
func FuzzChain(f *testing.F) {
	for _, s := range [][3]string{
		{"extends: a.yaml\n", "extends: b/b.yaml\nrules: {latest-tag: off}\n", "rules: {all: error}\n"},
		{"extends: ./a.yaml\n", "extends: c.yaml\n", ""}, {"extends: ../a.yaml", "extends: a.yaml", "extends: /etc/passwd"},
		{"extends: [a]", "extends:", "extends: ''"}, {"extends: \"a\\0b\"", "a: &a [*a]", "extends: *x"}, {"extends: b/../a.yaml", "extends: b//b.yaml", "x"},
	} {
		f.Add([]byte(s[0]), []byte(s[1]), []byte(s[2]))
	}
	metas := catalog()
	f.Fuzz(func(t *testing.T, c, a, b []byte) {
		read := func(name string) ([]byte, error) {
			if !fs.ValidPath(name) {
				t.Errorf("it reads %q", name)
			}
			switch name {
			case "a.yaml":
				return a, nil
			case "b/b.yaml":
				return b, nil
			}
			return nil, fs.ErrNotExist
		}
		chain, err := Chain("c.yaml", c, read)
		if err != nil {
			if !strings.Contains(err.Error(), "extends") || strings.ContainsAny(err.Error(), "\x00\x1b") {
				t.Errorf("the error is %q", err)
			}
			return
		}
		seen := map[string]bool{}
		for _, file := range chain {
			if seen[file.Name] {
				t.Errorf("%s is there twice", file.Name)
			}
			seen[file.Name] = true
		}
		if len(chain) > maxExtends+1 || chain[len(chain)-1].Name != "c.yaml" {
			t.Errorf("%d files, the last is %s", len(chain), chain[len(chain)-1].Name)
		}
		if whole, err := ParseChain(chain, metas); err == nil {
			checkResult(t, whole, nil, metas)
		}
	})
}
