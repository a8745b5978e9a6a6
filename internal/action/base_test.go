package action_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/forge/github/fakehub"
	"github.com/dockmend/dockmend/internal/text"
)

// change is a step on an event whose checkout has after, and whose base has before.
// base is how many requests for the base the run makes.
type change struct {
	*step
	before, after map[string]string
	base          int
}

// newChange writes the checkout, and tells the fake of the commits and of the files
// that GitHub lists: without a patch where the content is not text.
func newChange(t *testing.T, event string, before, after map[string]string) *change {
	t.Helper()
	s := newStep(t, event)
	s.env["GITHUB_REF"], s.env["INPUT_UPLOAD-SARIF"] = "refs/pull/2/merge", "false"
	s.env["INPUT_SELECT"] = "compose-build-target-unknown,compose-undefined-resource,compose-undefined-service,copy-ignored-file," +
		"compose-build-file-missing,final-user-root,shell-form-command,latest-tag,apt-lists-kept"
	s.hub.Head = headSHA
	c := &change{step: s, before: before, after: after}
	s.hub.Seen = func(r *http.Request, body []byte) {
		for _, part := range []string{"/git/commits/", "/git/trees/", "/git/blobs/", "/compare/"} {
			if strings.Contains(r.URL.Path, part) {
				c.base++
			}
		}
		if strings.Contains(string(body), "query Blobs") {
			c.base++
		}
	}
	for path, content := range after {
		s.write(path, content)
	}
	c.list()
	files := func(all map[string]string) func() map[string]string { return func() map[string]string { return all } }
	s.hub.MergeBase = baseSHA
	s.hub.Snapshots = map[string]fakehub.Snapshot{
		s.env["GITHUB_SHA"]: {Parents: []string{baseSHA, headSHA}, Files: files(after)},
		headSHA:             {Parents: []string{baseSHA}, Files: files(after)},
		baseSHA:             {Files: files(before)},
	}
	return c
}

// list makes the list of changed files.
func (c *change) list() {
	entry := func(path, status string) map[string]any {
		content := c.after[path]
		c.hub.Blobs[gitBlob(content)] = content
		e := map[string]any{"filename": path, "status": status, "sha": gitBlob(content), "changes": 0}
		c.hub.Changed = append(c.hub.Changed, e)
		return e
	}
	moved := map[string]bool{}
	for _, path := range slices.Sorted(maps.Keys(c.after)) {
		content := c.after[path]
		was, known := c.before[path]
		if known && was == content {
			continue
		}
		status, from := "modified", ""
		if !known {
			status = "added"
			for old, same := range c.before {
				if _, stays := c.after[old]; !stays && same == content {
					status, from = "renamed", old
				}
			}
		}
		e := entry(path, status)
		if from != "" {
			e["previous_filename"] = from
			moved[from] = true
			continue
		}
		if c.after[".gitattributes"] == "" && !strings.Contains(content, "\x00") {
			_, patch, _ := strings.Cut(string(text.UnifiedDiff("f", []byte(was), []byte(content))), "\n")
			_, patch, _ = strings.Cut(patch, "\n")
			e["patch"], e["changes"] = strings.TrimSuffix(patch, "\n"), 1
		}
	}
	for _, path := range slices.Sorted(maps.Keys(c.before)) {
		if _, stays := c.after[path]; !stays && !moved[path] {
			entry(path, "removed")
		}
	}
}

// with is a copy of files with others in their place; an empty one is removed.
func with(files map[string]string, changes ...string) map[string]string {
	all := maps.Clone(files)
	for i := 0; i < len(changes); i += 2 {
		all[changes[i]] = changes[i+1]
		if changes[i+1] == "" {
			delete(all, changes[i])
		}
	}
	return all
}

// news are what a run reports as new, "rule file:line", each with the change that caused
// it, and comments are where comments stand; the line is 0 on a whole file.
func (r *ran) news() (all []string) {
	for _, f := range r.report.Findings {
		if f.Unchanged {
			continue
		}
		words := fmt.Sprintf("%s %s:%d", f.Rule, f.File, f.Line)
		for _, related := range f.Related {
			if related.Message == "this is what changed" {
				words += fmt.Sprintf(" <- %s:%d", related.File, related.Line)
			}
		}
		all = append(all, words)
	}
	return all
}

func (s *step) comments() (all []string) {
	for _, thread := range s.hub.Threads() {
		all = append(all, fmt.Sprintf("%s:%d", thread.Path, thread.First))
	}
	return all
}

// cleanProject is a repository in which one file has something to report.
func cleanProject() map[string]string {
	return map[string]string{
		"compose.yaml": "services:\n  web:\n    build: {context: ., target: final}\n    depends_on: [db]\n    restart: always\n" +
			"    environment:\n      A: b\n    volumes: [data:/data]\n  db:\n    image: postgres:17.2\nvolumes:\n  data:\n",
		"Dockerfile": "FROM debian:12.5 AS base\nUSER root\nRUN true\n\n\n\n\n\nRUN true\nUSER app\nFROM base AS final\n" +
			"RUN apt-get update && apt-get install -y curl \\\n && rm -rf /var/lib/apt/lists/*\nCOPY conf.ini /etc/\nCMD [\"x\"]\n",
		"conf.ini": "x\n", ".dockerignore": ".git\n", ".gitignore": "*.log\n", "notes.txt": "FROM debian:latest\nUSER app\nCMD [\"x\"]\n",
		"old/Dockerfile": "FROM debian:latest\nUSER app\nCMD x\n",
	}
}

