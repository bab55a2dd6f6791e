package impact

// With each soft reset of a member, gobgpd sends every member that has secondary-route a path
// again for every prefix that the first member announces, even if the prefix is refused. The
// member's own reset is no exception (GoBGP 3.37, sendSecondaryRoutes).
//
//	announced by   A B   left: A B   both resets send A a path, and B one
//	announced by   A B   left: A     both resets send B a path; there is none for A

// resent counts, for each member, the routes that its soft reset sends again.
type resent struct {
	paths [][2]int // of IPv4 and IPv6, of each member: prefixes that a path is left to
	alone [][2]int // of these, such that only the member itself has
	// others are those that only another member has, one with secondary-route.
	others map[pair][2]int
}

// pair is the only announcer of a prefix, and the member that is reset.
type pair struct{ alone, reset uint32 }

func newResent(sessions int) resent {
	return resent{make([][2]int, sessions), make([][2]int, sessions), make(map[pair][2]int)}
}

// addPrefix counts a prefix.
func (r *resent) addPrefix(family int, paths []entry) {
	var one uint32
	left, several := false, false
	for i := range paths {
		if !paths[i].isLeft() {
			continue
		}
		several = several || left && paths[i].peer != one
		one, left = paths[i].peer, true
	}
	if !left {
		return
	}
	for i := range paths {
		switch peer := paths[i].peer; {
		case several:
			r.paths[peer][family]++
		case peer == one:
			r.paths[peer][family]++
			r.alone[peer][family]++
		default:
			r.paths[peer][family]++
			n := r.others[pair{one, peer}]
			n[family]++
			r.others[pair{one, peer}] = n
		}
	}
}

// countResent returns how many routes are sent to a member again; paths of them are new to it.
func (a *assessment) countResent(n uint32, paths int) int {
	s := &a.sessions[n]
	if !s.SecondaryRoute {
		return 0
	}
	all := 0
	for family := range a.sent {
		if !s.isSent(family) {
			continue
		}
		for m := range a.members {
			if !a.members[m].Reset {
				continue
			}
			all += a.resent.paths[m][family] - a.resent.others[pair{n, uint32(m)}][family]
			if uint32(m) == n {
				all -= a.resent.alone[m][family]
			}
		}
	}
	return all - paths
}
