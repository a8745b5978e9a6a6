package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// InsecureHttpDownload finds downloads over http, which anybody on the way can
// change.
//
// Silent for the machine itself, for private addresses and names without a dot,
// for the archives of distributions whose packages are signed, and where the
// same instruction checks a checksum.
//
// The fix writes https for hosts that are known to serve their files so, and for those that
// the file asks over https elsewhere. Whether another host does is not in the file, and
// where it does not, the build would fail. So it would in an image that may lack
// certificates, or whose distribution is too old for those of today.
var InsecureHttpDownload = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "insecure-http-download",
		Title:    "A download without encryption",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
	},
	Check: checkInsecureHttpDownload,
}

func checkInsecureHttpDownload(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("add", true, func(in *dockerfile.Instruction) {
		if _, ok := flagOf(in, "checksum"); ok {
			return
		}
		if sources, _, ok := copyWords(in); ok {
			for _, w := range sources {
				if isPlainHTTP(bare(w.Text)) {
					reportPlainHTTP(p, w.Span, true) // BuildKit downloads it, with its own certificates
				}
			}
		}
	})
	p.Doc.AllCommands(func(c *facts.Command) {
		switch c.Name() {
		case "curl", "wget", "git", "pip", "pip3", "npm":
		default:
			return
		}
		for _, a := range c.Args() {
			if isPlainHTTP(a.Text) {
				if checksDigest(c.Instruction.Body) || strings.Contains(c.Instruction.Body, "gpg") {
					return
				}
				reportPlainHTTP(p, a.Span, (c.Script == nil || c.Script.Editable()) && mayHaveAuthorities(p.Doc.StageOf(c.Instruction)))
				return
			}
		}
	}, "http://")
}

func reportPlainHTTP(p *facts.Pass[*facts.Dockerfile], span text.Span, editable bool) {
	p.Report(lint.Finding{Fixes: useHTTPS(p.Doc, span, editable), Span: span, Message: fmt.Sprintf("%s comes without encryption, so anybody on the way can change it; use https, or check a checksum", quoteShort(p.Doc.Text(span)))})
}

// isPlainHTTP tells whether a word is an address of another machine over http.
func isPlainHTTP(word string) bool {
	rest, ok := strings.CutPrefix(word, "http://")
	host, _, _ := strings.Cut(rest, "/")
	host, _, _ = strings.Cut(host, ":")
	if !ok || !strings.Contains(host, ".") || strings.ContainsAny(host, "$%{") || strings.HasPrefix(host, "127.") || strings.HasPrefix(host, "10.") || strings.HasPrefix(host, "192.168.") || strings.HasPrefix(host, "172.") ||
		strings.HasSuffix(host, ".local") || strings.HasSuffix(host, ".internal") || host == "0.0.0.0" {
		return false
	}
	for _, archive := range []string{"debian.org", "ubuntu.com", "alpinelinux.org", "fedoraproject.org", "centos.org", "kernel.org", "launchpad.net", "archlinux.org", "opensuse.org"} {
		if strings.HasSuffix(host, archive) {
			return false
		}
	}
	return true
}

// answersHTTPS reports whether a host is known to serve the same files over https. None
// with a port is: most likely there is no encryption.
func answersHTTPS(host string) bool {
	for _, known := range []string{
		"github.com", "github.io", "githubusercontent.com", "gitlab.com", "bitbucket.org", "apache.org", "gnu.org", "sourceforge.net", "python.org", "pypi.org",
		"npmjs.org", "nodejs.org", "rubygems.org", "ruby-lang.org", "maven.org", "golang.org", "google.com", "googleapis.com", "amazonaws.com", "cloudfront.net",
		"windows.net", "microsoft.com", "docker.com", "nginx.org", "php.net", "oracle.com", "mysql.com", "postgresql.org", "mariadb.org", "mongodb.org", "redis.io",
		"jenkins.io", "jenkins-ci.org", "r-project.org", "cpan.org", "rust-lang.org", "llvm.org", "openssl.org", "ffmpeg.org", "imagemagick.org",
		"rstudio.com", "bioconductor.org", "metacpan.org", "percona.com", "dlang.org", "fftw.org", "anaconda.com", "continuum.io", "eclipse.org", "gradle.org", "jboss.org", "elastic.co", "hashicorp.com", "packagecloud.io", "nodesource.com", "isc.org",
	} {
		if host == known || strings.HasSuffix(host, "."+known) {
			return true
		}
	}
	return false
}

// useHTTPS writes the other scheme.
func useHTTPS(d *facts.Dockerfile, span text.Span, editable bool) []lint.Fix {
	const scheme = "http://"
	at := strings.Index(d.Text(span), scheme)
	if at < 0 || !editable {
		return nil
	}
	host, _, _ := strings.Cut(d.Text(span)[at+len(scheme):], "/")
	if !answersHTTPS(host) && !d.Mentions("https://"+host+"/") {
		return nil
	}
	return unsafeFix("use https", lint.EffectGraph, lint.Insert(span.Start+at+len("http"), "s"))
}