// What a change breaks elsewhere is new, and what it does not is not: the base decides,
// and the comment stands at the finding, or else at the change that caused it.
func TestActionAgainstBase(t *testing.T) {
	was := cleanProject()
	edit := func(name, from, to string) map[string]string {
		if !strings.Contains(was[name], from) {
			t.Fatalf("%s has no %q", name, from)
		}
		return with(was, name, strings.Replace(was[name], from, to, 1))
	}
	for name, tt := range map[string]struct {
		after         map[string]string
		news, comment string
	}{
		"a stage is renamed": {
			edit("Dockerfile", "AS final", "AS last"),
			"compose-build-target-unknown compose.yaml:3 <- Dockerfile:11", "Dockerfile:11",
		},
		"a service is renamed": {
			edit("compose.yaml", "  db:\n", "  store:\n"),
			"compose-undefined-service compose.yaml:4 <- compose.yaml:9", "compose.yaml:9",
		},
		"a volume is removed": {
			edit("compose.yaml", "volumes:\n  data:\n", ""),
			"compose-undefined-resource compose.yaml:8 <- compose.yaml:10", "compose.yaml:10",
		},
		"a pattern is added": {
			edit(".dockerignore", ".git\n", ".git\nconf.ini\n"),
			"copy-ignored-file Dockerfile:14 <- .dockerignore:2", ".dockerignore:2",
		},
		"a Dockerfile is moved": {
			with(was, "Dockerfile", "", "images/Dockerfile", was["Dockerfile"]),
			"compose-build-file-missing compose.yaml:3 <- Dockerfile:0", "images/Dockerfile:0",
		},
		"USER is deleted": {edit("Dockerfile", "USER app\n", ""), "final-user-root Dockerfile:2 <- Dockerfile:10", "Dockerfile:10"},
		"a byte that is not text": {
			edit("Dockerfile", "USER app\n", "# \x00\nUSER root\n"),
			"final-user-root Dockerfile:11", "Dockerfile:0",
		},
		"-diff in .gitattributes": {
			with(edit("Dockerfile", "USER app\n", "USER root\n"), ".gitattributes", "Dockerfile -diff\n"),
			"final-user-root Dockerfile:10", "Dockerfile:0",
		},
		"a text becomes a Dockerfile": {
			with(was, "notes.txt", "", "notes.Dockerfile", was["notes.txt"]),
			"latest-tag notes.Dockerfile:1", "notes.Dockerfile:0",
		},
		"a file that the base lacks": {
			with(was, "new/Dockerfile", "FROM debian:latest\nUSER app\nCMD [\"y\"]\n"),
			"latest-tag new/Dockerfile:1", "new/Dockerfile:1",
		},
		"what was there, and more": {
			edit("old/Dockerfile", "FROM debian:latest", "FROM debian:latest AS a\nUSER app\nFROM debian:latest"),
			"latest-tag old/Dockerfile:1", "old/Dockerfile:1",
		},
		"what was there moves": {edit("old/Dockerfile", "USER app", "# a line\nUSER app"), "", ""},
		"nothing that matters": {edit("Dockerfile", "CMD [\"x\"]", "CMD [\"y\"]"), "", ""},
		"a rename":             {with(was, "old/Dockerfile", "", "api/Dockerfile", was["old/Dockerfile"]), "", ""},
		"a rename and an edit": {with(was, "old/Dockerfile", "", "api/Dockerfile", was["old/Dockerfile"]+"# one line\n"), "", ""},
		"a file is deleted":    {with(was, "old/Dockerfile", ""), "", ""},
		"a cleanup is deleted": {edit("Dockerfile", " \\\n && rm -rf /var/lib/apt/lists/*", ""), "apt-lists-kept Dockerfile:12", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newChange(t, "pull_request", was, tt.after)
			got := c.run()
			code, conclusion := 0, conclusionSuccess
			if tt.comment != "" {
				code, conclusion = 1, conclusionFailure
			}
			got.want(t, code, conclusion, fmt.Sprint(min(len(tt.news), 1)))
			if news := strings.Join(got.news(), "; "); news != tt.news {
				t.Errorf("new: %s; want %s", news, tt.news)
			}
			if at := strings.Join(c.comments(), "; "); at != tt.comment {
				t.Errorf("comments at %s; want %s\n%s", at, tt.comment, got.log)
			}
			want := 6 // is the base there, the merge, its first parent, two trees, one batch of files
			if name == "a file that the base lacks" {
				want = 5
			}
			if n := len(c.hub.Calls()); c.base != want || n > 16 {
				t.Errorf("%d requests, %d of them for the base, want %d", n, c.base, want)
			}
		})
	}
}

// TestActionHadolintOfTheBase moves hadolint's configuration between its places: the
// base's decides, where the head has none any more too.
func TestActionHadolintOfTheBase(t *testing.T) {
	const place = ".github/linters/.hadolint.yaml"
	was := map[string]string{"Dockerfile": "FROM debian:12\nUSER app\n", place: "ignored: [DL3007]\n"}
	for name, after := range map[string]map[string]string{
		"it stays":      with(was, "Dockerfile", "FROM debian:latest\nUSER app\n"),
		"it is removed": with(was, "Dockerfile", "FROM debian:latest\nUSER app\n", place, ""),
		"it moves":      with(was, "Dockerfile", "FROM debian:latest\nUSER app\n", place, "", "hadolint.yaml", was[place]),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newChange(t, "pull_request", was, after)
			c.hub.Files[baseSHA+":"+place] = was[place]
			c.env["INPUT_SELECT"] = ""
			c.run().want(t, 0, conclusionSuccess, "0")
		})
	}
}
