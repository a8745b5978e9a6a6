package resolve

import (
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"
)

func TestIsPublic(t *testing.T) {
	for address, want := range map[string]bool{
		"8.8.8.8": true, "2606:4700::1": true, "127.0.0.1": false, "::1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false,
		"169.254.169.254": false, "fe80::1": false, "fd00:ec2::254": false, "0.0.0.0": false, "::": false, "100.64.0.1": false, "224.0.0.1": false,
		"255.255.255.255": false, "::ffff:127.0.0.1": false, "::ffff:8.8.8.8": true, "64:ff9b::7f00:1": false, "2002:7f00:1::": false,
		"198.18.0.1": false, "192.0.2.1": false, "::127.0.0.1": false, "::ffff:0:7f00:1": false, "2001::1": false, "2001:db8::1": false,
		"100::1": false, "192.88.99.1": false, "3fff::1": false, "2001:200::1": true, "fe80::1%eth0": false, "255.255.255.254": false,
	} {
		if got := isPublic(netip.MustParseAddr(address)); got != want {
			t.Errorf("isPublic(%s) = %v", address, got)
		}
	}
}

func TestMayReach(t *testing.T) {
	c := &connector{named: map[string]bool{"localhost:5000": true, "registry.corp": true, "169.254.1.1:80": true}}
	for _, tt := range []struct {
		address, ip string
		want        bool
	}{
		{"ghcr.io:443", "8.8.8.8", true},
		{"ghcr.io:443", "127.0.0.1", false}, // the name was pointed to this machine
		{"ghcr.io:443", "169.254.169.254", false},
		{"localhost:5000", "127.0.0.1", true},
		{"localhost:5001", "127.0.0.1", false},
		{"registry.corp:443", "10.0.0.1", true},
		{"registry.corp:22", "10.0.0.1", false},
		{"registry.corp:443", "169.254.169.254", false},
		{"169.254.1.1:80", "169.254.1.1", true},
		{"nonsense", "127.0.0.1", false},
	} {
		if got := c.mayReach(tt.address, netip.MustParseAddr(tt.ip)); got != tt.want {
			t.Errorf("mayReach(%s, %s) = %v", tt.address, tt.ip, got)
		}
	}
}

// TestDialJudgesTheAddress shows that a name is judged by what it resolves to at
// the very connection.
func TestDialJudgesTheAddress(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c, err := newConnector(func(string) string { return "" }, map[string]bool{}, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	var r *refused
	if conn, err := c.dial(t.Context(), "tcp", "localhost:"+port); !errors.As(err, &r) {
		t.Errorf("dial: %v, %v", conn, err)
	}
	c.named["localhost:"+port] = true
	conn, err := c.dial(t.Context(), "tcp", "localhost:"+port)
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
}

func TestRetryAfter(t *testing.T) {
	if got, ok := retryAfter("3"); !ok || got != 3*time.Second {
		t.Error(got, ok)
	}
	if got, ok := retryAfter(time.Now().Add(-time.Hour).UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT")); !ok || got != 0 {
		t.Error(got, ok)
	}
	for _, s := range []string{"", "-1", "soon"} {
		if _, ok := retryAfter(s); ok {
			t.Errorf("%q is no time", s)
		}
	}
}
