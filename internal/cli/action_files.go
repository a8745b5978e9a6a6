package cli

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"path/filepath"
	"strings"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/review"
)

// reportFolder holds what dockmend leaves in the workspace. It ignores itself,
// so that no later step commits it.
const (
	reportFolder = ".dockmend"
	reportFile   = reportFolder + "/report.json"
	// reviewFile is for a second job that may write.
	reviewFile = reportFolder + "/" + review.HandoffFile
)

// actionFiles are the paths of written files, relative to the workspace; empty
// for one that was not written.
type actionFiles struct{ report, sarif, review string }

// writeFiles writes the full report, what a second job needs to post it on a pull
// request and, where it is asked for, the SARIF file.
func (a *action) writeFiles(s *session, r *lint.Result) (written actionFiles, failed []error) {
	w, err := openWorkspace(a.env.Dir)
	if err != nil {
		return written, []error{err}
	}
	defer w.close()
	put := func(format, name string) string {
		var b bytes.Buffer
		err := a.write(format, &b, r, nil, nil)
		if err == nil {
			err = w.write(name, b.Bytes())
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", name, err))
			return ""
		}
		return name
	}
	if err := w.write(reportFolder+"/.gitignore", []byte("*\n")); err != nil {
		failed = append(failed, err)
	}
	written.report = put("json", reportFile)
	if a.in.sarifFile != "" {
		written.sarif = put("sarif", path.Clean(filepath.ToSlash(a.in.sarifFile)))
	}
	if a.event.Name == "pull_request" {
		src, err := review.NewHandoff(a.event.Subject(), a.in.category, a.complete(s, r), r)
		if err == nil {
			err = w.write(reviewFile, src)
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", reviewFile, err))
		} else {
			written.review = reviewFile
		}
	}
	return written, failed
}

// workspaceWriter writes files that belong to the workspace's owner: the
// container is root, later steps are not.
type workspaceWriter struct {
	root  *files.Root
	owner fs.FileInfo
}

func openWorkspace(dir string) (*workspaceWriter, error) {
	root, err := files.Open(dir)
	if err != nil {
		return nil, err
	}
	owner, err := root.Stat(".")
	if err != nil {
		_ = root.Close() // nothing was written
		return nil, err
	}
	return &workspaceWriter{root, owner}, nil
}

func (w *workspaceWriter) close() { _ = w.root.Close() } // files are closed already

// write replaces a file in one step. A link of its name, which the repository may
// hold, is replaced and not followed; a link on the way is refused: it would let
// the repository say which of its files are replaced. Missing folders are made.
func (w *workspaceWriter) write(name string, content []byte) error {
	return w.root.Write(name, content, files.Writing{Folders: true, Owner: w.owner})
}

// lineLink makes the addresses of lines in the commit that was linted; nil where
// the environment does not say which.
func (a *action) lineLink() func(file string, line int) string {
	server := strings.TrimSuffix(a.env.Getenv("GITHUB_SERVER_URL"), "/")
	commit := a.event.SHA
	if a.event.Remote() {
		commit = a.event.Head
	}
	if server == "" || a.event.Repository == "" || commit == "" {
		return nil
	}
	return func(file string, line int) string {
		parts := strings.Split(file, "/")
		for i, p := range parts {
			parts[i] = url.PathEscape(p)
		}
		// Parentheses would end a link in Markdown.
		escaped := strings.NewReplacer("(", "%28", ")", "%29").Replace(strings.Join(parts, "/"))
		return fmt.Sprintf("%s/%s/blob/%s/%s?plain=1#L%d", server, a.event.Repository, commit, escaped, line)
	}
}
