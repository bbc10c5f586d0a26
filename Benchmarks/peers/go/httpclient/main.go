// Command httpclient is a client on package net/http: a goroutine per lane,
// and one http.Client for all. Its pool decides which lane has which
// connection, and connects when one is asked for.
package main

import (
	"context"
	"io"
	"net"
	"net/http"

	"iomodes/peers/contract"
)

func main() {
	trial, err := contract.ReadTrial()
	if err != nil {
		contract.Fail(err)
	}
	client := newClient(trial)
	err = contract.Run(trial, func() contract.Conversation { return fetcher{trial, client} })
	if err != nil {
		contract.Fail(err)
	}
}

func newClient(trial *contract.Trial) *http.Client {
	network, address := trial.Network()
	transport := http.DefaultTransport.(*http.Transport).Clone()
	// The default of two idle connections closes those of all other lanes after each reply.
	transport.MaxIdleConns = trial.Lanes
	transport.MaxIdleConnsPerHost = trial.Lanes
	transport.DisableKeepAlives = !trial.KeepsConnections()
	if network == "unix" {
		var dialer net.Dialer
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, address)
		}
	}
	return &http.Client{Transport: transport, Timeout: trial.Timeout}
}

// once is an empty body that Transport cannot have again, and so it does not
// repeat the request where the connection is found closed.
type once struct{ io.Reader }

type fetcher struct {
	trial  *contract.Trial
	client *http.Client
}

func (f fetcher) Connect() error { return nil }

func (f fetcher) Run(number uint64) error {
	url := "http://" + f.trial.Authority() + string(f.trial.AppendTarget(nil, number))
	var body io.Reader
	if f.trial.AsksForFault(number) {
		body = once{http.NoBody}
	}
	request, err := http.NewRequest(http.MethodGet, url, body)
	if err != nil {
		return err
	}
	response, err := f.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	reply, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	return f.trial.Verify(number, response.StatusCode, reply)
}

func (f fetcher) Close() {}
