// Package interrupt turns the signals that end a program into the end of a context: SIGINT, SIGTERM, and
// SIGHUP unless the program was started to ignore it. A change that is under way is undone then, and the
// terminal that started it may be gone.
//
// SIGPIPE ends nothing by itself: a write to a connection that has ended raises it, too. A write to a
// pipe without a reader returns EPIPE, and the writer says what follows.
//
// A second SIGINT ends the program at once, whatever it waits for, unless a target is being changed.
package interrupt
