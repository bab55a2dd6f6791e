package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"depeer/cmd/internal/view"
	"depeer/filters"
	"depeer/policies/lab"
	"depeer/policies/operate"
)

// What the lab tells: the listing of this example is put to the routes of its
// members.
const (
	labListing = "mccolo-2008/listing.yaml"
	labRoutes  = "mccolo-2008/routes.tsv"
	labASN     = filters.ASN(64500)
)

// labTimeout bounds the start and each step. Sessions take one to two seconds.
const labTimeout = 30 * time.Second

func labCommand(s *session) *cli.Command {
	var keep bool
	return &cli.Command{
		Name:      "lab",
		Usage:     "shows on loopback what a listing does: a route server and its members, embedded",
		ArgsUsage: " ",
		Description: "Starts a GoBGP route server and four members in this process, with the routes of\n" +
			"examples/mccolo-2008; plans and applies the listing of that example, shows what the\n" +
			"members hold before and after, and takes it back. It needs no root, and only addresses\n" +
			"in 127.0.0.0/8.",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "keep", Destination: &keep,
				Usage: "leave it running, without policy, as a target; ends on Ctrl-C or SIGTERM"},
		},
		Action: func(c *cli.Context) error {
			if c.NArg() > 0 {
				return newUsageError("depeer lab", "lab takes no files: it has a listing of its own")
			}
			return s.runLab(c.Context, keep, s.global.json)
		},
	}
}

func (s *session) runLab(ctx context.Context, keep, json bool) error {
	story, members, err := readStory(s.now)
	if err != nil {
		return err
	}
	s.view.Note("starting a route server and %s on loopback", formatCount(len(members), "member"))
	l, err := startLab(ctx, members)
	if err != nil {
		return err
	}
	defer l.Close()

	result := describeLab(l)
	if !keep || !json {
		if err := s.tellStory(ctx, l, story, &result); err != nil {
			return err
		}
		if err := s.view.Lab(result); err != nil {
			return err
		}
	}
	if !keep {
		return nil
	}
	if err := s.view.LabStands(result); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

func startLab(ctx context.Context, members []lab.Member) (*lab.Lab, error) {
	limited, cancel := context.WithTimeout(ctx, labTimeout)
	defer cancel()
	l, err := lab.Start(limited, lab.Config{ASN: labASN, Members: members})
	if err != nil && ctx.Err() == nil {
		return nil, &operate.Error{Kind: operate.Failed, Name: "lab", Err: fmt.Errorf("the lab did not start: %w", err),
			Hint: "it needs TCP between addresses of 127.0.0.0/8, from 127.0.0.1 on; a firewall may be in the way"}
	}
	return l, err
}

// describeLab describes a lab whose sessions stand.
func describeLab(l *lab.Lab) view.Lab {
	result := view.Lab{Target: l.Target(), ASN: uint32(l.ASN())}
	for _, m := range l.Members() {
		result.Members = append(result.Members,
			view.LabMember{Address: m.Address.String(), ASN: uint32(m.ASN), Announces: len(m.Announces)})
	}
	return result
}
