package judge

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	api "github.com/osrg/gobgp/v3/api"
	"github.com/osrg/gobgp/v3/pkg/config/oc"
	"github.com/pelletier/go-toml/v2"
)

// hasPart says of each condition and action whether gobgpd has one. A key that is not here is read
// and never used: call-policy, match-tag-set, install-protocol-eq, med-eq, local-pref-eq and
// igp-actions, in 3.37.
var hasPart = map[string]func(*api.Statement) bool{
	"match-prefix-set":          func(s *api.Statement) bool { return s.Conditions.PrefixSet != nil },
	"match-neighbor-set":        func(s *api.Statement) bool { return s.Conditions.NeighborSet != nil },
	"match-as-path-set":         func(s *api.Statement) bool { return s.Conditions.AsPathSet != nil },
	"match-community-set":       func(s *api.Statement) bool { return s.Conditions.CommunitySet != nil },
	"match-ext-community-set":   func(s *api.Statement) bool { return s.Conditions.ExtCommunitySet != nil },
	"match-large-community-set": func(s *api.Statement) bool { return s.Conditions.LargeCommunitySet != nil },
	"community-count":           func(s *api.Statement) bool { return s.Conditions.CommunityCount != nil },
	"as-path-length":            func(s *api.Statement) bool { return s.Conditions.AsPathLength != nil },
	"next-hop-in-list":          func(s *api.Statement) bool { return len(s.Conditions.NextHopInList) > 0 },
	"afi-safi-in-list":          func(s *api.Statement) bool { return s.Conditions.AfiSafiIn != nil },
	"origin-eq":                 func(s *api.Statement) bool { return s.Conditions.Origin != api.RouteOriginType_ORIGIN_NONE },
	"rpki-validation-result":    func(s *api.Statement) bool { return s.Conditions.RpkiResult > 0 },
	"route-type":                func(s *api.Statement) bool { return s.Conditions.RouteType > 0 },

	"set-community":       func(s *api.Statement) bool { return s.Actions.Community != nil },
	"set-ext-community":   func(s *api.Statement) bool { return s.Actions.ExtCommunity != nil },
	"set-large-community": func(s *api.Statement) bool { return s.Actions.LargeCommunity != nil },
	"set-med":             func(s *api.Statement) bool { return s.Actions.Med != nil },
	"set-local-pref":      func(s *api.Statement) bool { return s.Actions.LocalPref != nil },
	"set-as-path-prepend": func(s *api.Statement) bool { return s.Actions.AsPrepend != nil },
	"set-next-hop":        func(s *api.Statement) bool { return s.Actions.Nexthop != nil },
	"set-route-origin":    func(s *api.Statement) bool { return s.Actions.OriginAction != nil },
}

// hasOtherContent says, for keys that gobgpd may hold with another content, whether it does.
var hasOtherContent = map[string]func(oc.Statement, *api.Statement) bool{
	"afi-safi-in-list": func(said oc.Statement, has *api.Statement) bool { // a family that it does not know is left out
		return len(said.Conditions.BgpConditions.AfiSafiInList) != len(has.Conditions.AfiSafiIn)
	},
	"origin-eq": func(said oc.Statement, has *api.Statement) bool { // it takes set-route-origin instead
		return int(has.Conditions.Origin) != said.Conditions.BgpConditions.OriginEq.ToInt()+1
	},
	"set-as-path-prepend": func(said oc.Statement, has *api.Statement) bool {
		as := said.Actions.BgpActions.SetAsPathPrepend.As
		if has.Actions.AsPrepend.UseLeftMost {
			return as != "last-as"
		}
		n, err := strconv.ParseUint(as, 10, 32)
		return err != nil || uint32(n) != has.Actions.AsPrepend.Asn
	},
}

// statementKeys holds the keys of a file's statements, because oc.Statement does not tell 0 and ""
// from a missing key.
type statementKeys struct {
	PolicyDefinitions []struct {
		Statements []map[string]any `toml:"statements"`
	} `toml:"policy-definitions"`
}

func keysOf(text []byte) statementKeys {
	var k statementKeys
	toml.Unmarshal(text, &k) // gobgpd has read it
	return k
}

