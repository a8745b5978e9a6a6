package dockerfile

import (
	"slices"
	"strings"
)

// isSteadyPackage reports whether a package is in each release of its distribution that an
// image may be moved from and to, under one name, and brings tools that work the same way.
func isSteadyPackage(name string) bool {
	_, ok := slices.BinarySearch(strings.Fields(steadyPackages), name)
	return ok || slices.Contains(strings.Fields(steadyAlpinePackages), name)
}

// steadyPackages are packages of Debian that the section main of releases 11, 12 and 13 has
// (read 2026-12-01), without languages, servers and libraries.
const steadyPackages = `
acl apache2-utils apt-transport-https apt-utils at bash bash-completion bc bind9-host bridge-utils bsdmainutils busybox bzip2
ca-certificates cifs-utils coreutils cron curl dbus dialog diffutils dirmngr dnsmasq dos2unix dumb-init e2fsprogs ed ethtool
expect file findutils fontconfig fonts-dejavu fonts-dejavu-core fonts-liberation fonts-noto fonts-noto-cjk gawk gettext
gettext-base git git-lfs gnupg gnupg-agent gnupg2 gosu gpg gpg-agent graphviz grep groff gzip hostname htop inotify-tools
iperf iperf3 iproute2 ipset iptables iputils-ping iputils-tracepath jq kmod less libcap2-bin locales logrotate lsb-release
lsof lz4 lzop man-db mc moreutils mosh mtr-tiny nano ncurses-term net-tools netbase netcat-openbsd netcat-traditional
nfs-common nmap openssh-client openssh-server openssl openvpn p7zip-full parted passwd patch pciutils pigz procps psmisc pv pwgen
redis-tools rename rlwrap rsync rsyslog screen sed sensible-utils socat sqlite3 ssh sshpass strace sudo sysstat tar tcpdump
telnet time tini tmux traceroute tree tzdata udev unixodbc unzip usbutils util-linux uuid-runtime vim vim-tiny wget whois
xauth xvfb xxd xz-utils zip zlib1g zsh zstd
`

// steadyAlpinePackages are those of Alpine Linux that have other names.
const steadyAlpinePackages = "ca-certificates-bundle drill openssh shadow su-exec libgcc libstdc++ musl-utils libc6-compat gcompat netcat-openbsd bind-tools"
