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

type fetcher struct {
	trial  *contract.Trial
	client *http.Client
}

func (f fetcher) Connect() error { return nil }

func (f fetcher) Run(number uint64) error {
	url := "http://" + f.trial.Authority() + string(f.trial.AppendTarget(nil, number))
	response, err := f.client.Get(url)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	return f.trial.Verify(number, response.StatusCode, body)
}

func (f fetcher) Close() {}
