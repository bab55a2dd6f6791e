package gobgpconf

import (
	"bytes"
	"errors"
	"reflect"

	"github.com/pelletier/go-toml/v2"

	"depeer/filters/diag"
	"depeer/policies"
)

// ReplacePart returns the gobgpd.conf old, in TOML, with our part of it replaced by p
// and every other byte as it was. Our part is the policies depeer and
// depeer-export and the defined sets named depeer/..., between our marks or
// anywhere else. Without marks it goes to the end. A second call changes nothing.
//
// The list is sorted; its positions are those of old, under the name file. With an
// Error in it there is no result: old is no TOML, or cannot be changed without
// guessing, or gobgpd would not load it as it is. ReplacePart reads its result again:
// it holds p, and all else that old holds.
//
//	gobgpd-syntax            old is no TOML
//	gobgpd-too-deep          brackets, or the parts of a key, are nested too deep
//	gobgpd-key, -type        gobgpd would read something in a way of its own
//	gobgpd-inline            policy in brackets or braces, that nothing can be added to
//	gobgpd-part-damaged      marks, or what they hold together, are not as we left them
//	gobgpd-foreign           something that is not ours between our marks, or in our policies
//	gobgpd-defined-twice     a policy is defined twice
//	gobgpd-undefined-policy  a list names a policy that is not defined
//	gobgpd-undefined-set     a statement asks for a set that would not be defined
//	gobgpd-name-taken        a statement of theirs has a name like ours
//	gobgpd-policy            p cannot be rendered
//	gobgpd-differs           the result would not be what it should
//	gobgpd-format            old is YAML or JSON, by its name
//	gobgpd-definitions       a warning: lists name ours, and old does not define it
//	gobgpd-not-first         a warning: a route-server client without our policies first
//	gobgpd-session           a warning: a neighbor whose session is to be shut, and is not in the file
//	gobgpd-reload            a warning: what a reload of the result costs
func ReplacePart(file string, old []byte, p *policies.RoutingPolicy, comment []string) (result []byte, l diag.List) {
	defer func() { l.Sort() }()
	part, err := Encode(p, TOML, comment)
	if err != nil {
		l.Errorf(diag.Position{File: file}, "gobgpd-policy", "", "%v", err)
		return nil, l
	}
	d := parseDocument(file, old, &l)
	if d == nil {
		return nil, l
	}
	if d.refuseShapes(&l); l.Worst() == diag.Error {
		return nil, l
	}
	want, err := decodeTOML(part)
	if err != nil {
		panic("gobgpconf: what was rendered is no TOML: " + err.Error())
	}
	x := d.findExtent(&l)
	d.refuseInlinePolicy(want, &l)
	d.refuseDuplicatePolicies(&l)
	d.refuseForeignStatements(&l)
	d.refuseUndefinedPolicies(&l)
	d.warnLostDefinitions(&l)
	d.refuseBrokenStatements(want, &l)
	d.warnUnlistedClients(p, &l)
	d.warnOpenSessions(p, &l)
	if l.Worst() == diag.Error {
		return nil, l
	}
	result = d.replaceExtent(x, part)
	if bytes.Equal(result, old) {
		return result, l
	}
	got, err := decodeTOML(result)
	if err == nil {
		err = checkResult(d.values, want, got)
	}
	if err != nil {
		l.Errorf(d.positionOf(x.start), "gobgpd-differs", "put depeer's part at the end of the file",
			"the file would not say what it should: %v", err)
		return nil, l
	}
	if !reflect.DeepEqual(policyOf(d.values), policyOf(got)) {
		l.Warnf(diag.Position{File: file}, "gobgpd-reload", "",
			"its policy differs from before: a reload of gobgpd (SIGHUP) soft-resets every peer")
	}
	return result, l
}

func decodeTOML(text []byte) (map[string]any, error) {
	values := map[string]any{}
	err := toml.Unmarshal(text, &values)
	return values, err
}

// checkResult returns an error if got differs from the operator's values of old, or from
// our values of part.
func checkResult(old, part, got map[string]any) error {
	_, theirsBefore := splitOwn(old)
	ours, _ := splitOwn(part)
	oursAfter, theirsAfter := splitOwn(got)
	switch {
	case !reflect.DeepEqual(theirsBefore, theirsAfter):
		return errors.New("something that is not depeer's would change")
	case !reflect.DeepEqual(ours, oursAfter):
		return errors.New("something else would become part of depeer's policy")
	default:
		return nil
	}
}

// policyOf returns the values that gobgpd compares to find out whether policy has changed.
func policyOf(values map[string]any) [2]any {
	return [2]any{values["defined-sets"], values[definitions.path]}
}

// replaceExtent returns the file with part where x is, and nothing of ours elsewhere.
func (d *document) replaceExtent(x extent, part []byte) []byte {
	newline := []byte("\n")
	if i := bytes.IndexByte(d.text, '\n'); i > 0 && d.text[i-1] == '\r' {
		newline = []byte("\r\n")
		part = bytes.ReplaceAll(part, []byte("\n"), newline)
	}
	if x.marked && !bytes.HasSuffix(d.text[:x.end], []byte("\n")) {
		part = bytes.TrimSuffix(part, newline)
	}
	var out []byte
	done := 0
	for _, s := range x.sortedSpans() {
		out = append(out, d.text[done:s.start]...)
		if done = s.end; x.marked && s.start == x.start {
			out = append(out, part...)
		}
	}
	out = append(out, d.text[done:]...)
	if x.marked {
		return out
	}
	if len(out) != 0 && !bytes.HasSuffix(out, newline) {
		out = append(out, newline...)
	}
	if len(out) != 0 && !bytes.HasSuffix(out, append(newline, newline...)) {
		out = append(out, newline...)
	}
	return append(out, part...)
}
