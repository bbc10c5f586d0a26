// Command server serves HTTP with package net/http, or echoes with package
// net: a goroutine per connection.
package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"iomodes/peers/contract"
)

func main() {
	var plan struct {
		Contract   int
		Protocol   string
		Address    string
		Content    string
		Processors int
	}
	stdin := bufio.NewReader(os.Stdin)
	line, err := stdin.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &plan)
	}
	if err == nil && plan.Contract != 1 {
		err = fmt.Errorf("contract %d is not known", plan.Contract)
	}
	if err != nil {
		log.Fatal(err)
	}
	content, err := contract.ReadContent(plan.Content)
	if err != nil {
		log.Fatal(err)
	}
	if plan.Processors > 0 {
		runtime.GOMAXPROCS(plan.Processors)
	}
	network, address := "tcp", plan.Address
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		network, address = "unix", path
	}
	listener, err := net.Listen(network, address)
	if err != nil {
		log.Fatal(err)
	}
	defer listener.Close()
	if plan.Protocol == "http" {
		server := http.Server{Handler: handler{content}}
		go server.Serve(listener)
	} else {
		go serveEchoes(listener)
	}
	if network == "unix" {
		fmt.Println("listening", plan.Address)
	} else {
		fmt.Println("listening", listener.Addr())
	}
	io.Copy(io.Discard, stdin)
}

// handler answers with a greeting or with an operation's content, after the
// delay that it is asked for.
type handler struct{ content contract.Content }

func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	delay, err := duration(query, "delay")
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var body []byte
	if query.Has("size") {
		size, err := strconv.Atoi(query.Get("size"))
		if err != nil || size < 0 {
			http.Error(w, "size: a number of bytes", http.StatusBadRequest)
			return
		}
		operation, err := strconv.ParseUint(query.Get("op"), 10, 64)
		if err != nil {
			http.Error(w, "op: a number", http.StatusBadRequest)
			return
		}
		body = h.content.Append(make([]byte, 0, size), operation, 0, size)
	} else {
		body = fmt.Appendf(nil, "Hello, %s!", client(r))
	}
	if delay > 0 {
		time.Sleep(delay)
	}
	w.Header().Set("Content-Type", "text/plain")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Write(body)
}

func duration(query url.Values, name string) (time.Duration, error) {
	if !query.Has(name) {
		return 0, nil
	}
	return time.ParseDuration(query.Get(name))
}

func client(r *http.Request) string {
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		return host
	}
	return "UNIX"
}

func serveEchoes(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go func() {
			defer conn.Close()
			echo(conn)
		}()
	}
}

// echo sends back what it receives, message after message.
func echo(conn net.Conn) {
	buffer := make([]byte, contract.EchoWindow)
	received := 0 // bytes in the buffer
	for {
		for received < contract.EchoHeader {
			count, err := conn.Read(buffer[received:])
			if err != nil {
				return
			}
			received += count
		}
		left := int(binary.LittleEndian.Uint32(buffer[8:]))
		if left < contract.EchoHeader {
			return
		}
		if delay := binary.LittleEndian.Uint32(buffer[12:]); delay > 0 {
			time.Sleep(time.Duration(delay) * time.Microsecond)
		}
		for {
			piece := min(left, received)
			if _, err := conn.Write(buffer[:piece]); err != nil {
				return
			}
			left -= piece
			received = copy(buffer, buffer[piece:received])
			if left == 0 {
				break
			}
			count, err := conn.Read(buffer)
			if err != nil {
				return
			}
			received = count
		}
	}
}
