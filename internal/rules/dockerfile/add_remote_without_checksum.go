package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// AddRemoteWithoutChecksum finds ADD of an address without --checksum: whatever
// the server gives goes into the image, today and tomorrow.
//
// Git addresses are fine with a commit.
//
// There is no fix: the checksum has to come from somebody who looked at the file, and
// not from a download that nobody has checked.
var AddRemoteWithoutChecksum = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "add-remote-without-checksum",
		Title:    "ADD takes what the server gives",
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
			if !strings.HasPrefix(source, "https://") && !strings.HasPrefix(source, "http://") || isGitAddress(source) || meansToChange(source) || strings.Contains(source, "$") {
				continue
			}
			p.Report(lint.Finding{
				Span:    w.Span,
				Message: fmt.Sprintf("%s goes into the image whatever the server gives; add --checksum=sha256:... with what was checked", quoteShort(source)),
			})
		}
	})
}

// isGitAddress reports whether BuildKit fetches an address of http by git: its path ends
// in .git, whatever query or fragment follows.
func isGitAddress(address string) bool {
	path, _, _ := strings.Cut(address, "#")
	path, _, _ = strings.Cut(path, "?")
	return strings.HasSuffix(path, ".git")
}

// meansToChange reports whether an address is fetched since its answer changes: the head
// of a branch by GitHub's or GitLab's interface, which ends the cache of the steps below.
func meansToChange(address string) bool {
	_, rest, _ := strings.Cut(address, "://")
	host, path, _ := strings.Cut(rest, "/")
	isInterface := host == "api.github.com" || strings.HasPrefix(path, "api/v4/")
	return isInterface && (strings.Contains(path, "/git/ref") || strings.Contains(path, "/commits") || strings.Contains(path, "/branches"))
}
