package facts

import (
	"regexp"
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// secretPlace fits what stands before a secret in a command: the user of an address, the
// flags and headers with which programs take passwords and tokens.
var secretPlace = regexp.MustCompile(`(?:://[^/\s"'@]*:|(?:^|\s)(?:-u|--user)[= ]["']?[^\s:"']+:|--(?:http-)?password[= ]["']?|(?i:authorization|private-token|job-token|x-api-key): *(?:(?i:bearer|basic|token) +)?|\b(?:PGPASSWORD|MYSQL_PWD|SSHPASS)=["']?|\bsshpass -p *["']?)\$\{?$`)

// maxSecretPlace is how many bytes before a variable are looked at.
const maxSecretPlace = 160

// UsedAsSecret is the RUN in which a variable is used as a password or a token: in the
// user of an address, a flag or a header that is there for them. It is nil for none.
func (f *Dockerfile) UsedAsSecret(name string) *dockerfile.Instruction {
	return Once(f, "used as a secret", name, func() *dockerfile.Instruction {
		offsets, _ := f.Occurrences(name)
		for _, at := range offsets {
			in := f.At(at)
			if in == nil || in.Keyword != "run" {
				continue
			}
			end := at + len(name)
			if end < len(f.Src) && isNameByte(f.Src[end], true) {
				continue
			}
			before := string(f.Src[max(in.Span.Start, at-maxSecretPlace):at])
			place := secretPlace.FindString(before)
			if place == "" {
				continue
			}
			if strings.HasPrefix(place, "://") && !isUserOfAddress(string(f.Src[end:min(len(f.Src), end+maxSecretPlace)])) {
				continue
			}
			return in
		}
		return nil
	})
}

// isUserOfAddress reports whether what follows a variable ends the user of an address.
func isUserOfAddress(after string) bool {
	after = strings.TrimPrefix(after, "}")
	return strings.HasPrefix(after, "@")
}
