package resolve

import (
	"slices"
	"testing"

	"github.com/dockmend/dockmend/internal/lint"
)

func TestParseTag(t *testing.T) {
	for text, want := range map[string]tag{
		"3":                     {numbers: []int{3}},
		"3.13.1":                {numbers: []int{3, 13, 1}},
		"v2.10":                 {prefix: "v", numbers: []int{2, 10}},
		"3.13.1-slim-bookworm":  {numbers: []int{3, 13, 1}, variant: "-slim-bookworm"},
		"8.0.11-alpine3.21":     {numbers: []int{8, 0, 11}, variant: "-alpine3.21"},
		"24.04":                 {numbers: []int{24, 4}},
		"17.2-trixie":           {numbers: []int{17, 2}, variant: "-trixie"},
		"1.0.0-0ubuntu1":        {numbers: []int{1, 0, 0}, variant: "-0ubuntu1"},
		"2026.11.3":             {numbers: []int{2026, 11, 3}},
		"bookworm-slim":         {numbers: nil},
		"latest":                {},
		"":                      {},
		"3.15.0rc1":             {},
		"3.15.0-rc1":            {},
		"3.15-rc-slim":          {},
		"1.0-beta.2":            {},
		"1.2.3-alpha":           {},
		"1.2.3-M1":              {},
		"20260101":              {},
		"20260101-slim":         {},
		"v":                     {},
		"1.":                    {},
		"1..2":                  {},
		".1":                    {},
		"1.999999999":           {},
		"99999999999999999999":  {},
		"3.13_1":                {},
		"sha-0123456":           {},
		"version-1.2":           {},
		"1.2.3+build":           {},
		"nonroot":               {},
		"3.13.1-slim-unstable1": {},
	} {
		got, ok := parseTag(text)
		if ok != (want.numbers != nil) || ok && (got.prefix != want.prefix || got.variant != want.variant || !slices.Equal(got.numbers, want.numbers) || got.text != text) {
			t.Errorf("parseTag(%q) = %+v, %v", text, got, ok)
		}
	}
}

func TestListed(t *testing.T) {
	tags := []string{
		"latest", "3", "3.13", "3.13.1", "3.13.0", "3.9.20", "3.13.1-slim", "3.13-slim", "slim", "3.14.0rc1", "2.7.18", "v1.0.0",
		"3.13.1-slim-bookworm", "alpine", "3.13.1-alpine3.21", "3.13.1",
	}
	for _, tt := range []struct {
		given string
		want  []string
	}{
		{"", []string{"3.13.1", "3.13.0", "3.13", "3.9.20", "3", "2.7.18", "v1.0.0"}},
		{"latest", []string{"3.13.1", "3.13.0", "3.13", "3.9.20", "3", "2.7.18", "v1.0.0"}},
		{"slim", []string{"3.13.1-slim", "3.13-slim"}},
		{"latest-slim", []string{"3.13.1-slim", "3.13-slim"}},
		{"3-slim", []string{"3.13.1-slim", "3.13-slim"}},
		{"3.13", []string{"3.13.1", "3.13.0", "3.13"}},
		{"3.13.1", []string{"3.13.1"}},
		{"v1", []string{"v1.0.0"}},
		{"alpine", nil},
		{"alpine3.21", []string{"3.13.1-alpine3.21"}},
		{"bookworm", nil},
	} {
		if got := listed(tags, wantedFor(tt.given)); !slices.Equal(got, tt.want) {
			t.Errorf("for %q: %q, want %q", tt.given, got, tt.want)
		}
	}
}

func TestTold(t *testing.T) {
	python := lint.ImageConfig{Env: []string{"PATH=/bin", "PIP_VERSION=25.0", "PYTHON_VERSION=3.13.1", "X_VERSION=nothing"}}
	for _, tt := range []struct {
		repository, given string
		config            lint.ImageConfig
		want              []string
	}{
		{"library/python", "latest", python, []string{"3.13.1", "v3.13.1", "25.0", "v25.0"}},
		{"library/python", "3-slim", python, []string{"3.13.1-slim"}},
		{"library/python", "2", python, nil},
		{"library/ubuntu", "", lint.ImageConfig{Labels: map[string]string{"org.opencontainers.image.version": "24.04"}}, []string{"24.04", "v24.04"}},
		{"astral-sh/uv", "latest", lint.ImageConfig{Labels: map[string]string{"org.opencontainers.image.version": "v0.9.1"}}, []string{"0.9.1", "v0.9.1"}},
		{"library/alpine", "latest", lint.ImageConfig{}, nil},
	} {
		if got := told(tt.repository, tt.config, wantedFor(tt.given)); !slices.Equal(got, tt.want) {
			t.Errorf("%s:%s: %q, want %q", tt.repository, tt.given, got, tt.want)
		}
	}
}

func FuzzParseTag(f *testing.F) {
	for _, s := range []string{"3.13.1-slim", "v1", "", "latest", "1..2", "9999999999-a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got, ok := parseTag(text); ok {
			if len(got.numbers) == 0 || !wantedFor(text).fits(got) {
				t.Errorf("%q: %+v does not stand for itself", text, got)
			}
		}
	})
}
