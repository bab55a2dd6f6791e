package gobgp

import (
	"fmt"
	"strconv"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"depeer/policies/plan"
)

// answered are the codes with which a daemon refuses a call. gobgpd uses the first only; a proxy in front of
// it uses others. After any other code, the call may have taken effect, or may still do so.
var answered = map[codes.Code]bool{
	codes.Unknown: true, codes.Unimplemented: true, codes.InvalidArgument: true, codes.NotFound: true,
	codes.AlreadyExists:    true,
	codes.PermissionDenied: true, codes.Unauthenticated: true, codes.FailedPrecondition: true,
	codes.ResourceExhausted: true, codes.OutOfRange: true,
}

// writeError wraps the error of a writing call in one of package plan. sent says whether there was a
// connection for the call.
func writeError(err error, sent bool) error {
	switch s := status.Convert(err); {
	case err == nil:
		return nil
	case !sent:
		return fmt.Errorf("%w: %s", plan.ErrUnreachable, messageOf(s))
	case answered[s.Code()]:
		return fmt.Errorf("%w: %s", plan.ErrRefused, messageOf(s))
	default:
		return fmt.Errorf("%w: %s", plan.ErrUnknown, messageOf(s))
	}
}

// readError wraps the error of a call that only reads: nothing was done.
func readError(err error) error {
	switch s := status.Convert(err); {
	case err == nil:
		return nil
	case s.Code() == codes.Unknown:
		return fmt.Errorf("%w: %s", plan.ErrRefused, messageOf(s))
	default:
		return fmt.Errorf("%w: %s", plan.ErrUnreachable, messageOf(s))
	}
}

// messageOf returns the message of an error without grpc's wrapping.
func messageOf(s *status.Status) string {
	switch s.Code() {
	case codes.Unimplemented:
		return "it does not speak the API of GoBGP 3 (" + s.Message() + "); GoBGP 4 has another one"
	case codes.DeadlineExceeded:
		return "no answer in time"
	}
	text := s.Message()
	if _, quoted, ok := strings.Cut(text, "desc = "); ok {
		if inner, err := strconv.Unquote(quoted); err == nil {
			text = inner
		}
	}
	return strings.TrimPrefix(text, "transport: ")
}
