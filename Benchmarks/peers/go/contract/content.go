package contract

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
)

const (
	period = 1 << 16

	// EchoHeader is the length of an echo message's header.
	EchoHeader = 16

	// EchoWindow is the most bytes of a message to send before they come back.
	EchoWindow = 32 << 10
)

var faultNames = [...]string{"", "reset", "truncate", "stall", "garbage", "drip"}

// Content is the bytes that both ends know: a pool, stored twice. An
// operation's content is a range of it that wraps around.
type Content []byte

// ReadContent reads the pool.
func ReadContent(path string) (Content, error) {
	pool, err := os.ReadFile(path)
	if err == nil && len(pool) != 2*period {
		err = fmt.Errorf("%s has %d bytes, not %d", path, len(pool), 2*period)
	}
	return pool, err
}

// Of returns bytes of an operation's content, count at most.
func (c Content) Of(number uint64, offset, count int) []byte {
	begin := int((mix(number) + uint64(offset)) % period)
	return c[begin : begin+min(count, period)]
}

// Append appends bytes of an operation's content to data.
func (c Content) Append(data []byte, number uint64, offset, count int) []byte {
	for count > 0 {
		piece := c.Of(number, offset, count)
		data = append(data, piece...)
		offset += len(piece)
		count -= len(piece)
	}
	return data
}

// Matches reports whether data is an operation's content.
func (c Content) Matches(data []byte, number uint64) bool {
	for offset := 0; offset < len(data); {
		piece := c.Of(number, offset, len(data)-offset)
		if !bytes.Equal(data[offset:offset+len(piece)], piece) {
			return false
		}
		offset += len(piece)
	}
	return true
}

// mix is the finaliser of SplitMix64.
func mix(number uint64) uint64 {
	z := number + 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func (t *Trial) delay(number uint64) uint32 {
	if t.delays != nil {
		return binary.LittleEndian.Uint32(t.delays[4*number:])
	}
	return t.Delay
}

// AsksForFault reports whether the server must fail an operation. It is never
// repeated, because the server counts its faults.
func (t *Trial) AsksForFault(number uint64) bool { return t.fault(number) != 0 }

func (t *Trial) fault(number uint64) byte {
	if t.faults != nil {
		return t.faults[number]
	}
	return 0
}

// AppendMessage appends an operation's echo message to data.
func (t *Trial) AppendMessage(data []byte, number uint64) []byte {
	size := *t.Size
	data = binary.LittleEndian.AppendUint64(data, number|uint64(t.fault(number))<<56)
	data = binary.LittleEndian.AppendUint32(data, uint32(size))
	data = binary.LittleEndian.AppendUint32(data, t.delay(number))
	return t.Content.Append(data, number, EchoHeader, size-EchoHeader)
}

// AppendTarget appends the target of an operation's request to data.
func (t *Trial) AppendTarget(data []byte, number uint64) []byte {
	data = append(data, '/')
	bare := len(data)
	field := func(name string) {
		separator := byte('&')
		if len(data) == bare {
			separator = '?'
		}
		data = append(append(data, separator), name...)
	}
	if fault := t.fault(number); fault != 0 {
		field("fault=")
		data = append(data, faultNames[fault]...)
	}
	if delay := t.delay(number); delay != 0 {
		field("delay=")
		data = append(strconv.AppendUint(data, uint64(delay), 10), "us"...)
	}
	if t.Size != nil {
		field("size=")
		data = strconv.AppendInt(data, int64(*t.Size), 10)
	}
	if len(data) > bare {
		field("op=")
		data = strconv.AppendUint(data, number, 10)
	}
	return data
}

// Verify returns what is wrong with the reply to an operation.
func (t *Trial) Verify(number uint64, status int, body []byte) error {
	switch {
	case status < 200 || status > 299:
		return Failure{BadStatus, uint16(status)}
	case t.Size == nil && string(body) == t.Greeting:
		return nil
	case t.Size != nil && len(body) == *t.Size && t.Content.Matches(body, number):
		return nil
	default:
		return Failure{Outcome: WrongContent}
	}
}
