// Where a server listens, as plans write it.

#pragma once

#include <cstdint>
#include <string>

namespace peers {

/// A host and a port, or a path.
struct Endpoint {
  std::string host;
  std::uint16_t port = 0;
  std::string path;

  /// `127.0.0.1:8080`, or `unix:` and a path.
  static Endpoint parse(const std::string& text) {
    if (text.starts_with("unix:")) return {.host = {}, .port = 0, .path = text.substr(5)};
    const auto colon = text.rfind(':');
    const auto port = static_cast<std::uint16_t>(std::stoi(text.substr(colon + 1)));
    return {.host = text.substr(0, colon), .port = port, .path = {}};
  }

  /// What a request's Host says.
  std::string authority() const { return path.empty() ? host + ":" + std::to_string(port) : "localhost"; }
};

}  // namespace peers
