// A client's side of the peer contract, version 1: the plan, the operations, the content that both ends know, the rows.

#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "content.hpp"
#include "endpoint.hpp"

namespace peers {

enum class Outcome : std::uint16_t {
  verified = 0,
  system_error = 1,
  timeout = 2,
  wrong_content = 3,
  premature_end = 4,
  status = 5,
  malformed = 6,
  unexpected_bytes = 7,
  unfinished = 255,
};

/// How an operation ended: verified, or why not, and the errno or the status.
struct Result {
  Outcome outcome = Outcome::verified;
  std::uint16_t detail = 0;

  static Result of_errno(int number) { return {Outcome::system_error, static_cast<std::uint16_t>(number)}; }

  bool is_verified() const { return outcome == Outcome::verified; }
  /// Whether the connection was found closed.
  bool is_of_closed_connection() const;
};

/// An operation that a lane has taken.
struct Operation {
  /// Its number on the wire.
  std::uint64_t number;
  /// When it is to begin, in an open loop; else 0.
  std::uint64_t due;
  std::uint64_t label;
  std::uint64_t place;
  std::uint32_t lane;
};

/// Nanoseconds on CLOCK_MONOTONIC.
std::uint64_t now();

/// A plan being carried out by one thread.
class Trial {
 public:
  /// Reads the plan from standard input.
  Trial();

  std::string workload;
  std::uint32_t lanes = 0;
  std::optional<Endpoint> endpoint;
  /// In nanoseconds; 0 for none.
  std::uint64_t timeout = 0;
  std::uint64_t sleep = 0;
  /// How many operations may be underway at once; 0 for any number.
  std::uint32_t limit = 0;
  std::optional<std::size_t> size;
  bool keeps_connections = true;

  /// Reports that the lanes are connected, and returns at the start.
  void ready();
  /// Reports that all rows are written, and exits when standard input ends.
  [[noreturn]] void done();
  /// Tells the harness why the client cannot start, and exits.
  [[noreturn]] static void fail(std::string_view reason);

  /// When the window ends; the end of time where it does with its last operation.
  std::uint64_t closes() const { return closes_; }
  bool is_open_loop() const { return static_cast<bool>(starts_); }

  /// The next operation, which begins now, but in an open loop; nothing where none is left.
  std::optional<Operation> take(std::uint32_t lane);
  /// An operation of an open loop begins.
  void begin(const Operation& operation) { begin(operation, now()); }
  void finish(const Operation& operation, Result result);

  /// Makes `bytes` an operation's echo message.
  void write_message(std::vector<char>& bytes, std::uint64_t number) const;
  /// Makes `bytes` an operation's request.
  void write_request(std::vector<char>& bytes, std::uint64_t number) const;
  /// Whether the server must fail this operation. It is never repeated, because the server counts its faults.
  bool asks_for_fault(std::uint64_t number) const { return fault(number) != 0; }
  /// Judges the reply to an operation.
  Result verify(std::uint64_t number, int status, std::span<const char> body) const;

 private:
  struct Row;

  void begin(const Operation& operation, std::uint64_t now);
  std::uint32_t delay(std::uint64_t number) const;
  std::uint8_t fault(std::uint64_t number) const;

  std::uint64_t count_ = 0;
  std::uint64_t capacity_ = 0;
  std::uint64_t warm_up_ = 0;
  std::uint64_t duration_ = 0;
  std::uint32_t delay_ = 0;
  std::string greeting_;
  std::string authority_;
  Content content_;
  Mapping rows_, starts_, delays_, faults_;
  std::uint64_t start_ = 0, opens_ = 0, closes_ = 0;
  std::uint64_t next_number_ = 0, next_warm_up_number_ = 0, next_place_ = 0;
};

/// The head of a reply.
struct Head {
  std::size_t length;
  int status;
  std::size_t body_length;
};

/// What a reply's bytes begin with: a head, nothing yet, or no HTTP.
struct ParsedHead {
  std::optional<Head> head;
  bool is_malformed = false;
};
ParsedHead parse_head(std::string_view bytes);

}  // namespace peers
