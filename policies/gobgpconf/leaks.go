package gobgpconf

import (
	"slices"

	"depeer/filters/diag"
	"depeer/policies"
	"depeer/policies/guard"
)

// FindLeaks refuses p for each route-server client of the gobgpd.conf text whose export list lacks
// depeer-export: it would be sent the tags of members' choices, and these add more bytes to a
// route than the limit. Text is one that ReplacePart has taken. The list is sorted.
func FindLeaks(file string, text []byte, p *policies.RoutingPolicy, limit int) (l diag.List) {
	bytes := p.TaggedBytes()
	if bytes <= limit {
		return nil
	}
	d := parse(file, text, &l)
	if d == nil {
		return l
	}
	_, neighbors, groups := d.scopes()
	dynamic := map[any]bool{} // groups whose members come and go
	for _, t := range tables(d.values, "dynamic-neighbors") {
		dynamic[at(t.values, "config.peer-group")] = true
	}
	for _, s := range neighbors {
		d.leak(s, bytes, limit, &l)
	}
	for _, s := range groups {
		if dynamic[at(s.values, "config.peer-group-name")] {
			d.leak(s, bytes, limit, &l)
		}
	}
	l.Sort()
	return l
}

func (d *document) leak(s scope, bytes, limit int, l *diag.List) {
	if !s.client() || slices.Contains(words(s.value(exportList)), policies.ExportPolicy) {
		return
	}
	l.Refusef(d.place(s.path+"."+exportList), guard.AddedBytes,
		`export-policy-list = ["`+policies.ExportPolicy+`", ...]`,
		"%s does not have %s, and would be sent the tags of members' choices: up to %d bytes, over the limit of %d",
		s.what, policies.ExportPolicy, bytes, limit)
}
