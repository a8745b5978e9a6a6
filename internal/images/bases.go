package images

import (
	"cmp"
	"encoding/json"
	"path"
	"slices"
	"strings"
)

// baseRow is what one line of the table says of the images that its pattern names. An
// empty text was not read; notSet was read and is not set.
type baseRow struct {
	pattern string
	cells   [columns]string
}

// notSet is the text of what an image is known not to set.
const notSet = "none"

// column is a property of an image in the table.
type column uint8

const (
	systemColumn column = iota
	userColumn
	entrypointColumn
	commandColumn
	shellColumn
	ownShellColumn
	programsColumn
	lacksColumn
	environmentColumn
	workdirColumn
	signalColumn
	portsColumn
	volumesColumn
	dataColumn
	writesColumn
	columns
)

// Base is what the table has of an image. The zero value knows nothing.
type Base struct {
	name string
	// rows are those that match, the more general first.
	rows []*baseRow
}

// BaseOf is what is known of an image. name is that of Canonical; isTagged is false
// where only a digest is known, so that nothing holds that differs by tag. An empty
// tag is "latest".
func BaseOf(name, tag string, isTagged bool) Base {
	b := Base{name: name}
	if name == "" {
		return b
	}
	if tag == "" {
		tag = "latest"
	}
	add := func(rows []baseRow, tagged bool) {
		for i := range rows {
			if rows[i].pattern[0] != name[0] {
				continue // most begin with a letter of their own
			}
			repository, variant, hasTag := strings.Cut(rows[i].pattern, ":")
			if hasTag != tagged || !matches(repository, name) {
				continue
			}
			if !hasTag || (isTagged && fits(variant, tag)) {
				b.rows = append(b.rows, &rows[i])
			}
		}
	}
	own := ownRows(name)
	add(sharedBases, false)
	add(own, false)
	add(own, true)
	add(sharedBases, true)
	return b
}

// ownRows are the rows of one repository.
func ownRows(name string) []baseRow {
	from, _ := slices.BinarySearchFunc(bases, name, func(r baseRow, name string) int { return cmp.Compare(repositoryOf(r), name) })
	to := from
	for to < len(bases) && repositoryOf(bases[to]) == name {
		to++
	}
	return bases[from:to]
}

func repositoryOf(r baseRow) string {
	repository, _, _ := strings.Cut(r.pattern, ":")
	return repository
}

// fits reports whether a pattern of tags names a tag. A tag that names another system
// than the usual one is meant only by patterns that name it too.
func fits(pattern, tag string) bool {
	if !matches(pattern, tag) {
		return false
	}
	for _, system := range otherSystems() {
		if strings.Contains(tag, system) && !strings.Contains(pattern, system) {
			return false
		}
	}
	return true
}

// otherSystems are the words in tags of images with several variants that name
// another system than the one of the plain tags.
func otherSystems() []string {
	return []string{"alpine", "ubi", "oracle", "al20", "chiseled", "nanoserver", "windowsservercore", "azurelinux", "mariner", "centos", "distroless"}
}

// cell is what the most specific row says of a property; known is false where none does.
func (b Base) cell(c column) (value string, known bool) {
	for _, r := range slices.Backward(b.rows) {
		if r.cells[c] != "" {
			return r.cells[c], true
		}
	}
	return "", false
}

// text is a cell with what is not set as an empty text.
func (b Base) text(c column) (value string, known bool) {
	value, known = b.cell(c)
	if value == notSet {
		value = ""
	}
	return value, known
}

// IsKnown reports whether the table has the image.
func (b Base) IsKnown() bool { return len(b.rows) > 0 }

// System is the family of the distribution: "debian", "alpine", "redhat"; empty where it
// is not known or there is none.
func (b Base) System() string {
	system, _ := b.text(systemColumn)
	return system
}

// User is the configured user, "root" for an image that sets none.
func (b Base) User() (user string, known bool) { return b.cell(userColumn) }

// Entrypoint is the configured entrypoint as its Dockerfile writes it, empty for none.
func (b Base) Entrypoint() (entrypoint string, known bool) { return b.text(entrypointColumn) }

// Program is the program that the image starts by itself, by its name; empty where it is
// not known.
func (b Base) Program() string {
	value, _ := b.text(commandColumn)
	var words []string
	if json.Unmarshal([]byte(value), &words) != nil || len(words) == 0 {
		return ""
	}
	return path.Base(words[0])
}

// Writes are the folders to which the program of the image writes, besides /tmp unless it
// is one of them.
func (b Base) Writes() []string {
	value, _ := b.text(writesColumn)
	return strings.Fields(value)
}

// Shell is the kind of /bin/sh: "dash", "bash" or "busybox", "sh" for one whose kind is
// not known, empty where there is none.
func (b Base) Shell() (kind string, known bool) { return b.text(shellColumn) }

// SetsShell reports whether the image has a SHELL of its own.
func (b Base) SetsShell() (sets, known bool) {
	value, known := b.text(ownShellColumn)
	return value != "", known
}

// Workdir is the configured working folder, empty for none.
func (b Base) Workdir() (folder string, known bool) { return b.text(workdirColumn) }

// StopSignal is the configured stop signal, empty for none.
func (b Base) StopSignal() (signal string, known bool) { return b.text(signalColumn) }

// Ports are the exposed ports, as "80" and "443/udp".
func (b Base) Ports() (ports []string, known bool) {
	value, known := b.text(portsColumn)
	return strings.Fields(value), known
}

// Has reports whether the image has a program, by its name or its path; known is false
// where nothing says so.
func (b Base) Has(program string) (has, known bool) {
	for _, r := range slices.Backward(b.rows) {
		switch {
		case hasWord(r.cells[programsColumn], program):
			return true, true
		case hasWord(r.cells[lacksColumn], program):
			return false, true
		}
	}
	return false, false
}

// SetsVariable reports whether the image sets a variable, or an older release of it did.
// known is false where the table has none of its variables, or not all of them.
func (b Base) SetsVariable(name string) (sets, known bool) {
	for _, r := range b.rows {
		variables := r.cells[environmentColumn]
		known = known || (variables != "" && !strings.HasSuffix(variables, "..."))
		for v := range strings.FieldsSeq(variables) {
			if v == name || (strings.HasSuffix(v, "_") && strings.HasPrefix(name, v)) {
				return true, true
			}
		}
	}
	return false, known
}

func hasWord(words, word string) bool {
	for w := range strings.FieldsSeq(words) {
		if w == word {
			return true
		}
	}
	return false
}

// HasSlimVariant reports whether a repository also has tags of a smaller variant with
// "slim" in their names, on the same distribution.
func HasSlimVariant(name string) bool {
	return slices.ContainsFunc(ownRows(name), func(r baseRow) bool { return strings.Contains(r.pattern, ":*slim*") })
}
