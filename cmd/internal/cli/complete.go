package cli

import (
	"cmp"
	"log/slog"
	"os"
	"slices"

	"depeer/cmd/internal/cmdline"
	"depeer/cmd/internal/view"
	"depeer/filters/feed"
	"depeer/policies/exchange"
	"depeer/policies/gobgpconf"
	"depeer/policies/operate"
)

// completeValues returns the words that may stand for a flag's value, or for the first argument of a
// command. Whatever cannot be read has none: completion says nothing of what is wrong. Those that a terminal
// would obey are left out.
func (s *session) completeValues(args []string) cmdline.Values {
	find := s.findValues(args)
	return func(command, flag string) []string {
		return slices.DeleteFunc(find(command, flag), func(v string) bool { return view.Escape(v) != v })
	}
}

// findValues is completeValues, with values that a terminal could obey.
func (s *session) findValues(args []string) cmdline.Values {
	return func(command, flag string) []string {
		s.reader.Config = cmp.Or(cmdline.Given(args, "config", "c"), os.Getenv("DEPEER_CONFIG"))
		s.state = cmp.Or(cmdline.Given(args, "state"), os.Getenv("DEPEER_STATE"))
		s.reader.Note, s.log = func(string, ...any) {}, slog.New(slog.DiscardHandler)
		switch flag {
		case "":
			return s.completeArgument(command, cmdline.Given(args, targetFlag))
		case targetFlag:
			return s.completeTargets()
		case "format":
			return namesOf(gobgpconf.Formats())
		case "treatment":
			return s.completeTreatments()
		case "color":
			return []string{"auto", "always", "never"}
		case "log-format":
			return []string{"text", "json"}
		}
		return nil
	}
}

func (s *session) completeArgument(command, target string) []string {
	switch command {
	case "import":
		return namesOf(feed.Formats())
	case "completion":
		return cmdline.Shells()
	case "rollback", "show":
		return s.completeIDs(target)
	case "explain":
		return s.completeMembers()
	}
	return nil
}

// readConfig returns the exchange file, or an empty one.
func (s *session) readConfig() *exchange.Exchange {
	if x := s.readExchange(); x != nil {
		return x
	}
	return exchange.Default()
}

func (s *session) completeTargets() []string {
	var names []string
	for _, t := range s.readConfig().Targets {
		names = append(names, t.Name)
	}
	if len(names) > 0 {
		names = append(names, exchange.AllTargets)
	}
	return names
}

func (s *session) completeTreatments() []string {
	x := s.readConfig()
	var names []string
	for _, t := range x.Treatments {
		names = append(names, t.Name)
	}
	for _, l := range x.Ladders {
		names = append(names, l.Name)
	}
	return names
}

func (s *session) completeMembers() []string {
	var names []string
	for _, m := range s.readConfig().Members {
		names = append(names, "AS"+m.ASN.String())
	}
	return names
}

// completeIDs returns the changes of a target's history; of all targets of the exchange file where none
// is named.
func (s *session) completeIDs(target string) []string {
	store, err := s.openStore()
	if err != nil {
		return nil
	}
	x := s.readConfig()
	var targets []operate.Target
	if t, err := s.findTarget(targetFlags{target: target}, x); err == nil {
		targets = append(targets, t)
	} else {
		targets, _ = s.findAllTargets(targetFlags{}, x)
	}
	var ids []string
	for _, t := range targets {
		records, _ := store.History(t.Address)
		for i := range records {
			ids = append(ids, records[i].ID)
		}
	}
	return ids
}

// namesOf returns the names of formats.
func namesOf[T interface{ String() string }](all []T) []string {
	names := make([]string, len(all))
	for i, one := range all {
		names[i] = one.String()
	}
	return names
}
