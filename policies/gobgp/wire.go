package gobgp

import (
	"errors"
	"fmt"
	"net/netip"

	"google.golang.org/protobuf/encoding/protowire"

	"depeer/policies/plan"
)

// Numbers of fields in gobgp.proto. The others of a path are not looked at.
const (
	responseDestination protowire.Number = 1
	destinationPath     protowire.Number = 2
	pathAge             protowire.Number = 3
	pathNeighbor        protowire.Number = 15
	pathIdentifier      protowire.Number = 18
	pathNLRI            protowire.Number = 20
	pathAttributes      protowire.Number = 21
	timestampSeconds    protowire.Number = 1
)

// decoder reads answers of ListPath in binary form, of one family.
type decoder struct {
	path path
	is6  bool
	// The last neighbor, and its address: it is the same many times in a row.
	neighbor []byte
	peer     netip.Addr
}

// readDestination gives each path of an answer to each, and returns whether that
// wants more.
func (d *decoder) readDestination(message []byte, each func(*path) bool) (more bool, err error) {
	more = true
	err = eachField(message, func(n protowire.Number, destination []byte, _ uint64) error {
		if n != responseDestination {
			return nil
		}
		return eachField(destination, func(n protowire.Number, text []byte, _ uint64) error {
			if n != destinationPath || !more {
				return nil
			}
			if err := d.readMessage(text); err != nil {
				return err
			}
			more = each(&d.path)
			return nil
		})
	})
	if err != nil {
		err = fmt.Errorf("%w: its answer cannot be read: %w", plan.ErrUnreachable, err)
	}
	return more, err
}

func (d *decoder) readMessage(message []byte) error {
	p := &d.path
	*p = path{}
	err := eachField(message, func(n protowire.Number, value []byte, number uint64) (err error) {
		switch n {
		case pathAge:
			err = eachField(value, func(n protowire.Number, _ []byte, number uint64) error {
				if n == timestampSeconds {
					p.since = uint32(number)
				}
				return nil
			})
		case pathIdentifier:
			p.id = uint32(number)
		case pathNeighbor:
			if string(value) != string(d.neighbor) {
				d.neighbor = append(d.neighbor[:0], value...)
				d.peer, _ = netip.ParseAddr(string(value)) // "<nil>" of a route that gobgpd made itself
			}
			p.peer = d.peer
		case pathNLRI:
			p.prefix, err = readNLRI(value, d.is6)
		case pathAttributes:
			err = p.readAttribute(value)
		}
		return err
	})
	if err == nil && !p.prefix.IsValid() {
		err = errors.New("a path without a prefix")
	}
	p.size.addNextHop(p.prefix)
	return err
}

// eachField gives each field to each: what it holds, or the number that it is. Those
// that are neither are passed over.
func eachField(message []byte, each func(n protowire.Number, value []byte, number uint64) error) error {
	for len(message) > 0 {
		field, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return protowire.ParseError(n)
		}
		message = message[n:]
		var value []byte
		var number uint64
		switch kind {
		case protowire.BytesType:
			value, n = protowire.ConsumeBytes(message)
		case protowire.VarintType:
			number, n = protowire.ConsumeVarint(message)
		default:
			if n = protowire.ConsumeFieldValue(field, kind, message); n >= 0 {
				message = message[n:]
				continue
			}
		}
		if n < 0 {
			return protowire.ParseError(n)
		}
		message = message[n:]
		if err := each(field, value, number); err != nil {
			return err
		}
	}
	return nil
}
