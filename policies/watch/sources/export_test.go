package sources

// PauseAfter is pauseAfter.
var PauseAfter = pauseAfter
