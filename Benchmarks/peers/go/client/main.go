// Command client is a client on package net: a goroutine per lane, which
// blocks in reads and writes of its own connection.
package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"strconv"
	"syscall"
	"time"

	"iomodes/peers/contract"
)

func main() {
	trial, err := contract.ReadTrial()
	if err != nil {
		contract.Fail(err)
	}
	err = contract.Run(trial, func() contract.Conversation {
		switch trial.Workload {
		case "echo":
			return &connection{trial: trial, exchange: echo}
		case "http":
			return &connection{trial: trial, exchange: get}
		default:
			return contract.Sleeper{Duration: trial.Sleep}
		}
	})
	if err != nil {
		contract.Fail(err)
	}
}

// connection is a lane's connection, which is opened when there is none.
type connection struct {
	trial    *contract.Trial
	exchange func(c *connection, number uint64) error
	conn     net.Conn
	reader   *bufio.Reader
	request  []byte
	reply    []byte
	used     bool
	answered bool // bytes of a reply have come
}

func (c *connection) Connect() error {
	if c.conn != nil {
		return nil
	}
	conn, err := c.trial.Dial()
	if err != nil {
		return err
	}
	if c.reader == nil {
		c.reader = bufio.NewReader(conn)
	} else {
		c.reader.Reset(conn)
	}
	c.conn, c.used = conn, false
	return nil
}

func (c *connection) Close() {
	if c.conn != nil {
		c.conn.Close()
		c.conn = nil
	}
}

func (c *connection) Run(number uint64) error {
	err := c.attempt(number)
	if err != nil && c.used && !c.answered && isClosed(err) && !c.trial.AsksForFault(number) {
		c.Close()
		err = c.attempt(number)
	}
	if err != nil {
		return err
	}
	c.used = true
	if !c.trial.KeepsConnections() {
		c.Close()
	}
	return nil
}

func (c *connection) attempt(number uint64) error {
	if err := c.Connect(); err != nil {
		return err
	}
	if timeout := c.trial.Timeout; timeout > 0 {
		if err := c.conn.SetDeadline(time.Now().Add(timeout)); err != nil {
			return err
		}
	}
	c.answered = false
	return c.exchange(c, number)
}

func isClosed(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

func echo(c *connection, number uint64) error {
	c.request = c.trial.AppendMessage(c.request[:0], number)
	for rest := c.request; len(rest) > 0; {
		piece := rest[:min(len(rest), contract.EchoWindow)]
		rest = rest[len(piece):]
		if _, err := c.conn.Write(piece); err != nil {
			return err
		}
		reply := c.room(len(piece))
		if count, err := io.ReadFull(c.conn, reply); err != nil {
			c.answered = c.answered || count > 0
			return err
		}
		c.answered = true
		if !bytes.Equal(reply, piece) {
			return contract.Failure{Outcome: contract.WrongContent}
		}
	}
	return nil
}

// room returns count bytes for a reply.
func (c *connection) room(count int) []byte {
	if cap(c.reply) < count {
		c.reply = make([]byte, count)
	}
	return c.reply[:count]
}

func get(c *connection, number uint64) error {
	c.request = append(c.request[:0], "GET "...)
	c.request = c.trial.AppendTarget(c.request, number)
	c.request = append(c.request, " HTTP/1.1\r\nHost: "...)
	c.request = append(c.request, c.trial.Authority()...)
	if !c.trial.KeepsConnections() {
		c.request = append(c.request, "\r\nConnection: close"...)
	}
	c.request = append(c.request, "\r\n\r\n"...)
	if _, err := c.conn.Write(c.request); err != nil {
		return err
	}
	status, length, err := c.readHead()
	if err != nil {
		return err
	}
	body := c.room(length)
	if _, err := io.ReadFull(c.reader, body); err != nil {
		return io.ErrUnexpectedEOF
	}
	if c.reader.Buffered() > 0 {
		return contract.Failure{Outcome: contract.UnexpectedBytes}
	}
	return c.trial.Verify(number, status, body)
}

// readHead returns the status of a reply and the length of its body.
func (c *connection) readHead() (status, length int, err error) {
	malformed := contract.Failure{Outcome: contract.Malformed}
	line, err := c.readLine()
	if err != nil {
		if len(line) > 0 && !bytes.HasPrefix(line, []byte("HTTP/")) {
			err = malformed
		}
		return 0, 0, err
	}
	code, ok := bytes.CutPrefix(line, []byte("HTTP/1.1 "))
	if !ok || len(code) < 3 {
		return 0, 0, malformed
	}
	if status, err = strconv.Atoi(string(code[:3])); err != nil {
		return 0, 0, malformed
	}
	length = -1
	for {
		if line, err = c.readLine(); err != nil {
			return 0, 0, err
		}
		if len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		if bytes.EqualFold(name, []byte("Content-Length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, 0, malformed
			}
		}
	}
	if length < 0 {
		return 0, 0, malformed
	}
	return status, length, nil
}

// readLine returns the next line of a head, without its end; of one that does
// not end, what came of it.
func (c *connection) readLine() ([]byte, error) {
	line, err := c.reader.ReadSlice('\n')
	c.answered = c.answered || len(line) > 0
	if errors.Is(err, bufio.ErrBufferFull) {
		err = contract.Failure{Outcome: contract.Malformed}
	}
	return bytes.TrimRight(line, "\r\n"), err
}
