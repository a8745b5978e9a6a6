package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
)

// published is what endoflife.date's interface says of all products (v1,
// /products/full): the parts of it that are read here.
type published struct {
	Generated string `json:"generated_at"`
	Result    []struct {
		Name     string `json:"name"`
		Label    string `json:"label"`
		Releases []struct {
			Name     string  `json:"name"`
			Codename *string `json:"codename"`
			Released string  `json:"releaseDate"`
			Ended    bool    `json:"isEol"`
			End      *string `json:"eolFrom"`
			Extended *string `json:"eoesFrom"`
		} `json:"releases"`
	} `json:"result"`
}

// refresh renews the releases of the products that a table has. Products are added
// by hand: whether tags are numbered as releases are has to be looked at.
func refresh(table string, src []byte) error {
	var news published
	if err := json.Unmarshal(src, &news); err != nil {
		return err
	}
	if len(news.Generated) < len("2006-01-02") || len(news.Result) == 0 {
		return errors.New("the copy has no products, or does not say when it was made")
	}
	old, err := os.ReadFile(table)
	if err != nil {
		return err
	}
	renewed, err := renew(string(old), news)
	if err != nil {
		return err
	}
	return os.WriteFile(table, []byte(renewed), 0o644)
}

// renew is the table with the releases of the interface in place of its own. A
// release that the interface no longer has stays.
func renew(table string, news published) (string, error) {
	var out strings.Builder
	titles, seen := map[string]string{}, map[string]bool{}
	var kept []string
	for line := range strings.Lines(table) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		switch {
		case strings.HasPrefix(line, "# as of "):
			fmt.Fprintf(&out, "# as of %s\n", news.Generated[:len("2006-01-02")])
		case strings.HasPrefix(line, "#"), fields[0] == "product":
			out.WriteString(line)
		case len(fields) != 7:
			return "", fmt.Errorf("a line with %d columns: %q", len(fields), line)
		default:
			titles[fields[0]] = fields[1]
			kept = append(kept, line)
		}
	}
	for _, p := range news.Result {
		title, wanted := titles[p.Name]
		if !wanted {
			continue
		}
		for _, r := range p.Releases {
			seen[p.Name+" "+r.Name] = true
			fmt.Fprintf(
				&out, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", p.Name, title, r.Name, deref(r.Codename), r.Released, end(r.Ended, r.End),
				longTerm(p.Name, r.Extended),
			)
		}
	}
	for _, line := range kept {
		fields := strings.Split(line, "\t")
		if !seen[fields[0]+" "+fields[2]] {
			out.WriteString(line)
		}
	}
	return out.String(), nil
}

// end is the end of support as the table has it.
func end(ended bool, day *string) string {
	switch {
	case day != nil && *day != "":
		return *day
	case ended:
		return "ended"
	}
	return "never"
}

// longTerm is the end of the support that a project itself gives for longer: of
// Debian alone, where the extended support of others is sold.
func longTerm(product string, end *string) string {
	if product != "debian" {
		return ""
	}
	return deref(end)
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
