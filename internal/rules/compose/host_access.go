package compose

// ownsHost reports whether a process that can write a path is root on the host.
func ownsHost(name string) bool {
	switch name {
	case "/", "/etc", "/var/lib", "/var", "/var/lib/docker", "/var/lib/docker/volumes", "/var/lib/docker/containers", "/etc/passwd", "/etc/shadow", "/etc/group", "/etc/sudoers", "/etc/crontab", "/etc/ld.so.preload":
		return true
	}
	return isBelow(name, "/boot", "/proc", "/bin", "/sbin", "/lib", "/lib64", "/usr/bin", "/usr/sbin", "/usr/lib", "/usr/local/bin", "/usr/local/sbin",
		"/etc/cron.d", "/etc/cron.daily", "/etc/cron.hourly", "/etc/sudoers.d", "/etc/systemd", "/etc/ssh", "/etc/pam.d", "/etc/profile.d", "/etc/init.d",
		"/var/lib/docker/overlay2", "/var/spool/cron", "/root/.ssh") || name == "/usr" || name == "/usr/local" || name == "/root"
}
