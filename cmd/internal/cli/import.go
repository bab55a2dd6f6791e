package cli

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"depeer/cmd/internal/view"
	"depeer/filters"
	"depeer/filters/diag"
	"depeer/filters/feed"
	"depeer/filters/listing"
	"depeer/filters/trust"
	"depeer/policies/operate"
	"depeer/policies/persist"
)

// importArgs are the arguments and flags of import.
type importArgs struct {
	format       feed.Format
	source       string // a file, "-", or an https URL
	options      feed.Options
	output       string
	allowPrivate bool
	force        bool
}

func importCommand(s *session) *cli.Command {
	var args importArgs
	return &cli.Command{
		Name:      "import",
		Usage:     "makes a listing of a feed",
		ArgsUsage: "FORMAT FILE|URL",
		Description: "FORMAT is spamhaus-drop, spamhaus-asndrop, plain or csv (columns ASN and Entity). A feed\n" +
			"that is cut, or is something else, is refused, and nothing is printed. A URL is asked at\n" +
			"most once an hour; the copy of that time serves until then.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "name", Destination: &args.options.Name,
				Usage: "the listing's `NAME` (by default the feed's)"},
			&cli.StringFlag{Name: "treatment", Destination: &args.options.Treatment,
				Usage: "the listing's default `TREATMENT`"},
			bindOutput(&args.output, writeFile),
			&cli.BoolFlag{Name: "allow-private", Destination: &args.allowPrivate,
				Usage: "fetch from private and loopback addresses, too"},
			&cli.BoolFlag{Name: "force", Destination: &args.force, Usage: "ask a URL again within the hour"},
		},
		Action: func(c *cli.Context) error {
			if c.NArg() != 2 {
				return newUsageError("depeer import "+formatNames("|")+" FILE|URL",
					"import takes a format and one file or URL")
			}
			format, err := feed.ParseFormat(c.Args().Get(0))
			if err != nil {
				near := diag.Nearest(c.Args().Get(0), strings.Split(formatNames("|"), "|"))
				return newUsageError("depeer import "+cmp.Or(near, formatNames("|"))+" "+c.Args().Get(1), "%v", err)
			}
			args.format, args.source = format, c.Args().Get(1)
			return s.importFeed(c.Context, args)
		},
	}
}

func formatNames(separator string) string {
	var names []string
	for _, f := range feed.Formats() {
		names = append(names, f.String())
	}
	return strings.Join(names, separator)
}

func (s *session) importFeed(ctx context.Context, args importArgs) error {
	l, diags, err := s.readFeed(ctx, args)
	if err != nil {
		return err
	}
	if f := operate.Verdict(diags); f != nil {
		return f
	}
	var text bytes.Buffer
	if err := listing.Write(&text, l); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := checkReadBack(text.Bytes()); err != nil {
		return err
	}
	if args.output == stdoutName {
		args.output = ""
	}
	if args.output != "" {
		if err := s.writeOutput(args.output, persist.Whole(text.Bytes()), 0o644); err != nil {
			return err
		}
	}
	result := view.Import{Name: l.Name, Listing: text.Bytes(), File: args.output, Providers: len(l.Providers),
		Diagnostics: diags}
	for i := range l.Providers {
		result.Prefixes += len(l.Providers[i].Prefixes)
		result.ASNs += len(l.Providers[i].ASNs)
	}
	return s.view.Import(result)
}

// checkReadBack returns an error where check would not read what import has written: a feed may have more
// entries than a listing in YAML.
func checkReadBack(text []byte) error {
	if _, diags := listing.Read("the listing", text); diags.Worst() == diag.Error {
		return &operate.Error{Kind: operate.Invalid, Name: "invalid-input",
			Err: fmt.Errorf("the feed makes a listing that could not be read: %s", diags[0].Message),
			Hint: "split the feed; or name it in the exchange file, lists: [{feed: ..., url: ...}], which needs " +
				"no listing"}
	}
	return nil
}

// readFeed reads a feed from a file or a URL.
func (s *session) readFeed(ctx context.Context, args importArgs) (*filters.Listing, diag.List, error) {
	if !strings.Contains(args.source, "://") {
		data, err := s.reader.Files.Get(args.source, trust.Any)
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		if err != nil {
			return nil, nil, &operate.Error{Kind: operate.Invalid, Name: "invalid-input",
				Err: fmt.Errorf("%s: %w", args.source, err)}
		}
		l, diags := feed.Parse(args.format, args.source, data, args.options)
		return l, diags, nil
	}
	f, err := s.newFetcher()
	if err != nil {
		return nil, nil, err
	}
	f.AllowPrivate, f.Force = args.allowPrivate, args.force
	l, diags, copied, err := f.Listing(ctx, args.format, args.source, args.options)
	if err != nil {
		return nil, nil, feedFailure(err, diags)
	}
	if !copied.Fresh {
		s.view.Note("asked within the hour: this is the copy of %s", copied.FetchedAt.UTC().Format(time.RFC3339))
	}
	return l, diags, nil
}
