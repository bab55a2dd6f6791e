package gobgpconf

import (
	"slices"

	"depeer/filters/diag"
	"depeer/policies"
	"depeer/policies/guard"
)

// FindLeaks refuses p for each route-server client of the gobgpd.conf text whose export list
// lacks depeer-export, if the tags of members' choices add more bytes to a route than the limit:
// such a client would be sent the tags. ReplacePart must have accepted text. The list is sorted.
func FindLeaks(file string, text []byte, p *policies.RoutingPolicy, limit int) (l diag.List) {
	bytes := p.TaggedBytes()
	if bytes <= limit {
		return nil
	}
	d := parseDocument(file, text, &l)
	if d == nil {
		return l
	}
	_, neighbors, groups := d.findScopes()
	dynamic := map[any]bool{} // groups whose members come and go
	for _, t := range findTables(d.values, "dynamic-neighbors") {
		dynamic[valueAt(t.values, "config.peer-group")] = true
	}
	for _, s := range neighbors {
		d.refuseLeak(s, bytes, limit, &l)
	}
	for _, s := range groups {
		if dynamic[valueAt(s.values, "config.peer-group-name")] {
			d.refuseLeak(s, bytes, limit, &l)
		}
	}
	l.Sort()
	return l
}

func (d *document) refuseLeak(s scope, bytes, limit int, l *diag.List) {
	if !s.isClient() || slices.Contains(listNames(s.valueAt(exportList)), policies.ExportPolicy) {
		return
	}
	l.Refusef(d.locatePath(s.path+"."+exportList), guard.AddedBytes,
		`export-policy-list = ["`+policies.ExportPolicy+`", ...]`,
		"%s does not have %s, and would be sent the tags of members' choices: up to %d bytes, over the limit of %d",
		s.what, policies.ExportPolicy, bytes, limit)
}
