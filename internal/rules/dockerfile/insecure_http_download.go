package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// InsecureHttpDownload reports `ADD`, and the commands `curl`, `wget`, `git`, `pip` and
// `npm`, with an `http://` URL of another machine.
//
// # Why it matters
//
// Anyone on the network path can replace the file, and the build then runs or installs
// it. The same URL with `https://` stops that.
//
// # How to fix it
//
// Use `https://`. If the server does not offer it, check a checksum of the file in the
// same `RUN`, or use `ADD --checksum`.
//
// # Fix safety
//
// There is a fix for hosts that are known to serve the same files over HTTPS, and for
// hosts that the file uses with `https://` in another place. There is none where the
// image can lack certificates, or where its distribution is too old for the certificates
// of today.
//
// # Exceptions
//
// It does not report:
//
//   - `localhost`, private addresses and host names without a dot
//   - hosts whose name contains a variable
//   - package archives of distributions such as `debian.org`, because their packages
//     are signed
//   - downloads whose checksum or signature is checked in the same instruction
var InsecureHttpDownload = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "insecure-http-download",
		Title:    "Download over unencrypted HTTP",
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
	p.Report(
		lint.Finding{
			Fixes: useHTTPS(p.Doc, span, editable),
			Span:  span,
			Message: fmt.Sprintf(
				"%s is downloaded without encryption, so anyone on the network path can replace the file; use https, or verify a checksum",
				quoteShort(p.Doc.Text(span)),
			),
		},
	)
}

// isPlainHTTP reports whether a word is an http URL of another machine.
func isPlainHTTP(word string) bool {
	rest, ok := strings.CutPrefix(word, "http://")
	host, _, _ := strings.Cut(rest, "/")
	host, _, _ = strings.Cut(host, ":")
	if !ok || !strings.Contains(host, ".") || strings.ContainsAny(host, "$%{") || strings.HasPrefix(host, "127.") {
		return false
	}
	if strings.HasPrefix(host, "10.") || strings.HasPrefix(host, "192.168.") || strings.HasPrefix(host, "172.") ||
		strings.HasSuffix(host, ".local") {
		return false
	}
	if strings.HasSuffix(host, ".internal") || host == "0.0.0.0" {
		return false
	}
	for _, archive := range []string{"debian.org", "ubuntu.com", "alpinelinux.org", "fedoraproject.org", "centos.org", "kernel.org", "launchpad.net", "archlinux.org", "opensuse.org"} {
		if strings.HasSuffix(host, archive) {
			return false
		}
	}
	return true
}

// answersHTTPS reports whether a host is known to serve the same files over https. A
// host with a port is not: most likely, that port has no encryption.
func answersHTTPS(host string) bool {
	if strings.Contains(host, "s3-website") {
		return false // these endpoints speak http and nothing else
	}
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

// useHTTPS replaces http:// with https://.
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
