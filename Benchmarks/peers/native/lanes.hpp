// Lanes for loops with callbacks: the part that all libraries share. A library opens, sends, receives and keeps time.

#pragma once

#include <deque>

#include "exchange.hpp"

namespace peers {

class Lane;

/// What the lanes of a trial share.
struct Shared {
  explicit Shared(Trial& trial) : trial(trial), free_permits(trial.limit) {}

  Trial& trial;
  std::uint32_t free_permits;
  std::deque<Lane*> waiting;
  /// Lanes that have not connected before the start, or not ended after it.
  std::uint32_t busy = 0;
};

/// Takes an operation, waits for its time, connects where there is no connection, exchanges, and again.
class Lane {
 public:
  Lane(Shared& shared, std::uint32_t index) : shared_(shared), index_(index), exchange_(shared.trial) {}
  virtual ~Lane() = default;
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  /// Connects before the start.
  void prepare() {
    ++shared_.busy;
    waits_for_ = Event::start;
    connect();
  }

  /// Does operations until none is left.
  void run() {
    ++shared_.busy;
    acquire();
  }

 protected:
  Exchange& exchange() { return exchange_; }
  const Endpoint& endpoint() const { return *shared_.trial.endpoint; }

  // What the library does.

  virtual bool is_connected() const = 0;
  /// Calls `connected` when it is.
  virtual void connect() = 0;
  /// Sends the exchange's output, and calls `received` each time that something has come into its room.
  virtual void send() = 0;
  /// Receives once more.
  virtual void receive() = 0;
  virtual void close() = 0;
  /// Calls `woken` at `instant` or soon after, unless another time is set, or none.
  virtual void set_timer(std::uint64_t instant) = 0;
  virtual void cancel_timer() = 0;
  /// No lane is busy any more.
  virtual void all_done() = 0;

  // What the library calls.

  void connected() {
    if (waits_for_ == Event::start) {
      if (--shared_.busy == 0) all_done();
    } else {
      is_used_ = false;
      send();
    }
  }

  void received(std::size_t count) {
    switch (exchange_.received(count)) {
      case Exchange::Step::receive:
        receive();
        break;
      case Exchange::Step::send:
        send();
        break;
      case Exchange::Step::done:
        ended(exchange_.result());
    }
  }

  void failed(int number) {
    if (waits_for_ == Event::start) Trial::fail("connect: " + std::string(std::strerror(number)));
    ended(Result::of_errno(number));
  }

  void woken() {
    switch (waits_for_) {
      case Event::due:
        wait_until_due();
        break;
      case Event::wake:
        sleep();
        break;
      case Event::reply:
        finish({Outcome::timeout, 0});
        break;
      case Event::start:
        break;
    }
  }

 private:
  enum class Event { start, due, wake, reply };

  Trial& trial() { return shared_.trial; }

  void acquire() {
    if (trial().limit > 0) {
      if (shared_.free_permits == 0) {
        shared_.waiting.push_back(this);
        return;
      }
      --shared_.free_permits;
    }
    take();
  }

  void release() {
    if (trial().limit == 0) return;
    if (shared_.waiting.empty()) {
      ++shared_.free_permits;
    } else {
      Lane* next = shared_.waiting.front();
      shared_.waiting.pop_front();
      next->take();
    }
  }

  void take() {
    if (auto taken = trial().take(index_)) {
      operation_ = *taken;
      if (trial().is_open_loop()) {
        wait_until_due();
      } else {
        begin();
      }
    } else {
      release();
      if (--shared_.busy == 0) all_done();
    }
  }

  void wait_until_due() {
    if (now() < operation_.due) {
      waits_for_ = Event::due;
      set_timer(operation_.due);
    } else {
      trial().begin(operation_);
      begin();
    }
  }

  void begin() {
    if (trial().workload == "sleep") {
      wake_ = now() + trial().sleep;
      sleep();
      return;
    }
    waits_for_ = Event::reply;
    is_repeated_ = false;
    if (trial().timeout > 0) set_timer(now() + trial().timeout);
    attempt();
  }

  void attempt() {
    exchange_.begin(operation_.number);
    if (is_connected()) {
      send();
    } else {
      connect();
    }
  }

  /// A timer may end too early, by the clock of rows: what is left is slept, too.
  void sleep() {
    if (now() < wake_) {
      waits_for_ = Event::wake;
      set_timer(wake_);
    } else {
      finish({});
    }
  }

  void ended(Result result) {
    const bool is_stale = is_used_ && !exchange_.is_answered() && result.is_of_closed_connection();
    if (is_stale && !is_repeated_ && !trial().asks_for_fault(operation_.number)) {
      is_repeated_ = true;
      close();
      attempt();
      return;
    }
    if (trial().timeout > 0) cancel_timer();
    finish(result);
  }

  void finish(Result result) {
    is_used_ = true;
    if (trial().workload != "sleep" && (!result.is_verified() || !trial().keeps_connections)) close();
    trial().finish(operation_, result);
    if (trial().limit == 0) {
      take();
    } else {
      release();
      acquire();
    }
  }

  Shared& shared_;
  const std::uint32_t index_;
  Exchange exchange_;
  Event waits_for_ = Event::start;
  Operation operation_{};
  std::uint64_t wake_ = 0;
  bool is_used_ = false;
  bool is_repeated_ = false;
};

}  // namespace peers
