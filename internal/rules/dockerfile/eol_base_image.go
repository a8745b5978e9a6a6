package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// EolBaseImage finds base images of a distribution or a language whose support
// has ended: faults that are found are not mended.
//
// The table is that of this version of dockmend; a release that ends later is
// found by a later version.
//
// With --online, images whose tag has no version are judged by the version that
// their config tells.
//
// Silent for tags without a version, offline.
var EolBaseImage = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "eol-base-image",
		Title:    "The base image gets no fixes any more",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("CIS-4.4", "CIS-DI-0004", "tally/ruby/eol-ruby-version"),
	},
	Check: checkEolBaseImage,
}

func checkEolBaseImage(p *lint.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		i := s.Image
		if s.Parent != nil || !i.Known || i.Registry != "" && i.Registry != "docker.io" || !s.ReachesFinal() {
			continue
		}
		repository := strings.TrimPrefix(i.Repository, "library/")
		what, ended := supportEnded(repository, i.Tag)
		if what == "" && (i.Tag == "" || !isDigit(i.Tag[0])) {
			what, ended = supportEnded(repository, toldVersion(p, s, repository))
		}
		if what == "" {
			continue
		}
		p.Report(lint.Finding{Span: i.Span, Message: fmt.Sprintf("%s is %s, whose support ended in %s, so faults that are found stay; move to a release that gets fixes", quoteShort(i.Raw), what, ended)})
	}
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// toldVersion is the version that an official image's config tells; empty for one
// that has no table of releases, and offline.
func toldVersion(p *lint.Pass[*facts.Dockerfile], s *facts.Stage, repository string) string {
	if _, releases := endedReleases(repository); releases == "" {
		return ""
	}
	config, err := p.Registry.Config(s.Image.Text, constantPlatform(p.Doc, s))
	if err != nil {
		return ""
	}
	if version, ok := config.Variable(strings.ToUpper(repository) + "_VERSION"); ok {
		return version
	}
	return config.Labels["org.opencontainers.image.version"]
}

// supportEnded names the release of an official image whose support has ended,
// and when (the projects' own announcements, as of November 2026).
func supportEnded(repository, tag string) (what, ended string) {
	version, _, _ := strings.Cut(tag, "-")
	name, releases := endedReleases(repository)
	for release := range strings.SplitSeq(releases, ",") {
		names, month, _ := strings.Cut(release, " ")
		for v := range strings.SplitSeq(names, "/") {
			if v != "" && (version == v || strings.HasPrefix(version, v+".")) {
				return name + " " + v, month
			}
		}
	}
	return "", ""
}

// endedReleases are, for a repository, its name for people and the releases
// whose support has ended: "version/code name month".
func endedReleases(repository string) (name string, releases string) {
	switch repository {
	case "debian":
		return "Debian", "7/wheezy 2018-05,8/jessie 2020-06,9/stretch 2022-06,10/buster 2024-06"
	case "ubuntu":
		return "Ubuntu", "12.04/precise 2017-04,14.04/trusty 2019-04,16.04/xenial 2021-04,18.04/bionic 2023-05,20.04/focal 2025-05,12.10/quantal 2014-05,13.04/raring 2014-01,13.10/saucy 2014-07,14.10/utopic 2015-07,15.04/vivid 2016-02,15.10/wily 2016-07,16.10/yakkety 2017-07,17.04/zesty 2018-01,17.10/artful 2018-07,18.10/cosmic 2019-07,19.04/disco 2020-01,19.10/eoan 2020-07,20.10/groovy 2021-07,21.04/hirsute 2022-01,21.10/impish 2022-07,22.10/kinetic 2023-07,23.04/lunar 2024-01,23.10/mantic 2024-07,24.10/oracular 2025-07,25.04/plucky 2026-01,25.10/questing 2026-07"
	case "alpine":
		return "Alpine", "3.3 2017-11,3.4 2018-05,3.5 2018-11,3.6 2019-05,3.7 2019-11,3.8 2020-05,3.9 2020-11,3.10 2021-05,3.11 2021-11,3.12 2022-05,3.13 2022-11,3.14 2023-05,3.15 2023-11,3.16 2024-05,3.17 2024-11,3.18 2025-05,3.19 2025-11"
	case "centos":
		return "CentOS", "5/centos5 2017-03,6/centos6 2020-11,7/centos7 2024-06,8/centos8 2021-12"
	case "python":
		return "Python", "2 2020-01,3.3 2017-09,3.4 2019-03,3.5 2020-09,3.6 2021-12,3.7 2023-06,3.8 2024-10,3.9 2025-10"
	case "node":
		return "Node.js", "4 2018-04,5 2016-06,6 2019-04,7 2017-06,8 2019-12,9 2018-06,10 2021-04,11 2019-06,12 2022-04,13 2020-06,14 2023-04,15 2021-06,16 2023-09,17 2022-06,18 2025-04,19 2023-06,20 2026-04,21 2024-06"
	case "ruby":
		return "Ruby", "2.0 2016-02,2.1 2017-03,2.2 2018-03,2.3 2019-03,2.4 2020-03,2.5 2021-03,2.6 2022-04,2.7 2023-03,3.0 2024-04,3.1 2025-03,3.2 2026-03"
	case "php":
		return "PHP", "5.3 2014-08,5.4 2015-09,5.5 2016-07,5.6 2018-12,7.0 2019-01,7.1 2019-12,7.2 2020-11,7.3 2021-12,7.4 2022-11,8.0 2023-11,8.1 2025-12"
	}
	return "", ""
}
