package resolve

import (
	"errors"
	"net"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
)

// TestExplainKeepsAddressesToItself since reports are read by strangers.
func TestExplainKeepsAddressesToItself(t *testing.T) {
	ref := name.MustParseReference("quay.io/a/b:1")
	tcp := &net.TCPAddr{IP: net.IPv4(10, 1, 2, 3), Port: 3128}
	for _, tt := range []struct {
		err      error
		want     string
		complete bool
	}{
		{&url.Error{Op: "Get", URL: "https://quay.io/v2/", Err: &net.OpError{Op: "dial", Net: "tcp", Addr: tcp, Err: &os.SyscallError{Syscall: "connect", Err: syscall.ECONNREFUSED}}}, "could not reach quay.io: the connection failed: connection refused", false},
		{&net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "quay.io", Server: "10.1.2.3:53"}}, "could not reach quay.io: its address cannot be found; if there is a proxy, set HTTPS_PROXY", false},
		{&net.OpError{Op: "proxyconnect", Net: "tcp", Addr: tcp, Err: errors.New("tls: bad certificate")}, "could not reach quay.io: the connection failed: tls: bad certificate", false},
		{errors.New("a\n\x1bb \xff" + strings.Repeat("c", 500)), "could not reach quay.io: a \x1bb \uFFFD" + strings.Repeat("c", 192) + "...", false},
		{&refused{"localhost is no public host"}, "localhost is no public host", false},
	} {
		got, complete := explain(ref, tt.err, func() bool { return false })
		if got != tt.want || complete != tt.complete {
			t.Errorf("explain(%v) = %q, %v, want %q", tt.err, got, complete, tt.want)
		}
	}
}
