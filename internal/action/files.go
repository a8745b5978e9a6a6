package action

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/report"
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

// writtenFiles are the paths of written files, relative to the workspace; empty
// for one that was not written.
type writtenFiles struct{ report, sarif, review string }

// writeFiles writes the full report, what a second job needs to post it on a pull
// request and, where it is asked for, the SARIF file.
func (s *step) writeFiles(f *found) (written writtenFiles, failed []error) {
	w, err := openFolder(s.env.Dir)
	if err != nil {
		return written, []error{err}
	}
	defer w.close()
	put := func(format, name string) string {
		var b bytes.Buffer
		err := s.write(format, &b, f.Result, report.Options{})
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
	if s.in.sarifFile != "" {
		written.sarif = put("sarif", path.Clean(filepath.ToSlash(s.in.sarifFile)))
	}
	if s.event.Name == "pull_request" {
		src, err := review.NewHandoff(s.event.Subject(), s.in.category, s.complete(f), f.Result)
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

// folderWriter writes files that belong to the workspace's owner: the
// container is root, later steps are not.
type folderWriter struct {
	root  *files.Root
	owner fs.FileInfo
}

func openFolder(dir string) (*folderWriter, error) {
	root, err := files.Open(dir)
	if err != nil {
		return nil, err
	}
	owner, err := root.Stat(".")
	if err != nil {
		_ = root.Close() // nothing was written
		return nil, err
	}
	return &folderWriter{root, owner}, nil
}

func (w *folderWriter) close() { _ = w.root.Close() } // files are closed already

// write replaces a file in one step. A link of its name, which the repository may
// hold, is replaced and not followed; a link on the way is refused: it would let
// the repository say which of its files are replaced. Missing folders are made.
func (w *folderWriter) write(name string, content []byte) error {
	return w.root.Write(name, content, files.Writing{Folders: true, Owner: w.owner})
}

// lineLink makes the addresses of lines in the commit that was linted; nil where
// the environment does not say which.
func (s *step) lineLink() func(file string, line int) string {
	repository, commit := s.linted()
	if repository == "" {
		return nil
	}
	return func(file string, line int) string {
		return fmt.Sprintf("%s/blob/%s/%s?plain=1#L%d", repository, commit, report.EscapedPath(file), line)
	}
}

// linted is the address of the repository and the commit that was linted; both are empty
// where the environment does not say.
func (s *step) linted() (repository, commit string) {
	server := strings.TrimSuffix(s.env.Getenv("GITHUB_SERVER_URL"), "/")
	commit = s.event.SHA
	if s.event.Remote() {
		commit = s.event.Head
	}
	if server == "" || s.event.Repository == "" || commit == "" {
		return "", ""
	}
	return server + "/" + s.event.Repository, commit
}
