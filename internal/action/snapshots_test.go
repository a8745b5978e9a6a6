package action_test

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/forge/github/fakehub"
)

// snapshots gives the fake the commits of the step: the merge that is checked out, its
// head, and its base, which is the workspace without what the change does.
func (s *step) snapshots() {
	s.hub.MergeBase = baseSHA
	merge := fakehub.Snapshot{Parents: []string{baseSHA, headSHA}, Files: s.workspace}
	s.hub.Snapshots = map[string]fakehub.Snapshot{
		s.env["GITHUB_SHA"]: merge,
		headSHA:             {Parents: []string{baseSHA}, Files: s.headFiles},
		baseSHA:             {Files: s.baseFiles},
	}
}

// workspace are the files of the checkout.
func (s *step) workspace() map[string]string {
	all := map[string]string{}
	_ = filepath.WalkDir(s.dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() && (e.Name() == ".git" || e.Name() == ".dockmend") {
			return filepath.SkipDir
		}
		if e.Type().IsRegular() {
			src, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			rel, _ := filepath.Rel(s.dir, name)
			all[filepath.ToSlash(rel)] = string(src)
		}
		return nil
	})
	return all
}

// headFiles are the workspace's with the files that the pull request changes.
func (s *step) headFiles() map[string]string {
	all := s.workspace()
	for _, e := range s.hub.Changed {
		name, _ := e["filename"].(string)
		sha, _ := e["sha"].(string)
		if content, ok := s.hub.Blobs[sha]; ok {
			all[name] = content
		}
	}
	return all
}

// baseFiles are the head's without the change. Where somebody pushed since, the list of
// changed files is the newer head's, and the event's is new as a whole.
func (s *step) baseFiles() map[string]string {
	all, changed := s.headFiles(), s.hub.Changed
	if s.hub.Head != "" && s.hub.Head != headSHA {
		all, changed = map[string]string{}, nil
	}
	for _, e := range changed {
		name, _ := e["filename"].(string)
		patch, _ := e["patch"].(string)
		now := all[name]
		delete(all, name)
		switch previous, _ := e["previous_filename"].(string); {
		case e["status"] == "added":
		case e["status"] == "renamed":
			all[previous] = undone(now, patch)
		case patch == "" && e["status"] == "modified":
			all[name] = ""
		default:
			all[name] = undone(now, patch)
		}
	}
	maps.Copy(all, s.before)
	maps.DeleteFunc(all, func(_, content string) bool { return content == absent })
	return all
}

// absent stands for a file that the base does not have.
const absent = "\x00absent"

// undone is a text before a patch, as GitHub's API gives one.
func undone(now, patch string) string {
	lines := strings.SplitAfter(now, "\n")
	var before []string
	at := 0
	for line := range strings.Lines(patch) {
		switch {
		case strings.HasPrefix(line, "@@ "):
			first, _, _ := strings.Cut(strings.TrimPrefix(strings.Fields(line)[2], "+"), ",")
			start, _ := strconv.Atoi(first)
			for at < min(start-1, len(lines)) && start > 0 {
				before = append(before, lines[at])
				at++
			}
		case strings.HasPrefix(line, "-"):
			before = append(before, strings.TrimRight(line[1:], "\n")+"\n")
		case strings.HasPrefix(line, "+"):
			at++
		case strings.HasPrefix(line, " ") && at < len(lines):
			before = append(before, lines[at])
			at++
		}
	}
	for ; at < len(lines); at++ {
		before = append(before, lines[at])
	}
	return strings.Join(before, "")
}
