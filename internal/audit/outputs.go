package audit

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/report"
)

// Formats are those of an audit of many repositories.
func Formats() []string { return append([]string{"markdown", "json"}, ownFormats()...) }

// ownFormats are those that an audit of one folder has too, where it is not a format of lint.
func ownFormats() []string {
	return []string{"csv", "badge", "html", "images", "images-csv", "cyclonedx"}
}

// ParseOutputs reads values such as "json=audit.json".
func ParseOutputs(values []string) ([]report.Destination, error) {
	if len(values) == 0 {
		values = []string{"markdown"}
	}
	all, err := report.ParseDestinations(values)
	if err != nil {
		return nil, err
	}
	for i, d := range all {
		if !slices.Contains(Formats(), d.Format) {
			return nil, fmt.Errorf("-o %s: an audit of many repositories has the formats %s", values[i], strings.Join(Formats(), ", "))
		}
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
