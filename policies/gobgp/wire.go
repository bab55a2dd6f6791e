package gobgp

import (
	"errors"
	"net/netip"

	"google.golang.org/protobuf/encoding/protowire"
)

// Numbers of fields in gobgp.proto. The others of a path are not looked at.
const (
	responseDestination protowire.Number = 1
	destinationPath     protowire.Number = 2
	pathNeighbor        protowire.Number = 15
	pathNLRI            protowire.Number = 20
	pathAttributes      protowire.Number = 21
)

// decoder reads answers of ListPath in binary form, of one family.
type decoder struct {
	path path
	is6  bool
	// The last neighbor, and its address: it is the same many times in a row.
	neighbor []byte
	peer     netip.Addr
}

// destination gives each path of an answer to each, and returns whether that
// wants more.
func (d *decoder) destination(message []byte, each func(*path) bool) (more bool, err error) {
	more = true
	err = fields(message, func(n protowire.Number, destination []byte) error {
		if n != responseDestination {
			return nil
		}
		return fields(destination, func(n protowire.Number, text []byte) error {
			if n != destinationPath || !more {
				return nil
			}
			if err := d.read(text); err != nil {
				return err
			}
			more = each(&d.path)
			return nil
		})
	})
	return more, err
}

func (d *decoder) read(message []byte) error {
	p := &d.path
	*p = path{}
	err := fields(message, func(n protowire.Number, value []byte) (err error) {
		switch n {
		case pathNeighbor:
			if string(value) != string(d.neighbor) {
				d.neighbor = append(d.neighbor[:0], value...)
				d.peer, _ = netip.ParseAddr(string(value)) // "<nil>" of a route that gobgpd made itself
			}
			p.peer = d.peer
		case pathNLRI:
			p.prefix, err = parseNLRI(value, d.is6)
		case pathAttributes:
			err = p.attribute(value)
		}
		return err
	})
	if err == nil && !p.prefix.IsValid() {
		err = errors.New("a path without a prefix")
	}
	return err
}

// fields gives each field that has a length to each.
func fields(message []byte, each func(protowire.Number, []byte) error) error {
	for len(message) > 0 {
		number, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return protowire.ParseError(n)
		}
		message = message[n:]
		if kind == protowire.BytesType {
			value, n := protowire.ConsumeBytes(message)
			if n < 0 {
				return protowire.ParseError(n)
			}
			if err := each(number, value); err != nil {
				return err
			}
			message = message[n:]
			continue
		}
		if n = protowire.ConsumeFieldValue(number, kind, message); n < 0 {
			return protowire.ParseError(n)
		}
		message = message[n:]
	}
	return nil
}
