// A client on Asio with C++20 coroutines: one io_context on one thread, a coroutine per lane.

#include <asio.hpp>
#include <chrono>
#include <memory>

#include "exchange.hpp"

namespace {

using asio::awaitable;
using asio::error_code;
using asio::use_awaitable;
using peers::Exchange;
using peers::Outcome;
using peers::Result;
using peers::Trial;
using Protocol = asio::generic::stream_protocol;

Protocol::endpoint address_of(const peers::Endpoint& endpoint) {
  if (!endpoint.path.empty()) return asio::local::stream_protocol::endpoint(endpoint.path);
  return asio::ip::tcp::endpoint(asio::ip::make_address(endpoint.host), endpoint.port);
}

/// steady_clock is CLOCK_MONOTONIC.
std::chrono::steady_clock::time_point time_point(std::uint64_t instant) {
  return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(instant));
}

class Lane {
 public:
  Lane(asio::io_context& context, Trial& trial, std::uint32_t index)
      : trial_(trial), index_(index), exchange_(trial), socket_(context), timer_(context) {}

  awaitable<void> connect() {
    co_await socket_.async_connect(address_of(*trial_.endpoint), use_awaitable);
    if (trial_.endpoint->path.empty()) socket_.set_option(asio::ip::tcp::no_delay(true));
    is_used_ = false;
  }

  awaitable<void> run() {
    while (auto operation = trial_.take(index_)) {
      if (trial_.is_open_loop()) {
        co_await sleep_until(operation->due);
        trial_.begin(*operation);
      }
      Result result;
      if (trial_.workload == "sleep") {
        co_await sleep_until(peers::now() + trial_.sleep);
      } else {
        result = co_await limited(operation->number);
        if (!result.is_verified() || !trial_.keeps_connections) close();
      }
      trial_.finish(*operation, result);
    }
  }

 private:
  awaitable<void> sleep_until(std::uint64_t instant) {
    timer_.expires_at(time_point(instant));
    co_await timer_.async_wait(use_awaitable);
  }

  /// An operation within its time: a timer closes the socket that it waits for.
  awaitable<Result> limited(std::uint64_t number) {
    has_timed_out_ = false;
    if (trial_.timeout > 0) {
      timer_.expires_at(time_point(peers::now() + trial_.timeout));
      timer_.async_wait([this](error_code error) {
        // A wait that had ended before it was cancelled calls back without an error.
        if (error || timer_.expiry() > std::chrono::steady_clock::now()) return;
        has_timed_out_ = true;
        close();
      });
    }
    Result result = co_await attempt(number);
    const bool is_stale = is_used_ && !exchange_.is_answered() && result.is_of_closed_connection();
    if (is_stale && !has_timed_out_ && !trial_.asks_for_fault(number)) {
      close();
      result = co_await attempt(number);
    }
    if (trial_.timeout > 0) timer_.cancel();
    is_used_ = true;
    co_return has_timed_out_ ? Result{Outcome::timeout, 0} : result;
  }

  awaitable<Result> attempt(std::uint64_t number) {
    exchange_.begin(number);
    try {
      if (!socket_.is_open()) co_await connect();
      for (auto step = Exchange::Step::send; step != Exchange::Step::done;) {
        if (step == Exchange::Step::send) {
          const auto output = exchange_.output();
          co_await asio::async_write(socket_, asio::buffer(output.data(), output.size()), use_awaitable);
        }
        const auto room = exchange_.room();
        error_code error;
        const std::size_t count = co_await socket_.async_read_some(asio::buffer(room.data(), room.size()),
                                                                   asio::redirect_error(use_awaitable, error));
        if (error && error != asio::error::eof) co_return Result::of_errno(error.value());
        step = exchange_.received(count);
      }
      co_return exchange_.result();
    } catch (const asio::system_error& error) {
      co_return Result::of_errno(error.code().value());
    }
  }

  void close() {
    error_code ignored;
    socket_.close(ignored);
  }

  Trial& trial_;
  const std::uint32_t index_;
  Exchange exchange_;
  Protocol::socket socket_;
  asio::steady_timer timer_;
  bool is_used_ = false;
  bool has_timed_out_ = false;
};

}  // namespace

int main() {
  Trial trial;
  asio::io_context context(1);
  std::vector<std::unique_ptr<Lane>> lanes;
  for (std::uint32_t index = 0; index < trial.lanes; ++index) {
    lanes.push_back(std::make_unique<Lane>(context, trial, index));
  }
  if (trial.workload != "sleep" && trial.keeps_connections) {
    for (auto& lane : lanes) {
      asio::co_spawn(context, lane->connect(), [](std::exception_ptr failure) {
        try {
          if (failure) std::rethrow_exception(failure);
        } catch (const std::exception& error) {
          Trial::fail(error.what());
        }
      });
    }
    context.run();
    context.restart();
  }
  trial.ready();
  asio::steady_timer closing(context);
  if (trial.closes() != UINT64_MAX) {
    closing.expires_at(time_point(trial.closes()));
    closing.async_wait([&](error_code) { context.stop(); });
  }
  std::size_t running = lanes.size();
  for (auto& lane : lanes) {
    asio::co_spawn(context, lane->run(), [&](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
      if (--running == 0) context.stop();
    });
  }
  context.run();
  trial.done();
}
