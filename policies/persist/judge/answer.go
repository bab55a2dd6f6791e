package judge

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"depeer/policies/plan"
)

// judgeFile judges a file. An error means that it could not.
func judgeFile(ctx context.Context, q Question) (*Forecast, error) {
	a := &Forecast{}
	file, err := readFile(q.File)
	if err != nil {
		dead := describeUnreadable(err)
		a.Start = Outcome{Problems: []Problem{dead}}
		a.Reload = Outcome{Ignored: true}
		return a, nil
	}
	deaf := cannotListen(file)
	excerpt := makeQuiet(file)
	m := meaningOf(file)
	m.whyNotListening = deaf
	m.keys = keysOf(q.File)
	a.Clients, a.Warnings = m.countClients(), append(unknownWords(file), m.findDuplicates()...)
	if excerpt {
		a.Warnings = append(a.Warnings, Problem{Kind: Excerpt, Object: "this file",
			Why: "it has no [global.config], and gobgpd does not start with it alone"})
	}
	if a.Start, err = m.judgeStart(ctx); err != nil {
		return nil, err
	}
	a.Reload, err = m.judgeReload(ctx, q)
	return a, err
}

// judgeStart starts an engine with the file.
func (m *fileMeaning) judgeStart(ctx context.Context) (Outcome, error) {
	e := newEngine()
	lines, died := e.loadConfig(ctx, m.copyConfig())
	if died != nil {
		m.lost = hasLine(lines, policyUnread)
		return Outcome{Problems: []Problem{{Kind: NoStart, Why: died.Error()}}}, nil
	}
	state, err := e.readState(ctx)
	if err != nil {
		return Outcome{}, err
	}
	out := Outcome{State: state, Wipes: true}
	out.Rejecting = rejectingClients(state)
	why, lost := m.isPolicyLost(ctx, e, lines)
	if m.lost = lost; lost {
		out.Problems = m.locateProblems(ctx, why)
	}
	out.Problems = append(out.Problems, m.wrongNeighbors(state, lines)...)
	out.Problems = append(out.Problems, m.wrongGroups()...)
	out.Problems = append(out.Problems, m.wrongGlobalLists(ctx, e)...)
	if !lost {
		amiss, err := m.wrongStatements(ctx, e)
		if err != nil {
			return Outcome{}, err
		}
		out.Problems = append(out.Problems, amiss...)
	}
	if lost { // said with it
		out.Problems = slices.DeleteFunc(out.Problems, func(p Problem) bool { return p.Kind == Rejects })
	}
	if m.whyNotListening != "" {
		return Outcome{Problems: []Problem{{Kind: NoStart, Path: "global.config.local-address-list",
			Why: m.whyNotListening}}}, nil
	}
	return out, nil
}

// judgeReload reloads the file after another one.
func (m *fileMeaning) judgeReload(ctx context.Context, q Question) (Outcome, error) {
	before, lost := m.withoutMistakes(), m.lost
	if q.Loaded != nil {
		loaded, err := readFile(q.Loaded)
		if err != nil {
			return Outcome{}, fmt.Errorf("the file as it was loaded: %w", err)
		}
		makeQuiet(loaded)
		before = loaded
		if m, err = m.rereadFile(q.File); err != nil { // the groups of what was read last hold (oc.configuredFields)
			return Outcome{}, err
		}
	}
	e := newEngine()
	if _, died := e.loadConfig(ctx, before); died != nil {
		if q.Loaded == nil {
			return Outcome{}, nil // what ends a start has been said
		}
		return Outcome{}, fmt.Errorf("a start with the file as it was loaded: %w", died)
	}
	if q.IsLive {
		if err := e.applyLive(ctx, q.Live); err != nil {
			return Outcome{}, err
		}
	}
	had, err := e.readState(ctx)
	if err != nil {
		return Outcome{}, err
	}
	next := m.copyConfig()
	if q.Loaded == nil && !q.IsLive { // only neighbors and their lists are asked about
		next = m.withoutStatements()
	}
	lines, died := e.loadConfig(ctx, next)
	if died != nil {
		return Outcome{Problems: []Problem{{Kind: NoStart, Why: died.Error()}}}, nil
	}
	out := Outcome{Wipes: hasLine(lines, policyLoaded)}
	if out.State, err = e.readState(ctx); err != nil {
		return Outcome{}, err
	}
	if out.Wipes && lost {
		out.Wipes, out.PolicyIgnored = false, true
	}
	out.Problems = m.lostNeighbors(had, out.State, q.IsLive)
	out.Rejecting = addedNames(rejectingClients(had), rejectingClients(out.State))
	return out, nil
}

// rereadFile reads the file again.
func (m *fileMeaning) rereadFile(text []byte) (*fileMeaning, error) {
	file, err := readFile(text)
	if err != nil {
		return nil, err
	}
	makeQuiet(file)
	return meaningOf(file), nil
}

func hasLine(lines []line, msg string) bool {
	for _, l := range lines {
		if l.msg == msg {
			return true
		}
	}
	return false
}

// rejectingClients returns the route-server clients whose every route is rejected: clients without
// an assignment, which a list that gobgpd cannot use leaves.
func rejectingClients(s *plan.State) []string {
	var all []string
	for _, c := range s.Clients {
		if c.RouteServer && c.Import.Default == plan.None {
			all = append(all, c.Address.String())
		}
	}
	return all
}

// addedNames returns the names in after that are not in before.
func addedNames(before, after []string) []string {
	had := map[string]bool{}
	for _, s := range before {
		had[s] = true
	}
	var all []string
	for _, s := range after {
		if !had[s] {
			all = append(all, s)
		}
	}
	return all
}

// describeUnreadable returns gobgpd's complaint about a file that it cannot read, with the key that
// it names.
func describeUnreadable(err error) Problem {
	why := strings.TrimPrefix(err.Error(), "While parsing config: ")
	p := Problem{Kind: NoStart, Path: pathIn(why)}
	if _, list, ok := strings.Cut(why, "decoding:\n"); ok { // mapstructure writes a list
		var items []string
		for item := range strings.SplitSeq(list, "\n* ") {
			items = append(items, withoutValue(strings.TrimLeft(item, " *\n")))
		}
		why = strings.Join(slices.DeleteFunc(items, func(s string) bool { return s == "" }), "; ")
	}
	p.Why = strings.Join(strings.Fields(why), " ")
	return p
}

// withoutValue removes the value from a message of mapstructure: it may be, or contain, a password.
func withoutValue(item string) string {
	item, _, _ = strings.Cut(item, ", value: ")
	if key, _, ok := strings.Cut(item, "' "); ok && strings.Contains(key, "password") {
		return key + "' is not a string"
	}
	return item
}

// pathIn finds the key in a message of mapstructure: ... 'neighbors[0].config' has invalid keys:
// peer-asn.
func pathIn(why string) string {
	_, rest, ok := strings.Cut(why, "'")
	if !ok {
		return ""
	}
	path, rest, ok := strings.Cut(rest, "'")
	if !ok || strings.ContainsAny(path, " \n") {
		return ""
	}
	path = strings.ToLower(path)
	if _, keys, ok := strings.Cut(rest, "has invalid keys: "); ok {
		key, _, _ := strings.Cut(keys, ",")
		key, _, _ = strings.Cut(key, "\n")
		if path != "" {
			path += "."
		}
		path += key
	}
	return path
}
