package journal

import (
	"compress/gzip"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"depeer/filters/trust"
	"depeer/policies/plan"
)

var idForm = regexp.MustCompile(`^[0-9]{6,}-[A-Za-z0-9._-]+$`)

// isValidID says whether an entry's ID can be part of a file's name.
func isValidID(id string) bool {
	_, name, _ := strings.Cut(id, "-")
	return len(name) <= 100 && idForm.MatchString(id)
}

func (l *Lock) planPath(id string) string { return filepath.Join(l.dir, id+".plan.gz") }

// savePlan writes p beside the journal, synced. It overwrites a plan that is there: its process
// died before its first line.
func (l *Lock) savePlan(id string, p *plan.Plan) error {
	file, err := l.store.openToWrite(l.planPath(id), os.O_WRONLY|os.O_CREATE)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := file.Truncate(0); err != nil {
		return err
	}
	packed := gzip.NewWriter(file)
	if err := errors.Join(plan.Encode(packed, p), packed.Close()); err != nil {
		return err
	}
	return file.Sync()
}

// loadPlan reads what savePlan wrote.
func (s *Store) loadPlan(dir, id string) (*plan.Plan, *UnreadError) {
	path := filepath.Join(dir, id+".plan.gz")
	p, err := s.readPlan(path)
	if err != nil {
		return nil, &UnreadError{path, withoutPath(err)}
	}
	return p, nil
}

func (s *Store) readPlan(path string) (*plan.Plan, error) {
	file, err := s.trust.Open(path, trust.State)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	packed, err := gzip.NewReader(file)
	if err != nil {
		return nil, err
	}
	return plan.Decode(packed)
}
