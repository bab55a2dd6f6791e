package gobgp_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	api "github.com/osrg/gobgp/v3/api"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"depeer/policies/lab/testbed"
)

// dump returns all policy of a daemon, a sorted line for each object, read
// straight from the API with nothing of what is tested.
func dump(t testing.TB, d *testbed.Daemon) []string {
	t.Helper()
	ctx, g := t.Context(), d.API()
	var lines []string
	for _, kind := range []api.DefinedType{api.DefinedType_PREFIX, api.DefinedType_NEIGHBOR, api.DefinedType_AS_PATH,
		api.DefinedType_COMMUNITY, api.DefinedType_EXT_COMMUNITY, api.DefinedType_LARGE_COMMUNITY} {
		stream, err := g.ListDefinedSet(ctx, &api.ListDefinedSetRequest{DefinedType: kind})
		for _, a := range all(t, stream, err) {
			var list []string
			for _, p := range a.DefinedSet.Prefixes {
				list = append(list, fmt.Sprintf("%s %d..%d", p.IpPrefix, p.MaskLengthMin, p.MaskLengthMax))
			}
			list = append(list, a.DefinedSet.List...)
			slices.Sort(list)
			lines = append(lines, fmt.Sprintf("%s set %s %q", strings.ToLower(kind.String()), a.DefinedSet.Name, list))
		}
	}
	statements, err := g.ListStatement(ctx, &api.ListStatementRequest{})
	for _, a := range all(t, statements, err) {
		lines = append(lines, "statement "+text(a.Statement))
	}
	policies, err := g.ListPolicy(ctx, &api.ListPolicyRequest{})
	for _, a := range all(t, policies, err) {
		lines = append(lines, fmt.Sprintf("policy %s %v", a.Policy.Name, names(a.Policy.Statements)))
	}
	assignments, err := g.ListPolicyAssignment(ctx, &api.ListPolicyAssignmentRequest{})
	for _, a := range all(t, assignments, err) {
		lines = append(lines, fmt.Sprintf("%s of %s %v default %s", strings.ToLower(a.Assignment.Direction.String()),
			a.Assignment.Name, names(a.Assignment.Policies), strings.ToLower(a.Assignment.DefaultAction.String())))
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

func names[N interface{ GetName() string }](list []N) []string {
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = n.GetName()
	}
	return out
}

// text returns the values of a message, its names of fields left out but for the
// messages in it.
func text(m proto.Message) string { return strings.TrimSpace(fieldsText(m.ProtoReflect())) }

func fieldsText(m protoreflect.Message) string {
	var b strings.Builder
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		if !m.Has(f) {
			continue
		}
		switch v := m.Get(f); {
		case f.IsList():
			for j := range v.List().Len() {
				fmt.Fprintf(&b, " %v", v.List().Get(j))
			}
		case f.Kind() == protoreflect.MessageKind:
			fmt.Fprintf(&b, " %s{%s}", f.Name(), strings.TrimSpace(fieldsText(v.Message())))
		case f.Kind() == protoreflect.EnumKind:
			fmt.Fprintf(&b, " %s", f.Enum().Values().ByNumber(v.Enum()).Name())
		default:
			fmt.Fprintf(&b, " %v", v)
		}
	}
	return b.String()
}

// differ returns what a call added to and took from a dump, as lines with + and -.
func differ(before, after []string) []string {
	out := []string{}
	for _, line := range before {
		if !slices.Contains(after, line) {
			out = append(out, "-"+line)
		}
	}
	for _, line := range after {
		if !slices.Contains(before, line) {
			out = append(out, "+"+line)
		}
	}
	return out
}
