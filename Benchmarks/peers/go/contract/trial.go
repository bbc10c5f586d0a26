package contract

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	rowSize   = 32
	warmUpBit = 1 << 63
)

// Trial is a running plan: the counters from which all lanes take operations,
// and the rows that they write.
type Trial struct {
	Plan
	Content Content

	clock  clock
	stdin  *bufio.Reader
	start  int64
	opens  int64
	closes int64
	rows   []byte // nil: nothing is recorded
	starts []byte // u64 each
	delays []byte // u32 each
	faults []byte

	numbers, warmUpNumbers, places atomic.Uint64
}

// Operation is one that a lane has taken.
type Operation struct {
	// Number is what the operation is known by on the wire.
	Number uint64

	row   uint64 // where its row begins
	label uint64 // its number, as its row has it
	lane  uint32
}

// ReadTrial reads the plan from standard input.
func ReadTrial() (*Trial, error) {
	t := &Trial{stdin: bufio.NewReader(os.Stdin), clock: newClock()}
	line, err := t.stdin.ReadBytes('\n')
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(line, &t.Plan); err != nil {
		return nil, err
	}
	if t.Contract != 1 {
		return nil, fmt.Errorf("contract %d is not known", t.Contract)
	}
	if t.Plan.Content != "" { // absent for sleep
		if t.Content, err = ReadContent(t.Plan.Content); err != nil {
			return nil, err
		}
	}
	for _, table := range []struct {
		path  string
		bytes *[]byte
	}{{t.Starts, &t.starts}, {t.Delays, &t.delays}, {t.Faults, &t.faults}} {
		if table.path != "" {
			if *table.bytes, err = os.ReadFile(table.path); err != nil {
				return nil, err
			}
		}
	}
	if t.Record == nil || *t.Record {
		t.rows, err = mapped(t.Rows)
	}
	return t, err
}

func mapped(path string) ([]byte, error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	return syscall.Mmap(int(file.Fd()), 0, int(info.Size()), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
}

// Ready reports that the lanes are connected, and returns at the start.
func (t *Trial) Ready() error {
	fmt.Println("ready")
	if _, err := fmt.Fscanf(t.stdin, "start %d\n", &t.start); err != nil {
		return err
	}
	t.opens = t.start + t.WarmUp
	t.closes = math.MaxInt64
	if t.Duration != nil {
		t.closes = t.opens + *t.Duration
	}
	t.sleepUntil(t.start)
	return nil
}

// Done returns a channel that receives when the window ends by time.
func (t *Trial) Done() <-chan time.Time {
	if t.Duration == nil {
		return nil
	}
	return time.After(time.Duration(t.closes - t.clock.now()))
}

// End reports that all rows are written, and returns when standard input ends.
func (t *Trial) End() {
	fmt.Println("done")
	_, _ = io.Copy(io.Discard, t.stdin)
}

// Take takes the next operation and begins it, in an open loop once it is due.
// It reports false if none is left.
func (t *Trial) Take(lane int) (Operation, bool) {
	now := t.clock.now()
	if now >= t.closes {
		return Operation{}, false
	}
	var number, label uint64
	if t.starts == nil && now < t.opens {
		number = t.warmUpNumbers.Add(1) - 1
		label = number | warmUpBit
	} else {
		// An open loop has one schedule, warm-up included.
		number = t.numbers.Add(1) - 1
		label = number
		if t.Count != nil && number >= *t.Count {
			return Operation{}, false
		}
	}
	due := now
	if t.starts != nil {
		if due = t.due(number); due >= t.closes {
			return Operation{}, false
		}
	}
	place := t.places.Add(1) - 1
	if place >= t.Capacity {
		return Operation{}, false
	}
	operation := Operation{Number: number, row: place * rowSize, label: label, lane: uint32(lane)}
	if t.starts != nil {
		t.begin(operation, 0)
		t.sleepUntil(due)
		now = t.clock.now()
	}
	t.begin(operation, now)
	return operation, true
}

func (t *Trial) due(number uint64) int64 {
	if number >= uint64(len(t.starts)/8) {
		return math.MaxInt64
	}
	return t.start + int64(binary.LittleEndian.Uint64(t.starts[8*number:]))
}

// begin writes an operation's row, which says unfinished until it ends. Until
// the operation's time has come, now is 0.
func (t *Trial) begin(operation Operation, now int64) {
	if t.rows == nil || now >= t.closes {
		return
	}
	row := t.rows[operation.row : operation.row+rowSize]
	binary.LittleEndian.PutUint64(row, operation.label)
	binary.LittleEndian.PutUint64(row[8:], uint64(now))
	binary.LittleEndian.PutUint16(row[24:], uint16(Unfinished))
	binary.LittleEndian.PutUint32(row[28:], operation.lane)
}

// Finish records how an operation ended, unless the window ended first.
func (t *Trial) Finish(operation Operation, err error) {
	now := t.clock.now()
	if t.rows == nil || now >= t.closes {
		return
	}
	var failure Failure
	if err != nil {
		failure = failureOf(err)
	}
	row := t.rows[operation.row : operation.row+rowSize]
	binary.LittleEndian.PutUint16(row[24:], uint16(failure.Outcome))
	binary.LittleEndian.PutUint16(row[26:], failure.Detail)
	binary.LittleEndian.PutUint64(row[16:], uint64(now))
}

func failureOf(err error) Failure {
	var failure Failure
	var errno syscall.Errno
	switch {
	case errors.As(err, &failure):
		return failure
	case os.IsTimeout(err), errors.Is(err, os.ErrDeadlineExceeded):
		return Failure{Outcome: TimedOut}
	case errors.As(err, &errno):
		return Failure{SystemError, uint16(errno)}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return Failure{Outcome: PrematureEnd}
	default:
		return Failure{Outcome: Malformed}
	}
}

func (t *Trial) sleepUntil(instant int64) {
	for now := t.clock.now(); now < instant; now = t.clock.now() {
		time.Sleep(time.Duration(instant - now))
	}
}
