package gobgpconf

import (
	"fmt"
	"strconv"

	"depeer/filters/diag"
	"depeer/policies"
)

// warnOpenSessions warns of neighbors whose session the policy shuts down, and that the file does
// not have down. depeer does not edit a neighbor's section: it is the operator's, and an edit
// resets the session. apply shuts down sessions of a running gobgpd, which forgets that when it
// starts.
func (d *document) warnOpenSessions(p *policies.RoutingPolicy, l *diag.List) {
	_, neighbors, _ := d.findScopes()
	for _, s := range neighbors {
		asn, address := fmt.Sprint(s.valueAt("config.peer-as")), fmt.Sprint(s.valueAt("config.neighbor-address"))
		down, _ := strconv.ParseBool(fmt.Sprint(s.valueAt("config.admin-down")))
		if down || !s.isClient() {
			continue
		}
		for _, session := range p.Sessions {
			if session.ASN.String() == asn && (!session.Address.IsValid() || session.Address.String() == address) {
				l.Warnf(d.locatePath(s.path+".config.peer-as"), "gobgpd-session",
					"admin-down = true in its config, for as long as it is listed",
					"the session of %s is to be shut, and a start with this file lets it in", s.what)
			}
		}
	}
}
