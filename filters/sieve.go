package filters

// ASNSieve says of most ASNs that they are not in a set, faster than a map does. It has one bit for
// all ASNs with the same lower half. The zero value is the empty set.
type ASNSieve [1 << 10]uint64

// Add adds an ASN to the set.
func (s *ASNSieve) Add(asn ASN) { s[asn&0xffff>>6] |= 1 << (asn & 63) }

// May says whether asn may be in the set. False is certain.
func (s *ASNSieve) May(asn ASN) bool { return s[asn&0xffff>>6]&(1<<(asn&63)) != 0 }
