package testbed

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/netip"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"depeer/filters"
)

// Config describes the exchange to start. The zero value is a route server of AS64500 without
// members and without policies.
type Config struct {
	ASN     filters.ASN // of the route server; 0: 64500
	Format  Format      // of the configuration file
	Policy  string      // text in that format: defined-sets and policy-definitions
	Members []MemberConfig

	// Site is where to stand; nil claims one.
	Site *Site
	// Edit changes the whole configuration file before the daemon reads it.
	Edit func(file []byte) []byte
	// Flags are more of gobgpd's own.
	Flags []string
	// TLS is what the rig's client uses; the daemon's side of it is in Flags.
	TLS *tls.Config
	// Lenient starts gobgpd without --config-strict, as most people do: it
	// then lives on with a policy section that it could not use.
	Lenient bool
}

// MemberConfig is a member, and its section in the route server's file.
type MemberConfig struct {
	ASN      filters.ASN
	Announce []Announcement

	Import, Export               []string // policies, in order
	ImportDefault, ExportDefault Default
	SecondaryRoute               bool
	// AddPath has the member be sent up to eight paths for a prefix (RFC 7911).
	AddPath bool
	// Dynamic leaves the member's section out: a peer group, which Edit adds, takes it in.
	Dynamic bool

	// LocalPref lets the member send LOCAL_PREF and believe what it receives,
	// which BGP does not do between networks. Tests use it to see the route
	// server's; what carries none counts as 100.
	LocalPref bool
}

// Default is what a client's assignment does with routes that no policy decides.
type Default uint8

const (
	Accept Default = iota
	Reject
	Unset // not in the file: gobgpd accepts
)

// Format is the language of a gobgpd configuration file.
type Format uint8

const (
	TOML Format = iota
	YAML
	JSON
)

// String returns the extension by which gobgpd knows the format.
func (f Format) String() string {
	switch f {
	case TOML:
		return "toml"
	case YAML:
		return "yaml"
	case JSON:
		return "json"
	default:
		panic("testbed: no such format")
	}
}

type object = map[string]any

// renderFile returns the whole configuration file of a route server that listens on at.
func (c Config) renderFile(t testing.TB, at netip.AddrPort) []byte {
	t.Helper()
	ours := object{
		"global": object{"config": object{
			"as": c.serverASN(), "router-id": at.Addr().String(),
			"port": at.Port(), "local-address-list": []string{at.Addr().String()},
		}},
		"neighbors": c.listNeighbors(),
	}
	var text []byte
	var err error
	switch c.Format {
	case TOML:
		text, err = toml.Marshal(ours)
		text = append([]byte(c.Policy+"\n"), text...)
	case YAML:
		// JSON is YAML: a value on one line behind its key.
		text = []byte(c.Policy + "\n")
		for _, key := range []string{"global", "neighbors"} {
			var value []byte
			value, err = json.Marshal(ours[key])
			text = fmt.Appendf(text, "%s: %s\n", key, value)
		}
	case JSON:
		if c.Policy != "" {
			err = json.Unmarshal([]byte(c.Policy), &ours)
		}
		if err == nil {
			text, err = json.MarshalIndent(ours, "", "  ")
		}
	}
	if err != nil {
		t.Fatalf("configuration of the route server: %v", err)
	}
	if c.Edit != nil {
		text = c.Edit(text)
	}
	return text
}

func (c Config) serverASN() filters.ASN {
	if c.ASN == 0 {
		return 64500
	}
	return c.ASN
}

// listNeighbors returns the sections of the members, or of one that never connects: the neighbors
// that the daemon lists show that it has read its file.
func (c Config) listNeighbors() []object {
	var all []object
	for i, m := range c.Members {
		if !m.Dynamic {
			all = append(all, m.neighborSection(c.Site.Member(i)))
		}
	}
	if len(all) == 0 {
		all = append(all, MemberConfig{ASN: 65535}.neighborSection(c.Site.Member(len(c.Members))))
	}
	return all
}

func (m MemberConfig) neighborSection(address netip.Addr) object {
	policy := object{"import-policy-list": copyNames(m.Import), "export-policy-list": copyNames(m.Export)}
	for key, d := range map[string]Default{"default-import-policy": m.ImportDefault,
		"default-export-policy": m.ExportDefault} {
		switch d {
		case Accept:
			policy[key] = "accept-route"
		case Reject:
			policy[key] = "reject-route"
		}
	}
	return object{
		"config":       object{"neighbor-address": address.String(), "peer-as": m.ASN},
		"transport":    object{"config": object{"passive-mode": true}},
		"route-server": object{"config": object{"route-server-client": true, "secondary-route": m.SecondaryRoute}},
		"apply-policy": object{"config": policy},
		"afi-safis":    []object{m.familySection("ipv4-unicast"), m.familySection("ipv6-unicast")},
	}
}

func (m MemberConfig) familySection(name string) object {
	f := object{"config": object{"afi-safi-name": name}}
	if m.AddPath {
		f["add-paths"] = object{"config": object{"send-max": 8}}
	}
	return f
}

// copyNames returns a list that is never nil: TOML has no null.
func copyNames(names []string) []string { return append([]string{}, names...) }
