// Package contract is a peer's side of the peer contract, version 1: the plan,
// the operations and their content, the rows.
package contract

import (
	"fmt"
	"net"
	"strings"
	"time"
)

// Plan is what the harness asks of a client.
type Plan struct {
	Contract   int
	Workload   string
	Lanes      int
	Endpoint   string
	Count      *uint64
	Duration   *int64 `json:"duration_ns"`
	WarmUp     int64  `json:"warmup_ns"`
	Capacity   uint64
	Timeout    time.Duration `json:"timeout_ns"`
	Limit      int
	Starts     string
	Sleep      time.Duration `json:"sleep_ns"`
	Size       *int
	Delay      uint32 `json:"delay_us"`
	Delays     string
	Faults     string
	Connection string
	Greeting   string
	Content    string
	Rows       string
	Record     *bool
}

// KeepsConnections reports whether a lane uses its connection again.
func (p *Plan) KeepsConnections() bool { return p.Connection != "new" }

// Network returns the endpoint as net.Dial wants it.
func (p *Plan) Network() (network, address string) {
	if path, ok := strings.CutPrefix(p.Endpoint, "unix:"); ok {
		return "unix", path
	}
	return "tcp", p.Endpoint
}

// Authority returns the value of a request's Host field.
func (p *Plan) Authority() string {
	if network, _ := p.Network(); network == "unix" {
		return "localhost"
	}
	return p.Endpoint
}

// Dial connects to the endpoint. TCP_NODELAY is set by net itself.
func (p *Plan) Dial() (net.Conn, error) {
	network, address := p.Network()
	return net.DialTimeout(network, address, p.Timeout)
}

// Outcome says why an operation was not verified.
type Outcome uint16

const (
	Verified Outcome = iota
	SystemError
	TimedOut
	WrongContent
	PrematureEnd
	BadStatus
	Malformed
	UnexpectedBytes
	Unfinished Outcome = 255
)

// Failure is an operation that was not verified.
type Failure struct {
	Outcome Outcome
	Detail  uint16
}

func (f Failure) Error() string { return fmt.Sprintf("outcome %d, detail %d", f.Outcome, f.Detail) }
