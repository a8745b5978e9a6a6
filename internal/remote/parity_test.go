package remote_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/forge/github"
	"github.com/dockmend/dockmend/internal/forge/github/fakehub"
	"github.com/dockmend/dockmend/internal/forge/gitlab"
	"github.com/dockmend/dockmend/internal/forge/gitlab/fakelab"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/remote"
	"github.com/dockmend/dockmend/internal/run"
)

// project is a repository by its files, as fakehub has them.
type project struct {
	name  string
	files map[string]string
}

// projects are those below DOCKMEND_PROJECTS, a folder for each, and one that has all that a
// tree can have.
func projects(t *testing.T) []project {
	t.Helper()
	all := []project{{"everything", map[string]string{
		"Dockerfile":                "FROM alpine\nCOPY app /app\nRUN apk add curl\nCMD /app\n",
		".gitignore":                "build/\n*.gen\n",
		"build/Dockerfile":          "FROM debian:latest\n",
		"sub/deep/Dockerfile.dev":   "FROM python:3.8\nRUN pip install -r requirements.txt\nCOPY . .\n",
		"sub/deep/requirements.txt": "flask\n",
		"compose.yaml":              "services:\n  web:\n    build: sub/deep\n    image: web\n  db:\n    image: postgres\n    privileged: true\n",
		"k8s/app.yaml":              "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: a\n    image: nginx\n",
		"notes.yaml":                "a: 1\n",
		".github/workflows/ci.yml":  "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n    - run: docker build .\n",
		"120000 Dockerfile.link":    "sub/deep/Dockerfile.dev",
		"120000 linked":             "sub",
		"120000 out":                "../outside",
		"100755 run.sh":             "#!/bin/sh\necho hi\n",
		"app":                       "binary\x00\xff",
		"latin/Dockerfile":          "FROM alpine:3.20\n# caf\xe9\nRUN echo caf\xe9\n",
	}}}
	dir := os.Getenv("DOCKMEND_PROJECTS")
	if dir == "" {
		t.Log("DOCKMEND_PROJECTS is not set: only one small repository is compared")
		return all
	}
	folders, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range folders {
		if f.IsDir() {
			all = append(all, project{f.Name(), fakehub.FilesOf(t, filepath.Join(dir, f.Name()))})
		}
	}
	return all
}

// checkout writes the files into a work tree of git that tracks all of them.
func checkout(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for key, content := range files {
		mode, name := "100644", key
		if m, rest, ok := strings.Cut(key, " "); ok && len(m) == 6 {
			mode, name = m, rest
		}
		at := filepath.Join(dir, filepath.FromSlash(name))
		err := os.MkdirAll(filepath.Dir(at), 0o755)
		if err == nil && mode == "120000" {
			err = os.Symlink(content, at)
		} else if err == nil {
			err = os.WriteFile(at, []byte(content), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"init", "-q"}, {"add", "-A", "-f"}} {
		if out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
	}
	return dir
}

// seen is a result as lines.
func seen(r *lint.Result) []string {
	var lines []string
	for _, d := range r.Diagnostics {
		lines = append(lines, fmt.Sprintf("%s:%d:%d %s %s %s %v", d.Source.Path, d.Start().Line, d.Start().Column, d.Rule.ID, d.Message, d.Fingerprint, d.Suppressed))
	}
	for _, f := range r.Files {
		lines = append(lines, "file "+f)
	}
	for _, h := range r.Hidden {
		lines = append(lines, "hidden "+h.File+" "+h.Reason)
	}
	for _, p := range r.Problems {
		lines = append(lines, "problem "+p.File+" "+p.Message)
	}
	slices.Sort(lines)
	return lines
}

// What an audit finds by the API is what a checkout shows, with a few requests.
func TestByAPIAsByCheckout(t *testing.T) {
	all := projects(t)
	t.Run("GitHub", func(t *testing.T) {
		hub := fakehub.New(t)
		hub.Org = &fakehub.Org{Name: "acme", Repos: map[string]*fakehub.OrgRepo{}}
		for _, p := range all {
			hub.Org.Repos[p.name] = &fakehub.OrgRepo{Files: p.files, Commit: fakehub.CommitName(p.name)}
		}
		account, err := github.NewAccount(github.Server{URL: hub.URL, Token: "x", GraphQL: hub.URL + "/graphql"})
		if err != nil {
			t.Fatal(err)
		}
		byAPIAsByCheckout(t, all, account)
	})
	t.Run("GitLab", func(t *testing.T) {
		lab := fakelab.New(t)
		lab.Group = &fakelab.Group{Path: "acme", Projects: map[string]*fakelab.GroupProject{}}
		for _, p := range all {
			lab.Group.Projects[p.name] = &fakelab.GroupProject{Files: p.files, Commit: fakehub.CommitName(p.name)}
		}
		account, err := gitlab.NewAccount(gitlab.Server{URL: lab.URL, Token: "x"})
		if err != nil {
			t.Fatal(err)
		}
		byAPIAsByCheckout(t, all, account)
	})
}

func byAPIAsByCheckout(t *testing.T, all []project, account forge.Host) {
	t.Helper()
	total := 0
	for _, p := range all {
		ctx := context.Background()
		env := &run.Env{Dir: t.TempDir(), Getenv: func(string) string { return "" }}
		options := run.Defaults()
		options.ShellCheck, options.FromRoot, options.Rules.AsOf = "off", true, "2026-12-01"
		before := account.Requests()
		repository := forge.Repository{Name: "acme/" + p.name, Commit: fakehub.CommitName(p.name)}
		entries, err := account.Tree(ctx, repository)
		if err != nil {
			t.Fatal(err)
		}
		tree := remote.New(entries, func(wanted []remote.Entry) (map[string][]byte, error) {
			return account.Blobs(ctx, repository, wanted)
		}, nil)
		w, err := run.OpenTree(ctx, env, &options, tree)
		if err != nil {
			t.Errorf("%s: %v", p.name, err)
			continue
		}
		byAPI := seen(w.Check(ctx))
		w.Close()
		if tree.Err() != nil {
			t.Errorf("%s: %v", p.name, tree.Err())
		}
		requests := account.Requests() - before
		total += requests
		env.Dir = checkout(t, p.files)
		local, err := run.OpenOne(ctx, env, &options, nil, nil)
		if err != nil {
			t.Errorf("%s: %v", p.name, err)
			continue
		}
		byCheckout := seen(local.Check(ctx))
		local.Close()
		_ = os.RemoveAll(env.Dir)
		differ := 0
		for _, line := range byAPI {
			if !slices.Contains(byCheckout, line) {
				differ++
				t.Errorf("%s: by the API only: %s", p.name, line)
			}
		}
		for _, line := range byCheckout {
			if !slices.Contains(byAPI, line) {
				differ++
				t.Errorf("%s: by the checkout only: %s", p.name, line)
			}
		}
		t.Logf("%s: %d files, %d lines, %d requests, %d differ", p.name, len(p.files), len(byAPI), requests, differ)
	}
	t.Logf("%d repositories, %d requests", len(all), total)
}
