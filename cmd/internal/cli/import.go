package cli

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"depeer/cmd/internal/cmdline"
	"depeer/cmd/internal/view"
	"depeer/filters/diag"
	"depeer/filters/feed"
	"depeer/policies/operate"
	"depeer/policies/persist"
)

// importArgs are the arguments and flags of import.
type importArgs struct {
	operate.ImportOptions
	maxAge span
	output string
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
			&cli.StringFlag{Name: "name", Destination: &args.Options.Name,
				Usage: "the listing's `NAME` (by default the feed's)"},
			&cli.StringFlag{Name: "treatment", Destination: &args.Options.Treatment,
				Usage: "the listing's default `TREATMENT`"},
			&cli.GenericFlag{Name: "max-age", Value: &args.maxAge,
				Usage: "how old the listing may be when plans are made of it, such as `30d`"},
			bindOutput(&args.output, writeFile),
			&cli.BoolFlag{Name: "allow-private", Destination: &args.AllowPrivate,
				Usage: "fetch from private and loopback addresses, too"},
			&cli.BoolFlag{Name: "force", Destination: &args.Force, Usage: "ask a URL again within the hour"},
		},
		Action: func(c *cli.Context) error {
			if c.NArg() != 2 {
				return cmdline.NewUsageError("depeer import "+formatNames("|")+" FILE|URL",
					"import takes a format and one file or URL")
			}
			format, err := feed.ParseFormat(c.Args().Get(0))
			if err != nil {
				near := diag.Nearest(c.Args().Get(0), strings.Split(formatNames("|"), "|"))
				return cmdline.NewUsageError("depeer import "+cmp.Or(near, formatNames("|"))+" "+c.Args().Get(1), "%v", err)
			}
			args.MaxAge, args.Format, args.Source = time.Duration(args.maxAge), format, c.Args().Get(1)
			return s.importFeed(c.Context, args)
		},
	}
}

func formatNames(separator string) string { return strings.Join(namesOf(feed.Formats()), separator) }

func (s *session) importFeed(ctx context.Context, args importArgs) error {
	imported, err := operate.Import(ctx, s.reader, args.ImportOptions)
	if !imported.CopyOf.IsZero() {
		s.view.Note("asked within the hour: this is the copy of %s", imported.CopyOf.UTC().Format(time.RFC3339))
	}
	switch {
	case errors.As(err, new(*feed.URLError)):
		return cmdline.NewUsageError("depeer import FORMAT https://...", "%v", err)
	case err != nil:
		return err
	}
	if args.output == stdoutName {
		args.output = ""
	}
	if args.output != "" {
		if err := s.writeOutput(args.output, persist.Whole(imported.Text), 0o644); err != nil {
			return err
		}
	}
	l := imported.Listing
	result := view.Import{Name: l.Name, Listing: imported.Text, File: args.output, Providers: len(l.Providers),
		Diagnostics: imported.Diagnostics}
	for i := range l.Providers {
		result.Prefixes += len(l.Providers[i].Prefixes)
		result.ASNs += len(l.Providers[i].ASNs)
	}
	return s.view.Import(result)
}
