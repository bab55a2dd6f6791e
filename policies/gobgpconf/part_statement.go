package gobgpconf

import (
	"strconv"

	"depeer/policies"
)

// statementOfPart is a statement in gobgpd's keys. readOwnPart finds other keys when it
// encodes the policy again.
type statementOfPart struct {
	Name       string `json:"name"`
	Conditions struct {
		Prefix struct {
			matchOfPart
			Set string `json:"prefix-set"`
		} `json:"match-prefix-set"`
		Neighbor struct {
			matchOfPart
			Set string `json:"neighbor-set"`
		} `json:"match-neighbor-set"`
		BGP struct {
			ASPath struct {
				matchOfPart
				Set string `json:"as-path-set"`
			} `json:"match-as-path-set"`
			Large struct {
				matchOfPart
				Set string `json:"large-community-set"`
			} `json:"match-large-community-set"`
		} `json:"bgp-conditions"`
	} `json:"conditions"`
	Actions struct {
		Disposition string `json:"route-disposition"`
		BGP         struct {
			Prepend struct {
				Times uint8 `json:"repeat-n"`
			} `json:"set-as-path-prepend"`
			Community struct {
				Options string `json:"options"`
				Method  struct {
					List []string `json:"communities-list"`
				} `json:"set-community-method"`
			} `json:"set-community"`
			LocalPref uint32  `json:"set-local-pref"`
			MED       *string `json:"set-med"`
			Large     struct {
				Options string `json:"options"`
				Method  struct {
					List []string `json:"communities-list"`
				} `json:"set-large-community-method"`
			} `json:"set-large-community"`
		} `json:"bgp-actions"`
	} `json:"actions"`
}

type matchOfPart struct {
	Options string `json:"match-set-options"`
}

func (m matchOfPart) toCondition(set string) policies.Condition {
	return policies.Condition{Set: set, Invert: m.Options == "invert"}
}

// toStatement converts it to the model.
func (s statementOfPart) toStatement() (policies.Statement, error) {
	c, a := s.Conditions, s.Actions
	out := policies.Statement{Name: s.Name, Conditions: policies.Conditions{
		PrefixSet: c.Prefix.toCondition(c.Prefix.Set), NeighborSet: c.Neighbor.toCondition(c.Neighbor.Set),
		ASPathSet:         c.BGP.ASPath.toCondition(c.BGP.ASPath.Set),
		LargeCommunitySet: c.BGP.Large.toCondition(c.BGP.Large.Set),
	}}
	out.Actions = policies.Actions{Reject: a.Disposition == "reject-route", LocalPref: a.BGP.LocalPref,
		Prepend: a.BGP.Prepend.Times}
	if a.BGP.MED != nil {
		med, err := strconv.ParseUint(*a.BGP.MED, 10, 32)
		if err != nil {
			return out, err
		}
		value := uint32(med)
		out.Actions.MED = &value
	}
	communities, err := parseAll(a.BGP.Community.Method.List, policies.ParseCommunity)
	if err != nil {
		return out, err
	}
	if a.BGP.Community.Options == "remove" {
		out.Actions.DropCommunities = communities
	} else {
		out.Actions.Communities = communities
	}
	if a.BGP.Large.Options == "remove" {
		out.Actions.DropLargeCommunities, err = parseAll(a.BGP.Large.Method.List, policies.ParseLargeCommunityPattern)
	} else {
		out.Actions.AddLargeCommunities, err = parseAll(a.BGP.Large.Method.List, policies.ParseLargeCommunity)
	}
	return out, err
}
