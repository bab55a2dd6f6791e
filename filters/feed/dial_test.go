package feed_test

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"depeer/filters/feed"
)

// Addresses inside are refused, whatever name or redirect leads there, and
// before a connection is made.
func TestPrivateAddresses(t *testing.T) {
	t.Parallel()
	inside, f := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the inside was reached") })
	f.AllowPrivate = false
	port := strconv.Itoa(int(address(t, inside).Port()))
	urls := []string{inside.URL, "https://localhost:" + port, "https://127.1.2.3:" + port, "https://[::1]:" + port,
		"https://[::ffff:127.0.0.1]:" + port, "https://0.0.0.0:" + port}
	for _, url := range append(urls, ownAddresses(t, port)...) {
		_, err := f.Fetch(t.Context(), url, anything)
		var failed *feed.DownloadError
		if !errors.Is(err, feed.ErrPrivate) || !errors.As(err, &failed) || failed.Status != 0 {
			t.Errorf("%s: got %v", url, err)
		}
	}
}

// ownAddresses returns URLs of all addresses of this machine.
func ownAddresses(t *testing.T, port string) []string {
	t.Helper()
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	var urls []string
	for _, a := range addresses {
		if p, err := netip.ParsePrefix(a.String()); err == nil && !p.Addr().IsLinkLocalUnicast() {
			urls = append(urls, "https://"+net.JoinHostPort(p.Addr().String(), port))
		}
	}
	return urls
}

func TestRedirectInside(t *testing.T) {
	t.Parallel()
	inside, _ := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the inside was reached") })
	outside, f := serve(t, redirect(inside.URL))
	f.AllowPrivate = false
	f.Permit(address(t, outside))
	_, err := f.Fetch(t.Context(), outside.URL, anything)
	if !errors.Is(err, feed.ErrPrivate) ||
		!strings.HasSuffix(err.Error(), "127.0.0.1 is not a public address: loopback (RFC 1122)") {
		t.Errorf("got %v", err)
	}
}

// This machine's addresses are refused for being its own, not only for being
// private, which most of them are.
func TestOwn(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{"127.0.0.1": true, "::ffff:127.0.0.1": true, "127.0.0.2": false,
		"1.1.1.1": false} {
		if err := feed.Own(netip.MustParseAddr(address)); errors.Is(err, feed.ErrPrivate) != want {
			t.Errorf("%s: got %v", address, err)
		}
	}
}

func TestNotPublic(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		address string
		public  bool
	}{
		{"1.1.1.1", true}, {"::ffff:1.1.1.1", true}, {"2606:4700::1111", true}, {"64:ff9b::1.1.1.1", true},
		{"0.0.0.0", false}, {"10.1.2.3", false}, {"100.64.0.1", false}, {"127.0.0.1", false},
		{"169.254.169.254", false},
		{"172.31.255.255", false}, {"192.168.0.1", false}, {"224.0.0.1", false}, {"255.255.255.255", false},
		{"::", false}, {"::1", false}, {"::ffff:10.0.0.1", false}, {"::7f00:1", false}, {"64:ff9b::10.0.0.1", false},
		{"64:ff9b:1::1.1.1.1", false},
		{"2002:7f00:1::", false}, {"2001:0:1::", false}, {"fc00::1", false}, {"fd12::1", false}, {"fe80::1", false},
		{"fe80::1%eth0", false}, {"2606:4700::1%eth0", false}, {"ff02::1", false},
	} {
		if why := feed.NotPublic(netip.MustParseAddr(test.address)); (why == "") != test.public {
			t.Errorf("%s: %q", test.address, why)
		}
	}
}
