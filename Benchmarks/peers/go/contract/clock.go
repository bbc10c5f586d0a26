package contract

import (
	"syscall"
	"time"
	"unsafe"
)

// clock tells CLOCK_MONOTONIC, which package time reads but does not show.
type clock struct {
	base    time.Time
	reading int64 // of CLOCK_MONOTONIC, at base
}

func newClock() clock {
	const monotonic = 1
	var reading syscall.Timespec
	base := time.Now()
	_, _, errno := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, monotonic, uintptr(unsafe.Pointer(&reading)), 0)
	if errno != 0 {
		panic(errno)
	}
	return clock{base, reading.Nano()}
}

func (c clock) now() int64 { return c.reading + int64(time.Since(c.base)) }
