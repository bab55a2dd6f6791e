package plantest

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"sync"

	"depeer/policies"
	"depeer/policies/plan"
	"depeer/policies/plan/session"
)

// Model is a route server. It implements apply.Daemon, and is safe for concurrent
// use: each call is atomic.
type Model struct {
	mu      sync.Mutex
	server  plan.Server
	objects Objects
	clients []*client // by address
	fault   func(n int, c plan.Call) Fault
	late    []plan.Call // sent, and not yet in effect
	later   []plan.Call // the same, after the next reading
	calls   []plan.Call
	made    evaluators
	spoil   func(policies.Route) (policies.Route, bool)
	sends   bool // members are sent what they get
}

// Objects is what the engine holds.
type Objects struct {
	Sets       map[plan.Object]policies.Elements // gates apart; an empty neighbor-set matches everybody
	Gates      map[string][]netip.Prefix         // neighbor-sets; an empty one matches everybody
	Statements map[string]plan.Statement         // registered ones, of ours
	Policies   map[string][]string               // statements of "depeer" and "depeer-export", where defined
	Operators  map[string]Operator               // policies that are not ours
	Marks      []string
	Sessions   []session.Note
	Holder     string // of the lock; "" for nobody
}

// Operator is a policy of the operator's: it adds a community, and then accepts,
// or refuses, or lets the next one decide.
type Operator struct {
	Community policies.Community // 0: none
	Decision  plan.Disposition   // None lets go on
}

type client struct {
	plan.Client
	paths []path
	held  map[netip.Prefix]policies.Route // what it was sent last, and that was not taken back
}

// path is a route that a client announces, and what import policy left of it when it
// was last looked at; nil for nothing.
type path struct {
	announced policies.Route
	left      *policies.Route
}

// New returns a route server without clients and policies.
func New(server plan.Server) *Model {
	m := &Model{server: server, objects: Objects{Operators: map[string]Operator{}}}
	m.objects.wipeOurs()
	return m
}

// wipeOurs leaves the operator's policies only.
func (o *Objects) wipeOurs() {
	*o = Objects{
		Sets:       map[plan.Object]policies.Elements{},
		Gates:      map[string][]netip.Prefix{},
		Statements: map[string]plan.Statement{},
		Policies:   map[string][]string{},
		Operators:  o.Operators,
	}
}

// loadPolicy registers p and defines both policies with its statements.
func (o *Objects) loadPolicy(p *policies.RoutingPolicy) {
	for _, s := range p.Sets {
		o.Sets[plan.ObjectOf(s)] = s.Elements
	}
	o.Policies[policies.ImportPolicy], o.Policies[policies.ExportPolicy] = []string{}, []string{}
	for name, statements := range map[string][]policies.Statement{policies.ImportPolicy: p.Import,
		policies.ExportPolicy: p.Export} {
		for _, s := range statements {
			o.Statements[s.Name] = plan.Statement{Statement: s}
			o.Policies[name] = append(o.Policies[name], s.Name)
		}
	}
}

// Load is a start or a reload with a file whose policy differs, and which has p as
// its part of ours: what came over gRPC is wiped, the lock included. nil is a file that does
// not define our policies. Clients keep their lists; one that names what is not
// defined is left empty, with default NONE: everything is rejected. Sessions that are shut
// stay so: see Restart.
func (m *Model) Load(p *policies.RoutingPolicy) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.made = nil
	m.objects.wipeOurs()
	if p != nil {
		m.objects.loadPolicy(p)
	}
	for _, c := range m.clients {
		for _, a := range []*plan.Assignment{&c.Import, &c.Export} {
			if slices.ContainsFunc(a.Policies, func(name string) bool { return !m.hasPolicy(name) }) {
				*a = plan.Assignment{}
			}
		}
		if !c.AdminDown {
			m.resetClient(c)
		}
	}
}

// Restart is a start: as Load, and only the sessions are down that the file has down.
func (m *Model) Restart(p *policies.RoutingPolicy) {
	m.Load(p)
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.clients {
		m.setAdmin(c, !c.DownInFile)
	}
	for _, c := range m.clients {
		m.sendAll(c)
	}
}

// Admin is the operator who shuts a session, or lets it come up again.
func (m *Model) Admin(a netip.Addr, up bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.setAdmin(m.findClient(a), up)
}

// setAdmin shuts a session, and its routes are gone; or lets it come up, and its client
// announces them anew.
func (m *Model) setAdmin(c *client, up bool) {
	if c.AdminDown == !up {
		return
	}
	c.Up, c.AdminDown = up, !up
	m.resetClient(c)
	m.sendAll(c)
}

// ByHand lets somebody change objects, unseen by Calls.
func (m *Model) ByHand(change func(*Objects)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change(&m.objects)
	m.made = nil
}

// AddClient adds a neighbor, or replaces the one of that address and its routes.
func (m *Model) AddClient(c plan.Client) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i, there := slices.BinarySearchFunc(m.clients, c.Address,
		func(c *client, a netip.Addr) int { return c.Address.Compare(a) })
	if there {
		for _, p := range m.clients[i].paths {
			m.withdrawRoute(m.clients[i], p.announced.Prefix)
		}
		m.clients = slices.Delete(m.clients, i, i+1)
	}
	m.clients = slices.Insert(m.clients, i, &client{Client: c})
	m.sendAll(m.clients[i])
}

// findClient returns the neighbor of an address; nil if there is none.
func (m *Model) findClient(a netip.Addr) *client {
	for _, c := range m.clients {
		if c.Address == a {
			return c
		}
	}
	return nil
}

// hasPolicy says whether a policy is defined: one of ours or of the operator's.
func (m *Model) hasPolicy(name string) bool {
	_, ours := m.objects.Policies[name]
	_, theirs := m.objects.Operators[name]
	return ours || theirs
}

// Calls returns the writing calls that reached the route server, those that it
// refused apart, in order.
func (m *Model) Calls() []plan.Call {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.calls)
}

// Clone returns a copy that shares nothing that changes, without faults and with no
// calls made.
func (m *Model) Clone() *Model {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := &Model{server: m.server, sends: m.sends, objects: m.objects.cloneObjects()}
	for _, c := range m.clients {
		d := *c
		d.paths, d.held = slices.Clone(c.paths), maps.Clone(c.held)
		n.clients = append(n.clients, &d)
	}
	return n
}

// String says what is there in a few lines, for failing tests.
func (m *Model) String() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	o := m.objects
	s := fmt.Sprintf("policies %v\nstatements %v\nsets %v\ngates %v\nmarks %v, lock %q\n",
		o.Policies, sortedKeys(o.Statements), slices.Collect(maps.Keys(o.Sets)), o.Gates, o.Marks, o.Holder)
	for _, name := range sortedKeys(o.Statements) {
		s += fmt.Sprintf("%s %v\n", name, o.Statements[name].Gate)
	}
	for _, c := range m.clients {
		s += fmt.Sprintf("client %s: import %v, export %v, %d routes, down %t\n", c.Address, c.Import, c.Export,
			len(c.paths), c.AdminDown)
	}
	return s + fmt.Sprintf("notes %v\n", o.Sessions)
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
