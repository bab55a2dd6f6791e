package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"depeer/policies/plan"
)

// listsVersion is the version of the format of remembered lists that this package writes.
const listsVersion = 1

// rememberedLists is the file of the operator's lists of policies.
type rememberedLists struct {
	Version int        `json:"version"`
	Since   time.Time  `json:"since"` // they were first seen like this
	Clients plan.Lists `json:"clients"`
}

// ErrOtherVersion says that a file of the state directory is of another version of depeer.
var ErrOtherVersion = errors.New("it is of another version of depeer")

// PolicyListsFile returns the file that holds the operator's lists of a target.
func (s *Store) PolicyListsFile(target string) string {
	return filepath.Join(s.targetDirectory(target), "policy-lists.json")
}

// PolicyLists returns the operator's lists of policies of a target as they were last seen; nil if
// none are stored. Its errors name the file, and wrap ErrOtherVersion where that is the reason.
func (s *Store) PolicyLists(target string) (plan.Lists, error) {
	name := s.PolicyListsFile(target)
	data, err := s.readFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("remembered lists of policies: %w", err)
	}
	var version struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(data, &version); err == nil && version.Version > listsVersion {
		return nil, fmt.Errorf("remembered lists of policies: %s: %w: %d", name, ErrOtherVersion, version.Version)
	}
	var r rememberedLists
	if err := json.Unmarshal(data, &r); err != nil || r.Version != listsVersion || r.Clients == nil {
		return nil, fmt.Errorf("remembered lists of policies: %s is damaged", name)
	}
	return r.Clients, nil
}

// PolicyLists is Store.PolicyLists for the target of the lock.
func (l *Lock) PolicyLists() (plan.Lists, error) { return l.store.PolicyLists(l.target) }

// RememberPolicyLists is Store.RememberPolicyLists for the target of the lock.
func (l *Lock) RememberPolicyLists(lists plan.Lists) error {
	return l.store.RememberPolicyLists(l.target, lists)
}

// RememberPolicyLists stores the operator's lists of policies of a target, as they were seen. It
// replaces a damaged file. A file of another version stays as it is, and is an error.
func (s *Store) RememberPolicyLists(target string, lists plan.Lists) error {
	before, err := s.PolicyLists(target)
	if errors.Is(err, ErrOtherVersion) {
		return err
	}
	if err == nil && before.Equal(lists) {
		return nil
	}
	data, err := json.MarshalIndent(rememberedLists{listsVersion, s.clock.Now().UTC(), lists}, "", "  ")
	if err != nil {
		return fmt.Errorf("remembered lists of policies: %w", err)
	}
	name := s.PolicyListsFile(target)
	if err = s.makeDirectory(filepath.Dir(name)); err == nil {
		err = replaceFile(name, append(data, '\n'))
	}
	if err != nil {
		return fmt.Errorf("remembered lists of policies: %w", err)
	}
	return nil
}
