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

// ComposeDangerousDevice finds disks, memory, I/O ports and all of /dev among
// devices, and wildcards in device_cgroup_rules.
//
// Whoever reads a raw disk or the memory reads everything on the host, past all
// rights; who writes it owns the host. Mount the folder that is needed, or name
// the one device.
//
// Virtualisation (/dev/kvm, /dev/vfio, /dev/vhost-net) is info, and excused, as is all
// where a comment beside it gives the reason, and in files that are for
// development or trials by their name.
//
// Silent for privileged services, which have all devices, and for graphics, sound, serial ports, cameras, /dev/fuse and /dev/net/tun.
//
// There is no fix: whether the program needs the device is known only to those who run it.
var ComposeDangerousDevice = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-dangerous-device",
		Title:    "A device gives access to the host",
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
				Message: fmt.Sprintf("%q is %s of the host, past all rights; name the one device or folder that is needed", shortText(v.Raw), what),
			}, virtual))
		}
		for _, v := range s.Values("device_cgroup_rules") {
			if words := strings.Fields(v.Text); v.Known && len(words) > 1 && (words[0] == "a" || words[0] == "b" && strings.HasPrefix(words[1], "*") || words[1] == "*:*") {
				p.Report(weigh(p, lint.Finding{
					Span:    v.Span,
					Message: fmt.Sprintf("%q opens every device of its kind on the host; name the numbers of the one that is needed", shortText(v.Raw)),
				}, false))
			}
		}
	}
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
		return ok && !strings.Contains(rest, "/") && rest != "" && (kind != "md" && kind != "loop" || strings.Trim(rest, "0123456789") == "")
	}) {
		return "a disk", false
	}
	return "", false
}
