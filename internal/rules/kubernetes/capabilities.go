package kubernetes

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// capabilities are those that a container adds or drops.
func capabilities(c *facts.Container, key string) []*yaml.Node {
	list := c.Get("securityContext", "capabilities", key)
	if list == nil {
		return nil
	}
	var names []*yaml.Node
	for _, item := range list.Items {
		if n := item.Resolve(); n.Kind == yaml.Scalar {
			names = append(names, n)
		}
	}
	return names
}

// adds reports whether a container adds a capability, or all of them.
func adds(c *facts.Container, name string) bool {
	return slices.ContainsFunc(capabilities(c, "add"), func(n *yaml.Node) bool {
		value := strings.TrimPrefix(strings.ToUpper(n.Value), "CAP_")
		return value == name || value == "ALL"
	})
}
