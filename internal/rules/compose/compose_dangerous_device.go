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
// Virtualisation (/dev/kvm, /dev/vfio, /dev/vhost-net) is info, and so is all
// where a comment beside it gives the reason, and in files that are for
// development or trials by their name.
//
// Silent for graphics, sound, serial ports, cameras, /dev/fuse and /dev/net/tun.
var ComposeDangerousDevice = lint.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-dangerous-device",
		Title:    "A device gives access to the host",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native", "hardening"},
		Aliases:  lint.Names("CIS-5.18", "CL-0016"),
	},
	Check: checkComposeDangerousDevice,
}

func checkComposeDangerousDevice(p *lint.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		for _, item := range itemsOf(s.Get("devices")) {
			v := p.Doc.Value(item)
			if item.Is(yaml.Mapping) {
				v = p.Doc.Value(p.Doc.View.Get(item, "source"))
			}
			source, _, _ := strings.Cut(v.Text, ":")
			if !v.Known || !strings.HasPrefix(source, "/dev") {
				continue
			}
			severity, what := judgeDevice(path.Clean(source))
			if what == "" {
				continue
			}
			p.Report(lint.Finding{
				Span: v.Span, Severity: exposure(p.Doc, v.Span, severity),
				Message: fmt.Sprintf("%q is %s of the host, past all rights; name the one device or folder that is needed", shortText(v.Raw), what),
			})
		}
		for _, v := range s.Values("device_cgroup_rules") {
			if words := strings.Fields(v.Text); v.Known && len(words) > 1 && (words[0] == "a" || words[0] == "b" && strings.HasPrefix(words[1], "*") || words[1] == "*:*") {
				p.Report(lint.Finding{
					Span: v.Span, Severity: exposure(p.Doc, v.Span, lint.Warning),
					Message: fmt.Sprintf("%q opens every device of its kind on the host; name the numbers of the one that is needed", shortText(v.Raw)),
				})
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

// judgeDevice says what a device of the host is, and how bad; what is empty for
// one that does no harm.
func judgeDevice(name string) (severity lint.Severity, what string) {
	if name == "/dev" {
		return lint.Warning, "every device"
	}
	name = strings.TrimPrefix(name, "/dev/")
	switch name {
	case "mem", "kmem", "port":
		return lint.Warning, "the memory"
	case "kvm", "vhost-net":
		return lint.Info, "the hypervisor"
	}
	if isBelow(name, "vfio") {
		return lint.Info, "hardware"
	}
	if isBelow(name, "mapper", "disk", "block") || slices.ContainsFunc([]string{"sd", "hd", "vd", "xvd", "nvme", "mmcblk", "dm-", "md", "loop"}, func(kind string) bool {
		rest, ok := strings.CutPrefix(name, kind)
		return ok && !strings.Contains(rest, "/") && rest != "" && (kind != "md" && kind != "loop" || strings.Trim(rest, "0123456789") == "")
	}) {
		return lint.Warning, "a disk"
	}
	return lint.SeverityUnset, ""
}