// valueAt returns the value at a path in a statement; nil if there is none.
func (k statementKeys) valueAt(policy, statement int, path string) any {
	if policy >= len(k.PolicyDefinitions) || statement >= len(k.PolicyDefinitions[policy].Statements) {
		return nil
	}
	var v any = k.PolicyDefinitions[policy].Statements[statement]
	for key := range strings.SplitSeq(path, ".") {
		table, _ := v.(map[string]any)
		v = table[key]
	}
	return v
}

// wrongStatements returns the conditions and actions of the file that gobgpd does not have. Every
// policy must be loaded with as many statements as in the file.
func (m *fileMeaning) wrongStatements(ctx context.Context, e *engine) ([]Problem, error) {
	has := map[string][]*api.Statement{}
	if err := e.bgp.ListPolicy(ctx, &api.ListPolicyRequest{},
		func(p *api.Policy) { has[p.Name] = p.Statements }); err != nil {
		return nil, err
	}
	var out []Problem
	for i, p := range m.c.PolicyDefinitions {
		for j, s := range p.Statements {
			c := comparison{wanted: s, has: has[p.Name][j],
				at: fmt.Sprintf("policy-definitions[%d].statements[%d].", i, j)}
			c.written = func(path string) any { return m.keys.valueAt(i, j, path) }
			c.compareTable(reflect.ValueOf(s.Conditions), "conditions", Condition)
			c.compareTable(reflect.ValueOf(s.Actions), "actions", Action)
			out = append(out, c.out...)
		}
	}
	return out, nil
}

// comparison compares one statement.
type comparison struct {
	wanted  oc.Statement
	has     *api.Statement
	at      string
	written func(path string) any
	out     []Problem
}

// compareTable compares the keys of a table of the statement.
func (c *comparison) compareTable(v reflect.Value, path string, kind Kind) {
	for i := range v.NumField() {
		key, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("mapstructure"), ",")
		at := path + "." + key
		switch key {
		case "bgp-conditions", "bgp-actions", "igp-conditions", "igp-actions":
			c.compareTable(v.Field(i), at, kind)
			continue
		case "route-disposition": // a word: checkWord reports it
			continue
		}
		if v.Field(i).IsZero() && !isMeaningful(c.written(at), kind) || isNone(v.Field(i)) {
			continue
		}
		has := hasPart[key]
		differs, ok := hasOtherContent[key]
		why := ""
		switch {
		case has == nil || !has(c.has):
			why = fmt.Sprintf("its %s %s falls away%s", kind, key, c.describeLoss(kind))
		case ok && differs(c.wanted, c.has):
			why = fmt.Sprintf("its %s %s is not what it says", kind, key)
		default:
			continue
		}
		c.out = append(c.out, Problem{kind, "statement " + cmp.Or(c.wanted.Name, c.has.Name), c.at + at, why})
	}
}

// isMeaningful says whether a key with 0 or nothing in it has a meaning. A condition has: not every
// route meets it.
func isMeaningful(raw any, kind Kind) bool {
	switch v := raw.(type) {
	case nil:
		return false
	case int64:
		return true
	case map[string]any:
		return kind == Condition && len(v) > 0
	default:
		return kind == Condition
	}
}

// isNone says whether a condition is the word for no condition.
func isNone(v reflect.Value) bool {
	switch v.Type() {
	case reflect.TypeFor[oc.RpkiValidationResultType](), reflect.TypeFor[oc.RouteType]():
		return v.String() == "none" || v.String() == ""
	}
	return false
}

// describeLoss says what the statement does without one of its conditions.
func (c *comparison) describeLoss(kind Kind) string {
	if kind != Condition {
		return ""
	}
	does := "matches"
	if c.has.Actions.RouteAction == api.RouteAction_REJECT {
		does = "rejects"
	}
	for _, has := range hasPart {
		without := &api.Statement{Conditions: c.has.Conditions, Actions: &api.Actions{}}
		if has(without) {
			return ", and it " + does + " more routes than it says"
		}
	}
	return ", and it " + does + " every route"
}
