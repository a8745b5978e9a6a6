package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// AddRemoteWithoutChecksum reports `ADD` instructions that download a file over HTTP or
// HTTPS without `--checksum`.
//
// # Why it matters
//
// The build accepts any file that the server sends. If the server or the connection is
// compromised, or the file is replaced by another version, the image changes and the
// build does not fail.
//
// # How to fix it
//
// Add the checksum that the publisher lists, or that of a file that you have verified:
//
//	ADD --checksum=sha256:<digest> https://example.com/app.tar.gz /opt/
//
// # Fix safety
//
// There is no automatic fix: the checksum must come from the publisher or from a file
// that someone has verified, not from an unverified download.
//
// # Exceptions
//
// It does not report:
//
//   - Git repositories, which can be pinned by a commit in the URL
//   - URLs with variables
//   - URLs of the GitHub and GitLab APIs that return the head of a branch, which are
//     used to invalidate the build cache when the branch changes
var AddRemoteWithoutChecksum = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "add-remote-without-checksum",
		Title:    "ADD downloads a file without a checksum",
		Category: lint.Security,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("docs:add-checksum", "kics:curl_or_wget_instead_of_add"),
	},
	Check: checkAddRemoteWithoutChecksum,
}

func checkAddRemoteWithoutChecksum(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("add", true, func(in *dockerfile.Instruction) {
		sources, _, ok := copyWords(in)
		if _, checked := flagOf(in, "checksum"); checked || !ok {
			return
		}
		for _, w := range sources {
			source := bare(w.Text)
			if (!strings.HasPrefix(source, "https://") && !strings.HasPrefix(source, "http://")) || isGitAddress(source) || meansToChange(source) {
				continue
			}
			if strings.Contains(source, "$") {
				continue
			}
			p.Report(lint.Finding{
				Span:    w.Span,
				Message: fmt.Sprintf("%s is downloaded without a checksum, so the server decides what the image contains; add --checksum=sha256:... of a file that you verified", quoteShort(source)),
			})
		}
	})
}

// isGitAddress reports whether BuildKit clones an HTTP address with Git: its path ends in
// .git, whatever query or fragment follows.
func isGitAddress(address string) bool {
	path, _, _ := strings.Cut(address, "#")
	path, _, _ = strings.Cut(path, "?")
	return strings.HasSuffix(path, ".git")
}

// meansToChange reports whether an address is fetched because its answer changes: the head
// of a branch from the API of GitHub or GitLab, which ends the cache of the steps below.
func meansToChange(address string) bool {
	_, rest, _ := strings.Cut(address, "://")
	host, path, _ := strings.Cut(rest, "/")
	isInterface := host == "api.github.com" || strings.HasPrefix(path, "api/v4/")
	return isInterface && (strings.Contains(path, "/git/ref") || strings.Contains(path, "/commits") || strings.Contains(path, "/branches"))
}
