package audit

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Output is a format and where it goes.
type Output struct {
	Format string
	// File is empty for standard output.
	File string
}

// Formats are those of an audit of many repositories.
func Formats() []string { return append([]string{"markdown", "json"}, ownFormats()...) }

// ownFormats are those that an audit of one folder has too, where it is not a format of lint.
func ownFormats() []string {
	return []string{"csv", "badge", "html", "images", "images-csv", "cyclonedx"}
}

// ParseOutputs reads values such as "json=audit.json".
func ParseOutputs(values []string) ([]Output, error) {
	if len(values) == 0 {
		values = []string{"markdown"}
	}
	var all []Output
	for _, value := range values {
		format, file, named := strings.Cut(value, "=")
		if named && file == "" {
			return nil, fmt.Errorf("-o %s: the file name is missing", value)
		}
		if file == "-" {
			file = ""
		}
		if !slices.Contains(Formats(), format) {
			return nil, fmt.Errorf("-o %s: an audit of many repositories has the formats %s", value, strings.Join(Formats(), ", "))
		}
		if slices.ContainsFunc(all, func(o Output) bool { return o.File == file }) {
			return nil, fmt.Errorf("-o %s: two reports cannot go to the same place", value)
		}
		all = append(all, Output{format, file})
	}
	return all, nil
}

// Write writes a report in a format.
func (r *Report) Write(w io.Writer, format string) error {
	switch format {
	case "json":
		return r.WriteJSON(w)
	case "csv":
		return r.WriteCSV(w)
	case "badge":
		return r.WriteBadge(w)
	case "images":
		return r.WriteImages(w)
	case "images-csv":
		return r.WriteImagesCSV(w)
	case "cyclonedx":
		return r.WriteCycloneDX(w)
	case "html":
		return r.WriteHTML(w)
	case "markdown":
		return r.WriteMarkdown(w)
	}
	return errors.New("unknown format " + format)
}
