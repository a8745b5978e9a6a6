package facts

import (
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
)

// EndedRelease is a release of an official image whose support has ended.
type EndedRelease struct {
	// What is its name for people, "Debian stretch"; Month when it ended, "2022-06".
	What, Month string
}

// SupportEnded tells which release an image is, if support for that has ended: by
// the tag, or, where the tag has no version, by what the registry has of the image.
// ok is false for all others.
func SupportEnded(registry lint.Registry, i Image, platform string) (r EndedRelease, ok bool) {
	if r, ok = EndedSupportOf(i.Name(), i.Tag); ok || i.Tag != "" && i.Tag[0] >= '0' && i.Tag[0] <= '9' {
		return r, ok
	}
	if _, releases := endedReleases(i.Name()); releases == "" {
		return r, false
	}
	config, err := registry.Config(i.Text, platform)
	if err != nil {
		return r, false
	}
	return EndedSupportOf(i.Name(), toldVersion(i.Name(), config))
}

// toldVersion is the version that an official image's config tells; empty if it
// tells none.
func toldVersion(name string, config lint.ImageConfig) string {
	variable := strings.ToUpper(name) + "_VERSION"
	if name == "postgres" {
		variable = "PG_VERSION"
	}
	if version, ok := config.Variable(variable); ok {
		return strings.TrimPrefix(version, "1:") // the epoch of Debian's packages
	}
	return config.Labels["org.opencontainers.image.version"]
}

// EndedSupportOf is the release of an official image by its name, that of
// Image.Name, and tag (the projects' own announcements, as of November 2026).
func EndedSupportOf(image, tag string) (r EndedRelease, ok bool) {
	version, _, _ := strings.Cut(tag, "-")
	name, releases := endedReleases(image)
	for release := range strings.SplitSeq(releases, ",") {
		names, month, _ := strings.Cut(release, " ")
		for v := range strings.SplitSeq(names, "/") {
			if v != "" && (version == v || strings.HasPrefix(version, v+".")) {
				return EndedRelease{name + " " + v, month}, true
			}
		}
	}
	return EndedRelease{}, false
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
	case "postgres":
		return "PostgreSQL", "9.3 2018-11,9.4 2020-02,9.5 2021-02,9.6 2021-11,10 2022-11,11 2023-11,12 2024-11,13 2025-11,14 2026-11"
	case "mysql":
		return "MySQL", "5.5 2018-12,5.6 2021-02,5.7 2023-10,8.0 2026-04"
	case "mariadb":
		return "MariaDB", "10.1 2020-10,10.2 2022-05,10.3 2023-05,10.4 2024-06,10.5 2025-06,10.6 2026-07"
	case "mongo":
		return "MongoDB", "3.0 2018-02,3.2 2018-09,3.4 2020-01,3.6 2021-04,4.0 2022-04,4.2 2023-04,4.4 2024-02,5.0 2024-10,6.0 2025-07"
	case "php":
		return "PHP", "5.3 2014-08,5.4 2015-09,5.5 2016-07,5.6 2018-12,7.0 2019-01,7.1 2019-12,7.2 2020-11,7.3 2021-12,7.4 2022-11,8.0 2023-11,8.1 2025-12"
	}
	return "", ""
}

// YearsOfLatest is the age of an image that is named by no version, by its own
// word; 0 where it says nothing, and offline.
func YearsOfLatest(registry lint.Registry, i Image, platform string) int {
	if i.Digest != "" || i.Tag != "" && i.Tag != "latest" || Replacement(i.Name()) != "" {
		return 0
	}
	config, err := registry.Config(i.Text, platform)
	if err != nil {
		return 0
	}
	return config.Years
}

// Replacement says what to use in place of an image that its makers have given
// up; empty for all others. name is that of Image.Name.
func Replacement(name string) string {
	switch name {
	case "tiangolo/uvicorn-gunicorn-fastapi", "tiangolo/uvicorn-gunicorn", "tiangolo/uvicorn-gunicorn-starlette", "tiangolo/meinheld-gunicorn", "tiangolo/meinheld-gunicorn-flask":
		return "an official Python image, with the server installed in it"
	case "openjdk":
		return "eclipse-temurin, or another build of OpenJDK"
	case "java":
		return "eclipse-temurin"
	case "centos":
		return "almalinux, rockylinux, or quay.io/centos/centos"
	case "iojs":
		return "node"
	case "django", "rails":
		return "an official image of the language"
	case "jenkins":
		return "jenkins/jenkins"
	case "docker/compose":
		return "docker, which has compose"
	}
	return ""
}
