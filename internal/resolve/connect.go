package resolve

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
	"unicode"

	"golang.org/x/net/http/httpproxy"

	"github.com/dockmend/dockmend/internal/files"
)

// refused is an error about a connection that is not made on purpose.
type refused struct{ reason string }

func (r *refused) Error() string { return r.reason }

// connector makes connections: directly to public addresses, to those of hosts
// that a person named, and through the proxy of the environment.
type connector struct {
	proxy           func(*url.URL) (*url.URL, error)
	direct, proxied *http.Transport
	// named are the hosts, with their ports if these were named, that may have a
	// private address.
	named map[string]bool
}

func newConnector(getenv func(string) string, named map[string]bool, headers time.Duration) (*connector, error) {
	c := &connector{named: named}
	either := func(upper string) string {
		if v := getenv(upper); v != "" {
			return v
		}
		return getenv(strings.ToLower(upper))
	}
	proxies := &httpproxy.Config{HTTPProxy: either("HTTP_PROXY"), HTTPSProxy: either("HTTPS_PROXY"), NoProxy: either("NO_PROXY")}
	c.proxy = proxies.ProxyFunc()
	roots, err := roots(getenv("SSL_CERT_FILE"))
	if err != nil {
		return nil, err
	}
	base := func() *http.Transport {
		return &http.Transport{
			TLSClientConfig:       &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:   headers,
			ResponseHeaderTimeout: headers,
			MaxIdleConnsPerHost:   4,
			IdleConnTimeout:       30 * time.Second,
			ForceAttemptHTTP2:     true,
			// A bound on compressed answers would be a bound on nothing.
			DisableCompression:     true,
			MaxResponseHeaderBytes: 64 << 10,
		}
	}
	c.direct = base()
	c.direct.DialContext = c.dial
	c.proxied = base()
	c.proxied.Proxy = func(r *http.Request) (*url.URL, error) { return c.proxy(r.URL) }
	return c, nil
}

// maxCertificates is the size in bytes up to which a file of certificates is read.
const maxCertificates = 16 << 20

// roots are the certificates that are trusted: the system's, and those of
// SSL_CERT_FILE also where Go does not read it by itself (macOS, Windows).
func roots(file string) (*x509.CertPool, error) {
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if file == "" {
		return pool, nil
	}
	pem, err := files.ReadEnvironment(file, maxCertificates)
	if err != nil {
		return nil, fmt.Errorf("SSL_CERT_FILE cannot be read: %w", err)
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("SSL_CERT_FILE: %s holds no certificate", file)
	}
	return pool, nil
}

// transport picks the way to a host, and refuses hosts that no registry may send
// us to. Behind a proxy, which resolves names itself, the name is all that there
// is to judge by.
func (c *connector) transport(u *url.URL) (http.RoundTripper, error) {
	if !c.named[u.Host] && !publicName(u.Hostname()) {
		return nil, &refused{fmt.Sprintf("%s is not a public host", u.Host)}
	}
	proxy, err := c.proxy(u)
	if err != nil {
		return nil, fmt.Errorf("the proxy of the environment: %w", err)
	}
	if proxy != nil {
		return c.proxied, nil
	}
	return c.direct, nil
}

// dial connects to an address that the host may have. The check is made on the
// very address of the connection, after names were resolved, so that a name
// which resolves to something else the second time helps nobody.
func (c *connector) dial(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{Timeout: 10 * time.Second, Control: func(_, resolved string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(resolved)
		if err != nil {
			return &refused{fmt.Sprintf("%s is not an address", resolved)}
		}
		if c.mayReach(address, to.Addr()) {
			return nil
		}
		return &refused{address + " has an address that is not public"}
	}}
	conn, err := d.DialContext(ctx, network, address)
	if err != nil {
		var r *refused
		if errors.As(err, &r) {
			return nil, r
		}
		return nil, err
	}
	return conn, nil
}

// mayReach reports whether the host of an address, "host:port" as it was asked
// for, may have that IP address.
func (c *connector) mayReach(address string, ip netip.Addr) bool {
	if isPublic(ip) {
		return true
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	named := c.named[address] || ((port == "443" || port == "80") && c.named[host])
	// Clouds serve their machines' credentials at link-local addresses: nobody
	// gets there by a name.
	return named && (!ip.Unmap().IsLinkLocalUnicast() || net.ParseIP(host) != nil)
}

// isLoopback reports whether a host is this machine by its very name.
func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return (err == nil && ip.Unmap().IsLoopback()) || host == "localhost"
}

// publicName reports whether a host's name may be that of a public host.
func publicName(host string) bool {
	if ip, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return isPublic(ip)
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	last := host[strings.LastIndexByte(host, '.')+1:]
	switch {
	case !strings.Contains(host, "."), last == "local", last == "localhost", last == "internal", last == "lan", last == "home", last == "corp":
		return false
	case strings.Trim(last, "0123456789") == "" || strings.HasPrefix(last, "0x"):
		return false // another way to write an IPv4 address
	}
	// Registries have plain names; what a proxy makes of others nobody knows.
	return strings.IndexFunc(host, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}

// isPublic reports whether an address is one of the Internet at large.
func isPublic(ip netip.Addr) bool {
	ip = ip.Unmap()
	isLocal := ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast()
	if !ip.IsGlobalUnicast() || isLocal || ip.Zone() != "" {
		return false
	}
	for _, p := range reserved {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}

// reserved are the ranges for other uses that netip does not know (IANA's
// special-purpose registries): shared and benchmark networks, documentation,
// relays, and IPv6 forms that hold an IPv4 address.
var reserved = [...]netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("::/96"), netip.MustParsePrefix("::ffff:0:0:0/96"), netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("100::/64"), netip.MustParsePrefix("2001::/23"),
	netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("3fff::/20"),
	netip.MustParsePrefix("fec0::/10"),
}
