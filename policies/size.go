package policies

// Size is how many bytes each path attribute of a route takes in the message in which gobgpd
// sends it to a route-server client: it sends attributes as they came, and rewrites only
// the AS path, with four bytes an ASN. The zero value is a size that is not known.
//
// gobgpd 3.37 plans its messages with lengths that it noted when it read an attribute, or
// wrote it anew. They are not always those that it sends: what a prepend adds is not among
// them, nor what the AS path of a session without four-octet ASNs grows by. So there are two sums,
// Sent and Counted (TestFactLength, TestFactStaleLength).
type Size struct {
	Path        uint16 // AS_PATH
	PathValue   uint16 // of these, its segments
	PathCounted uint16 // what gobgpd takes Path for
	Leading     uint8  // ASNs of the first segment, where it is a sequence

	LocalPref, MED uint8 // 7, or 0 where there is none

	Communities      uint16
	LargeCommunities uint16

	Others        uint16 // all that no action of ours changes
	OthersCounted uint16 // what gobgpd takes Others for

	// Reach says that the prefix is among the attributes (MP_REACH_NLRI), as with IPv6.
	Reach bool
}

// sequenceMax is how many ASNs a segment of an AS path has at most.
const sequenceMax = 255

// Known says whether the size is known.
func (s *Size) Known() bool { return s.Others != 0 }

// Sent returns how many bytes all attributes take.
func (s *Size) Sent() int {
	return int(s.Path) + int(s.LocalPref) + int(s.MED) + int(s.Communities) + int(s.LargeCommunities) + int(s.Others)
}

// Counted returns what gobgpd takes Sent for when it plans a message.
func (s *Size) Counted() int {
	return s.Sent() - int(s.Path) + int(s.PathCounted) - int(s.Others) + int(s.OthersCounted)
}

// GrowsBytes returns how many bytes a makes the attributes of a route longer at most. AddedBytes
// is about what gobgpd counts, of which a prepend has no bound.
func (a Actions) GrowsBytes() int {
	prepended := 0
	if a.Prepend != 0 { // the attribute may pass 255, and take a segment more
		prepended = 1 + 2 + asnBytes*int(a.Prepend)
		a.Prepend = 0
	}
	return a.AddedBytes() + prepended
}

// SetLocalPref makes room for a LOCAL_PREF.
func (s *Size) SetLocalPref() {
	if s.Known() {
		s.LocalPref = numberBytes
	}
}

// SetMED makes room for a MULTI_EXIT_DISC.
func (s *Size) SetMED() {
	if s.Known() {
		s.MED = numberBytes
	}
}

// SetCommunities makes it that of a route with n communities, written anew.
func (s *Size) SetCommunities(n int) {
	if s.Known() {
		s.Communities = uint16(listBytes(n, communityBytes))
	}
}

// SetLargeCommunities makes it that of a route with n large communities, written anew.
func (s *Size) SetLargeCommunities(n int) {
	if s.Known() {
		s.LargeCommunities = uint16(listBytes(n, largeCommunityBytes))
	}
}

// Prepend makes the AS path longer by n ASNs, at most 255, of its leading sequence. gobgpd
// counts the path as it was before, though with four bytes an ASN.
func (s *Size) Prepend(n uint8) {
	if !s.Known() {
		return
	}
	value, leading := int(s.PathValue)+asnBytes*int(n), int(s.Leading)+int(n)
	if leading > sequenceMax {
		value += 2 // a segment of its own takes what is left
		leading -= sequenceMax
	}
	s.PathCounted = uint16(AttributeBytes(int(s.PathValue)))
	s.PathValue, s.Path, s.Leading = uint16(value), uint16(AttributeBytes(value)), uint8(leading)
}
