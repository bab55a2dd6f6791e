package exchange

import (
	"fmt"
	"net"
	"net/netip"
	"path"
	"regexp"
	"strconv"
	"strings"

	"depeer/filters"
)

// Address is the address of a gobgpd's API: a Unix socket, or a host and a port.
type Address struct {
	Socket string // absolute path of a Unix socket; "" for a host
	Host   string // IP address, without brackets, or DNS name
	Port   uint16
}

// String returns unix:///path or host:port.
func (a Address) String() string {
	if a.Socket != "" {
		return "unix://" + a.Socket
	}
	return net.JoinHostPort(a.Host, strconv.Itoa(int(a.Port)))
}

// Here says whether the address is certainly of this machine: a Unix socket, or loopback.
func (a Address) Here() bool {
	address, err := netip.ParseAddr(a.Host)
	return a.Socket != "" || a.Host == "localhost" || err == nil && address.Unmap().IsLoopback()
}

// ParseAddress reads unix:///path or host:port. It never guesses port or scheme. Its
// errors are *filters.SyntaxError.
func ParseAddress(s string) (Address, error) {
	e := &filters.SyntaxError{Code: "target-address", Message: fmt.Sprintf("%q is not the address of a target", s),
		Hint: "host:port, or unix:///path"}
	if socket, ok := strings.CutPrefix(s, "unix:"); ok {
		socket, ok = strings.CutPrefix(socket, "//")
		if !ok || !path.IsAbs(socket) || path.Clean(socket) != socket || socket == "/" {
			e.Message, e.Hint = fmt.Sprintf("%q is not the address of a Unix socket", s),
				"unix:///run/gobgpd.sock, with an absolute path"
			return Address{}, e
		}
		return Address{Socket: socket}, nil
	}
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		if isHost(s) {
			e.Message, e.Hint = s+" has no port", net.JoinHostPort(s, "50051")+", where gobgpd listens by default"
		}
		return Address{}, e
	}
	n, err := strconv.ParseUint(port, 10, 16)
	switch {
	case err != nil || n == 0 || strconv.FormatUint(n, 10) != port:
		e.Message, e.Hint = fmt.Sprintf("%q is not a port", port), "1 to 65535"
		return Address{}, e
	case !isHost(host):
		e.Message = fmt.Sprintf("%q is not a host", host)
		return Address{}, e
	}
	return Address{Host: host, Port: uint16(n)}, nil
}

// hostname is a DNS name whose last label is not a number: 010.0.0.1 is none.
var hostname = regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)*[A-Za-z]([A-Za-z0-9-]*[A-Za-z0-9])?\.?$`)

func isHost(s string) bool {
	a, err := netip.ParseAddr(s)
	if err == nil {
		return !a.IsUnspecified() && !a.IsMulticast()
	}
	return len(s) <= 253 && hostname.MatchString(s)
}
