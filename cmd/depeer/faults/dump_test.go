package faults_test

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	api "github.com/osrg/gobgp/v3/api"
	"google.golang.org/protobuf/encoding/protojson"

	"depeer/policies/lab/testbed"
)

// dump is all policy that a daemon has, a line for each object, read straight
// from its API with nothing of what is tested.
type dump []string

// kinds are those of sets that can be listed.
var kinds = []api.DefinedType{
	api.DefinedType_PREFIX, api.DefinedType_NEIGHBOR, api.DefinedType_AS_PATH,
	api.DefinedType_COMMUNITY, api.DefinedType_EXT_COMMUNITY, api.DefinedType_LARGE_COMMUNITY,
}

func dumpOf(t testing.TB, d *testbed.Daemon) dump {
	t.Helper()
	ctx, g := t.Context(), d.API()
	var lines dump
	for _, kind := range kinds {
		sets, err := g.ListDefinedSet(ctx, &api.ListDefinedSetRequest{DefinedType: kind})
		for _, a := range all(t, sets, err) {
			var elements []string
			for _, p := range a.DefinedSet.Prefixes {
				elements = append(elements, fmt.Sprintf("%s %d..%d", p.IpPrefix, p.MaskLengthMin, p.MaskLengthMax))
			}
			elements = append(elements, a.DefinedSet.List...)
			slices.Sort(elements) // the daemon keeps no order
			lines = append(lines, fmt.Sprintf("%s set %s %q", kind, a.DefinedSet.Name, elements))
		}
	}
	statements, err := g.ListStatement(ctx, &api.ListStatementRequest{})
	for _, a := range all(t, statements, err) {
		lines = append(lines, "statement "+protojson.MarshalOptions{UseProtoNames: true}.Format(a.Statement))
	}
	policies, err := g.ListPolicy(ctx, &api.ListPolicyRequest{})
	for _, a := range all(t, policies, err) {
		lines = append(lines, "policy "+protojson.MarshalOptions{UseProtoNames: true}.Format(a.Policy))
	}
	assignments, err := g.ListPolicyAssignment(ctx, &api.ListPolicyAssignmentRequest{})
	for _, a := range all(t, assignments, err) {
		var names []string
		for _, p := range a.Assignment.Policies {
			names = append(names, p.Name)
		}
		lines = append(lines, fmt.Sprintf("%s of %s %q default %s", a.Assignment.Direction, a.Assignment.Name, names,
			a.Assignment.DefaultAction))
	}
	slices.Sort(lines)
	return lines
}

func all[Answer any](t testing.TB, stream interface{ Recv() (Answer, error) }, err error) (out []Answer) {
	t.Helper()
	for err == nil {
		var a Answer
		if a, err = stream.Recv(); err == nil {
			out = append(out, a)
		}
	}
	if !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return out
}

// mark is what marks which plan was applied: it differs each time.
var mark = regexp.MustCompile(`(set depeer/applied) .*`)

// unmarked is d, whichever plan led to it.
func (d dump) unmarked() dump {
	out := slices.Clone(d)
	for i := range out {
		out[i] = mark.ReplaceAllString(out[i], "$1")
	}
	return out
}

// operators is what in d is not ours; lists of policies are the operator's, too.
func (d dump) operators() dump {
	return slices.DeleteFunc(slices.Clone(d), func(line string) bool {
		return strings.Contains(line, "depeer") && !strings.HasPrefix(line, "IMPORT") &&
			!strings.HasPrefix(line, "EXPORT")
	})
}

// is fails the test unless the daemon has what d says.
func (d dump) is(t testing.TB, daemon *testbed.Daemon) {
	t.Helper()
	if diff := cmp.Diff(d.unmarked(), dumpOf(t, daemon).unmarked()); diff != "" {
		t.Errorf("the daemon has (-want +got):\n%s", diff)
	}
}
