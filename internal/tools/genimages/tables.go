package main

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// row is a line of a table by the names of its columns.
type row map[string]string

// tables reads the tables and writes them as Go.
func tables(data fs.FS) ([]byte, error) {
	t := map[string][]row{}
	for _, name := range tableNames() {
		rows, err := read(data, name+".tsv")
		if err != nil {
			return nil, err
		}
		t[name] = rows
	}
	src, err := fs.ReadFile(data, "releases.tsv")
	if err != nil {
		return nil, err
	}
	byProduct(t["releases"])
	slices.SortStableFunc(t["names"], func(a, b row) int { return cmp.Compare(a["says"], b["says"]) })
	slices.SortFunc(t["repositories"], func(a, b row) int { return cmp.Compare(a["repository"], b["repository"]) })
	for _, name := range []string{"suites", "current"} {
		slices.SortFunc(t[name], func(a, b row) int {
			return cmp.Or(cmp.Compare(a["repository"], b["repository"]), cmp.Compare(a["tag"], b["tag"]))
		})
	}
	return write(t, asOf(string(src)))
}

// tableNames are the tables, by their files without the ending.
func tableNames() []string {
	return []string{"releases", "aliases", "repositories", "moved", "suites", "current", "archives", "names", "bases"}
}

// read reads a table: lines that begin with "#" are remarks, the next one has the
// names of the columns.
func read(data fs.FS, name string) ([]row, error) {
	src, err := fs.ReadFile(data, name)
	if err != nil {
		return nil, err
	}
	var columns []string
	var rows []row
	for line := range strings.Lines(string(src)) {
		line = strings.TrimSuffix(line, "\n")
		switch fields := strings.Split(line, "\t"); {
		case strings.HasPrefix(line, "#") || line == "":
		case columns == nil:
			columns = fields
		case len(fields) != len(columns):
			return nil, fmt.Errorf("%s: %d columns in place of %d: %q", name, len(fields), len(columns), line)
		default:
			r := row{}
			for i, c := range columns {
				r[c] = fields[i]
			}
			rows = append(rows, r)
		}
	}
	return rows, nil
}

// asOf is the day of a table, from its remark "as of".
func asOf(src string) string {
	for line := range strings.Lines(src) {
		if day, ok := strings.CutPrefix(strings.TrimSpace(line), "# as of "); ok {
			return day
		}
	}
	return ""
}
