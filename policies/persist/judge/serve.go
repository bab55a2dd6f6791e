package judge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// Serve reads one question from in and writes the answer to out, in the process that a Judge
// starts. It needs a process of its own: it changes the memory limit and the resolver.
func Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	if os.Getenv(judgeVariable) == "" {
		return errors.New("judge: for depeer's own use")
	}
	go boundMemory()
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("names are not looked up")
	}}
	var q Question
	if err := json.NewDecoder(in).Decode(&q); err != nil {
		return err
	}
	a, err := judgeFile(ctx, q)
	if err != nil {
		a = &Forecast{Failed: err.Error()}
	}
	hideSecrets(a, q.File, q.Loaded)
	return json.NewEncoder(out).Encode(toWire(a))
}

// maxMemory bounds the memory of judging. 100,000 prefixes take an eighth of it.
const maxMemory = 2 << 30

const tooMuch = "it takes more than 2 GiB of memory"

// boundMemory ends the process if it takes more.
func boundMemory() {
	debug.SetMemoryLimit(maxMemory / 2)
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	for {
		metrics.Read(samples)
		if samples[0].Value.Uint64()-samples[1].Value.Uint64() > maxMemory {
			fmt.Fprintln(os.Stderr, tooMuch)
			os.Exit(1)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
