// An operation's exchange as a state machine without I/O, for loops with callbacks: it says what to send, gets what
// arrives, and ends with a result.

#pragma once

#include <algorithm>
#include <cstring>

#include "trial.hpp"

namespace peers {

class Exchange {
 public:
  enum class Step {
    receive,  // more bytes have to come
    send,     // the next piece of an echo is to be sent
    done,     // there is a result
  };

  explicit Exchange(const Trial& trial) : trial_(trial), is_echo_(trial.workload == "echo") {}

  /// Begins an operation, whose `output` is then to be sent.
  void begin(std::uint64_t number) {
    number_ = number;
    sent_ = received_count_ = 0;
    head_.reset();
    result_ = {};
    is_answered_ = false;
    if (is_echo_) {
      trial_.write_message(message_, number);
    } else {
      trial_.write_request(message_, number);
    }
  }

  /// What is to be sent now.
  std::span<const char> output() const {
    auto rest = std::span<const char>(message_).subspan(sent_);
    return is_echo_ ? rest.first(std::min(rest.size(), echo_window)) : rest;
  }

  /// Where bytes are to be received; never empty.
  std::span<char> room() {
    std::size_t wanted = head_ ? head_->length + head_->body_length + 1 : is_echo_ ? echo_window + 1 : receive_size;
    if (received_.size() < std::max(wanted, received_count_ + 1)) received_.resize(wanted + receive_size);
    return std::span(received_).subspan(received_count_);
  }

  /// Bytes have come into the room; none where the connection has ended.
  Step received(std::size_t count) {
    if (count == 0) return end({Outcome::premature_end, 0});
    is_answered_ = true;
    received_count_ += count;
    return is_echo_ ? received_echo() : received_reply();
  }

  Step end(Result result) {
    result_ = result;
    return Step::done;
  }

  Result result() const { return result_; }

  /// Whether bytes of a reply have come.
  bool is_answered() const { return is_answered_; }

 private:
  static constexpr std::size_t echo_window = 32 * 1024;
  static constexpr std::size_t receive_size = 4096;

  Step received_echo() {
    const auto piece = output();
    if (received_count_ < piece.size()) return Step::receive;
    if (received_count_ > piece.size()) return end({Outcome::unexpected_bytes, 0});
    if (std::memcmp(received_.data(), piece.data(), piece.size()) != 0) return end({Outcome::wrong_content, 0});
    sent_ += piece.size();
    received_count_ = 0;
    return sent_ < message_.size() ? Step::send : end({});
  }

  Step received_reply() {
    if (!head_) {
      const auto parsed = parse_head({received_.data(), received_count_});
      if (parsed.is_malformed) return end({Outcome::malformed, 0});
      if (!parsed.head) return Step::receive;
      head_ = parsed.head;
    }
    const std::size_t length = head_->length + head_->body_length;
    if (received_count_ < length) return Step::receive;
    if (received_count_ > length) return end({Outcome::unexpected_bytes, 0});
    return end(trial_.verify(number_, head_->status, std::span(received_).subspan(head_->length, head_->body_length)));
  }

  const Trial& trial_;
  const bool is_echo_;
  std::uint64_t number_ = 0;
  std::vector<char> message_;
  std::size_t sent_ = 0;
  std::vector<char> received_;
  std::size_t received_count_ = 0;
  std::optional<Head> head_;
  Result result_;
  bool is_answered_ = false;
};

}  // namespace peers
