package plantest

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"depeer/policies"
	"depeer/policies/plan"
	"depeer/policies/plan/session"
)

// The elements of a gate, closed and open.
var (
	nobody = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/32"), netip.MustParsePrefix("::/128")}
	all    = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}
)

// cloneObjects copies the maps and what a call changes in place.
func (o Objects) cloneObjects() Objects {
	o.Sets = maps.Clone(o.Sets)
	o.Gates, o.Statements, o.Policies = maps.Clone(o.Gates), maps.Clone(o.Statements), maps.Clone(o.Policies)
	o.Operators, o.Marks = maps.Clone(o.Operators), slices.Clone(o.Marks)
	o.Sessions = slices.Clone(o.Sessions)
	return o
}

// Do makes one writing call, as far as a fault lets it.
func (m *Model) Do(_ context.Context, c plan.Call) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	fault := Healthy
	if m.fault != nil {
		fault = m.fault(len(m.calls), c)
	}
	switch fault {
	case Healthy, Lost:
	case Late:
		m.late = append(m.late, c)
		return fmt.Errorf("%s: %w", c, plan.ErrUnknown)
	case Later:
		m.later = append(m.later, c)
		return fmt.Errorf("%s: %w", c, plan.ErrUnknown)
	case Unsent:
		return fmt.Errorf("%s: %w", c, plan.ErrUnreachable)
	case Refusing:
		return fmt.Errorf("%s: %w", c, plan.ErrRefused)
	case Dropped:
		return fmt.Errorf("%s: %w", c, plan.ErrUnknown)
	default:
		panic(fmt.Sprintf("plantest: no fault %d", fault))
	}
	if err := m.doCall(c); err != nil {
		return fmt.Errorf("%s: %w: %w", c, plan.ErrRefused, err)
	}
	if fault == Lost {
		return fmt.Errorf("%s: %w", c, plan.ErrUnknown)
	}
	return nil
}

// doCall makes the call. What a call that fails leaves behind is as in the engine.
func (m *Model) doCall(c plan.Call) error {
	if err := verbs[c.Verb](m, c); err != nil {
		return err
	}
	m.calls = append(m.calls, c)
	return nil
}

var verbs = [...]func(*Model, plan.Call) error{
	plan.AddSet:          (*Model).addSet,
	plan.DeleteSet:       (*Model).deleteSet,
	plan.AddGate:         func(m *Model, c plan.Call) error { return m.appendGate(c.Name, nobody) },
	plan.OpenGate:        func(m *Model, c plan.Call) error { return m.appendGate(c.Name, all) },
	plan.CloseGate:       (*Model).closeGate,
	plan.DeleteGate:      (*Model).deleteGate,
	plan.Hold:            (*Model).holdStatement,
	plan.Release:         (*Model).releaseStatement,
	plan.AddStatements:   (*Model).addStatements,
	plan.TakeStatements:  (*Model).takeStatements,
	plan.DeleteStatement: (*Model).deleteStatement,
	plan.Assign:          (*Model).assignList,
	plan.Reset:           (*Model).softReset,
	plan.Mark:            (*Model).addMark,
	plan.Unmark:          (*Model).deleteMark,
	plan.Lock:            (*Model).addLock,
	plan.Unlock:          (*Model).deleteLock,
	plan.NoteSessions:    (*Model).noteSessions,
	plan.ForgetSessions:  (*Model).forgetSessions,
	plan.ShutSession:     func(m *Model, c plan.Call) error { return m.setSession(c, false) },
	plan.OpenSession:     func(m *Model, c plan.Call) error { return m.setSession(c, true) },
	plan.ResetOut:        func(*Model, plan.Call) error { panic("plantest: what soft reset out does is not modelled") },
}

func (m *Model) appendGate(name string, elements []netip.Prefix) error {
	m.objects.Gates[name] = slices.Concat(m.objects.Gates[name], elements)
	return nil
}

