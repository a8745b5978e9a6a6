package kubernetes

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// saysStopTime reports whether it is known how long the container's server takes to stop.
func saysStopTime(p *facts.Pass[*facts.Manifest], c *facts.Container) bool {
	_, _, _, ok := stopTime(p, c)
	return ok
}

// stopTime returns how long the server of a container takes to stop, in seconds, and the
// place that sets it.
func stopTime(p *facts.Pass[*facts.Manifest], c *facts.Container) (start facts.ServiceStart, seconds int, related lint.Related, ok bool) {
	var image facts.BuiltImage
	if i, known := c.Image(); known {
		image, _ = p.Project.BuiltHere(i)
	}
	start, ok = c.Start(image.Stage)
	if !ok {
		return start, 0, related, false
	}
	t, ok := start.StopTime(image.Stage, func(name string) (string, text.Span, bool) {
		value, place, set := variable(p.Doc, c, name)
		// The variables of envFrom are not known; those of env override them.
		return value, place, set || c.Get("envFrom") != nil
	})
	related = lint.Related{Span: t.Place, Message: "the server's own timeout"}
	if t.InStage {
		related.Source = image.Source
	}
	return start, int(math.Ceil(t.Timeout.Seconds())), related, ok
}

// variable returns a variable of the container's environment; its value is empty if it
// comes from elsewhere.
func variable(d *facts.Manifest, c *facts.Container, name string) (value string, place text.Span, set bool) {
	env := c.Get("env")
	if env == nil {
		return "", place, false
	}
	for _, item := range env.Items {
		if d.Scalar(item, "name") == name {
			return d.Scalar(item, "value"), item.Resolve().Span, true
		}
	}
	return "", place, false
}

// defaultGrace is the period of a pod that sets none, in seconds.
const defaultGrace = 30

// graceOf returns the time that a pod has to shut down, in seconds, and the place that
// sets it, nil for the default.
func graceOf(w *facts.Workload) (seconds int, n *yaml.Node, known bool) {
	n = w.Get("terminationGracePeriodSeconds")
	if n == nil {
		return defaultGrace, nil, true
	}
	seconds, known = facts.IntOf(n)
	return seconds, n, known
}

func graceFix(d *facts.Manifest, w *facts.Workload, seconds int) []lint.Fix {
	edits, ok := setInPod(d, w, strconv.Itoa(seconds), "terminationGracePeriodSeconds")
	return fixOf(fmt.Sprintf("set terminationGracePeriodSeconds: %d", seconds), ok, edits...)
}

// preStopSleep returns how many seconds preStop sleeps, if it does nothing else.
func preStopSleep(d *facts.Manifest, c *facts.Container) (seconds int, span text.Span, ok bool) {
	hook := c.Get("lifecycle", "preStop")
	if n := d.Get(hook, "sleep", "seconds").Resolve(); n != nil {
		seconds, ok = facts.IntOf(n)
		return seconds, n.Span, ok
	}
	command := d.Get(hook, "exec", "command").Resolve()
	if command == nil || len(command.Items) == 0 {
		return 0, text.Span{}, false
	}
	var words []string
	for _, item := range command.Items {
		words = append(words, item.Resolve().Value)
	}
	if facts.IsShell(words) && len(words) == 3 {
		words = strings.Fields(words[2])
	}
	if len(words) != 2 || (words[0] != "sleep" && words[0] != "/bin/sleep") {
		return 0, text.Span{}, false
	}
	seconds, err := strconv.Atoi(strings.TrimSuffix(words[1], "s"))
	return seconds, command.Span, err == nil
}
