package gobgp

import (
	"log/slog"

	api "github.com/osrg/gobgp/v3/api"
)

// Over returns a client that makes its calls through a, as those of a gobgpd called
// address: a server in this process has no connection. It is not to be closed.
func Over(address string, a api.GobgpApiClient) *Client {
	return &Client{address: address, timeout: DefaultTimeout, log: slog.New(slog.DiscardHandler), api: a}
}
