package impact

// Who has secondary-route is told again, with each soft reset of a member, of every
// prefix that this member announces, be it refused or not: whatever path there is for it.
// Its own reset is no exception (GoBGP 3.37, sendSecondaryRoutes).
//
//	announced by   A B   left: A B   both resets send A a path, and B one
//	announced by   A B   left: A     both resets send B a path; there is none for A

// resent counts, of each member, what its soft reset sends again.
type resent struct {
	paths [][2]int // of IPv4 and IPv6, of each member: such that somebody has left to announce
	alone [][2]int // of these, such that only the member itself has
	// others are those that only another member has, who has secondary-route.
	others map[pair][2]int
}

// pair is who alone announces, and whose reset it is.
type pair struct{ alone, reset uint32 }

func newResent(sessions int) resent {
	return resent{make([][2]int, sessions), make([][2]int, sessions), make(map[pair][2]int)}
}

// see counts a prefix.
func (r *resent) see(family int, paths []entry) {
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

// again returns how many routes a member is told again, of which paths are new to it.
func (a *assessment) again(n uint32, paths int) int {
	s := &a.sessions[n]
	if !s.SecondaryRoute {
		return 0
	}
	all := 0
	for family := range a.sent {
		if !s.sent(family) {
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