func (m *Model) closeGate(c plan.Call) error {
	gate, there := m.objects.Gates[c.Name]
	if !there {
		return fmt.Errorf("not found defined-set: %s", c.Name)
	}
	m.objects.Gates[c.Name] = slices.DeleteFunc(slices.Clone(gate),
		func(p netip.Prefix) bool { return slices.Contains(all, p) })
	return nil
}

func (m *Model) deleteGate(c plan.Call) error {
	if _, there := m.objects.Gates[c.Name]; !there {
		return fmt.Errorf("not found defined-set: %s", c.Name)
	}
	for _, s := range m.objects.Statements {
		if s.Gate.Set == c.Name {
			return fmt.Errorf("can't delete. defined-set %s is in use", c.Name)
		}
	}
	delete(m.objects.Gates, c.Name)
	return nil
}

func (m *Model) assignList(c plan.Call) error {
	to := m.findClient(c.Client)
	switch {
	case to == nil:
		return fmt.Errorf("not found peer %s", c.Client)
	case !to.RouteServer:
		return fmt.Errorf("non-rs-client peer %s doesn't have per peer policy", c.Client)
	}
	for i, name := range c.Policies {
		switch {
		case !m.hasPolicy(name):
			return fmt.Errorf("not found policy %s", name)
		case slices.Contains(c.Policies[:i], name):
			return fmt.Errorf("duplicated policy %s", name)
		}
	}
	list := &to.Export
	if c.Import {
		list = &to.Import
	}
	list.Policies = slices.Clone(c.Policies)
	if c.Default != plan.None {
		list.Default = c.Default
	}
	return nil
}

// softReset panics on no address: in gobgpd that is every peer.
func (m *Model) softReset(c plan.Call) error {
	if !c.Client.IsValid() {
		panic("plantest: soft reset of every peer")
	}
	of := m.findClient(c.Client)
	if of == nil || !of.Up {
		return fmt.Errorf("not found peer %s, or it is down", c.Client)
	}
	m.resetClient(of)
	return nil
}

func (m *Model) addMark(c plan.Call) error {
	m.objects.Marks = append(m.objects.Marks, c.Mark)
	return nil
}

func (m *Model) deleteMark(c plan.Call) error {
	if len(m.objects.Marks) == 0 {
		return fmt.Errorf("not found defined-set: %s", plan.MarkSet)
	}
	m.objects.Marks = slices.DeleteFunc(m.objects.Marks, func(mark string) bool { return mark == c.Mark })
	return nil
}

func (m *Model) addLock(c plan.Call) error {
	if m.objects.Holder != "" {
		return fmt.Errorf("statement %slock already defined", policies.Prefix)
	}
	m.objects.Holder = c.Holder
	return nil
}

func (m *Model) deleteLock(c plan.Call) error {
	if m.objects.Holder != c.Holder {
		return fmt.Errorf("not found policy: %slock/%s", policies.Prefix, c.Holder)
	}
	m.objects.Holder = ""
	return nil
}

func (m *Model) noteSessions(c plan.Call) error {
	m.objects.Sessions = slices.Concat(m.objects.Sessions, c.Notes)
	return nil
}

// forgetSessions takes off each of the notes however often it is there. What is not
// there is forgotten.
func (m *Model) forgetSessions(c plan.Call) error {
	m.objects.Sessions = slices.DeleteFunc(slices.Clone(m.objects.Sessions),
		func(n session.Note) bool { return slices.Contains(c.Notes, n) })
	return nil
}

// setSession shuts or opens one. It panics on no address: in gobgpd that is every peer.
func (m *Model) setSession(c plan.Call, up bool) error {
	if !c.Client.IsValid() {
		panic("plantest: the session of every peer")
	}
	of := m.findClient(c.Client)
	if of == nil {
		return fmt.Errorf("neighbor that has %v doesn't exist", c.Client)
	}
	m.setAdmin(of, up)
	return nil
}
