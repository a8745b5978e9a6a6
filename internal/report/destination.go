package report

import (
	"fmt"
	"strings"
)

// Destination is what one -o asks for: a format and where it goes.
type Destination struct {
	Format string
	// File is empty for standard output.
	File string
}

// ParseDestinations reads the values of -o, as "json" or "json=report.json". Two cannot go
// to the same place. Whether there is such a format is not looked at.
func ParseDestinations(values []string) ([]Destination, error) {
	all := make([]Destination, 0, len(values))
	taken := map[string]bool{}
	for _, value := range values {
		format, file, named := strings.Cut(value, "=")
		if named && file == "" {
			return nil, fmt.Errorf("-o %s: the file name is missing", value)
		}
		if file == "-" { // as most programs name standard output
			file = ""
		}
		if taken[file] {
			return nil, fmt.Errorf("-o %s: two reports cannot go to the same place; write one to a file, such as -o %s=report.txt", value, format)
		}
		taken[file] = true
		all = append(all, Destination{format, file})
	}
	return all, nil
}
