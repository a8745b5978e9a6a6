package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// ComposeDatabasePortPublished reports ports of databases and queues that are
// published on every address of the host. A database is known by its image, or by the
// number of the port; a Kafka broker by `KAFKA_ADVERTISED_LISTENERS`, where that sends all
// clients to the name of the service itself.
//
// Findings have severity info and the variant `excused`:
//
//   - in files for development, tests, demonstrations or exercises
//   - in files in which no service restarts after a failure and whose name does not say
//     production; not if other services depend on the database and it has no password
//     or a well-known one
//   - where a comment next to the port or `ports` gives the reason
//
// # Why it matters
//
// Docker publishes the port in a way that bypasses the firewall of the host, so other
// machines can reach the database. Scanners find such ports within hours and try
// passwords. Services in the same file reach the database without a published port.
//
// # How to fix it
//
// Remove the entry, or publish the port only on the host itself:
//
//	ports:
//	  - 127.0.0.1:5432:5432
//
// # Exceptions
//
// It does not report:
//
//   - ports on a given address, or on an address that a variable sets
//   - a database that is the only service of its file, because others are meant to
//     reach it
//   - ports without a number on the host, for which Docker chooses a free one
//   - services with `network_mode: host`
//   - MinIO, which people open in a browser, and reverse proxies
var ComposeDatabasePortPublished = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-database-port-published",
		Title:    "Database port is open to the network",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Presets:  []string{"cloud-native", "hardening"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Aliases:  lint.Names("CIS-5.9", "CL-0005"),
	},
	Check: checkComposeDatabasePortPublished,
}

func checkComposeDatabasePortPublished(p *facts.Pass[*facts.Compose]) {
	advice := "remove it, because other services do not need it, or publish it on 127.0.0.1"
	isStack := isForSwarm(p.Doc)
	if isStack { // a swarm publishes on no address of its own
		advice = "remove it, because other services do not need it"
	}
	inUse, isDevelopment := isFileInUse(p), p.Doc.IsDevelopment(p.Doc.Name)
	for _, s := range p.Doc.All() {
		if s.Value("network_mode").Text == "host" || len(p.Doc.All()) == 1 || isReverseProxy(s) {
			continue
		}
		isTrial := !inUse && (len(p.Doc.Dependants(s)) == 0 || !letsIn(s))
		for _, port := range s.PublishedPorts() {
			// Without a host port, Docker chooses another one each time.
			if !isOpenPort(port) || port.Published.Len() == 0 || !isDatabasePort(s, port) {
				continue
			}
			f := lint.Finding{
				Span:    port.Span,
				Message: fmt.Sprintf("this port of %q is published on all addresses of the host and bypasses the host's firewall; %s", shortText(s.Name), advice),
			}
			// Windows accepts no address of the host for a port (moby, daemon/libnetwork).
			if i, ok := s.Image(); !isStack && (!ok || !i.IsWindows()) {
				f.Fixes = loopbackFix(p.Doc, port)
			}
			section := s.Entry("ports")
			isMeant := section != nil && facts.HasReason(p.Doc.File, section.Key.Span)
			p.Report(weigh(p, f, isMeant || isTrial || isDevelopment))
		}
	}
}

// letsIn reports whether a database accepts anyone who can reach its port: it asks for
// no password, or for a well-known one.
func letsIn(s *facts.ComposeService) bool {
	asks, known := false, false
	for _, kv := range s.Env() {
		if opensAll(kv) {
			return true
		}
		if secret, password := namesSecret(kv.Key, kv.Value.Text); secret && password {
			asks = true
			known = known || (kv.Value.Known && isWellKnownSecret(kv.Value.Text))
		}
	}
	switch s.Database() {
	case "redis", "valkey", "memcached":
		words := s.Command().Words
		return !asks && !s.Has("env_file") && !slices.ContainsFunc(words, func(v compose.Value) bool {
			return strings.Contains(v.Raw, "requirepass") || strings.Contains(v.Raw, ".conf") || strings.ContainsAny(v.Raw, "$")
		})
	}
	return known
}

// isDatabasePort reports whether a port leads to data or to the administration of
// it: by the image, or by the usual number.
func isDatabasePort(s *facts.ComposeService, port compose.Port) bool {
	if kind := s.Database(); kind != "" {
		return kind != "minio" // made for browsers
	}
	if advertisesItself(s) {
		return true
	}
	if port.Target.Len() != 1 {
		return false
	}
	switch port.Target.First {
	case 1433, 1521, 2375, 2379, 2380, 3306, 5432, 5984, 6379, 7687, 9042, 9300, 11211, 15672, 27017:
		return true
	}
	return false
}

// advertisesItself reports whether a Kafka broker sends all its clients to the name of its
// own service, so that none can use it from outside.
func advertisesItself(s *facts.ComposeService) bool {
	kv, ok := s.Getenv("KAFKA_ADVERTISED_LISTENERS")
	if !ok || !kv.Value.Known {
		return false
	}
	for l := range strings.SplitSeq(kv.Value.Text, ",") {
		_, address, ok := strings.Cut(strings.TrimSpace(l), "://")
		if host, _, _ := strings.Cut(address, ":"); !ok || host != s.Name {
			return false
		}
	}
	return true
}
