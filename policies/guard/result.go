package guard

import "net/netip"

// Result is what a guard with a number says.
type Result struct {
	Code  string `json:"code"`
	Value int    `json:"value"` // in the guard's unit
	Limit int    `json:"limit"`
	Base  int    `json:"base"` // what the limit is a share of
	OK    bool   `json:"ok"`
	List  string `json:"list,omitempty"` // that it is about; "" for all together
	// Member is the session that it is about; nil for all together.
	Member *netip.Addr `json:"member,omitempty"`
	// Prefix is the one that it is about; nil for all of them.
	Prefix *netip.Prefix `json:"prefix,omitempty"`
	// Passed is what lets a value over its limit pass; "" where none does, or needs to.
	Passed Passed `json:"passed,omitempty"`
	// Flag is the override; "" where there is none. Allowed is up to how much it lets pass,
	// 0 where it was not given, and Suggest a number that it would let pass, where the guard
	// refuses (see Suggest).
	Flag    string `json:"flag,omitempty"`
	Allowed int    `json:"allowed,omitempty"`
	Suggest int    `json:"suggest,omitempty"`
	// Uncounted is how much more there is, that an earlier plan let pass: it counts neither
	// in Value nor in Base.
	Uncounted int `json:"uncounted,omitempty"`
}

// Passed is why a value over its limit passes.
type Passed string

const (
	ByOverride Passed = "override"  // it is no more than that allows
	AsBefore   Passed = "as-before" // nothing new is refused
	AtFirst    Passed = "first"     // there is nothing to compare with
)

// Measure is what an asker has found, and what limits it.
type Measure struct {
	Value, Base int
	// Uncounted is how much of both does not count.
	Uncounted int
	// Share is the limit, in millionths of a percent of Base, and Free what passes
	// whatever Share says. With neither, nothing passes.
	Share uint64
	Free  int
}

// Judge holds m against its limit. Overrides and what else lets a value over its limit pass
// come after: see Pass and Allow.
func (g Guard) Judge(m Measure) Result {
	base := m.Base - m.Uncounted
	r := Result{Code: g.Code, Value: m.Value - m.Uncounted, Limit: max(m.Free, Share(base, m.Share)), Base: base,
		Flag: g.Flag, Uncounted: m.Uncounted}
	r.OK = r.Value <= r.Limit
	return r
}

// Pass lets a value over its limit pass, if it may.
func (r *Result) Pass(why Passed, may bool) {
	if !r.OK && may {
		r.OK, r.Passed = true, why
	}
}

// Allow lets a value over its limit pass up to an override.
func (r *Result) Allow(o Override) {
	r.Allowed = o.Of(r.Base)
	r.Pass(ByOverride, r.Value <= r.Allowed)
}

// AtMost returns up to how much passes: the limit, or what an override allows.
func (r *Result) AtMost() int { return max(r.Limit, r.Allowed) }

// Refusing returns those of results that refuse.
func Refusing(results []Result) []Result {
	var out []Result
	for _, r := range results {
		if !r.OK {
			out = append(out, r)
		}
	}
	return out
}

// Share returns how many of n a limit in millionths of a percent lets through.
func Share(n int, limit uint64) int { return int(uint64(n) * limit / 100_000_000) }
