// Package session leads members' sessions to what a policy asks for: those of members that are
// listed themselves are shut, and those that we have shut are opened again. It decides what is to be
// done, and knows no calls, no statements and no route server; plan turns its steps into calls.
//
// A session that is down administratively does not tell who shut it, and the operator's own doing is
// never undone here. So the daemon holds notes of ours, in a community-set that no policy refers to.
// All that a change is about to do is noted in one call, before the live call if there is one, and is
// done when the new policy is proven:
//
//	                     the session that is shut    the session that is opened
//	                     notes         session       notes            session
//	before               -             up            shut             down
//	note        1 call   shutting      up            shut, opening    down
//	open        each     shutting      up            shut, opening    up
//	shut        each     shutting      down          shut, opening    up
//	note        1 call   shutting, shut  down        shut, opening    up
//	forget      1 call   shut          down          -                up
//
// A recovery that finds "shutting" or "opening" without a gate, or with an open one, goes on. With a
// closed gate no session has been touched, and the two are forgotten.
//
// A reload of policy wipes the notes, and leaves sessions as they are: what was shut is then remembered
// by the journal alone (State.Remembered). A restart brings sessions up.
package session
