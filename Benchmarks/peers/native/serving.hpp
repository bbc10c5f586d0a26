// A server's side of the peer contract, version 1: the plan, what requests ask for, and what is answered.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content.hpp"
#include "endpoint.hpp"

namespace peers {

constexpr int backlog = 4096;
constexpr std::size_t longest_head = 64 * 1024;
constexpr std::string_view end_of_head = "\r\n\r\n";

struct ServerPlan {
  bool is_http;
  Endpoint endpoint;
  Content content;
  int processors;

  /// Reads the plan from standard input; ends with a message where it cannot be read.
  static ServerPlan read();
};

/// Says where it listens, with the port that it was given.
void say_listening(const Endpoint& endpoint, std::uint16_t port);
/// Returns when standard input ends.
void wait_for_end_of_input();

/// What a request asks for.
struct Request {
  /// In microseconds.
  std::uint64_t delay = 0;
  std::optional<std::size_t> size;
  std::uint64_t operation = 0;
  /// Whether it is understood; else the reply says that it is not.
  bool is_good = true;
  /// Whether the connection ends with the reply.
  bool closes = false;

  /// Of a whole head.
  static Request parse(std::string_view head);

  /// Appends the reply to a client of this address.
  void append_reply(std::vector<char>& bytes, const Content& content, std::string_view client) const;

 private:
  bool take(std::string_view name, std::string_view value);
};

/// The header of an echo message.
struct EchoHeader {
  static constexpr std::size_t length = 16;

  std::uint32_t size;
  /// In microseconds.
  std::uint32_t delay;

  static EchoHeader parse(const char* bytes);
};

}  // namespace peers
