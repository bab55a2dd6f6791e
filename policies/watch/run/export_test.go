package run

// PauseAfter is pauseAfter.
var PauseAfter = pauseAfter
