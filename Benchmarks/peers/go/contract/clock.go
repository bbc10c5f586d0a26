package contract

import (
	"math"
	"syscall"
	"time"
	"unsafe"
)

// clock tells CLOCK_MONOTONIC, which package time reads but does not show.
type clock struct {
	base    time.Time
	reading int64 // of CLOCK_MONOTONIC, at base
}

// newClock reads both clocks a few times and keeps the closest pair: a thread
// that is preempted between two readings would be ahead by as much ever after.
func newClock() clock {
	const monotonic = 1
	var closest clock
	apart := time.Duration(math.MaxInt64)
	for range 16 {
		var reading syscall.Timespec
		base := time.Now()
		_, _, errno := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, monotonic, uintptr(unsafe.Pointer(&reading)), 0)
		if errno != 0 {
			panic(errno)
		}
		if elapsed := time.Since(base); elapsed < apart {
			closest, apart = clock{base, reading.Nano()}, elapsed
		}
	}
	return closest
}

func (c clock) now() int64 { return c.reading + int64(time.Since(c.base)) }
