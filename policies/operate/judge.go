package operate

import (
	"context"
	"crypto/sha256"
	"sync"

	"depeer/filters/diag"
	"depeer/policies/persist/judge"
)

// FileJudge says what gobgpd makes of a gobgpd.conf.
type FileJudge interface {
	Ask(context.Context, judge.Question) (*judge.Forecast, error)
	// Diagnose says what a start with text, or a reload of it, would do where the file name
	// holds old now.
	Diagnose(ctx context.Context, name string, old, text []byte) (diag.List, error)
}

// CachingJudge is a Judge that is not asked twice in a row about the same texts: a plan asks
// twice, and a watch at each look. It keeps the last diagnosis. It is safe for concurrent use.
type CachingJudge struct {
	judge.Judge

	mu   sync.Mutex
	of   [sha256.Size]byte
	list diag.List
}

// Diagnose is that of the judge, or the last one where the texts are the same.
func (j *CachingJudge) Diagnose(ctx context.Context, name string, old, text []byte) (diag.List, error) {
	h := sha256.New()
	for _, part := range [][]byte{[]byte(name), old, text} {
		sum := sha256.Sum256(part)
		h.Write(sum[:])
	}
	of := [sha256.Size]byte(h.Sum(nil))
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.of == of {
		return append(diag.List{}, j.list...), nil
	}
	list, err := j.Judge.Diagnose(ctx, name, old, text)
	if err == nil {
		j.of, j.list = of, append(diag.List{}, list...)
	}
	return list, err
}
