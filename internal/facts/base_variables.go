package facts

import "strings"

// baseVariables has the variables that well-known images set, by repository, as
// their own Dockerfiles say (August and September 2026) and those of older
// releases did: a name that ends in "_" stands for all that begin so. PATH is
// left out, since the builder sets it for every stage.
var baseVariables = map[string]string{
	"debian": "", "ubuntu": "LANG DEBIAN_FRONTEND", "alpine": "", "busybox": "", "buildpack-deps": "",
	"oraclelinux": "", "amazonlinux": "LANG", "rockylinux": "LANG", "rockylinux/rockylinux": "LANG",
	"almalinux": "LANG", "fedora": "DISTTAG FGC FBR container",
	"python":          "LANG GPG_KEY PYTHON_VERSION PYTHON_SHA256 PYTHON_RELEASE PYTHON_PIP_VERSION PYTHON_SETUPTOOLS_VERSION PYTHON_GET_PIP_ PYTHONIOENCODING",
	"node":            "NODE_VERSION YARN_VERSION NPM_CONFIG_LOGLEVEL",
	"golang":          "GOLANG_VERSION GOTOOLCHAIN GOPATH GO_VERSION",
	"rust":            "RUSTUP_HOME CARGO_HOME RUST_VERSION",
	"ruby":            "LANG RUBY_ GEM_HOME BUNDLE_ RUBYGEMS_VERSION",
	"php":             "PHP_ PHPIZE_DEPS APACHE_ GPG_KEYS",
	"eclipse-temurin": "JAVA_HOME JAVA_VERSION LANG LANGUAGE LC_ALL",
	"maven":           "JAVA_HOME JAVA_VERSION LANG LANGUAGE LC_ALL MAVEN_HOME MAVEN_CONFIG MAVEN_VERSION USER_HOME_DIR",
	"gradle":          "JAVA_HOME JAVA_VERSION LANG LANGUAGE LC_ALL GRADLE_HOME GRADLE_VERSION",
	"nginx":           "NGINX_VERSION NJS_ ACME_VERSION PKG_RELEASE DYNPKG_RELEASE",
	"httpd":           "HTTPD_",
	"mariadb":         "GOSU_VERSION LANG MARIADB_",
	"memcached":       "MEMCACHED_",
	"dart":            "DART_SDK",
	"traefik":         "",
	"haproxy":         "HAPROXY_",
	"alpine/git":      "",
	"prom/prometheus": "",
	"hashicorp/vault": "",
}

// BaseSets reports whether an image of its own sets a variable. known is false
// where nothing is known of the image, or of the variable's name in it.
func (i Image) BaseSets(name string) (sets, known bool) {
	if !i.Known {
		return false, false
	}
	if name == "PATH" {
		return true, true
	}
	if i.IsScratch() {
		return false, true
	}
	variables, known := baseVariables[i.Name()]
	if !known || i.IsWindows() {
		return false, false
	}
	for v := range strings.FieldsSeq(variables) {
		if v == name || strings.HasSuffix(v, "_") && strings.HasPrefix(name, v) {
			return true, true
		}
	}
	return false, true
}
