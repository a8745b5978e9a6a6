package compose

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposeDangerousDevice reports disks, memory, I/O ports and the whole of `/dev` in
// `devices`, and wildcards in `device_cgroup_rules`.
//
// Findings have severity info and the variant `excused`:
//
//   - for virtualization: `/dev/kvm`, `/dev/vfio` and `/dev/vhost-net`
//   - in files for development, tests, demonstrations or exercises
//   - where a comment next to the device gives the reason
//
// # Why it matters
//
// A process that can read a raw disk or the memory can read all data of the host,
// whatever the permissions of the files are. A process that can write to them controls
// the host.
//
// # How to fix it
//
// Pass the one device that the program needs, or mount the folder instead of its disk.
//
// # Fix safety
//
// There is no automatic fix: only those who run the program know whether it needs the device.
//
// # Exceptions
//
// It does not report:
//
//   - devices for graphics, sound, serial ports and cameras, `/dev/fuse` and
//     `/dev/net/tun`
//   - privileged services, which have all devices
var ComposeDangerousDevice = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-dangerous-device",
		Title:    "Device gives the container access to the host",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Presets:  []string{"cloud-native", "hardening"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Aliases:  lint.Names("CIS-5.18", "CL-0016"),
	},
	Check: checkComposeDangerousDevice,
}

func checkComposeDangerousDevice(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		if isPrivileged(s) {
			continue // it has them all
		}
		for _, item := range itemsOf(s.Get("devices")) {
			v := p.Doc.Value(item)
			if item.Is(yaml.Mapping) {
				v = p.Doc.Value(p.Doc.View.Get(item, "source"))
			}
			source, _, _ := strings.Cut(v.Text, ":")
			if !v.Known || !strings.HasPrefix(source, "/dev") {
				continue
			}
			what, virtual := judgeDevice(path.Clean(source))
			if what == "" {
				continue
			}
			p.Report(weigh(p, lint.Finding{
				Span:    v.Span,
				Message: fmt.Sprintf("%q gives the container %s of the host, past all file permissions; pass only the device or folder that it needs", shortText(v.Raw), what),
			}, virtual))
		}
		for _, v := range s.Values("device_cgroup_rules") {
			if words := strings.Fields(v.Text); v.Known && len(words) > 1 &&
				(words[0] == "a" || (words[0] == "b" && strings.HasPrefix(words[1], "*")) || words[1] == "*:*") {
				p.Report(weigh(p, lint.Finding{
					Span:    v.Span,
					Message: fmt.Sprintf("%q allows %s; write the numbers of the device that is needed", shortText(v.Raw), allowedDevices(words)),
				}, false))
			}
		}
	}
}

// allowedDevices says which devices a rule with a wildcard allows. After `a` the
// numbers do not count (cgroups(7), device controller).
func allowedDevices(words []string) string {
	kind := map[string]string{"b": "block device", "c": "character device"}[words[0]]
	if kind == "" {
		return "every device of the host"
	}
	major, _, _ := strings.Cut(words[1], ":")
	if major == "*" {
		return "every " + kind + " of the host"
	}
	return "every " + kind + " of the host with the major number " + major
}

func itemsOf(n *yaml.Node) []*yaml.Node {
	if n == nil {
		return nil
	}
	return n.Items
}

// judgeDevice says what a device of the host is, and whether it is there for
// virtual machines; what is empty for one that does no harm.
func judgeDevice(name string) (what string, virtual bool) {
	if name == "/dev" {
		return "every device", false
	}
	name = strings.TrimPrefix(name, "/dev/")
	switch name {
	case "mem", "kmem", "port":
		return "the memory", false
	case "kvm", "vhost-net":
		return "the hypervisor", true
	}
	if isBelow(name, "vfio") {
		return "hardware", true
	}
	if isBelow(name, "mapper", "disk", "block") || slices.ContainsFunc([]string{"sd", "hd", "vd", "xvd", "nvme", "mmcblk", "dm-", "md", "loop"}, func(kind string) bool {
		rest, ok := strings.CutPrefix(name, kind)
		return ok && !strings.Contains(rest, "/") && rest != "" && ((kind != "md" && kind != "loop") || strings.Trim(rest, "0123456789") == "")
	}) {
		return "a disk", false
	}
	return "", false
}
