package filters

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// AppendText appends the entry as "10.0.0.0/8 8..32", the form of plans and journals.
func (e Entry) AppendText(b []byte) ([]byte, error) {
	b = e.Prefix.AppendTo(b)
	b = append(b, ' ')
	b = strconv.AppendUint(b, uint64(e.Min), 10)
	b = append(b, ".."...)
	return strconv.AppendUint(b, uint64(e.Max), 10), nil
}

// MarshalText returns what AppendText appends.
func (e Entry) MarshalText() ([]byte, error) { return e.AppendText(make([]byte, 0, 32)) }

// UnmarshalText reads what MarshalText writes. It refuses what Normalise never returns: a mapped
// prefix, host bits, lengths outside of the prefix.
func (e *Entry) UnmarshalText(text []byte) error {
	prefix, lengths, _ := strings.Cut(string(text), " ")
	least, most, _ := strings.Cut(lengths, "..")
	p, err := netip.ParsePrefix(prefix)
	if err != nil {
		return err
	}
	low, errLow := strconv.ParseUint(least, 10, 8)
	high, errHigh := strconv.ParseUint(most, 10, 8)
	switch {
	case errLow != nil || errHigh != nil || p != p.Masked() || p.Addr().Is4In6(),
		int(low) < p.Bits(), low > high, int(high) > p.Addr().BitLen():
		return fmt.Errorf("%q is not an entry", text)
	}
	*e = Entry{Prefix: p, Min: uint8(low), Max: uint8(high)}
	return nil
}
