package facts

import "strings"

// valueFlags lists for each manager the flags whose value is the next word, by the
// tools' own help and manuals as of November 2026: pip 26, uv 0.9, pipx 1.8, cargo 1.95,
// npm 11, yarn 1 and 4, pnpm 10, apt 3.0, apk-tools 2 and 3, dnf 4 and 5, zypper 1.14,
// RubyGems 4, Bundler 4, Composer 2.9, conda 25, go 1.26.
var valueFlags = map[string]string{
	"apt-get": "-o --option -c --config-file -t --target-release --default-release -a --host-architecture -P --build-profiles --solver",
	"apk": "-t --virtual -X --repository -p --root --arch --keys-dir --repositories-file --wait --cache-dir --cache-max-age --timeout --progress-fd " +
		"--cache-packages",
	"yum": "-c --config --enablerepo --disablerepo --enable-repo --disable-repo --repo --repoid --repofrompath --from-repo --from-vendor --setopt --setvar " +
		"-x --exclude --excludepkgs --installroot --releasever --forcearch --arch --downloaddir --destdir --disableplugin --enableplugin " +
		"--disable-plugin --enable-plugin --disableexcludes --disableexcludepkgs --advisory --advisories --bz --bzs --cve --cves --sec-severity " +
		"--secseverity --advisory-severities --color --comment -d --debuglevel -e --errorlevel --rpmverbosity -R --randomwait --noplugins-conf",
	"zypper": "-R --root --installroot -r --repo --from -t --type -c --config --cache-dir --reposd-dir --solv-cache-dir --pkg-cache-dir --plus-repo -p " +
		"--plus-content --download --name-arch --releasever",
	"pip": "-r --requirement -c --constraint --build-constraint -i --index-url --pypi-url --extra-index-url -f --find-links --trusted-host -t --target " +
		"-e --editable --prefix --root --timeout --default-timeout --retries --resume-retries --proxy --cache-dir --platform --python-version " +
		"--implementation --abi --no-binary --only-binary --src --source --source-dir --source-directory --upgrade-strategy --log --log-file --local-log " +
		"--global-option --install-option --build-option -C --config-settings --config-setting --progress-bar --root-user-action --report --group " +
		"--keyring-provider --exists-action --cert --client-cert --use-feature --use-deprecated --python -b --build --build-dir --build-directory " +
		"-d --dest -w --wheel-dir --uploaded-prior-to --exclude-newer --format --path --requirements-from-script --refresh-package --all-releases --only-final",
	"pipx": "--app --backend --cooldown --include-resources-from -i --index-url --lock --output --pip-args --preinstall --python --suffix --upgrade-strategy " +
		"--system-site-packages-from --spec",
	"npm": "--registry --prefix -C --loglevel --omit --include --only --also -w --workspace --cache --tag --before --min-release-age --cpu --os --libc " +
		"--install-strategy --userconfig --globalconfig --scope --auth-type --otp --save-prefix --script-shell --fetch-timeout --fetch-retries " +
		"--maxsockets --network-timeout --network-concurrency --mutex --modules-folder --cache-folder --cwd --dir --filter --filter-prod --store-dir " +
		"--virtual-store-dir --reporter --lockfile-dir --global-dir --global-bin-dir --use-yarnrc --link-folder --global-folder --child-concurrency " +
		"--allow-build --proxy --https-proxy --noproxy --cafile --mode",
	"gem": "-v --version -i --install-dir -n --bindir --source -s -P --trust-policy --platform --build-root --target-rbconfig -g --file --without -p " +
		"--http-proxy -B --bulk-threshold --config-file --key --host",
	"bundle": "--gemfile --jobs -j --path --retry --without --with --trust-policy --standalone-groups --binstubs --shebang -r --version -v --group -g --source " +
		"-s --git --branch --ref --glob --target-rbconfig --install-dir",
	"go": "-C -p -asmflags -buildmode -buildvcs -compiler -gccgoflags -gcflags -installsuffix -ldflags -mod -modfile -overlay -pgo -pkgdir -tags -toolexec " +
		"-covermode -coverpkg -o -run -count -timeout",
	"cargo": "--branch --color --config -F --features --git --index -j --jobs --message-format --path --profile --registry --rev --root --tag --target " +
		"--target-dir --version --vers -Z -p --package --bin --example --manifest-path --artifact-dir --exclude --recipe-path",
	"uv": "--directory --project --python -p --index --default-index -i --index-url --extra-index-url -f --find-links --cache-dir --group --extra --package " +
		"-r --requirement --requirements -c --constraint --constraints -b --build-constraint --build-constraints --override --overrides --excludes -e " +
		"--editable -t --target --prefix --no-group --only-group --no-extra --config-file --config-setting --config-settings -C --config-settings-package " +
		"--link-mode --index-strategy --keyring-provider --resolution --prerelease --prerelease-package --fork-strategy --exclude-newer " +
		"--exclude-newer-package --python-platform --python-version --torch-backend --color --allow-insecure-host --trusted-host --cert --output-format " +
		"--refresh-package --reinstall-package -P --upgrade-package --upgrade-group --no-binary --only-binary --no-binary-package --no-build-package " +
		"--no-build-isolation-package --no-sources-package --no-editable-package --no-install-package --script -w --with --with-editable " +
		"--with-requirements --with-executables-from --branch --rev --tag --marker -m --optional --bounds",
	"poetry":   "-C --directory -P --project --with --without --only -E --extras -G --group --python --platform --source --to",
	"pipenv":   "--categories --config-settings --extra-pip-args --extras -i --index --pypi-mirror --python --requirements -r --resolver -e --editable --index-url",
	"pdm":      "-p --project -c --config -G --group -L --lockfile --with --without --venv -e --editable -k --skip --config-setting --override",
	"conda":    "-n --name -p --prefix -c --channel -f --file --solver --experimental-solver --platform --subdir --repodata-fn --revision --root-prefix -r",
	"composer": "-d --working-dir --prefer-install --ignore-platform-req --audit-format --apcu-autoloader-prefix -m --minimum-stability --repository",
	"pacman":   "-b --dbpath -r --root --arch --cachedir --color --config --gpgdir --hookdir --logfile --assume-installed --ignore --ignoregroup --overwrite --sysroot",
}

// takesValue reports whether a flag of a package manager has its value in the next word.
func takesValue(manager, flag string) bool {
	for f := range strings.FieldsSeq(valueFlags[flagFamily(manager)]) {
		if f == flag {
			return true
		}
	}
	return false
}

// flagFamily is the manager whose flags another one has.
func flagFamily(manager string) string {
	switch manager {
	case "apt", "aptitude":
		return "apt-get"
	case "dnf", "microdnf", "tdnf", "dnf5":
		return "yum"
	case "yarn", "pnpm":
		return "npm"
	case "mamba", "micromamba":
		return "conda"
	}
	return manager
}
