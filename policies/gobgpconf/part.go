package gobgpconf

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/policies"
)

// ReadPart returns our part of a gobgpd.conf, in TOML, as a policy: the part that ReplacePart
// would replace. A file without one holds an empty policy. With an Error in the list there is
// no policy: either ReplacePart refuses the file, too, or
//
//	gobgpd-part-edited       our part says something that we do not write
//
// ReadPart does not compare contents with names: the caller may ask RoutingPolicy.Genuine.
func ReadPart(file string, text []byte) (p *policies.RoutingPolicy, l diag.List) {
	defer func() { l.Sort() }()
	d := parseDocument(file, text, &l)
	if d == nil {
		return nil, l
	}
	if d.refuseShapes(&l); l.Worst() == diag.Error {
		return nil, l
	}
	x := d.findExtent(&l)
	d.refuseDuplicatePolicies(&l)
	d.refuseForeignStatements(&l)
	d.refuseUndefinedPolicies(&l)
	if l.Worst() == diag.Error {
		return nil, l
	}
	p, err := d.readOwnPart()
	if err != nil {
		l.Errorf(d.ourPlace(x), "gobgpd-part-edited", "emit --into writes it anew", "depeer's part has been edited: %v",
			err)
		return nil, l
	}
	return p, l
}

// ourPlace returns where our part begins.
func (d *document) ourPlace(x extent) diag.Position {
	if spans := x.sortedSpans(); len(spans) > 0 {
		return d.positionOf(spans[0].start)
	}
	return diag.Position{File: d.file}
}

// readOwnPart reads our part. It encodes the result again and compares the two, so that
// it ignores nothing in the part.
func (d *document) readOwnPart() (*policies.RoutingPolicy, error) {
	ours, _ := splitOwn(d.values)
	text, err := json.Marshal(ours)
	if err != nil {
		return nil, err
	}
	var c partTables
	if err := json.Unmarshal(text, &c); err != nil {
		return nil, errors.New("something in it has another type")
	}
	p, err := c.toPolicy()
	if err != nil {
		return nil, err
	}
	if d.lacksAnchor() && len(p.Import)+len(p.Export) == 0 {
		return p, nil // nothing defines ours, and nothing needs it
	}
	again, err := Encode(p, TOML, nil)
	if err != nil {
		return nil, err
	}
	written, err := decodeTOML(again)
	if err != nil {
		panic("gobgpconf: what was rendered is no TOML: " + err.Error())
	}
	mine, _ := splitOwn(written)
	if sortByName(mine); !reflect.DeepEqual(mine, sortByName(ours)) {
		return nil, errors.New("it says something that depeer does not write")
	}
	return p, nil
}

// sortByName sorts sets and policies, whose order means nothing.
func sortByName(values map[string]any) map[string]any {
	for _, a := range arrays {
		if list, ok := valueAt(values, a.path).([]any); ok {
			slices.SortFunc(list, func(v, w any) int {
				return strings.Compare(a.nameOf(v.(map[string]any)), a.nameOf(w.(map[string]any)))
			})
		}
	}
	return values
}

// lacksAnchor says whether the file does not define both of our policies.
func (d *document) lacksAnchor() bool {
	for _, name := range []string{policies.ImportPolicy, policies.ExportPolicy} {
		if !definitions.hasName(d.values, func(n string) bool { return n == name }) {
			return true
		}
	}
	return false
}

// partTables are our objects in gobgpd's keys, as buildConfiguration writes them.
type partTables struct {
	Sets struct {
		Prefix []struct {
			Name string `json:"prefix-set-name"`
			List []struct {
				Prefix netip.Prefix `json:"ip-prefix"`
				Range  string       `json:"masklength-range"`
			} `json:"prefix-list"`
		} `json:"prefix-sets"`
		Neighbor []struct {
			Name string         `json:"neighbor-set-name"`
			List []netip.Prefix `json:"neighbor-info-list"`
		} `json:"neighbor-sets"`
		BGP struct {
			ASPath []struct {
				Name string   `json:"as-path-set-name"`
				List []string `json:"as-path-list"`
			} `json:"as-path-sets"`
			Large []struct {
				Name string   `json:"large-community-set-name"`
				List []string `json:"large-community-list"`
			} `json:"large-community-sets"`
		} `json:"bgp-defined-sets"`
	} `json:"defined-sets"`
	Definitions []struct {
		Name       string            `json:"name"`
		Statements []statementOfPart `json:"statements"`
	} `json:"policy-definitions"`
}

// toPolicy converts the tables to the model.
func (c *partTables) toPolicy() (*policies.RoutingPolicy, error) {
	p := &policies.RoutingPolicy{}
	for _, s := range c.Sets.Prefix {
		var entries policies.Prefixes
		for _, e := range s.List {
			low, high, _ := strings.Cut(e.Range, "..")
			least, err := strconv.ParseUint(low, 10, 8)
			most, err2 := strconv.ParseUint(high, 10, 8)
			if err != nil || err2 != nil {
				return nil, fmt.Errorf("%s has the lengths %q", e.Prefix, e.Range)
			}
			entries = append(entries, filters.Entry{Prefix: e.Prefix, Min: uint8(least), Max: uint8(most)})
		}
		p.Sets = append(p.Sets, policies.Set{Name: s.Name, Elements: entries})
	}
	for _, s := range c.Sets.Neighbor {
		var addresses policies.Neighbors
		for _, host := range s.List {
			addresses = append(addresses, host.Addr())
		}
		p.Sets = append(p.Sets, policies.Set{Name: s.Name, Elements: addresses})
	}
	for _, s := range c.Sets.BGP.ASPath {
		list, err := parseAll(s.List, policies.ParseASPathPattern)
		if err != nil {
			return nil, err
		}
		p.Sets = append(p.Sets, policies.Set{Name: s.Name, Elements: policies.ASPaths(list)})
	}
	for _, s := range c.Sets.BGP.Large {
		list, err := parseAll(s.List, policies.ParseLargeCommunityPattern)
		if err != nil {
			return nil, err
		}
		p.Sets = append(p.Sets, policies.Set{Name: s.Name, Elements: policies.LargeCommunities(list)})
	}
	for _, d := range c.Definitions {
		list, err := parseAll(d.Statements, statementOfPart.toStatement)
		if err != nil {
			return nil, err
		}
		if d.Name == policies.ImportPolicy {
			p.Import = list
		} else {
			p.Export = list
		}
	}
	return p, nil
}

func parseAll[From, To any](list []From, parse func(From) (To, error)) ([]To, error) {
	var out []To
	for _, v := range list {
		parsed, err := parse(v)
		if err != nil {
			return nil, err
		}
		out = append(out, parsed)
	}
	return out, nil
}
