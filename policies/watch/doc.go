// Package watch decides what is to be done, and when, to keep a route server as it
// should be. It is a state machine that is told what happens, and asked what comes
// next; it does nothing itself. Package run makes the steps, by the same operations as the
// commands plan, apply and recover, and tells what came of them.
//
//	what wakes it                          what it asks for
//	the target was reached, or lost        Dial, then Look
//	a neighbor was added, its session      Look
//	    came up or went down
//	a pulse differs: somebody's reload,    Look
//	    hand, apply; the history grew
//	lists differ, or it is another day     Look
//	some minutes have passed               Look, all of it, sets too
//
// A Look reads the target's policy and the history of this machine, no route, and
// tells a Finding. What follows from it, the first that fits:
//
//	a change stands half-way, or its journal has no end, and nobody
//	    who could end it is alive                                     Recover
//	somebody else is at work, an obstacle, a pending confirmation     wait
//	what was applied last is not in force, lists ask for something
//	    else, and nothing is known against that yet                   Change
//	what was applied last is not in force                             Repair
//	what lists ask for is in force                                    nothing
//	a person went back, or cleared, and has applied nothing since     wait
//	a guard has refused just that                                     wait
//	members have not announced again what they did before             wait
//	else                                                              Change
//
// The rules behind it:
//
//   - What was approved is repaired at once; what is new asks the guards. A Repair puts
//     back what was applied last, under the overrides that were given for it: after a
//     restart no guard that a person has answered is asked again, and none that refuses
//     a newer list keeps the older one out. Where the newer one can be judged at once, and
//     no guard refuses it, the older one is not put in first.
//   - A guard that refuses waits for a person, who applies the change by hand with an
//     override, or edits the list. It is asked again after a while: routes come and go.
//   - A person's word is the last one. After a rollback or a clear nothing new is done
//     until somebody applies something.
//   - What fails is tried again, later each time, and not all watchers at once. Nothing
//     that happens to a target makes for more than one Look in a short while.
//   - Whatever is done is followed by a Look: what is believed is what is read.
//
// The package is pure: it knows no GoBGP, no files and no clock.
package watch
