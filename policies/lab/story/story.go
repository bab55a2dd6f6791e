package story

import (
	"context"
	"fmt"
	"time"

	"depeer/examples"
	"depeer/filters"
	"depeer/filters/listing"
	"depeer/policies"
	"depeer/policies/build"
	"depeer/policies/exchange"
	"depeer/policies/lab"
	"depeer/policies/operate"
)

// What is told: the listing of this example is put to the routes of its members.
const (
	Listing    = "mccolo-2008/listing.yaml"
	routesFile = "mccolo-2008/routes.tsv"
	ASN        = filters.ASN(64500) // the route server's
)

// Timeout bounds the start and each step. Sessions take one to two seconds.
const Timeout = 30 * time.Second

// Story is a listing, the policy that follows from it, and members with their routes.
type Story struct {
	Members []lab.Member

	listing *filters.Listing
	policy  *policies.RoutingPolicy
}

// Read reads the story from its example, as on a day.
func Read(now time.Time) (*Story, error) {
	text, err := examples.Files.ReadFile(Listing)
	if err != nil {
		return nil, err
	}
	l, diags := listing.Read("examples/"+Listing, text)
	if f := operate.Verdict(diags); f != nil {
		return nil, f
	}
	x := exchange.Default().WithASN(ASN)
	compiled, diags := filters.Compile([]*filters.Listing{l}, x.Rules(now))
	if f := operate.Verdict(diags); f != nil {
		return nil, f
	}
	if f := operate.Verdict(x.Guard([]*filters.Listing{l}, compiled)); f != nil {
		return nil, f
	}
	routes, err := examples.Files.ReadFile(routesFile)
	if err != nil {
		return nil, err
	}
	members, err := lab.ReadMembers("examples/"+routesFile, routes)
	return &Story{members, l, build.Policy(compiled, x.Treatments, x.ASN)}, err
}

// Start starts the exchange of the story on loopback.
func (s *Story) Start(ctx context.Context) (*lab.Lab, error) {
	limited, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	l, err := lab.Start(limited, lab.Config{ASN: ASN, Members: s.Members})
	if err != nil && ctx.Err() == nil {
		return nil, &operate.Error{Kind: operate.Failed, Name: "lab", Err: fmt.Errorf("the lab did not start: %w", err),
			Hint: "it needs TCP between addresses of 127.0.0.0/8, from 127.0.0.1 on; a firewall may be in the way"}
	}
	return l, err
}

// Describe describes an exchange whose sessions stand.
func Describe(l *lab.Lab) Result {
	result := Result{Target: l.Target(), ASN: uint32(l.ASN())}
	for _, m := range l.Members() {
		result.Members = append(result.Members,
			Member{Address: m.Address.String(), ASN: uint32(m.ASN), Announces: len(m.Announces)})
	}
	return result
}
