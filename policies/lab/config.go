package lab

import (
	"bytes"
	"fmt"
	"net/netip"
	"text/template"

	"depeer/filters"
)

// base is a route server's gobgpd.conf without policies. Clients are passive:
// the members dial, each from its own address, by which it is known.
var base = template.Must(template.New("gobgpd.conf").Parse(`[global.config]
  as = {{.ASN}}
  router-id = "{{.Address.Addr}}"
  port = {{.Address.Port}}
  local-address-list = ["{{.Address.Addr}}"]
{{range .Members}}
[[neighbors]]
  [neighbors.config]
    neighbor-address = "{{.Address}}"
    peer-as = {{.ASN}}
  [neighbors.transport.config]
    passive-mode = true
  [neighbors.route-server.config]
    route-server-client = true
  [neighbors.apply-policy.config]
    import-policy-list = ["depeer"]
    default-import-policy = "accept-route"
    export-policy-list = ["depeer-export"]
    default-export-policy = "accept-route"
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "ipv4-unicast"
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "ipv6-unicast"
{{end}}`))

// baseConfiguration renders base for these members.
func baseConfiguration(asn filters.ASN, address netip.AddrPort, members []Member) []byte {
	var b bytes.Buffer
	err := base.Execute(&b, struct {
		ASN     filters.ASN
		Address netip.AddrPort
		Members []Member
	}{asn, address, members})
	if err != nil {
		panic(fmt.Sprintf("lab: %v", err)) // numbers and addresses only
	}
	return b.Bytes()
}
