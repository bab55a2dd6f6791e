package gobgp

import (
	"errors"
	"fmt"
	"math"
	"strings"

	api "github.com/osrg/gobgp/v3/api"
	"google.golang.org/protobuf/proto"

	"depeer/policies"
	"depeer/policies/plan"
)

// noRPKI is how gobgpd lists a statement without a condition on RPKI.
const noRPKI = -1

// parseStatement reads a statement back: what statement makes of it again is the
// same. An error says what we never make; the rest is returned all the same.
func parseStatement(s *api.Statement) (plan.Statement, error) {
	c, a := s.GetConditions(), s.GetActions()
	out := plan.Statement{Statement: policies.Statement{Name: s.Name}}
	var errs []error
	for _, m := range []struct {
		set  *api.MatchSet
		into *policies.Condition
	}{
		{c.GetPrefixSet(), &out.Conditions.PrefixSet}, {c.GetAsPathSet(), &out.Conditions.ASPathSet},
		{c.GetLargeCommunitySet(), &out.Conditions.LargeCommunitySet},
	} {
		var err error
		*m.into, err = parseCondition(m.set)
		errs = append(errs, err)
	}
	gate, err := parseCondition(c.GetNeighborSet())
	errs = append(errs, err)
	switch {
	case gate.Set == "":
	case strings.HasPrefix(gate.Set, plan.GatePrefix):
		out.Gate = plan.Gate(gate)
	case strings.HasPrefix(gate.Set, policies.Prefix):
		out.Conditions.NeighborSet = gate
	default:
		errs = append(errs, fmt.Errorf("its neighbor-set %s is not ours", gate.Set))
	}
	out.Actions, err = parseActions(a)
	errs = append(errs, err)
	if err := errors.Join(errs...); err != nil {
		return out, errors.New(strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	return out, nothingElse(s, out)
}

// nothingElse looks for conditions and actions that we never make: by saying again
// what was read, and comparing.
func nothingElse(s *api.Statement, read plan.Statement) error {
	again := toStatement(read)
	again.Conditions.RpkiResult = noRPKI
	heard := proto.Clone(s).(*api.Statement)
	for _, action := range []*api.CommunityAction{
		again.Actions.LargeCommunity, heard.GetActions().GetLargeCommunity(),
		again.Actions.Community, heard.GetActions().GetCommunity(),
	} {
		if action.GetType() == api.CommunityAction_REMOVE {
			action.Communities = nil // compared above, as they are listed in another form
		}
	}
	if !proto.Equal(again, heard) {
		return errors.New("it has conditions or actions that we never make")
	}
	return nil
}

func parseCondition(m *api.MatchSet) (policies.Condition, error) {
	c := policies.Condition{Set: m.GetName(), Invert: m.GetType() == api.MatchSet_INVERT}
	if m.GetType() == api.MatchSet_ALL {
		return c, fmt.Errorf("its condition on %s is for all elements", c.Set)
	}
	return c, nil
}

func parseActions(a *api.Actions) (policies.Actions, error) {
	out := policies.Actions{Reject: a.GetRouteAction() == api.RouteAction_REJECT,
		LocalPref: a.GetLocalPref().GetValue()}
	if med := a.GetMed(); med.GetType() == api.MedAction_REPLACE && med.GetValue() >= 0 &&
		med.GetValue() <= math.MaxUint32 {
		value := uint32(med.GetValue())
		out.MED = &value
	}
	if p := a.GetAsPrepend(); p.GetUseLeftMost() {
		out.Prepend = uint8(p.GetRepeat())
	}
	var errs [4]error
	out.Communities, errs[0] = parseAll(a.GetCommunity(), api.CommunityAction_ADD, policies.ParseCommunity)
	out.AddLargeCommunities, errs[1] = parseAll(a.GetLargeCommunity(), api.CommunityAction_ADD,
		policies.ParseLargeCommunity)
	out.DropLargeCommunities, errs[2] = parseAll(a.GetLargeCommunity(), api.CommunityAction_REMOVE, parseLarge)
	out.DropCommunities, errs[3] = parseAll(a.GetCommunity(), api.CommunityAction_REMOVE, parseDropped)
	return out, errors.Join(errs[:]...)
}

// parseAll reads the communities of an action, if it is of type t.
func parseAll[C any](a *api.CommunityAction, t api.CommunityAction_Type, parse func(string) (C, error)) ([]C, error) {
	if a == nil || a.GetType() != t {
		return nil, nil
	}
	out := make([]C, len(a.Communities))
	for i, s := range a.Communities {
		var err error
		if out[i], err = parse(s); err != nil {
			return nil, err
		}
	}
	return out, nil
}
