package main

import (
	"context"
	"os"

	"depeer/cmd/internal/cli"
	"depeer/cmd/internal/interrupt"
)

func main() {
	streams, args := cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}, os.Args[1:]
	ctx, stop := interrupt.Notify(context.Background(), func(changed bool) {
		os.Exit(int(cli.ReportInterrupt(streams, args, changed)))
	})
	code := cli.Run(ctx, streams, args)
	stop()
	os.Exit(int(code))
}
