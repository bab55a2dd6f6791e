package journal

// SetClock replaces the clock of s.
func (s *Store) SetClock(c Clock) { s.clock = c }

// Parse reads a journal, and returns how much of it is whole.
func Parse(data []byte) (Record, int, error) { return parseJournal(data) }
