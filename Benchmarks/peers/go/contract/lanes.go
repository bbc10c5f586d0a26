package contract

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"time"
)

// Conversation does one operation after another, and owns the connection for
// them. It belongs to one lane.
type Conversation interface {
	// Connect opens what is not open.
	Connect() error
	// Run does an operation and verifies it.
	Run(number uint64) error
	// Close closes what may be broken.
	Close()
}

// Sleeper is the conversation that only waits.
type Sleeper struct{ Duration time.Duration }

func (s Sleeper) Connect() error { return nil }

func (s Sleeper) Run(uint64) error {
	time.Sleep(s.Duration)
	return nil
}

func (s Sleeper) Close() {}

// Run carries a trial out: a goroutine per lane, with the conversation that
// converse makes for it.
func Run(t *Trial, converse func() Conversation) error {
	lanes := make([]Conversation, t.Lanes)
	for lane := range lanes {
		lanes[lane] = converse()
		if t.KeepsConnections() {
			if err := lanes[lane].Connect(); err != nil {
				return err
			}
		}
	}
	if err := t.Ready(); err != nil {
		return err
	}
	var permits chan struct{}
	if t.Limit > 0 {
		permits = make(chan struct{}, t.Limit)
	}
	var running sync.WaitGroup
	for lane, conversation := range lanes {
		running.Add(1)
		go func() {
			defer running.Done()
			for step(t, lane, conversation, permits) {
			}
		}()
	}
	finished := make(chan struct{})
	go func() {
		running.Wait()
		close(finished)
	}()
	select {
	case <-finished:
	case <-t.Done():
	}
	t.End()
	return nil
}

// step does one operation, and reports false if none is left.
func step(t *Trial, lane int, conversation Conversation, permits chan struct{}) bool {
	if permits != nil {
		permits <- struct{}{}
		defer func() { <-permits }()
	}
	operation, ok := t.Take(lane)
	if !ok {
		return false
	}
	err := conversation.Run(operation.Number)
	if err != nil {
		conversation.Close()
	}
	t.Finish(operation, err)
	return true
}

// Fail tells the harness why the client cannot start, and exits.
func Fail(err error) {
	fmt.Println("failed", strings.Join(strings.Fields(err.Error()), " "))
	os.Exit(0)
}
