package facts

import (
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// EnvVariable is a line of a file of variables.
type EnvVariable struct{ Name, Value string }

// ParseEnv reads a file of variables, such as .env. With comments, lines that are
// commented out count too, as in an example that is there to be copied.
func ParseEnv(src []byte, comments bool) []EnvVariable {
	var variables []EnvVariable
	for line := range strings.Lines(string(src)) {
		line = strings.TrimSpace(line)
		if comments {
			line = strings.TrimLeft(line, "# \t")
		}
		if strings.HasPrefix(line, "#") {
			continue
		}
		name, value, found := strings.Cut(strings.TrimPrefix(line, "export "), "=")
		if name = strings.TrimSpace(name); found && name != "" && !strings.ContainsAny(name, " \t") {
			variables = append(variables, EnvVariable{name, envValue(value)})
		}
	}
	return variables
}

// envValue is a value without its quotes and without what a comment says.
func envValue(value string) string {
	value = strings.TrimSpace(value)
	if n := len(value); n >= 2 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] {
		return value[1 : n-1]
	}
	value, _, _ = strings.Cut(value, " #")
	return strings.TrimSpace(value)
}

// envSet are the values that the .env beside the document gives to variables.
func (p *Project) envSet() map[string]string {
	if !p.known() {
		return nil
	}
	return p.dotenv.get(func() map[string]string {
		set := map[string]string{}
		src, err := p.files.ReadFile(".env")
		if err != nil {
			return set
		}
		for _, v := range ParseEnv(src, false) {
			set[v.Name] = v.Value
		}
		return set
	})
}

// envSets reports whether the .env beside the document gives a variable a value.
func (p *Project) envSets(name string) bool {
	_, ok := p.envSet()[name]
	return ok
}

// withSet is a value with what variables are set to; isSet is false where none of them
// is in it. One that is set to what other variables say leaves the value unknown.
func withSet(v compose.Value, set map[string]string) (filled compose.Value, isSet bool) {
	known := true
	text, ok := v.Template.Expand(func(name string) (string, bool) {
		value, has := set[name]
		isSet = isSet || has
		known = known && !strings.Contains(value, "$")
		return value, has
	})
	if !isSet {
		return v, false
	}
	v.Text, v.Known = text, ok && known
	return v, true
}
