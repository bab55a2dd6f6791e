package exchange_test

import (
	"errors"
	"testing"

	"depeer/filters"
	"depeer/policies/exchange"
)

func TestParseAddress(t *testing.T) {
	for in, want := range map[string]exchange.Address{
		"unix:///run/gobgpd.sock": {Socket: "/run/gobgpd.sock"},
		"127.0.0.1:50051":         {Host: "127.0.0.1", Port: 50051},
		"[::1]:50051":             {Host: "::1", Port: 50051},
		"localhost:1":             {Host: "localhost", Port: 1},
		"rs1.example.net:65535":   {Host: "rs1.example.net", Port: 65535},
		"rs-1.example.net.:50051": {Host: "rs-1.example.net.", Port: 50051},
	} {
		got, err := exchange.ParseAddress(in)
		if err != nil || got != want || got.String() != in {
			t.Errorf("%s: got %+v, %s, %v", in, got, got, err)
		}
	}
	for _, in := range []string{
		"", ":", ":50051", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:050051", "127.0.0.1:65536",
		"127.0.0.1:+1", "127.0.0.1:http",
		"::1:50051", "[::1]", "0.0.0.0:50051", "[::]:50051", "010.0.0.1:50051", "1.2.3:50051", "a_b:50051", "-a:50051",
		"a b:50051", "http://a:50051", "a:50051/", "user@a:50051",
		"unix:", "unix:/run/a", "unix://run/a", "unix:///", "unix:///run/../a", "unix:///run/a/", "/run/a",
		"Unix:///run/a",
	} {
		got, err := exchange.ParseAddress(in)
		var syntax *filters.SyntaxError
		if !errors.As(err, &syntax) || syntax.Code != "target-address" || syntax.Hint == "" {
			t.Errorf("%q: got %+v, %#v", in, got, err)
		}
	}
}
