package wire

import (
	"slices"

	"depeer/policies"
	"depeer/policies/rib"
)

// Attributes are the attributes of one path that policies and the choice between paths
// use. Lists point into the octets that they were read from. Only FillRoute parses them:
// many paths are only counted. No policy uses any of the other attributes, such as next hops.
type Attributes struct {
	Origin    rib.Origin
	LocalPref uint32
	MED       uint32
	HasMED    bool
	ASPath    rib.ASPath // ASNs of four octets

	communities, largeCommunities []byte
}

// ReadAttribute notes the value of one attribute. An AS path has to be whole segments with
// ASNs of four octets, of any types. ReadAttribute ignores attributes that are not needed.
func (a *Attributes) ReadAttribute(code Code, value []byte) (fault Fault) {
	switch code {
	case Origin:
		fault = readOrigin(&a.Origin, value)
	case ASPath:
		var err error
		if a.ASPath, err = rib.ParseASPath(value); err != nil {
			fault = BadASPath
		}
	case MED:
		fault = readNumber(&a.MED, value, BadMED)
		a.HasMED = true
	case LocalPref:
		fault = readNumber(&a.LocalPref, value, BadLocalPref)
	case Communities:
		a.communities, fault = value, checkCommunities(value)
	case LargeCommunities:
		a.largeCommunities, fault = value, checkLargeCommunities(value)
	}
	return fault
}

// FillRoute puts the attributes, as policies see them, into r. It uses the memory that r
// has. A MED goes to med, which r then points to.
func (a *Attributes) FillRoute(r *policies.Route, med *uint32) {
	r.LocalPref, r.MED = a.LocalPref, nil
	if a.HasMED {
		*med = a.MED
		r.MED = med
	}
	r.Path = a.ASPath.Append(slices.Grow(r.Path[:0], len(a.ASPath)/4)) // enough where it is one sequence
	r.Communities = appendCommunities(slices.Grow(r.Communities[:0], len(a.communities)/communityLen), a.communities)
	large := slices.Grow(r.LargeCommunities[:0], len(a.largeCommunities)/largeCommunityLen)
	r.LargeCommunities = appendLargeCommunities(large, a.largeCommunities)
}
