// A client on Asio with callbacks: one io_context on one thread, a socket and a timer per lane.

#include <asio.hpp>
#include <chrono>
#include <memory>

#include "lanes.hpp"

namespace {

using asio::error_code;
using Protocol = asio::generic::stream_protocol;
using peers::Trial;

Protocol::endpoint address_of(const peers::Endpoint& endpoint) {
  if (!endpoint.path.empty()) return asio::local::stream_protocol::endpoint(endpoint.path);
  return asio::ip::tcp::endpoint(asio::ip::make_address(endpoint.host), endpoint.port);
}

class AsioLane final : public peers::Lane {
 public:
  AsioLane(asio::io_context& context, peers::Shared& shared, std::uint32_t index)
      : Lane(shared, index), context_(context), socket_(context), timer_(context) {}

 private:
  bool is_connected() const override { return socket_.is_open(); }

  void connect() override {
    socket_.async_connect(address_of(endpoint()), [this](error_code error) {
      if (error == asio::error::operation_aborted) return;
      if (error) return failed(error.value());
      if (endpoint().path.empty()) socket_.set_option(asio::ip::tcp::no_delay(true));
      connected();
    });
  }

  void send() override {
    const auto output = exchange().output();
    asio::async_write(socket_, asio::buffer(output.data(), output.size()), [this](error_code error, std::size_t) {
      if (error == asio::error::operation_aborted) return;
      if (error) return failed(error.value());
      receive();
    });
  }

  void receive() override {
    const auto room = exchange().room();
    socket_.async_read_some(asio::buffer(room.data(), room.size()), [this](error_code error, std::size_t count) {
      if (error == asio::error::operation_aborted) return;
      if (error && error != asio::error::eof) return failed(error.value());
      received(count);
    });
  }

  void close() override {
    error_code ignored;
    socket_.close(ignored);
  }

  void set_timer(std::uint64_t instant) override {
    // steady_clock is CLOCK_MONOTONIC.
    timer_.expires_at(std::chrono::steady_clock::time_point(std::chrono::nanoseconds(instant)));
    timer_.async_wait([this](error_code error) {
      // A wait that had ended before it was cancelled calls back without an error.
      if (!error && timer_.expiry() <= std::chrono::steady_clock::now()) woken();
    });
  }

  void cancel_timer() override { timer_.cancel(); }

  void all_done() override { context_.stop(); }

  asio::io_context& context_;
  Protocol::socket socket_;
  asio::steady_timer timer_;
};

}  // namespace

int main() {
  Trial trial;
  asio::io_context context(1);
  peers::Shared shared(trial);
  std::vector<std::unique_ptr<AsioLane>> lanes;
  for (std::uint32_t index = 0; index < trial.lanes; ++index) {
    lanes.push_back(std::make_unique<AsioLane>(context, shared, index));
  }
  if (trial.workload != "sleep" && trial.keeps_connections) {
    for (auto& lane : lanes) lane->prepare();
    context.run();
    context.restart();
  }
  trial.ready();
  asio::steady_timer closing(context);
  if (trial.closes() != UINT64_MAX) {
    closing.expires_at(std::chrono::steady_clock::time_point(std::chrono::nanoseconds(trial.closes())));
    closing.async_wait([&](error_code) { context.stop(); });
  }
  for (auto& lane : lanes) lane->run();
  context.run();
  trial.done();
}
