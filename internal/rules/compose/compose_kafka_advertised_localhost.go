package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeKafkaAdvertisedLocalhost reports Kafka brokers that advertise only
// `localhost`, although other services of the file connect to them.
//
// # Why it matters
//
// A client asks the broker for its address and gets `localhost`, which is the client's
// own container. The first connection works, and all later ones fail.
//
// # How to fix it
//
// Advertise the name of the service on one listener, and `localhost` on another one
// for clients on the host:
//
//	KAFKA_ADVERTISED_LISTENERS: PLAINTEXT://kafka:9092,EXTERNAL://localhost:29092
//
// # Exceptions
//
// It does not report:
//
//   - brokers that advertise another host on one of their listeners
//   - brokers that no other service names
//   - services with `network_mode: host`
var ComposeKafkaAdvertisedLocalhost = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-kafka-advertised-localhost",
		Title:    "Kafka broker advertises localhost to other services",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkComposeKafkaAdvertisedLocalhost,
}

func checkComposeKafkaAdvertisedLocalhost(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		for _, name := range []string{"KAFKA_ADVERTISED_LISTENERS", "KAFKA_CFG_ADVERTISED_LISTENERS"} {
			kv, ok := s.Getenv(name)
			if !ok || !kv.Value.Known || !onlyLocalhost(kv.Value.Text) {
				continue
			}
			client := clientOf(p.Doc, s)
			if client == nil || s.Value("network_mode").Text == "host" {
				continue
			}
			p.Report(lint.Finding{
				Span:    kv.Span,
				Message: fmt.Sprintf("the broker tells %q to connect to localhost, which is the container of that service itself; advertise %s on a listener of its own", shortText(client.Name), shortText(s.Name)),
				Related: []lint.Related{{Span: client.Span(), Message: "the service that connects"}},
			})
		}
	}
}

// onlyLocalhost reports whether all listeners of a list have the host itself as their address.
func onlyLocalhost(listeners string) bool {
	for l := range strings.SplitSeq(listeners, ",") {
		_, address, ok := strings.Cut(strings.TrimSpace(l), "://")
		if !ok || (!strings.HasPrefix(address, "localhost:") && !strings.HasPrefix(address, "127.0.0.1:")) {
			return false
		}
	}
	return true
}

// clientOf is another service that names the broker with a port in its environment or its
// command; nil for none.
func clientOf(d *facts.Compose, broker *facts.ComposeService) *facts.ComposeService {
	names := []string{broker.Name + ":"}
	if n := broker.Value("container_name"); n.Known && n.Text != "" {
		names = append(names, n.Text+":")
	}
	for _, s := range d.All() {
		if s == broker || s.Value("network_mode").Text == "host" {
			continue
		}
		var texts []string
		for _, kv := range s.Env() {
			texts = append(texts, kv.Value.Text)
		}
		for _, v := range s.Command().Words {
			texts = append(texts, v.Text)
		}
		for _, t := range texts {
			for _, name := range names {
				if namesHost(t, name) {
					return s
				}
			}
		}
	}
	return nil
}

// namesHost reports whether a text has "host:" and a digit behind it, where nothing before
// makes it a part of a longer name.
func namesHost(s, host string) bool {
	for at := 0; ; {
		i := strings.Index(s[at:], host)
		if i < 0 {
			return false
		}
		start, end := at+i, at+i+len(host)
		before := start == 0 || strings.ContainsRune("/,@= ;\"'", rune(s[start-1]))
		if before && end < len(s) && s[end] >= '0' && s[end] <= '9' {
			return true
		}
		at = end
	}
}
