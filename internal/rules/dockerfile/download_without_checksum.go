package dockerfile

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DownloadWithoutChecksum reports `curl` and `wget` that save a file in a `RUN` that
// checks neither a checksum nor a signature.
//
// By default it reports only programs and archives whose address says that it moves, such as
// `.../releases/latest/download/agent.jar` (the variant `moving`).
//
// # Why it matters
//
// The build accepts any file that the server sends. If the server is compromised, or the
// file is replaced by another version, the image changes and the build does not fail.
//
// An address that moves gives another version on each day, so two builds of the same file
// can give different images. Other downloads are off by default, because many projects
// publish no checksums.
//
// # How to fix it
//
// Take the address of a version, and check the file in the same `RUN`:
//
//	RUN curl -fsSLO https://example.com/app.tar.gz \
//	    && echo "<sha256>  app.tar.gz" | sha256sum -c
//
// # Fix safety
//
// There is no automatic fix: the file does not say which version was tested, or what its checksum is.
//
// # Exceptions
//
// It does not report:
//
//   - a `RUN` that uses a checksum program, `gpg` or `openssl`
//   - output that goes to `/dev/null` or to a pipe
var DownloadWithoutChecksum = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "download-without-checksum",
		Title:    "Download is not verified",
		Category: lint.Security,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Aliases:  lint.Names("CIS-4.11"),
		Variants: []string{"moving"},
		OptIn:    []string{""},
	},
	Check: checkDownloadWithoutChecksum,
}

func checkDownloadWithoutChecksum(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.AllCommands(func(c *facts.Command) {
		if c.Script == nil || (c.Name() != "curl" && c.Name() != "wget") {
			return
		}
		moving := movingAddress(c)
		isSaved := writesDownload(c)
		if !isSaved && moving == "" {
			return
		}
		script := p.Doc.Text(c.Instruction.Span)
		if checksDigest(script) || strings.Contains(script, "gpg ") || strings.Contains(script, "openssl ") ||
			strings.Contains(script, "md5sum") {
			return
		}
		f := lint.Finding{
			Span:    c.Words[0].Span,
			Message: "the file that " + c.Name() + " downloads is not verified, so the server decides what the image contains; verify it in the same RUN with sha256sum -c",
		}
		if moving != "" && isForUse(p, c) {
			f.Variant, f.Severity = "moving", lint.Warning
			f.Message = quoteShort(moving) + " is whatever is newest on the day of the build, and is not verified; take the address of a version, and check it with sha256sum -c"
		}
		if isSaved || f.Variant != "" {
			p.Report(f)
		}
	}, "curl", "wget")
}

// isForUse reports whether a command is in an image that is more than a trial.
func isForUse(p *facts.Pass[*facts.Dockerfile], c *facts.Command) bool {
	_, isExcused := p.Doc.Purposes(p.Project).Excuse(facts.ClaimReference)
	s := p.Doc.StageOf(c.Instruction)
	return !isExcused && s != nil && s.ReachesFinal() && !isDevelopment(s) && !facts.IsDevelopmentName(p.Doc.Name)
}

// movingAddress is the address of a program or an archive that a command downloads, where
// it says that another version will be there: "latest" and the like, and no version. It is
// "" for any other, as for the key, the list or the release package of an archive.
func movingAddress(c *facts.Command) string {
	for _, a := range c.Args() {
		_, rest, isAddress := strings.Cut(strings.ToLower(a.Text), "://")
		_, place, hasPath := strings.Cut(rest, "/")
		if !isAddress || !hasPath || strings.ContainsAny(place, "$?`") {
			continue
		}
		words := strings.FieldsFunc(place, func(r rune) bool { return strings.ContainsRune("/-_.", r) })
		isMoving := slices.ContainsFunc(words, func(w string) bool {
			return w == "latest" || w == "current" || w == "nightly" || w == "snapshot"
		})
		hasVersion := slices.ContainsFunc(words, func(w string) bool { return len(w) > len("1234") && strings.Trim(w, "0123456789") == "" })
		if isMoving && !hasVersion && isProgramFile(path.Base(place)) {
			return a.Text
		}
	}
	return ""
}

// isProgramFile reports whether a name is that of a program or an archive: without an
// ending of something else.
func isProgramFile(name string) bool {
	switch ending := path.Ext(name); ending {
	case ".zip", ".gz", ".tgz", ".xz", ".bz2", ".zst", ".jar", ".war", ".sh", ".bin", ".run", ".exe", ".phar", ".appimage":
		return true
	default:
		return ending == "" && name != "latest" // which is an answer about the newest version
	}
}
