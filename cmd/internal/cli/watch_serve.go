package cli

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"depeer/cmd/internal/cmdline"
	"depeer/cmd/internal/metrics"
	"depeer/policies/operate"
)

// serveMetrics serves metrics, if that is asked for, and returns what ends it.
func serveMetrics(args watchArgs, numbers *metrics.Metrics, log *slog.Logger) (stop func(), err error) {
	if args.listen == "" {
		return func() {}, nil
	}
	host, _, err := net.SplitHostPort(args.listen)
	if err != nil {
		return nil, cmdline.NewUsageError("--listen 127.0.0.1:9179", "--listen %s: %v", args.listen, err)
	}
	address, err := netip.ParseAddr(host)
	if loopback := host == "localhost" || err == nil && address.Unmap().IsLoopback(); !loopback && !args.anywhere {
		return nil, cmdline.NewUsageError("--listen 127.0.0.1:9179, or --listen-anywhere as well",
			"--listen %s: others could read who is listed, and how this exchange stands", args.listen)
	}
	l, err := net.Listen("tcp", args.listen)
	if err != nil {
		return nil, &operate.Error{Kind: operate.Failed, Name: "listen",
			Err: fmt.Errorf("--listen %s: %w", args.listen, err)}
	}
	log.Info("serving metrics", "address", l.Addr().String())
	server := &http.Server{Handler: numbers.Handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute,
		WriteTimeout: time.Minute, MaxHeaderBytes: 1 << 14}
	go server.Serve(l) // ends with Shutdown
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		if server.Shutdown(ctx) != nil {
			server.Close()
		}
	}, nil
}
