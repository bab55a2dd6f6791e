package exchange

import (
	_ "embed"

	"depeer/filters/diag"
	"depeer/filters/strict"
	"depeer/policies"
)

// Schema is the JSON Schema (2020-12) of the exchange file, for editors. It lacks the
// rules that only the reader can check (references, repetition, order).
//
//go:embed schema.json
var Schema []byte

// Read reads an exchange file. It returns all diagnostics, sorted; the exchange is nil
// if one of them is an Error. file is only the name in positions.
func Read(file string, data []byte) (*Exchange, diag.List) {
	var diags diag.List
	r := &reader{ex: &Exchange{Limits: DefaultLimits()}}
	if root, ok := strict.Read(file, "exchange", data, &diags); ok && strict.Map(root, fields, r) {
		for _, check := range r.checks {
			check()
		}
	}
	diags.Sort()
	if diags.Worst() == diag.Error {
		return nil, diags
	}
	if r.ex.Treatments == nil {
		r.ex.Treatments, r.ex.builtin = policies.Builtin(r.ex.ASN), true
		r.ex.reasons = builtinTells
	}
	r.ex.addReasons()
	return r.ex, diags
}

// reader is an exchange in the making.
type reader struct {
	ex     *Exchange
	checks []func() // those that need the whole file
}

// deferCheck defers a check until the whole file is known.
func (r *reader) deferCheck(check func()) { r.checks = append(r.checks, check) }

var fields = []strict.Field[reader]{
	{Key: "version", Required: true, Read: readVersion},
	{Key: "exchange", Read: readIdentity},
	{Key: "lists", Read: readLists},
	{Key: "except", Read: readExcept},
	{Key: "treatments", Read: readTreatments},
	{Key: "ladders", Read: readLadders},
	{Key: "members", Read: readMembers},
	{Key: "protect", Read: readProtect},
	{Key: "transit_free", Read: readTransitFree},
	{Key: "limits", Read: readLimits},
	{Key: "targets", Read: readTargets},
}

func readVersion(_ *reader, n strict.Node) {
	if s, ok := n.Scalar(); ok && s != "1" {
		n.Errorf("version", "version: 1", "version %q is not one that this program reads", s)
	}
}
