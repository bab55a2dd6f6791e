// Package sdnotify reports the state of a program to the service manager: that it is ready,
// what it is doing, that it is alive, and that it is about to end. The protocol is systemd's
// (sd_notify(3)): datagrams to a socket that the environment names. If it names none,
// all functions do nothing.
package sdnotify
