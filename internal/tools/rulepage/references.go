package rulepage

import (
	"fmt"
	"io/fs"
	"strings"
)

// ReferencesFile is the table of the documents that were read for a rule's page.
const ReferencesFile = "docs/references.tsv"

// Reference is a document that says more about a rule, or that its facts come from.
type Reference struct {
	// Link leads to the section that was read.
	Link string
	// Document is its name, and Claim what it says.
	Document, Claim string
}

// References reads the table, by rule, each in the table's order. The error names a
// line that has not five cells, or whose link is not HTTPS.
func References(root fs.FS) (map[string][]Reference, error) {
	src, err := fs.ReadFile(root, ReferencesFile)
	if err != nil {
		return nil, err
	}
	table := map[string][]Reference{}
	for i, line := range strings.Split(strings.TrimSuffix(string(src), "\n"), "\n")[1:] {
		cells := strings.Split(line, "\t")
		if len(cells) != 5 || !strings.HasPrefix(cells[1], "https://") {
			return nil, fmt.Errorf("%s:%d: want a rule, a link with https, a document, what it says, and the day it was read", ReferencesFile, i+2)
		}
		table[cells[0]] = append(table[cells[0]], Reference{Link: cells[1], Document: cells[2], Claim: cells[3]})
	}
	return table, nil
}

// list writes references as the items of a page's section.
func list(references []Reference) string {
	items := make([]string, len(references))
	for i, r := range references {
		items[i] = fmt.Sprintf("- [%s](%s): %s", r.Document, r.Link, r.Claim)
	}
	return strings.Join(items, "\n")
}
